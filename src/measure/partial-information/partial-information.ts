/**
 * Partial information decomposition of what two sources say about a target:
 * I(X1,X2;Y) = redundancy + unique1 + unique2 + synergy, with I(Xs;Y) = redundancy + unique_s.
 *
 * Papers: Williams & Beer, "Nonnegative decomposition of multivariate information", arXiv 1004.2515, 2010 (I_min);
 * Barrett, "Exploration of synergistic and redundant information sharing in static and dynamical Gaussian systems",
 * Physical Review E 2015 (minimum mutual information, MMI); Bertschinger, Rauh, Olbrich, Jost & Ay, "Quantifying
 * unique information", Entropy 2014 (BROJA).
 *
 * - `williams-beer`: redundancy Σ_y p(y) min_s Σ_{x_s} p(x_s|y) ln p(y|x_s)/p(y). Known defect: two independent
 *   sources copied to the target share all they say.
 * - `mmi`: redundancy min(I(X1;Y), I(X2;Y)).
 * - `broja`: unique_s = min I_Q(X_s;Y|X_other) over all Q that keep the (X1,Y) and (X2,Y) margins. Solved to a proven
 *   duality gap of 1e-9 nats by an interior-point method, where the paper leaves the solver open.
 *
 * Probabilities are frequencies, without bias correction. No term is negative in truth; nothing is clamped, so terms
 * may be negative by the rounding error, for `broja` by the gap.
 *
 * Cost: O(n + cells); `broja` some twenty iterations, each O(m³) for m = |Y| (|X1| + |X2|).
 */
