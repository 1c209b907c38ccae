import { mostInformation, trainedFamilies } from "./families.ts";
import { heldOutFamilies } from "./held-out.ts";
import { type MistCard, type MistModel, modelOf } from "./model.ts";
import { mistSmall } from "./network.ts";
import { type CurvePoint, type MistTrainingOptions, standardBuckets, trainNetwork } from "./training.ts";

export type { MetaExample, MetaRequest, MetaSampler } from "./meta-sampler.ts";

export type TrainMistOptions = MistTrainingOptions;

/**
 * Trains a network that reads mutual information off samples, on distributions of your own or on those of the shipped
 * one. The same options and seed give the same weights on the same machine and versions.
 *
 * `sampler` is asked for sets of so many rows with at most so many columns a side, and gives x, y and the truth in nats.
 * When the signal fires after the first update, the best network so far is given.
 *
 * @returns a model for {@link mist}'s option `model` and {@link saveMist}, and the curve of its training
 * @throws InputError for options out of range
 * @throws StoppedError when the signal fires before the first update
 * @example
 * import { mist, multivariateNormal, trainMist } from "surprisal/measure";
 *
 * const model = await trainMist({
 *   steps: 3,
 *   buckets: { dims: [{ most: 1, weight: 1 }], rows: [{ most: 32, weight: 1 }], leastRows: 16, rowsPerBatch: 256 },
 *   validationSets: 4,
 *   sampler: ({ rows, random }) => {
 *     const rho = random.uniform();
 *     const { sample, mutualInformation } = multivariateNormal([[1, rho], [rho, 1]], 1);
 *     return { ...sample(rows, random), mutualInformation };
 *   },
 * });
 */
export async function trainMist(
  options: TrainMistOptions,
): Promise<MistModel & { readonly curve: readonly CurvePoint[] }> {
  const { params, curve, steps, sets } = await trainNetwork(options);
  const { buckets = standardBuckets, architecture = mistSmall, seed = 7, learningRate, sampler } = options;
  const best = curve.reduce((a, b) => (a.pure + a.hybrid <= b.pure + b.hybrid ? a : b));
  const largest = (list: readonly { most: number }[]) => Math.max(...list.map(({ most }) => most));
  const card: MistCard = {
    method: "mist",
    architecture,
    trained: {
      rows: [buckets.leastRows, largest(buckets.rows)],
      columns: [1, largest(buckets.dims)],
      information: [0, mostInformation],
    },
    families: sampler ? ["own"] : Object.keys(trainedFamilies),
    heldOut: sampler ? [] : Object.keys(heldOutFamilies),
    steps,
    sets,
    seed,
    ...(learningRate === undefined ? {} : { learningRate }),
    buckets,
    validation: { pure: best.pure, hybrid: best.hybrid },
    bestStep: best.step,
  };
  return { ...modelOf(params, card), curve };
}
