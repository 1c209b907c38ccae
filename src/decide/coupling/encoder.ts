import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { type CodeMap, codeMasses, constant, deterministic, mostInformative } from "./code-map.ts";
import { asDistribution } from "./distribution.ts";
import { greedyRun } from "./greedy-map.ts";
import { binaryEntropy, descending, entropyOf, slack } from "./information.ts";
import { Cells, type Joint, marginal } from "./joint.ts";
import { improved } from "./local-moves.ts";
import { requireMethod } from "./minimum-entropy-coupling.ts";
import { bestNeighbour } from "./neighborhood.ts";
import { forEachPartition } from "./partitions.ts";

/** Ways to encode under a rate. `"best"` takes whichever of the others tells most, as far as it is quick. */
export const encoderMethods = ["best", "greedy", "exhaustive", "neighborhood", "uniform"] as const;
export type EncoderMethod = (typeof encoderMethods)[number];

/** Symbols up to which all partitions are tried: 115,975 of them. */
const mostExhaustive = 10;
/** … with the neighbours of each: 4,140. */
const mostNeighbours = 8;
/** Symbols up to which single symbols are moved about. */
export const mostMoved = 500;

export interface EncoderOptions {
  /** @default "best" */
  method?: EncoderMethod;
  /** Counts or weights are divided by their sum. @default false: a sum other than 1 is refused */
  normalize?: boolean;
  /** Of the rate and of all results. @default "nats" */
  unit?: Unit;
}

export interface Encoder {
  /** p(x, t); `conditionalTable(joint)` gives p(t | x). The likeliest code is 0. */
  readonly joint: Joint;
  /** The code of each symbol, −1 where its probability is 0; absent when a symbol is split between two codes. */
  readonly codes?: Int32Array;
  /** Probability of each code. */
  readonly pT: Float64Array;
  /** H(T), at most the rate asked for. */
  readonly rate: number;
  /** I(X;T). */
  readonly information: number;
  /** min(R, H(X)): no encoder tells more. */
  readonly limit: number;
  /** How much more the best encoder could tell at most. */
  readonly gap: number;
  readonly method: EncoderMethod;
  readonly unit: Unit;
  readonly warnings: Warning[];
}

/**
 * Encodes symbols so that the code's entropy stays within a rate and the code tells as much as possible of the symbol:
 * max I(X;T) with H(T) ≤ R (entropy-bounded information maximisation).
 *
 * The greedy (Ebrahimi, Chen & Khisti 2024, Algorithm 1) falls short by at most h(p₂), the entropy of a coin with the
 * second largest probability. Of few symbols all maps can be tried (`"exhaustive"`, up to 10), and with Theorem 3 one
 * symbol can be split between two codes (`"neighborhood"`: around all maps up to 8 symbols, beyond that around those
 * between which the greedy passes the rate). `"uniform"` puts runs of equally many symbols together.
 *
 * @param px n probabilities; zeros are legal and get no code
 * @param rate R from 0, in nats or `unit`; from H(X) on every symbol has its own code (except with `"uniform"`)
 * @returns the code table, H(T), I(X;T) and how far from the best they can be
 * @throws InputError for what is no distribution, a negative rate, an unknown method, and too many symbols for it
 * @example
 * import { entropyBoundedEncoder } from "surprisal/decide";
 * const encoder = entropyBoundedEncoder([0.7, 0.2, 0.1], 0.8, { method: "exhaustive", unit: "bits" });
 * // encoder.information is 0.722: the codes [0, 1, 0] keep the second symbol apart
 */
