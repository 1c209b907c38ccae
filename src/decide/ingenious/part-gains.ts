import { matrix, takeRows } from "../../core/matrix.ts";
import { defineTask } from "../../core/parallel/index.ts";
import {
  facilityLocation,
  graphCut,
  logDeterminant,
  maximize,
  type Optimizer,
  type SetFunction,
  type Similarities,
  type SimilarityMetric,
  similarities,
} from "../submodular/submodular.ts";

export type ImportanceFunction = "facility-location" | "graph-cut" | "log-determinant";

/** Rows of the features that belong together, and the seed of a sampling optimizer there. */
export interface Part {
  readonly rows: Int32Array;
  readonly seed: number;
}

export interface PartShared {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
  readonly metric: SimilarityMetric;
  readonly setFunction: ImportanceFunction;
  readonly optimizer: Optimizer;
  readonly epsilon: number;
}

/** The gain of each row of a part when the whole part is ranked greedily, in the order of the part. */
export const partGains = defineTask(
  import.meta.url,
  "partGains",
  async ({ rows, seed }: Part, shared: PartShared): Promise<Float64Array> => {
    const features = takeRows(matrix(shared.rows, shared.cols, shared.data), rows);
    const f = functionOf(shared.setFunction, similarities(features, { metric: shared.metric }));
    const { optimizer, epsilon } = shared;
    const { indices, gains } = await maximize(f, rows.length, { optimizer, epsilon, seed });
    const out = new Float64Array(rows.length);
    for (let t = 0; t < indices.length; t++) out[indices[t]] = gains[t];
    return out;
  },
);

function functionOf(name: ImportanceFunction, s: Similarities): SetFunction {
  if (name === "graph-cut") return graphCut(s);
  if (name === "log-determinant") return logDeterminant(s);
  return facilityLocation(s);
}
