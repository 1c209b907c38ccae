import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { asDistribution } from "./distribution.ts";
import {
  asRate,
  type Encoder,
  type EncoderMethod,
  encoderByScore,
  encoderMethods,
  entropyBoundedEncoder,
  mostMoved,
} from "./encoder.ts";
import { greedyCells } from "./greedy.ts";
import { descending, entropyOf, phi } from "./information.ts";
import { Cells, conditionalTable, type Joint, marginal, rowStarts } from "./joint.ts";
import {
  type Coupling,
  type CouplingMethod,
  couplingMethods,
  minimumEntropyCoupling,
  requireMethod,
} from "./minimum-entropy-coupling.ts";

/** Shares of the rate at which further codes are tried. */
const lowerRates = [0.95, 0.9, 0.8, 0.7];
/** Cells of a composed table at most: 16 bytes each. */
const mostCells = 2 ** 22;

export interface BottleneckOptions {
  /** @default "best": the encoder, of all of them, with which most arrives */
  encoder?: EncoderMethod;
  /** How codes and outputs are coupled. @default "best" */
  decoder?: CouplingMethod;
  /** Counts or weights are divided by their sums. @default false */
  normalize?: boolean;
  /** Of the rate and of all results. @default "nats" */
  unit?: Unit;
}

export interface BottleneckCoupling {
  /** p(x, y) = Σ_t p(x, t) p(y | t). */
  readonly joint: Joint;
  readonly encoder: Encoder;
  /** The coupling of code and output; `conditionalTable(decoder.joint)` is p(y | t). */
  readonly decoder: Coupling;
  /** H(X,Y). */
  readonly entropy: number;
  readonly entropyX: number;
  readonly entropyY: number;
  /** I(X;Y): how much of the input arrives. */
  readonly mutualInformation: number;
  /** I(X;Y) of the best coupling found without a code. */
  readonly withoutLimit: number;
  /** No code of this rate lets more arrive: the smaller of R and the most that X and Y can share at all. */
  readonly upperBound: number;
  /** How much more could arrive at most. */
  readonly gap: number;
  /** R as it was asked. */
  readonly rateLimit: number;
  readonly unit: Unit;
  readonly warnings: Warning[];
}

/**
 * Sends a symbol X through a code of at most R, so that what comes out follows a distribution that is given: an encoder
 * p(t | x) with H(T) ≤ R and a decoder p(y | t) that makes Y follow `py` exactly and keeps as much of X as possible.
 *
 * The two halves are solved one after the other (Ebrahimi, Chen & Khisti 2024): first the encoder that tells most of X,
 * then the coupling of T and Y of least entropy; I(X;Y) ≥ I(X;T) + I(T;Y) − H(T).
 *
 * @param px n probabilities of the input
 * @param py m probabilities that the output must have
 * @param rate R from 0, in nats or `unit`; from H(X) on this is the plain minimum-entropy coupling
 * @returns both tables, the joint distribution and how much arrives; memory O(cells of the joint), n · m at rate 0
 * @throws InputError as `entropyBoundedEncoder` and `minimumEntropyCoupling` do, and for a joint of over 2²² cells
 * @example
 * import { couplingWithBottleneck } from "surprisal/decide";
 * const uniform = Array.from({ length: 8 }, () => 1 / 8);
 * const { mutualInformation, encoder } = couplingWithBottleneck(uniform, [0.5, 0.5], 1, { unit: "bits" });
 * // mutualInformation is 1: one bit of three arrives; encoder.rate is 1
 */
export function couplingWithBottleneck(
  px: ArrayLike<number>,
  py: ArrayLike<number>,
  rate: number,
  {
    encoder: encoderMethod = "best",
    decoder: decoderMethod = "best",
    normalize,
    unit: asked,
  }: BottleneckOptions = {},
): BottleneckCoupling {
  const where = "couplingWithBottleneck";
  const unit = asUnit(asked, where);
  requireMethod(encoderMethod, encoderMethods, where);
  requireMethod(decoderMethod, couplingMethods, where);
  const limit = fromNats(asRate(rate, unit, where), unit);
  const x = asDistribution(px, `${where}: px`, { normalize });
  const y = asDistribution(py, `${where}: py`, { normalize });
  const { encoder, decoder, information } = halves(x.p, y.p, limit, {
    encoder: encoderMethod,
    decoder: decoderMethod,
    unit,
  });
  const [entropyX, entropyY] = [x.p, y.p].map((p) => fromNats(entropyOf(p), unit));
  // The code may be small enough for an exact search where the outcomes themselves are not.
  const method = decoderMethod === "exact" ? "best" : decoderMethod;
  const free = minimumEntropyCoupling(x.p, y.p, { method, unit });
  const upperBound = Math.min(limit, entropyX + entropyY - free.lowerBound);
  return {
    joint: compose(encoder.joint, decoder.joint, where),
    encoder,
    decoder,
    entropy: entropyX + entropyY - information,
    entropyX,
    entropyY,
    mutualInformation: information,
    withoutLimit: Math.max(free.mutualInformation, information),
    upperBound,
    gap: Math.max(0, upperBound - information),
    rateLimit: rate,
    unit,
    warnings: [...x.warnings, ...y.warnings, ...(encoderMethod === "best" ? [] : encoder.warnings)],
  };
}