import { asCodes, type Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { requireEqualRows } from "../inputs.ts";
import {
  frequencies,
  informationIn,
  type JointTable,
  type Margins,
  marginsOf,
  requireTable,
} from "./joint-table.ts";
import { minimalConditionalEntropy } from "./unique-information.ts";

export type { JointTable } from "./joint-table.ts";

const where = "partialInformation";
const measures = ["broja", "williams-beer", "mmi"] as const;
const tolerance = 1e-9;
const mostIterations = 200;
const largestSystem = 600;

export type PartialInformationMeasure = (typeof measures)[number];

export interface PartialInformationOptions {
  /** What counts as redundant; see {@link partialInformation}. @default "broja" */
  measure?: PartialInformationMeasure;
  /** @default "nats" */
  unit?: Unit;
}

/** Values in `unit`. */
export interface PartialInformation {
  /** What both sources say. */
  redundancy: number;
  /** What only the first says. */
  unique1: number;
  /** What only the second says. */
  unique2: number;
  /** What only both together say. */
  synergy: number;
  /** I(X1,X2;Y): the sum of the four. */
  mutualInformation: number;
  unit: Unit;
  /** Rows counted; absent when a table was given. */
  n?: number;
  method: PartialInformationMeasure;
  options: { measure: PartialInformationMeasure; unit: Unit };
  warnings: Warning[];
  /** `information1`, `information2`: I(X1;Y) and I(X2;Y). For `"broja"` also the duality `gap` and the `iterations`. */
  diagnostics: Record<string, number>;
}

/** Whatever can be read as a discrete variable. */
export type DiscreteLike = Codes | ArrayLike<string> | ArrayLike<boolean> | ArrayLike<number>;

/**
 * Splits what two discrete sources say about a discrete target into redundant, unique and synergistic information.
 *
 * @param x1 n rows: `Codes`, strings, booleans or integers
 * @param x2 likewise
 * @param y the target, likewise
 * @returns nats, or `unit`
 * @throws InputError when the variables differ in length or are not discrete, for an unknown measure, and for
 *   `"broja"` when |Y| (|X1| + |X2|) exceeds 600
 * @example
 * import { partialInformation } from "surprisal";
 *
 * const x1 = [0, 0, 1, 1];
 * const x2 = [0, 1, 0, 1];
 * const parts = await partialInformation(x1, x2, [0, 1, 1, 0], { unit: "bits" });
 * // y = x1 XOR x2: parts.synergy is 1, everything else 0
 */
export async function partialInformation(
  x1: DiscreteLike,
  x2: DiscreteLike,
  y: DiscreteLike,
  options?: PartialInformationOptions,
): Promise<PartialInformation>;
/**
 * The same for a known distribution.
 *
 * @param table probabilities of (x1, x2, y) that sum to 1, row-major with shape [x1 levels, x2 levels, y levels]
 * @example
 * import { partialInformation } from "surprisal";
 *
 * const and = { p: [1 / 4, 0, 1 / 4, 0, 1 / 4, 0, 0, 1 / 4], shape: [2, 2, 2] as const };
 * const parts = await partialInformation(and, { measure: "mmi", unit: "bits" });
 * // parts.redundancy is 0.311, parts.synergy 0.5
 */
export async function partialInformation(
  table: JointTable,
  options?: PartialInformationOptions,
): Promise<PartialInformation>;
export async function partialInformation(
  first: DiscreteLike | JointTable,
  second?: DiscreteLike | PartialInformationOptions,
  y?: DiscreteLike,
  more?: PartialInformationOptions,
): Promise<PartialInformation> {
  if ("p" in first) return decompose(requireTable(first, where), (second ?? {}) as PartialInformationOptions);
  const [c1, c2, cy] = [first, second as DiscreteLike, y as DiscreteLike].map((value, i) =>
    asCodes(value, `${where}: ${["x1", "x2", "y"][i]}`),
  );
  const n = requireEqualRows(where, c1, c2, cy);
  if (n === 0) {
    const expected = "at least one row";
    throw new InputError({ code: "too-few-rows", where, problem: "nothing was counted", expected, got: 0 });
  }
  const table = frequencies(c1, c2, cy);
  const result = decompose(table, more ?? {});
  const occupied = Array.from(table.p).filter((p) => p > 0).length;
  if (occupied > n / 4) {
    const message = `${occupied} different combinations in ${n} rows: too many to count, information is overestimated`;
    result.warnings.push({ code: "large-alphabet", message });
  }
  return { ...result, n };
}

function decompose(table: JointTable, options: PartialInformationOptions): PartialInformation {
  const unit = asUnit(options.unit, where);
  const method = asMeasure(options.measure);
  const margins = marginsOf(table);
  const both = informationIn(table.p, margins.x1x2, margins.y);
  const one = informationIn(margins.x1y, margins.x1, margins.y);
  const two = informationIn(margins.x2y, margins.x2, margins.y);
  const warnings: Warning[] = [];
  const diagnostics: Record<string, number> = {
    information1: fromNats(one, unit),
    information2: fromNats(two, unit),
  };

  let redundancy: number;
  if (method === "mmi") redundancy = Math.min(one, two);
  else if (method === "williams-beer") redundancy = leastSpecificInformation(table, margins);
  else {
    const size = margins.y.length * (margins.x1.length + margins.x2.length);
    if (size > largestSystem) {
      throw new InputError({
        code: "too-many-cells",
        where,
        problem: "too many levels for measure broja: |Y| (|X1| + |X2|) is too large",
        expected: `at most ${largestSystem}`,
        got: size,
        hint: 'merge rare levels, or take measure "mmi"',
      });
    }
    const { value, gap, iterations } = minimalConditionalEntropy(table, tolerance, mostIterations);
    redundancy = one + two - (value + entropyOf(margins.y));
    diagnostics.gap = fromNats(gap, unit);
    diagnostics.iterations = iterations;
    if (gap > tolerance) {
      const message = `the optimum was not reached: values may be off by ${fromNats(gap, unit).toPrecision(2)} ${unit}`;
      warnings.push({ code: "not-converged", message });
    }
  }
  return {
    redundancy: fromNats(redundancy, unit),
    unique1: fromNats(one - redundancy, unit),
    unique2: fromNats(two - redundancy, unit),
    synergy: fromNats(both - one - two + redundancy, unit),
    mutualInformation: fromNats(both, unit),
    unit,
    method,
    options: { measure: method, unit },
    warnings,
    diagnostics,
  };
}

/** I_min of Williams & Beer: what the less telling source says about each outcome, on average. */
function leastSpecificInformation(
  { shape: [a, b, c] }: JointTable,
  { x1y, x2y, x1, x2, y }: Margins,
): number {
  let sum = 0;
  for (let k = 0; k < c; k++) {
    const first = specificInformation(x1y, x1, y[k], k, a, c);
    const second = specificInformation(x2y, x2, y[k], k, b, c);
    sum += Math.min(first, second);
  }
  return sum;
}

/** p(y) Σ_x p(x|y) ln p(y|x)/p(y) for one outcome y. */
function specificInformation(
  joint: Float64Array,
  x: Float64Array,
  outcome: number,
  k: number,
  levels: number,
  outcomes: number,
): number {
  let sum = 0;
  for (let i = 0; i < levels; i++) {
    const p = joint[i * outcomes + k];
    if (p > 0) sum += p * Math.log(p / (x[i] * outcome));
  }
  return sum;
}

function entropyOf(p: Float64Array): number {
  return p.reduce((sum, v) => (v > 0 ? sum - v * Math.log(v) : sum), 0);
}

function asMeasure(measure: string | undefined): PartialInformationMeasure {
  if (measure === undefined) return measures[0];
  const found = measures.find((name) => name === measure);
  if (found) return found;
  const expected = `one of ${measures.join(", ")}`;
  throw new InputError({
    code: "unknown-measure",
    where,
    problem: "unknown measure",
    expected,
    got: measure,
  });
}