export function entropyBoundedEncoder(
  px: ArrayLike<number>,
  rate: number,
  { method = "best", normalize, unit: asked }: EncoderOptions = {},
): Encoder {
  const where = "entropyBoundedEncoder";
  const unit = asUnit(asked, where);
  requireMethod(method, encoderMethods, where);
  const { p: all, warnings } = asDistribution(px, `${where}: px`, { normalize });
  const order = descending(all);
  const p = Float64Array.from(order, (x) => all[x]);
  const nats = asRate(rate, unit, where);
  const { map, notes } = choose(p, order, all.length, nats, method, where);
  return described(map, { p, order, symbols: all.length }, nats, method, unit, [...warnings, ...notes]);
}

/** Positive probabilities in descending order, and where they stood among all symbols. */
interface Sorted {
  readonly p: Float64Array;
  readonly order: Int32Array;
  readonly symbols: number;
}

function described(
  map: CodeMap,
  { p, order, symbols }: Sorted,
  nats: number,
  method: EncoderMethod,
  unit: Unit,
  warnings: Warning[],
): Encoder {
  const limit = Math.min(nats, entropyOf(p));
  const { joint, pT, codes } = tables(map, p, order, symbols);
  const inUnit = (value: number) => fromNats(value, unit);
  return {
    joint,
    codes,
    pT,
    rate: inUnit(map.rate),
    information: inUnit(map.information),
    limit: inUnit(limit),
    gap: inUnit(Math.max(0, limit - map.information)),
    method,
    unit,
    warnings,
  };
}

/**
 * Of all maps without split within the rate the one with the highest score; undefined for more than 8 symbols.
 *
 * @param px probabilities that sum to 1
 * @param nats the rate
 * @param score of the codes' probabilities, in nats; never above their entropy
 */
export function encoderByScore(
  px: Float64Array,
  nats: number,
  unit: Unit,
  score: (pT: Float64Array) => number,
): Encoder | undefined {
  const order = descending(px);
  if (order.length > mostNeighbours) return undefined;
  const p = Float64Array.from(order, (x) => px[x]);
  let best = constant(p);
  let highest = 0;
  forEachPartition(p.length, (codes, count) => {
    const masses = codeMasses(p, codes, count);
    const entropy = entropyOf(masses);
    if (entropy > nats + slack || entropy <= highest + slack) return;
    const found = score(masses);
    if (found <= highest + slack) return;
    highest = found;
    best = deterministic(p, codes, count);
  });
  return described(best, { p, order, symbols: px.length }, nats, "exhaustive", unit, []);
}

/** A rate in nats. */
export function asRate(rate: number, unit: Unit, where: string): number {
  if (typeof rate === "number" && rate >= 0 && rate < Number.POSITIVE_INFINITY) {
    return unit === "bits" ? rate * Math.LN2 : rate;
  }
  throw new InputError({
    code: "bad-rate",
    where,
    problem: "the rate will not do",
    expected: `a number of ${unit} from 0`,
    got: rate,
  });
}

/** h(p₂) in nats: how much the greedy falls short of the best encoder at most (Theorem 2). */
export function greedyGuarantee(p: Float64Array): number {
  return binaryEntropy(p.toSorted().at(-2) ?? 0);
}

function choose(
  p: Float64Array,
  order: Int32Array,
  symbols: number,
  rate: number,
  method: EncoderMethod,
  where: string,
): { map: CodeMap; notes: Warning[] } {
  const none: Warning[] = [];
  const quantizer = () => uniformMap(p, order, symbols, rate);
  switch (method) {
    case "uniform":
      return { map: quantizer(), notes: none };
    case "greedy": {
      const { map } = greedyRun(p, rate);
      return { map, notes: map.rate < quantizer().rate - 1e-9 ? [beaten] : none };
    }
    case "exhaustive":
      requireFew(p.length, mostExhaustive, method, where);
      return { map: mostInformative(allMaps(p, rate, false)), notes: none };
    case "neighborhood":
      return { map: aroundGreedy(p, rate), notes: none };
    default:
      return { map: bestMap(p, rate, quantizer()), notes: none };
  }
}

const beaten: Warning = {
  code: "quantizer-tells-more",
  message: 'runs of equally many symbols tell more here than the greedy: method "best" takes the better one',
};

