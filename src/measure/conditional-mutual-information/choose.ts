import { isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { hstack } from "../../core/matrix.ts";
import { duplicateRowShare } from "../../core/statistics.ts";
import { kindOf, type Variable } from "../estimator.ts";
import {
  chooseMutualInformation,
  mutualInformationEstimators,
} from "../mutual-information/mutual-information.ts";
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
const tiesAllowed = 0.05;

export interface ConditionalChoice {
  estimator: ConditionalEstimator;
  reason: string;
}

/** The estimator asked for, or the one that suits the kinds, ties, dimension and number of rows. */
export function chooseConditional(
  x: Variable,
  y: Variable,
  z: Variable,
  name: string,
  where: string,
): ConditionalChoice {
  const allDiscrete = isCodes(x) && isCodes(y) && isCodes(z);
  if (name === "auto") {
    if (allDiscrete) return { estimator: discrete, reason: "all are discrete" };
    if (isCodes(z)) {
      const { estimator, reason } = chooseMutualInformation(x, y);
      return { estimator: stratified(estimator), reason: `inside each level of the condition: ${reason}` };
    }
    if (isCodes(x) || isCodes(y)) return { estimator: mixture, reason: "numbers and categories" };
    return continuous(x, y, z);
  }
  if (name === "gao") return { estimator: mixture, reason: "as asked" };
  if (allDiscrete && name === "discrete") return { estimator: discrete, reason: "as asked" };
  const inside = mutualInformationEstimators.get(name);
  if (isCodes(z) && inside && fits(inside.takes.x, x) && fits(inside.takes.y, y)) {
    return { estimator: stratified(inside), reason: "as asked, inside each level of the condition" };
  }
  const found = continuousOnly.find((estimator) => estimator.name === name);
  if (found && !isCodes(x) && !isCodes(y) && !isCodes(z)) return { estimator: found, reason: "as asked" };
  const kinds = [x, y, z].map(kindOf).join(", ");
  const known = mutualInformationEstimators.has(name);
  throw new InputError({
    code: known ? "wrong-kind" : "unknown-estimator",
    where,
    problem: known ? `estimator ${name} does not take x, y, z of kind ${kinds}` : "unknown estimator",
    expected: "ksg1, ksg2, gaussian, gaussianCopula (numbers), discrete (categories), gao (anything) or auto",
    got: name,
  });
}

function continuous(x: Matrix, y: Matrix, z: Matrix): ConditionalChoice {
  const d = x.cols + y.cols + z.cols;
  if (d > neighbourDimensions) {
    return { estimator: gaussianCopula, reason: `${d} dimensions are too many for neighbours` };
  }
  if (x.rows < neighbourRows) {
    return { estimator: gaussianCopula, reason: `${x.rows} rows are too few for neighbours` };
  }
  const ties = duplicateRowShare(hstack(x, y, z));
  if (ties > tiesAllowed) return { estimator: mixture, reason: "numbers, many ties" };
  return { estimator: frenzelPompe1, reason: "numbers, few ties" };
}

function fits(wanted: string, v: Variable): boolean {
  return wanted === "any" || wanted === kindOf(v);
}
