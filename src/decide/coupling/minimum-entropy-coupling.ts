import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { didYouMean } from "../../core/suggest.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { type CouplingBounds, majorisationBound, profileBound } from "./bounds.ts";
import { cicaleseCells } from "./cicalese.ts";
import { asDistribution } from "./distribution.ts";
import { exactCells } from "./exact.ts";
import { greedyCells, greedyManyCells } from "./greedy.ts";
import { entropyOf, slack } from "./information.ts";
import type { Cells, Joint } from "./joint.ts";
import { zeroSeekingCells } from "./zero-seeking.ts";

/** Ways to couple two distributions. `"best"` is the exact one where it is quick, else the best of the others. */
export const couplingMethods = ["best", "greedy", "cicalese", "zero-seeking", "exact"] as const;
export type CouplingMethod = (typeof couplingMethods)[number];

/** Cells of positive probability in both margins up to which a search for the optimum takes well under a second. */
const quickSearch = 25;
/** … and seconds. */
const mostSearched = 36;

/** How much above the optimum a method can end, in nats. */
const guarantees: Partial<Record<CouplingMethod, number>> = {
  exact: 0,
  // log₂(e)/e bits, Compton et al. 2023.
  greedy: 1 / Math.E,
  // One bit, Cicalese et al. 2019.
  cicalese: Math.LN2,
};

export interface CouplingOptions {
  /** @default "best" */
  method?: CouplingMethod;
  /** Counts or weights are divided by their sums. @default false: sums other than 1 are refused */
  normalize?: boolean;
  /** @default "nats" */
  unit?: Unit;
}

export interface Coupling {
  readonly joint: Joint;
  /** H(X,Y). */
  readonly entropy: number;
  readonly entropyX: number;
  readonly entropyY: number;
  /** I(X;Y) = H(X) + H(Y) − H(X,Y). */
  readonly mutualInformation: number;
  /** No coupling has a lower entropy than each of these. */
  readonly bounds: CouplingBounds;
  /** The largest of the bounds; the entropy itself where it is known to be the least. */
  readonly lowerBound: number;
  /** How far above the least possible the entropy is, at most. */
  readonly gap: number;
  /** The entropy is known to be the least. */
  readonly optimal: boolean;
  /** The method that found it. */
  readonly method: Exclude<CouplingMethod, "best">;
  readonly unit: Unit;
  readonly warnings: Warning[];
}

/**
 * Couples two distributions so that they depend on each other as much as possible: the joint distribution with these
 * two marginals whose entropy is least, found exactly for small tables and nearly for large ones.
 *
 * @param px n probabilities
 * @param py m probabilities; zeros are legal on both sides and get no cell
 * @param options.method `"greedy"` (Kocaoglu et al.), `"cicalese"` (Cicalese, Gargano & Vaccaro), `"zero-seeking"`,
 *   `"exact"` (up to 36 cells of positive probability) or `"best"`
 * @returns the joint distribution (at most n + m − 1 cells), its entropy in nats or `unit`, lower bounds and the gap
 * @throws InputError for an empty list, a NaN, a negative probability, a sum that is off by more than 10⁻⁶, an unknown
 *   method, and a table too large for `"exact"`
 * @example
 * import { denseJoint, minimumEntropyCoupling } from "surprisal/decide";
 * const coupling = minimumEntropyCoupling([0.5, 0.4, 0.1], [0.6, 0.2, 0.2], { unit: "bits" });
 * // coupling.entropy is 1.761, coupling.optimal is true
 * denseJoint(coupling.joint).data;
 * // [0.5, 0, 0, 0, 0.2, 0.2, 0.1, 0, 0]
 */
export function minimumEntropyCoupling(
  px: ArrayLike<number>,
  py: ArrayLike<number>,
  { method = "best", normalize, unit: asked }: CouplingOptions = {},
): Coupling {
  const where = "minimumEntropyCoupling";
  const unit = asUnit(asked, where);
  requireMethod(method, couplingMethods, where);
  const x = asDistribution(px, `${where}: px`, { normalize });
  const y = asDistribution(py, `${where}: py`, { normalize });
  const { cells, found } = couple(x.p, y.p, method, where);
  return described(x.p, y.p, cells, found, unit, [...x.warnings, ...y.warnings]);
}

function couple(
  px: Float64Array,
  py: Float64Array,
  method: CouplingMethod,
  where: string,
): { cells: Cells; found: Coupling["method"] } {
  const size = support(px) * support(py);
  switch (method) {
    case "greedy":
      return { cells: greedyCells(px, py), found: method };
    case "cicalese":
      return { cells: cicaleseCells(px, py), found: method };
    case "zero-seeking":
      return { cells: zeroSeekingCells(px, py), found: method };
    case "exact":
      if (size > mostSearched) {
        throw new InputError({
          code: "too-large",
          where,
          problem: "the search for the optimum takes too long for a table of that many cells",
          expected: `at most ${mostSearched} cells`,
          got: size,
          hint: 'method "best" takes any size',
        });
      }
      return { cells: exactCells(px, py, heuristic(px, py).cells), found: method };
    default:
      if (size > quickSearch) return heuristic(px, py);
      return { cells: exactCells(px, py, heuristic(px, py).cells), found: "exact" };
  }
}

