import { isCodes } from "../core/codes.ts";
import { type Matrix, matrix } from "../core/matrix.ts";
import type { Variable } from "./estimator.ts";

/** A variable as a network or a metric sees it: numbers as they are, categories as one column of 0 and 1 per level. */
export function asColumns(v: Variable): Matrix {
  if (!isCodes(v)) return v;
  const out = matrix(v.codes.length, v.levels.length);
  v.codes.forEach((code, i) => {
    out.data[i * out.cols + code] = 1;
  });
  return out;
}
