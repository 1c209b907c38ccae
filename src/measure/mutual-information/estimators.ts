import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { ebabEstimator } from "../adaptive-binning/adaptive-binning.ts";
import type { MutualInformationEstimator } from "../estimator.ts";
import { gao } from "../gao/gao.ts";
import { gaussian, gaussianCopula } from "../gaussian/gaussian.ts";
import { ksg1, ksg2 } from "../ksg/ksg.ts";
import { wkl } from "../lossy-compression/lossy-compression.ts";
import { discrete, histogram } from "../plug-in/plug-in.ts";
import { ross } from "../ross/ross.ts";
import { trainedEstimators } from "./trained-estimators.ts";

const all = [
  ksg1,
  ksg2,
  gaussian,
  gaussianCopula,
  histogram,
  discrete,
  ross,
  gao,
  ebabEstimator,
  wkl,
] as const;

/** The mutual-information estimators that can be asked for by name, besides `"auto"`. */
export const mutualInformationEstimators: ReadonlyMap<string, MutualInformationEstimator> = new Map(
  all.map((estimator) => [estimator.name, estimator]),
);

export function estimatorNamed(name: string, where: string): MutualInformationEstimator {
  const found = mutualInformationEstimators.get(name);
  if (found) return found;
  const names = [...mutualInformationEstimators.keys(), ...trainedEstimators.keys(), "auto"];
  throw new InputError({
    code: "unknown-estimator",
    where,
    problem: "unknown estimator",
    expected: `one of ${names.join(", ")}`,
    got: name,
    hint: didYouMean(name, names),
  });
}