function bestMap(p: Float64Array, rate: number, quantizer: CodeMap): CodeMap {
  if (p.length <= mostExhaustive)
    return mostInformative([aroundGreedy(p, rate), ...allMaps(p, rate, false), quantizer]);
  const { map, passed } = greedyRun(p, rate);
  const starts = [map, quantizer];
  const found = p.length > mostMoved ? starts : starts.flatMap((start) => [start, improved(p, start, rate)]);
  return mostInformative([...found, ...neighbours(p, [...found, ...passed], rate)]);
}

function aroundGreedy(p: Float64Array, rate: number): CodeMap {
  if (p.length <= mostNeighbours) return mostInformative(allMaps(p, rate, true));
  const { map, passed } = greedyRun(p, rate);
  return mostInformative([map, ...neighbours(p, [map, ...passed], rate)]);
}

function neighbours(p: Float64Array, maps: readonly CodeMap[], rate: number): CodeMap[] {
  return maps.flatMap((map) => bestNeighbour(p, map, rate) ?? []);
}

/** The best of all maps within the rate, and with `split` the best of their neighbours. */
function allMaps(p: Float64Array, rate: number, split: boolean): CodeMap[] {
  let best = constant(p);
  forEachPartition(p.length, (codes, count) => {
    const entropy = entropyOf(codeMasses(p, codes, count));
    if (entropy <= rate + slack && entropy > best.information + slack) best = deterministic(p, codes, count);
    if (!split) return;
    const map = { codes, count, rate: entropy, information: entropy };
    const neighbour = bestNeighbour(p, map, rate);
    if (neighbour && neighbour.information > best.information + slack) {
      best = { ...neighbour, codes: codes.slice() };
    }
  });
  return [best];
}

/** The paper's Algorithm 5: ⌊e^R⌋ runs of symbols in their given order, equally many in each but the last. */
function uniformMap(p: Float64Array, order: Int32Array, symbols: number, rate: number): CodeMap {
  const bins = Math.floor(Math.exp(rate) + 1e-9);
  const size = Math.ceil(symbols / bins);
  const codes = order.map((x) => Math.floor(x / size));
  return deterministic(p, codes, Math.ceil(symbols / size));
}

function requireFew(n: number, most: number, method: string, where: string): void {
  if (n <= most) return;
  throw new InputError({
    code: "too-many-symbols",
    where,
    problem: `method ${method} tries all maps`,
    expected: `at most ${most} symbols of positive probability`,
    got: n,
    hint: 'method "best" takes any number',
  });
}

/** From maps of sorted symbols to tables of the symbols as they were given; codes by probability, unused ones left out. */
function tables(
  { codes, count, split }: CodeMap,
  p: Float64Array,
  order: Int32Array,
  symbols: number,
): Pick<Encoder, "joint" | "codes" | "pT"> {
  const masses = new Float64Array(count);
  const cells: [x: number, t: number, p: number][] = [];
  for (let s = 0; s < p.length; s++) {
    const moved = split?.symbol === s ? split.moved : 0;
    cells.push([order[s], codes[s], p[s] - moved]);
    if (split && moved > 0) cells.push([order[s], split.to, moved]);
  }
  for (const [, t, mass] of cells) masses[t] += mass;
  const byMass = descending(masses);
  const rank = new Int32Array(count);
  byMass.forEach((t, place) => {
    rank[t] = place;
  });
  const out = new Cells(symbols, byMass.length, cells.length);
  for (const [x, t, mass] of cells) if (mass > 0) out.add(x, rank[t], mass);
  const joint = out.toJoint();
  const named = new Int32Array(symbols).fill(-1);
  for (const [x, t] of cells) named[x] = rank[t];
  return { joint, pT: marginal(joint, "y"), codes: split && split.moved > 0 ? undefined : named };
}
