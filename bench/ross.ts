import { asCodes } from "../src/core/codes.ts";
import { matrix } from "../src/core/matrix.ts";
import { standardize } from "../src/core/statistics.ts";
import { ross } from "../src/measure/ross/ross.ts";
import { againstScikitLearn } from "./support/against-scikit-learn.ts";
import type { Bench } from "./support/bench.ts";
import { classesOf } from "./support/data.ts";

const column = (values: Float64Array) => standardize(matrix(values.length, 1, values));

export const bench: Bench = {
  id: "ross",
  title: "Ross, one column and five classes, k = 3, one thread, against mutual_info_classif",
  run: () =>
    againstScikitLearn({
      method: "ross",
      task: "classif",
      target: (y) => Float64Array.from(classesOf(y)),
      estimate: (x, y) => ross.estimate(column(x), asCodes(y), { k: 3 }).value,
      permuter: (x, y) => ross.permuter!(column(x), asCodes(y), { k: 3 }),
    }),
};
