import { type Matrix, takeRows } from "../../core/matrix.ts";
import { defineTask } from "../../core/parallel/index.ts";
import { facilityLocation } from "./facility-location.ts";
import { type SimilarityMetric, similarities } from "./feature-similarities.ts";
import { maximize, type Optimizer } from "./maximize.ts";

export interface Part {
  rows: Int32Array;
  k: number;
  seed: number;
  metric: SimilarityMetric;
  optimizer: Optimizer;
  epsilon: number;
}

/** Chooses within a part, which represents only itself; gives the rows of the whole. */
export const selectInPart = defineTask(
  import.meta.url,
  "selectInPart",
  async ({ rows, k, seed, metric, optimizer, epsilon }: Part, features: Matrix): Promise<Int32Array> => {
    const f = facilityLocation(similarities(takeRows(features, rows), { metric }));
    const { indices } = await maximize(f, Math.min(k, rows.length), { optimizer, epsilon, seed });
    return indices.map((i) => rows[i]);
  },
);
