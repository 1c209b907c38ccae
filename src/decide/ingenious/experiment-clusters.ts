import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

/** Rows in 40 clusters whose sizes fall as c^−1.2, on the sphere of 16 dimensions; facility location finds them all. */
export interface Clusters {
  readonly x: Matrix;
  readonly cluster: Int32Array;
}

const centres = 40;
const dimensions = 16;

export function imbalancedClusters(n: number, seed: number): Clusters {
  const random = new Random(seed).split("clusters");
  const middle = Array.from({ length: centres }, () =>
    unit(Float64Array.from({ length: dimensions }, () => random.normal())),
  );
  const weights = Float64Array.from({ length: centres }, (_, c) => (c + 1) ** -1.2);
  const total = weights.reduce((a, b) => a + b);
  const x = matrix(n, dimensions);
  const cluster = new Int32Array(n);
  // Sizes in proportion, by rounding the running sum.
  let share = 0;
  let i = 0;
  for (let c = 0; c < centres; c++) {
    share += weights[c] / total;
    for (; i < Math.round(share * n); i++) {
      cluster[i] = c;
      const row = Float64Array.from(middle[c], (m) => m + 0.15 * random.normal());
      x.data.set(unit(row), i * dimensions);
    }
  }
  return { x, cluster };
}

function unit(v: Float64Array): Float64Array {
  const length = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
  return v.map((value) => value / length);
}
