/**
 * Mutual information read off a sample by a trained network: Gritsai, Richards, Méloux, Cho & Peyrard, "MIST: mutual
 * information estimation via supervised training", 2025 (arXiv 2511.18945).
 *
 * Implemented: an estimator that is a function of the whole sample, trained on fresh draws (distribution, sample, truth)
 * with the pinball loss, so that it gives the quantiles of the information and no value alone (the paper's MIST-QR). A
 * differentiable form of it is `mistLoss`, training is `trainMist`.
 *
 * Deviations, all of them ours:
 *   - columns are replaced by normal scores first, so that increasing maps of a column change nothing at all
 *   - the network (network.ts) does not know an order of columns or sides; the paper's does not know an order of rows only
 *   - it is trained for dx ≠ dy, on other families beside the paper's, and for categories, which enter as indicator columns
 *   - quantiles are learnt at nine knots as steps from the median, so that they cannot cross; the paper gives τ to the network
 *   - the truth is learnt as ln(1 + I), else large information alone would count
 *   - head `pure` is the paper's kind of estimator. Head `hybrid`, the default, is not: it also sees the Gaussian copula,
 *     KSG and rank correlations, and corrects the first of them
 *   - at most 8 columns a side where the paper goes to 32, and 1/20 of its parameters
 *
 * Cost: O(n (dx + dy) + n inducing + (dx + dy)³) for the network, O(n² (dx + dy)) for the numbers of the hybrid head.
 */
import { isCodes } from "../../core/codes.ts";
import { InputError, throwIfStopped } from "../../core/errors.ts";
import type { Estimate, Warning } from "../../core/estimate.ts";
import { hstack } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { duplicateRowShare } from "../../core/statistics.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import type { CompileOptions } from "../../engine/index.ts";
import { rowsOf, type TrainedEstimator, take, type Variable } from "../estimator.ts";
import { asVariable, requireEqualRows, type VariableLike } from "../inputs.ts";
import { type Scores, scoresOf, withFeatures } from "./inputs.ts";
import { loadMist, type MistHead, type MistModel, natsOf, quantileAt, requireLevel } from "./model.ts";
import { knots } from "./network.ts";

export { mistLoss } from "./loss.ts";
export { loadMist, type MistCard, type MistHead, type MistModel, saveMist } from "./model.ts";
export {
  type MetaExample,
  type MetaRequest,
  type MetaSampler,
  type TrainMistOptions,
  trainMist,
} from "./train.ts";

export interface MistOptions extends LongRunning {
  /** `"hybrid"` starts from classical estimates, `"pure"` is the network alone, as in the paper. @default "hybrid" */
  readonly head?: MistHead;
  /** Coverage of the interval, at most 0.95. @default 0.9 */
  readonly level?: number;
  /** @default "nats" */
  readonly unit?: Unit;
  /** Draws rows where there are more than the network was trained on. @default 0 */
  readonly seed?: number;
  /** Another network than the shipped one. */
  readonly model?: MistModel;
  /** Where the network runs: native, else Wasm (seconds instead of milliseconds), or insist on one. @default "auto" */
  readonly executor?: CompileOptions["executor"];
}

/** A pair of variables with as many rows each. */
export interface MistPair {
  readonly x: VariableLike;
  readonly y: VariableLike;
}

/**
 * Reads the mutual information of two variables off a small sample, with an interval, in milliseconds and without
 * fitting anything.
 *
 * @param x n rows, 16 to 512 (more are sampled, with a warning): numbers (n, or n × d, at most 8 columns) or categories
 * @param y likewise, with as many rows
 * @returns the median in nats (or `unit`), never below 0; the interval between quantiles of the network;
 *   `diagnostics.quantiles` at all levels it knows
 * @throws InputError for fewer rows or more columns than it was trained on, a constant column, NaN or infinities
 * @example
 * import { mist } from "surprisal/measure";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const x = Array.from({ length: 200 }, () => random.normal());
 * const y = x.map((value) => value + random.normal());
 * const { value, interval } = await mist(x, y); // the truth is 0.347 nats
 */
export async function mist(x: VariableLike, y: VariableLike, options: MistOptions = {}): Promise<Estimate> {
  const [estimate] = await readAll("mist", [{ x, y }], options);
  return estimate;
}

/**
 * The same for many pairs in few native calls: a thousand pairs of 200 rows in about a second.
 *
 * @throws InputError as {@link mist}, for the first pair that cannot be read
 * @example
 * import { mistBatch } from "surprisal/measure";
 * import { Random } from "surprisal/core";
 *
 * const random = new Random(1);
 * const target = Array.from({ length: 100 }, () => random.normal());
 * const pairs = Array.from({ length: 5 }, (_, j) => ({ x: target.map((value) => j * value + random.normal()), y: target }));
 * const estimates = await mistBatch(pairs);
 */
export function mistBatch(pairs: readonly MistPair[], options: MistOptions = {}): Promise<Estimate[]> {
  return readAll("mistBatch", pairs, options);
}

/** The same, where a pair that cannot be read gives its refusal. */
export function tryMistBatch(
  pairs: readonly MistPair[],
  options: MistOptions = {},
): Promise<(Estimate | InputError)[]> {
  return readAll("mist", pairs, options, (error) => error);
}

