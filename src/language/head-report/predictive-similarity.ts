import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { requireDistributions } from "./distributions.ts";

/**
 * Bhattacharyya Σ√(p p') | exp(−β Σ(√p − √p')²) | expected likelihood ⟨p, p'⟩ | exp(−β JS(p, p')). A kernel of the
 * KL divergence is not offered: it is not positive semi-definite.
 */
export type SimilarityKind = "bc" | "hellinger" | "linear" | "js";

/**
 * How alike the predictions of contexts are: a bounded symmetric n × n kernel between rows of next-token
 * probabilities. O(n² V).
 *
 * @param P n × V, rows on the simplex
 * @param kind `"bc"` by default
 * @param beta sharpness of `"hellinger"` and `"js"`, by default 1
 * @throws InputError when a row is no distribution or an option will not do
 * @source Zhang 2025, section 7
 * @example
 * import { predictiveSimilarity } from "surprisal/language";
 * predictiveSimilarity([[0.5, 0.5], [1, 0]]).data[1]; // 0.7071
 */
export function predictiveSimilarity(P: MatrixLike, kind: SimilarityKind = "bc", beta = 1): Matrix {
  const where = "predictiveSimilarity";
  const rows = asMatrix(P, where);
  requireDistributions(rows, where);
  const similarity = pairFunction(kind, beta, where);
  const { rows: n, cols } = rows;
  const out = matrix(n, n);
  for (let i = 0; i < n; i++) {
    const p = rows.data.subarray(i * cols, (i + 1) * cols);
    for (let j = 0; j <= i; j++) {
      const value = similarity(p, rows.data.subarray(j * cols, (j + 1) * cols));
      out.data[i * n + j] = out.data[j * n + i] = value;
    }
  }
  return out;
}

function pairFunction(
  kind: SimilarityKind,
  beta: number,
  where: string,
): (p: Float64Array, q: Float64Array) => number {
  if (!(beta > 0 && Number.isFinite(beta))) {
    throw new InputError({
      code: "bad-option",
      where,
      problem: "beta will not do",
      expected: "a positive number",
      got: beta,
    });
  }
  switch (kind) {
    case "bc":
      return bhattacharyya;
    case "hellinger":
      return (p, q) => Math.exp(-beta * Math.max(0, 2 - 2 * bhattacharyya(p, q)));
    case "linear":
      return (p, q) => {
        let sum = 0;
        for (let w = 0; w < p.length; w++) sum += p[w] * q[w];
        return sum;
      };
    case "js":
      return (p, q) => Math.exp(-beta * jensenShannon(p, q));
  }
  throw new InputError({
    code: "unknown-similarity",
    where,
    problem: "unknown similarity",
    expected: '"bc", "hellinger", "linear" or "js"',
    got: kind,
  });
}

function bhattacharyya(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let w = 0; w < p.length; w++) sum += Math.sqrt(p[w] * q[w]);
  return sum;
}

/** In nats, between 0 and ln 2. */
function jensenShannon(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let w = 0; w < p.length; w++) {
    const middle = (p[w] + q[w]) / 2;
    if (p[w] > 0) sum += (p[w] / 2) * Math.log(p[w] / middle);
    if (q[w] > 0) sum += (q[w] / 2) * Math.log(q[w] / middle);
  }
  return sum;
}
