import { InputError } from "../../core/errors.ts";
import { inverseOf } from "./block-inverse.ts";
import { type CsrMatrix, columnCounts, csrTranspose, gram } from "./csr.ts";
import { itemWeightsRecommender } from "./item-weights.ts";
import type { TrainingData } from "./popularity.ts";
import type { Recommender } from "./recommender.ts";

export interface EaseOptions {
  /** Weight of ‖B‖²; between 10 and 1000 in practice, chosen on validation users. */
  lambda: number;
}

/**
 * EASE: the linear model without hidden layer that minimises ‖X − XB‖² + λ‖B‖² with a zero diagonal, exactly. A user's
 * scores are their row times B. Hard to beat: report it beside any neural recommender.
 *
 * Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019: P = (XᵀX + λI)⁻¹, B_ij = −P_ij / P_jj. With
 * fewer users than items through the U × U matrix. Time O(min(U, I)³) in native matrix products, plus the sum of squared
 * lengths of users' rows, or with fewer users than items (U + I) per click; memory 8 bytes for each pair of items.
 *
 * @throws InputError when lambda is not positive
 * @example
 * import { ease, interactions, strongGeneralizationSplit } from "surprisal/learn";
 * const user = [0, 0, 1, 1, 2, 2, 3];
 * const item = ["tea", "milk", "tea", "milk", "jam", "bread", "jam"];
 * const split = strongGeneralizationSplit(interactions({ user, item }, { minUserClicks: 1 }), {
 *   validationUsers: 0,
 *   testUsers: 0,
 * });
 * const model = await ease(split, { lambda: 1 });
 * (await model.recommend(["tea"], 1)).items[0].item; // "milk"
 */
export async function ease({ train, itemIds }: TrainingData, { lambda }: EaseOptions): Promise<Recommender> {
  if (!(lambda > 0 && lambda < Number.POSITIVE_INFINITY)) {
    throw new InputError({
      code: "not-positive",
      where: "ease",
      problem: "lambda will not do",
      expected: "a positive number, for instance 200",
      got: lambda,
    });
  }
  const weights = await easeWeights(train, lambda);
  return itemWeightsRecommender(`EASE λ=${lambda}`, itemIds, columnCounts(train), weights);
}

/** B, I × I and row-major. */
export async function easeWeights(train: CsrMatrix, lambda: number): Promise<Float64Array> {
  const through = train.rows < train.cols ? throughUsers : throughItems;
  const weights = await through(train, lambda);
  const n = train.cols;
  const scale = new Float64Array(n);
  for (let j = 0; j < n; j++) scale[j] = -1 / weights[j * n + j];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) weights[i * n + j] *= scale[j];
    weights[i * n + i] = 0;
  }
  return weights;
}

/** (XᵀX + λI)⁻¹ as it stands. */
export function throughItems(train: CsrMatrix, lambda: number): Promise<Float64Array> {
  return invertRidge(gram(train), train.cols, lambda);
}

/** The same as λ⁻¹ (I − Xᵀ (XXᵀ + λI)⁻¹ X), without the factor λ⁻¹, which B does not depend on. */
export async function throughUsers(train: CsrMatrix, lambda: number): Promise<Float64Array> {
  const { rows, cols, offsets, indices, values } = train;
  const m = await invertRidge(gram(csrTranspose(train)), rows, lambda);
  const p = new Float64Array(cols * cols);
  const projected = new Float64Array(cols);
  for (let u = 0; u < rows; u++) {
    projected.fill(0);
    for (let v = 0; v < rows; v++) {
      const weight = m[u * rows + v];
      for (let e = offsets[v]; e < offsets[v + 1]; e++) projected[indices[e]] -= weight * values[e];
    }
    for (let e = offsets[u]; e < offsets[u + 1]; e++) {
      const x = values[e];
      for (let j = 0, at = indices[e] * cols; j < cols; j++) p[at++] += x * projected[j];
    }
  }
  for (let i = 0; i < cols; i++) p[i * cols + i] += 1;
  return p;
}

async function invertRidge(a: Float64Array, n: number, lambda: number): Promise<Float64Array> {
  for (let i = 0; i < n; i++) a[i * n + i] += lambda;
  const inverse = await inverseOf(a, n);
  if (inverse) return inverse;
  throw new InputError({
    code: "not-positive-definite",
    where: "ease",
    problem: "lambda is too small for these counts",
    expected: "a larger lambda",
    got: lambda,
  });
}
