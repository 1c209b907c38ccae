import { matrix } from "../src/core/matrix.ts";
import { standardize } from "../src/core/statistics.ts";
import { ksg1 } from "../src/measure/ksg/ksg.ts";
import { againstScikitLearn } from "./support/against-scikit-learn.ts";
import type { Bench } from "./support/bench.ts";

const column = (values: Float64Array) => standardize(matrix(values.length, 1, values));

export const bench: Bench = {
  id: "ksg",
  title: "KSG 1, one pair of columns, k = 3, one thread, against mutual_info_regression",
  run: () =>
    againstScikitLearn({
      method: "ksg",
      task: "regression",
      target: (y) => y,
      estimate: (x, y) => ksg1.estimate(column(x), column(y), { k: 3 }).value,
      permuter: (x, y) => ksg1.permuter!(column(x), column(y), { k: 3 }),
    }),
};
