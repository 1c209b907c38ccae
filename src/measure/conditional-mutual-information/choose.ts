import { isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { kindOf, type Variable } from "../estimator.ts";
import {
  chooseMutualInformation,
  mutualInformationEstimators,
  takesKinds,
} from "../mutual-information/mutual-information.ts";
import { checkTies, repeatsItself, toldApart } from "../ties.ts";
import {
  type ConditionalEstimator,
  discrete,
  frenzelPompe1,
  frenzelPompe2,
  gaussian,
  gaussianCopula,
  mixture,
  stratified,
} from "./estimators.ts";

const continuousOnly = [frenzelPompe1, frenzelPompe2, gaussian, gaussianCopula];
const neighbourDimensions = 5;
const neighbourRows = 60;

export interface ConditionalChoice {
  estimator: ConditionalEstimator;
  /** Whether equal rows are to be told apart by tiny noise. */
  jitter: boolean;
  reason: string;
  warnings: Warning[];
}

/**
 * The estimator asked for, or the one that suits the kinds, dimension and number of rows, and whether ties are told
 * apart by noise: always by `"auto"`, otherwise when asked.
 */
export function chooseConditional(
  x: Variable,
  y: Variable,
  z: Variable,
  name: string,
  ties: "error" | "jitter",
  where: string,
): ConditionalChoice {
  const { estimator, reason } = name === "auto" ? bySuitability(x, y, z) : byName(x, y, z, name, where);
  if (estimator.defaults.k === undefined) return { estimator, jitter: false, reason, warnings: [] };
  const plain = { estimator, jitter: false, reason, warnings: [] };
  if (name === "auto" || ties === "jitter") {
    if (!repeatsItself(x, y, z)) return plain;
    return { estimator, jitter: true, reason: `${reason}, told apart by tiny noise`, warnings: [toldApart] };
  }
  return name === "gao" ? plain : { ...plain, warnings: checkTies(name, where, x, y, z) };
}

type Chosen = Pick<ConditionalChoice, "estimator" | "reason">;

function bySuitability(x: Variable, y: Variable, z: Variable): Chosen {
  if (isCodes(z)) {
    if (isCodes(x) && isCodes(y)) return { estimator: discrete, reason: "all are discrete" };
    const { estimator } = chooseMutualInformation(x, y);
    return {
      estimator: stratified(estimator),
      reason: `${estimator.name} inside each level of the condition`,
    };
  }
  if (isCodes(x) || isCodes(y)) return { estimator: mixture, reason: "numbers and categories" };
  const d = x.cols + y.cols + z.cols;
  if (d > neighbourDimensions) {
    return { estimator: gaussianCopula, reason: `${d} dimensions are too many for neighbours` };
  }
  if (x.rows < neighbourRows) {
    return { estimator: gaussianCopula, reason: `${x.rows} rows are too few for neighbours` };
  }
  return { estimator: frenzelPompe1, reason: "numbers" };
}

function byName(x: Variable, y: Variable, z: Variable, name: string, where: string): Chosen {
  if (name === "gao") return { estimator: mixture, reason: "as asked" };
  const kinds = [x, y, z].map(kindOf);
  if (name === "discrete" && !kinds.includes("continuous"))
    return { estimator: discrete, reason: "as asked" };
  const inside = mutualInformationEstimators.get(name);
  if (isCodes(z) && inside && takesKinds(inside, x, y)) {
    return { estimator: stratified(inside), reason: "as asked, inside each level of the condition" };
  }
  const found = continuousOnly.find((estimator) => estimator.name === name);
  if (found && !kinds.includes("discrete")) return { estimator: found, reason: "as asked" };
  throw new InputError({
    code: inside ? "wrong-kind" : "unknown-estimator",
    where,
    problem: inside
      ? `estimator ${name} does not take x, y, z of kind ${kinds.join(", ")}`
      : "unknown estimator",
    expected: "ksg1, ksg2, gaussian, gaussianCopula (numbers), discrete (categories), gao (anything) or auto",
    got: name,
  });
}
