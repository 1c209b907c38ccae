/**
 * Spectral clustering: the graph of 10 nearest neighbours, the leading eigenvectors of its normalised adjacency by
 * subspace iteration, and clusters from a pivoted QR decomposition of them (A. Damle, V. Minden, L. Ying, "Simple,
 * direct, and efficient multi-way spectral clustering", Information and Inference 2019).
 */
import { multiply, qr, svd, symmetricEigen, transpose } from "../../core/linear-algebra.ts";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { nearestNeighbours } from "../../core/neighbours/index.ts";
import type { Random } from "../../core/random.ts";

const neighbours = 10;
const rounds = 150;
/** Vectors carried along beyond those that are wanted make these settle sooner. */
const spare = 8;

/** A cluster for each row, numbered from 0; at most `count`, fewer where some turn out empty. */
export function spectralClusters(points: Matrix, count: number, random: Random): Int32Array {
  const n = points.rows;
  const clusters = Math.min(count, n - 1);
  const vectors = leadingVectors(neighbourLists(points), clusters, random);
  const corners = takeRows(vectors, pivots(vectors));
  const { u, v } = svd(transpose(corners));
  const scores = multiply(vectors, multiply(u, transpose(v)));
  return Int32Array.from({ length: n }, (_, i) => {
    const row = scores.data.subarray(i * clusters, (i + 1) * clusters);
    return row.reduce((best, value, c) => (Math.abs(value) > Math.abs(row[best]) ? c : best), 0);
  });
}

/** For each row its neighbours and their weights: ½ for each of the two that has the other among its nearest. */
function neighbourLists(points: Matrix): Map<number, number>[] {
  const k = Math.min(neighbours, points.rows - 1);
  const { indices } = nearestNeighbours(points, k, "euclidean");
  const lists = Array.from({ length: points.rows }, () => new Map<number, number>());
  for (let i = 0; i < points.rows; i++) {
    for (const j of indices.subarray(i * k, (i + 1) * k)) {
      lists[i].set(j, (lists[i].get(j) ?? 0) + 0.5);
      lists[j].set(i, (lists[j].get(i) ?? 0) + 0.5);
    }
  }
  return lists;
}

/** Eigenvectors of the largest eigenvalues of D^−½ A D^−½, as columns. */
function leadingVectors(lists: readonly Map<number, number>[], count: number, random: Random): Matrix {
  const n = lists.length;
  const scale = lists.map(
    (list) => 1 / Math.sqrt([...list.values()].reduce((sum, weight) => sum + weight, 0)),
  );
  const edges = lists.map((list, i) => ({
    ends: Int32Array.from(list.keys()),
    weights: Float64Array.from(list, ([j, weight]) => scale[i] * weight * scale[j]),
  }));
  const width = Math.min(n, count + spare);
  // (I + S) / 2 has the same vectors and no negative eigenvalue that could come out large.
  const advance = (from: Matrix) => {
    const to = matrix(n, width);
    for (const [i, { ends, weights }] of edges.entries()) {
      for (let c = 0; c < width; c++) {
        let sum = from.data[i * width + c];
        for (let e = 0; e < ends.length; e++) sum += weights[e] * from.data[ends[e] * width + c];
        to.data[i * width + c] = sum / 2;
      }
    }
    return to;
  };
  let basis = qr(
    matrix(
      n,
      width,
      Float64Array.from({ length: n * width }, () => random.normal()),
    ),
  ).q;
  for (let round = 1; round <= rounds; round++) {
    basis = advance(basis);
    if (round % 5 === 0) basis = qr(basis).q;
  }
  const small = multiply(transpose(basis), advance(basis));
  const { vectors } = symmetricEigen(symmetrised(small));
  const first = matrix(width, count);
  for (let i = 0; i < width; i++) {
    for (let c = 0; c < count; c++) first.data[i * count + c] = vectors.data[i * width + c];
  }
  return multiply(basis, first);
}

/** The mean of a matrix and its transpose. */
function symmetrised(m: Matrix): Matrix {
  const turned = transpose(m);
  return matrix(
    m.rows,
    m.cols,
    m.data.map((value, i) => (value + turned.data[i]) / 2),
  );
}

/** Rows that are as different from each other as can be: each time the longest of what earlier ones do not explain. */
function pivots(vectors: Matrix): Int32Array {
  const { rows, cols } = vectors;
  const rest = vectors.data.slice();
  const chosen = new Int32Array(cols);
  const row = (i: number) => rest.subarray(i * cols, (i + 1) * cols);
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, c) => sum + value * b[c], 0);
  for (let p = 0; p < cols; p++) {
    let longest = 0;
    for (let i = 1; i < rows; i++) {
      if (product(row(i), row(i)) > product(row(longest), row(longest))) longest = i;
    }
    chosen[p] = longest;
    const length = Math.sqrt(product(row(longest), row(longest)));
    if (length === 0) continue;
    const direction = row(longest).map((value) => value / length);
    for (let i = 0; i < rows; i++) {
      const own = row(i);
      const along = product(own, direction);
      for (let c = 0; c < cols; c++) own[c] -= along * direction[c];
    }
  }
  return chosen;
}