/** What reading a sample needs to know beside its scores. */
interface Ready {
  readonly scores: Scores;
  readonly n: number;
  readonly warnings: Warning[];
}

async function readAll<R = never>(
  where: string,
  pairs: readonly MistPair[],
  options: MistOptions,
  refused: (error: InputError) => R = (error) => {
    throw error;
  },
): Promise<(Estimate | R)[]> {
  const { head = "hybrid", level = 0.9, seed = 0, executor, signal, onProgress } = options;
  const unit = asUnit(options.unit, where);
  requireHead(where, head);
  const [low, high] = [(1 - level) / 2, (1 + level) / 2];
  requireLevel(`${where}: level ${level}`, low);
  const model = options.model ?? (await loadMist());
  const random = new Random(seed).split("mist rows");
  const prepared = pairs.map(({ x, y }, i): Ready | { refusal: R } => {
    const place = pairs.length === 1 ? where : `${where}: pair ${i}`;
    try {
      const [vx, vy] = [asVariable(x, `${place}: x`), asVariable(y, `${place}: y`)];
      return prepare(place, model, vx, vy, random.split(i));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { refusal: refused(error) };
    }
  });
  throwIfStopped(signal, where);
  const ready = prepared.flatMap((one) => ("refusal" in one ? [] : [one]));
  const samples = ready.map(({ scores }) => scores);
  const values = samples.length === 0 ? [] : (await model.read(samples, executor))[head];
  onProgress?.({ done: pairs.length, total: pairs.length, label: "pairs" });
  return prepared.map((one) => {
    if ("refusal" in one) return one.refusal;
    const own = values[ready.indexOf(one)];
    const at = (tau: number) => fromNats(natsOf(quantileAt(own, tau)), unit);
    return {
      value: at(0.5),
      unit,
      interval: { low: at(low), high: at(high), level, how: how(head) },
      n: one.n,
      method: "mist",
      options: { head, level, unit },
      seed,
      warnings: [...one.warnings, ...outOfInformation(model, natsOf(quantileAt(own, 0.5)))],
      diagnostics: { head, quantiles: knots.map((tau) => ({ tau, value: at(tau) })) },
    };
  });
}

function how(head: MistHead): string {
  return head === "pure"
    ? "quantiles of the trained network"
    : "quantiles of the trained network with classical estimates";
}

/** A sample the network was trained for: rows drawn where there are too many, everything else refused. */
function prepare(where: string, { card }: MistModel, x: Variable, y: Variable, random: Random): Ready {
  const given = requireEqualRows(where, x, y);
  const [least, most] = card.trained.rows;
  if (given < least) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "fewer rows than the network was trained on",
      expected: `at least ${least}`,
      got: given,
    });
  }
  const warnings: Warning[] = [];
  let sample = [x, y];
  if (given > most) {
    const rows = random.subsample(given, most);
    sample = sample.map((v) => take(v, rows));
    warnings.push({
      code: "rows-sampled",
      message: `read on ${most} of ${given} rows, drawn at random: the network knows no more`,
    });
  }
  const [sx, sy] = sample.map((v, i) => {
    const scores = scoresOf(v);
    const [, widest] = card.trained.columns;
    if (scores.cols <= widest) return scores;
    throw new InputError({
      code: "too-many-columns",
      where: `${where}: ${"xy"[i]}`,
      problem: isCodes(v)
        ? "more categories than the network was trained on"
        : "more columns than the network was trained on",
      expected: `at most ${widest}`,
      got: scores.cols,
    });
  });
  if (!isCodes(x) && !isCodes(y)) {
    const share = duplicateRowShare(hstack(sx, sy));
    if (share > 0.05) {
      const percent = `${Math.round(100 * share)} %`;
      warnings.push({
        code: "repeated-rows",
        message: `${percent} of the rows are exact twins, which the network was not trained on`,
      });
    }
  }
  return { scores: withFeatures(sx, sy), n: rowsOf(sample[0]), warnings };
}

function outOfInformation({ card }: MistModel, nats: number): Warning[] {
  const [, most] = card.trained.information;
  if (nats < 0.9 * most) return [];
  return [
    {
      code: "out-of-range",
      message: `near ${most} nats, the most the network was trained on: it cannot read more`,
    },
  ];
}

function requireHead(where: string, head: MistHead): void {
  if (head === "pure" || head === "hybrid") return;
  throw new InputError({
    code: "unknown-head",
    where,
    problem: "unknown head",
    expected: '"pure" or "hybrid"',
    got: head,
  });
}

/** MIST with head `hybrid`, as `mutualInformation` and `surprisal measure --estimator mist` ask it. */
export const mistEstimator: TrainedEstimator = {
  name: "mist",
  title: "MIST, a trained network (head hybrid)",
  takes: { x: "any", y: "any" },
  defaults: { head: "hybrid" },
  async estimate(x, y, { seed, level = 0.9, signal, onProgress }) {
    const { value, interval, n, warnings, diagnostics } = await mist(x, y, {
      seed,
      level,
      signal,
      onProgress,
    });
    return {
      value,
      interval,
      n,
      warnings,
      diagnostics: { head: "hybrid", quantiles: JSON.stringify(diagnostics.quantiles) },
    };
  },
};
