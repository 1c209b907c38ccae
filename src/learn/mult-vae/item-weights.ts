import { tensor } from "../../engine/index.ts";
import { type CsrMatrix, columnCounts, gram } from "./csr.ts";
import type { TrainingData } from "./popularity.ts";
import { type Recommender, recommenderFrom } from "./recommender.ts";

/** A linear recommender: the scores of a user's row x are x B, so column j of the I × I weights predicts item j. */
export function itemWeightsRecommender(
  name: string,
  itemIds: readonly string[],
  clicks: Float64Array,
  weights: Float64Array,
): Recommender {
  return recommenderFrom({
    name,
    itemIds,
    clicks,
    stored: () => ({
      tree: { weights: tensor(weights, { shape: [clicks.length, clicks.length] }) },
      facts: { kind: "item-weights" },
    }),
    scoreRows: async (histories) => timesWeights(histories, weights),
  });
}

function timesWeights(rows: CsrMatrix, weights: Float64Array): Float64Array {
  const { cols } = rows;
  const out = new Float64Array(rows.rows * cols);
  for (let u = 0; u < rows.rows; u++) {
    for (let e = rows.offsets[u]; e < rows.offsets[u + 1]; e++) {
      const x = rows.values[e];
      for (let j = 0, from = rows.indices[e] * cols, to = u * cols; j < cols; j++) {
        out[to++] += x * weights[from++];
      }
    }
  }
  return out;
}

/**
 * Item-to-item neighbours: a user's score of item j is the sum of cosine similarities |Uᵢ ∩ Uⱼ| / √(|Uᵢ| |Uⱼ|) to the
 * items i in their history, Uᵢ being the training users who clicked i. All neighbours count. Memory O(I²).
 *
 * @example
 * import { interactions, itemKnn, strongGeneralizationSplit } from "surprisal/learn";
 * const user = [0, 0, 1, 1, 2, 2, 3];
 * const item = ["tea", "milk", "tea", "milk", "jam", "bread", "jam"];
 * const split = strongGeneralizationSplit(interactions({ user, item }, { minUserClicks: 1 }), {
 *   validationUsers: 0,
 *   testUsers: 0,
 * });
 * (await itemKnn(split).recommend(["tea"], 1)).items[0].item; // "milk"
 */
export function itemKnn({ train, itemIds }: TrainingData): Recommender {
  const binary = { ...train, values: new Float64Array(train.values.length).fill(1) };
  const weights = gram(binary);
  const clicks = columnCounts(train);
  const n = clicks.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      weights[i * n + j] =
        i === j || weights[i * n + j] === 0 ? 0 : weights[i * n + j] / Math.sqrt(clicks[i] * clicks[j]);
    }
  }
  return itemWeightsRecommender("item-kNN", itemIds, clicks, weights);
}