/** Encoder and decoder, of all that were asked for those with which most arrives, and how much does. */
export function halves(
  px: Float64Array,
  py: Float64Array,
  limit: number,
  {
    encoder: method,
    decoder: decoders,
    unit,
  }: { encoder: EncoderMethod; decoder: CouplingMethod; unit: Unit },
): { encoder: Encoder; decoder: Coupling; information: number } {
  const encoders =
    method === "best"
      ? allEncoders(px, py, limit, unit)
      : [entropyBoundedEncoder(px, limit, { method, unit })];
  const tried = encoders.map((encoder) => {
    const decoder = minimumEntropyCoupling(encoder.pT, py, { method: decoders, unit });
    return { encoder, decoder, information: fromNats(arriving(encoder.joint, decoder.joint, py), unit) };
  });
  return tried.reduce((a, b) => (b.information > a.information + 1e-12 ? b : a));
}

/**
 * What tells most of X need not tell most of Y: a code may split where Y has nothing to match. Of few symbols, all maps
 * are scored by what the greedy coupling lets through; of more, codes below the rate are tried too.
 */
function allEncoders(px: Float64Array, py: Float64Array, limit: number, unit: Unit): Encoder[] {
  const nats = asRate(limit, unit, "couplingWithBottleneck");
  const entropyY = entropyOf(py);
  const scored = encoderByScore(
    px,
    nats,
    unit,
    (pT) => entropyOf(pT) + entropyY - greedyCells(pT, py).entropy(),
  );
  const below = scored || px.length > mostMoved ? [] : lowerRates;
  return [
    ...(["best", "greedy", "uniform"] as const).map((method) =>
      entropyBoundedEncoder(px, limit, { method, unit }),
    ),
    ...below.map((share) => entropyBoundedEncoder(px, share * limit, { unit })),
    ...(scored ? [scored] : []),
  ];
}

/** Visits the rows of Σ_t p(x, t) p(y | t): the columns that are reached, ascending, and p(x, y) by column. */
function forEachRow(
  encoder: Joint,
  decoder: Joint,
  visit: (x: number, columns: readonly number[], p: Float64Array) => void,
): void {
  const [codesOf, outputsOf] = [rowStarts(encoder), rowStarts(decoder)];
  const given = conditionalTable(decoder);
  const p = new Float64Array(decoder.cols);
  for (let x = 0; x < encoder.rows; x++) {
    const columns: number[] = [];
    for (let c = codesOf[x]; c < codesOf[x + 1]; c++) {
      const t = encoder.y[c];
      for (let d = outputsOf[t]; d < outputsOf[t + 1]; d++) {
        const y = decoder.y[d];
        if (p[y] === 0) columns.push(y);
        p[y] += encoder.p[c] * given.p[d];
      }
    }
    if (codesOf[x + 1] - codesOf[x] > 1) columns.sort((a, b) => a - b);
    visit(x, columns, p);
    for (const y of columns) p[y] = 0;
  }
}

/** I(X;Y) in nats. Without a split symbol it is I(T;Y), which needs no composed table. */
function arriving(encoder: Joint, decoder: Joint, py: Float64Array): number {
  const given = entropyOf(decoder.p) - entropyOf(marginal(decoder, "x"));
  if (encoder.p.length === descending(marginal(encoder, "x")).length) return entropyOf(py) - given;
  let joint = 0;
  forEachRow(encoder, decoder, (_, columns, p) => {
    for (const y of columns) joint += phi(p[y]);
  });
  return entropyOf(marginal(encoder, "x")) + entropyOf(py) - joint;
}

function compose(encoder: Joint, decoder: Joint, where: string): Joint {
  const outputs = rowStarts(decoder);
  const most = encoder.y.reduce((sum, t) => sum + outputs[t + 1] - outputs[t], 0);
  if (most > mostCells) {
    throw new InputError({
      code: "too-many-cells",
      where,
      problem: "the joint distribution has too many cells to hold",
      expected: `at most ${mostCells}`,
      got: most,
      hint: "a higher rate or fewer outcomes make it smaller",
    });
  }
  const cells = new Cells(encoder.rows, decoder.cols, most);
  forEachRow(encoder, decoder, (x, columns, p) => {
    for (const y of columns) cells.add(x, y, p[y]);
  });
  return cells.toJoint();
}
