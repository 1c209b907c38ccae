import { join } from "node:path";
import { InputError } from "../../core/errors.ts";
import { loadModel, type ModelCard } from "../../engine/checkpoint/model.ts";
import { readTree, writeTree } from "../../engine/checkpoint/tree-file.ts";
import { type Tensor, tensor } from "../../engine/index.ts";
import type { Interactions } from "./interactions.ts";
import { itemWeightsRecommender } from "./item-weights.ts";
import { type MultVae, modelFrom } from "./mult-vae.ts";
import type { Parameters } from "./network.ts";
import type { MultVaeSettings } from "./options.ts";
import { popularityRecommender } from "./popularity.ts";
import { method, type Recommender, type StoredKind } from "./recommender.ts";
import type { TrainingRecord } from "./training.ts";

const historiesFormat = "surprisal click histories";
const historiesFile = "histories.safetensors";

type StoredTree = {
  itemIds: string[];
  clicks: Tensor;
  weights: Tensor;
  params: Parameters;
};

/**
 * Loads what a recommender's `save` wrote; a Mult-VAE comes back with its rate and training record.
 *
 * @throws InputError when there is no model in the folder, it is damaged, or it belongs to another method
 * @example
 * import { interactions, loadRecommender, popularity, strongGeneralizationSplit } from "surprisal/learn";
 * import { tmpdir } from "node:os";
 * const clicks = interactions({ user: [0, 0, 1], item: ["tea", "milk", "tea"] }, { minUserClicks: 1 });
 * const split = strongGeneralizationSplit(clicks, { validationUsers: 0, testUsers: 0 });
 * await popularity(split).save(`${tmpdir()}/surprisal-recommender`);
 * (await loadRecommender(`${tmpdir()}/surprisal-recommender`)).name; // "popularity"
 */
export async function loadRecommender(folder: string): Promise<Recommender | MultVae> {
  const { params: tree, card } = await loadModel<StoredTree>(folder, method);
  const { itemIds } = tree;
  const clicks = tree.clicks.data as Float64Array;
  const kind = card.kind as StoredKind;
  switch (kind) {
    case "popularity":
      return popularityRecommender(itemIds, clicks);
    case "item-weights":
      return itemWeightsRecommender(String(card.name), itemIds, clicks, tree.weights.data as Float64Array);
    case "mult-vae": {
      const { options, training } = card as ModelCard & {
        options: MultVaeSettings;
        training: TrainingRecord;
      };
      return modelFrom(options, itemIds, clicks, tree.params, training);
    }
    default:
      throw new InputError({
        code: "foreign-model",
        where: folder,
        problem: "a kind of recommender that this version does not know",
        got: kind satisfies never,
      });
  }
}

/** Whether a recommender is a neural one, with settings, a training record and a rate. */
export function isMultVae(recommender: Recommender | MultVae): recommender is MultVae {
  return "training" in recommender;
}

/**
 * Saves who clicked what beside a model, so that users can be named later. Histories given by hand need no such file;
 * leave it out when a model is passed on.
 *
 * @throws ReachError when the file cannot be written
 */
export async function saveHistories(
  { userIds, itemIds, matrix }: Omit<Interactions, "dropped">,
  folder: string,
): Promise<void> {
  const tree = {
    userIds,
    itemIds,
    offsets: tensor(matrix.offsets),
    indices: tensor(matrix.indices),
    values: tensor(matrix.values),
  };
  await writeTree(join(folder, historiesFile), historiesFormat, tree, {});
}

/**
 * The histories saved beside a model, without what preparation counted.
 *
 * @throws InputError when there are none or the file is damaged
 */
export async function loadHistories(folder: string): Promise<Omit<Interactions, "dropped">> {
  const stored = await readTree(join(folder, historiesFile), historiesFormat);
  const { userIds, itemIds, offsets, indices, values } = stored.tree as {
    userIds: string[];
    itemIds: string[];
    offsets: Tensor;
    indices: Tensor;
    values: Tensor;
  };
  const matrix = {
    rows: userIds.length,
    cols: itemIds.length,
    offsets: offsets.data as Int32Array,
    indices: indices.data as Int32Array,
    values: values.data as Float64Array,
  };
  return { userIds, itemIds, matrix };
}
