import { columnCounts } from "./csr.ts";
import { type Recommender, recommenderFrom } from "./recommender.ts";
import type { Split } from "./split.ts";

/** What a recommender is fitted to: the training users of a split. */
export type TrainingData = Pick<Split, "train" | "itemIds">;

/**
 * Recommends to everyone what most training users clicked: the baseline below which a model has learned nothing.
 *
 * @example
 * import { interactions, popularity, strongGeneralizationSplit } from "surprisal/learn";
 * const user = [0, 0, 1, 1, 2, 2];
 * const item = ["tea", "milk", "tea", "jam", "tea", "milk"];
 * const split = strongGeneralizationSplit(interactions({ user, item }, { minUserClicks: 1 }), {
 *   validationUsers: 0,
 *   testUsers: 0,
 * });
 * (await popularity(split).recommend(["tea"], 1)).items[0].item; // "milk"
 */
export function popularity({ train, itemIds }: TrainingData): Recommender {
  return popularityRecommender(itemIds, columnCounts(train));
}

export function popularityRecommender(itemIds: readonly string[], clicks: Float64Array): Recommender {
  return recommenderFrom({
    name: "popularity",
    itemIds,
    clicks,
    stored: () => ({ tree: {}, facts: { kind: "popularity" } }),
    async scoreRows(histories) {
      const out = new Float64Array(histories.rows * clicks.length);
      for (let u = 0; u < histories.rows; u++) out.set(clicks, u * clicks.length);
      return out;
    },
  });
}
