import { covariance, symmetricEigen } from "../core/linear-algebra.ts";
import type { Matrix } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import { mean } from "../core/statistics.ts";
import type { EmbeddingMap } from "./report-data.ts";

const mostPoints = 2000;

/** Rows to draw a map of: all up to 2000, else so many drawn at random, ascending. */
export function mapRows(rows: number, seed: number): Int32Array {
  return new Random(seed).subsample(rows, Math.min(rows, mostPoints));
}

/** The rows of a matrix on its first two principal components, to four digits. Takes d³ for d columns. */
export function principalPlane(m: Matrix): Pick<EmbeddingMap, "x" | "y" | "explained"> {
  if (m.rows < 2) return { x: [0], y: [0], explained: [0, 0] };
  const { values, vectors } = symmetricEigen(covariance(m));
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const share = (k: number) => (total > 0 && k < m.cols ? Math.max(0, values[k]) / total : 0);
  return { x: along(m, vectors, 0), y: along(m, vectors, 1), explained: [share(0), share(1)] };
}

function along({ data, rows, cols }: Matrix, vectors: Matrix, k: number): number[] {
  if (k >= cols) return new Array(rows).fill(0);
  const direction = Float64Array.from({ length: cols }, (_, j) => vectors.data[j * cols + k]);
  // The sign of an eigenvector is arbitrary: its largest entry is made positive.
  const sign = Math.sign(direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)));
  const places = Float64Array.from({ length: rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[i * cols + j] * direction[j];
    return sign * sum;
  });
  const middle = mean(places);
  return Array.from(places, (place) => Number((place - middle).toPrecision(4)));
}
