import { isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { hstack } from "../../core/matrix.ts";
import { standardDeviation } from "../../core/statistics.ts";
import type { EstimatorOptions, MutualInformationEstimator, Variable } from "../estimator.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { ross } from "../ross/ross.ts";
import { firstColumns } from "./compressors.ts";
import type { Compressed, Study } from "./study.ts";
import { wkl } from "./wkl.ts";

/** Differences of the two estimators from which a reader should know: half a nat, or entropies well below 0. */
const disagreement = 0.5;
const clearlyNegative = -0.1;

/** What else is known of a value: a second opinion, the values with less and with more of the variables. */
export function selfChecks(
  { estimator, settings, codes }: Study,
  { sides }: Compressed,
  value: number,
  standardError: number,
): {
  secondOpinion?: { method: string; value: number };
  byComponents: { components: number; value: number }[];
  withRest?: number;
  standardError: number;
  warnings: Warning[];
} {
  const warnings: Warning[] = [];
  const other = estimator === wkl ? (isCodes(codes.x) || isCodes(codes.y) ? ross : ksg1) : wkl;
  const second = valueOrNothing(other, codes.x, codes.y, settings);
  if (second !== undefined) {
    const [neighbours, entropies] = estimator === wkl ? [second, value] : [value, second];
    if (Math.abs(neighbours - entropies) > disagreement || entropies < clearlyNegative) {
      const message = `entropies give ${entropies.toFixed(2)} and neighbours ${neighbours.toFixed(2)} nats: the codes do not fill their space, trust neighbours`;
      warnings.push({ code: "estimators-disagree", message });
    }
  }
  const [moreX, moreY] = sides.map(({ name, rest }) => {
    const own = codes[name];
    return rest && !isCodes(own) ? hstack(own, rest) : own;
  });
  const withRest =
    moreX === codes.x && moreY === codes.y ? undefined : valueOrNothing(estimator, moreX, moreY, settings);
  if (withRest !== undefined && withRest > value + 3 * standardError) {
    const message = `a compressor loses structure: with what was left out the value is ${withRest.toFixed(2)} instead of ${value.toFixed(2)} nats`;
    warnings.push({ code: "loses-structure", message });
  }
  const byComponents: { components: number; value: number }[] = [];
  const nested = sides.filter(({ compression }) => compression?.nested);
  const widest = Math.max(0, ...nested.map(({ compression }) => compression!.codes.cols));
  for (let components = 1; components < widest; components++) {
    const [x, y] = sides.map(({ compression, name }) => {
      const all = codes[name];
      return isCodes(all) || !compression?.nested ? all : firstColumns(all, Math.min(components, all.cols));
    });
    const fewer = valueOrNothing(estimator, x, y, settings);
    if (fewer !== undefined) byComponents.push({ components, value: fewer });
  }
  if (widest > 0) byComponents.push({ components: widest, value });
  const before = byComponents.at(-2);
  if (before && value > before.value + 3 * standardError) {
    const message = `the last component still added ${(value - before.value).toFixed(2)} nats: more may add more`;
    warnings.push({ code: "more-components", message });
  }
  const secondOpinion = second === undefined ? undefined : { method: other.name, value: second };
  return { secondOpinion, byComponents, withRest, standardError, warnings };
}

/** Of a mean, from the contributions of the rows. */
export function standardErrorOf(local: Float64Array | undefined): number {
  const values = (local ?? new Float64Array(0)).filter((value) => Number.isFinite(value));
  return standardDeviation(values) / Math.sqrt(values.length);
}

/** The value, or nothing where the estimator refuses these columns. */
function valueOrNothing(
  estimator: MutualInformationEstimator,
  x: Variable,
  y: Variable,
  settings: EstimatorOptions,
): number | undefined {
  try {
    const { value } = estimator.estimate(x, y, settings);
    return Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