/** The best of the quick methods. */
function heuristic(px: Float64Array, py: Float64Array): { cells: Cells; found: Coupling["method"] } {
  const tried = [
    { cells: greedyCells(px, py), found: "greedy" },
    { cells: zeroSeekingCells(px, py), found: "zero-seeking" },
    { cells: cicaleseCells(px, py), found: "cicalese" },
  ] as const;
  return tried.reduce((best, one) => (one.cells.entropy() < best.cells.entropy() - slack ? one : best));
}

function described(
  px: Float64Array,
  py: Float64Array,
  cells: Cells,
  method: Coupling["method"],
  unit: Unit,
  warnings: Warning[],
): Coupling {
  const [entropyX, entropyY, entropy] = [entropyOf(px), entropyOf(py), cells.entropy()];
  const bounds = {
    marginal: Math.max(entropyX, entropyY),
    majorisation: majorisationBound(px, py),
    profile: profileBound(px, py),
  };
  const highest = Math.max(bounds.marginal, bounds.majorisation, bounds.profile);
  const optimal = method === "exact" || entropy <= highest + 1e-9;
  const lowerBound = optimal ? entropy : highest;
  const guarantee = guarantees[method] ?? Number.POSITIVE_INFINITY;
  const inUnit = (nats: number) => fromNats(nats, unit);
  return {
    joint: cells.toJoint(),
    entropy: inUnit(entropy),
    entropyX: inUnit(entropyX),
    entropyY: inUnit(entropyY),
    mutualInformation: inUnit(entropyX + entropyY - entropy),
    bounds: {
      marginal: inUnit(bounds.marginal),
      majorisation: inUnit(bounds.majorisation),
      profile: inUnit(bounds.profile),
    },
    lowerBound: inUnit(lowerBound),
    gap: inUnit(Math.min(entropy - lowerBound, guarantee)),
    optimal,
    method,
    unit,
    warnings,
  };
}

/** A coupling of any number of distributions, with its entropies. */
export interface ManyCoupling {
  /** Cell c has probability `p[c]` at `indices[k][c]` of distribution k; the cells in the order they were found. */
  readonly indices: readonly Int32Array[];
  readonly p: Float64Array;
  /** H of the joint distribution. */
  readonly entropy: number;
  /** Of each distribution. */
  readonly entropies: readonly number[];
  /** The largest lower bound of any two of them. */
  readonly lowerBound: number;
  readonly unit: Unit;
  readonly warnings: Warning[];
}

/**
 * Couples two or more distributions by the greedy of Kocaoglu et al., at most (1 + log₂ e)/2 = 1.22 bits above the
 * least entropy (Compton et al. 2023).
 *
 * @param distributions K lists of probabilities
 * @returns at most the sum of their lengths − K + 1 cells; entropies in nats or `unit`
 * @throws InputError for fewer than two distributions and whatever is no distribution
 * @example
 * import { coupleMany } from "surprisal/decide";
 * const { p, indices } = coupleMany([[1], [0.75, 0.25], [0.6, 0.3, 0.1]]);
 * // p is [0.6, 0.25, 0.1, 0.05]; indices[2] is [0, 1, 2, 1]
 */
export function coupleMany(
  distributions: readonly ArrayLike<number>[],
  { normalize, unit: asked }: Omit<CouplingOptions, "method"> = {},
): ManyCoupling {
  const where = "coupleMany";
  const unit = asUnit(asked, where);
  if (!Array.isArray(distributions) || distributions.length < 2) {
    throw new InputError({
      code: "too-few-distributions",
      where,
      problem: "nothing to couple",
      expected: "a list of two or more distributions",
      got: Array.isArray(distributions) ? distributions.length : distributions,
    });
  }
  const read = distributions.map((values, k) =>
    asDistribution(values, `${where}: distribution ${k}`, { normalize }),
  );
  const { indices, p } = greedyManyCells(read.map((one) => one.p));
  let lowerBound = 0;
  for (const [k, { p: first }] of read.entries()) {
    for (const { p: second } of read.slice(k + 1)) {
      lowerBound = Math.max(lowerBound, profileBound(first, second), majorisationBound(first, second));
    }
  }
  return {
    indices,
    p,
    entropy: fromNats(entropyOf(p), unit),
    entropies: read.map((one) => fromNats(entropyOf(one.p), unit)),
    lowerBound: fromNats(lowerBound, unit),
    unit,
    warnings: read.flatMap(({ warnings }) => warnings),
  };
}

export function requireMethod(method: string, known: readonly string[], where: string): void {
  if (known.includes(method)) return;
  throw new InputError({
    code: "unknown-method",
    where,
    problem: "no such method",
    expected: `one of ${known.join(", ")}`,
    got: method,
    hint: typeof method === "string" ? didYouMean(method, known) : undefined,
  });
}

function support(p: Float64Array): number {
  return p.reduce((count, value) => (value > 0 ? count + 1 : count), 0);
}
