import type { Matrix } from "../../core/matrix.ts";
import { correlation, ranks } from "../../core/statistics.ts";
import { centredKernelAlignment, gram, relativeDirichletEnergy, varianceInTop } from "./alignment.ts";
import { contextBlock, type HeadPass } from "./head-pass.ts";
import { predictiveSimilarity } from "./predictive-similarity.ts";
import type { Spectrum } from "./pullback-metric.ts";

/** Hidden states beside predictions. */
export interface Comparison {
  /** Dirichlet energy over variance along each sensitive direction: low where alike predictions lie together. */
  readonly dirichlet: Float64Array;
  readonly alignment: {
    /** Contexts compared with each other. */
    readonly contexts: number;
    /** Linear CKA of hidden states and predictive similarity. */
    readonly cka: number;
    /** Share of the hidden states' variance inside the top eigenvectors of the similarity, as many as `directions`. */
    readonly varianceInTop: number;
    /** Spearman correlation of metric distance and Hellinger distance over pairs. */
    readonly spearman: number;
    /** Whether the similarity is of the true distributions or of the head's. */
    readonly of: "data" | "head";
  };
}

/** The share of the variance of the hidden states inside the span of the first k directions. */
export function varianceAlong(H: Matrix, mu: Float64Array, directions: Matrix, count: number): Float64Array {
  const total = covarianceTrace(H, mu);
  let sum = 0;
  return Float64Array.from({ length: count }, (_, k) => {
    const phi = project(H, directions, k);
    const centre = phi.reduce((a, value, i) => a + mu[i] * value, 0);
    sum += phi.reduce((a, value, i) => a + mu[i] * (value - centre) ** 2, 0);
    return sum / total;
  });
}

function covarianceTrace(H: Matrix, mu: Float64Array): number {
  let trace = 0;
  for (let k = 0; k < H.cols; k++) {
    let [first, second] = [0, 0];
    for (let i = 0; i < H.rows; i++) {
      first += mu[i] * H.data[i * H.cols + k];
      second += mu[i] * H.data[i * H.cols + k] ** 2;
    }
    trace += second - first ** 2;
  }
  return trace;
}

function project(H: Matrix, directions: Matrix, k: number): Float64Array {
  return Float64Array.from({ length: H.rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < H.cols; j++) sum += H.data[i * H.cols + j] * directions.data[j * H.cols + k];
    return sum;
  });
}

/** Pairs of contexts: do hidden states lie together where predictions are alike? */
export function compare(
  H: Matrix,
  mu: Float64Array,
  pass: HeadPass,
  spectrum: Spectrum,
  count: number,
  truth: Matrix | undefined,
): Comparison {
  const n = Math.min(H.rows, contextBlock);
  const rows = { data: H.data.subarray(0, n * H.cols), rows: n, cols: H.cols };
  const mass = mu.subarray(0, n).reduce((a, weight) => a + weight, 0);
  const weights = mu.slice(0, n).map((weight) => weight / mass);
  const similarity = truth
    ? predictiveSimilarity({ data: truth.data.slice(0, n * truth.cols), shape: [n, truth.cols] })
    : pass.similarity;
  const inner = gram(rows, weights);
  const sensitive = Array.from({ length: spectrum.eigenvalues.length }, (_, k) =>
    project(rows, spectrum.directions, k),
  );
  const metricDistances = new Float64Array((n * (n - 1)) / 2);
  const hellingerDistances = new Float64Array(metricDistances.length);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < i; j++, at++) {
      let square = 0;
      sensitive.forEach((phi, k) => {
        square += spectrum.eigenvalues[k] * (phi[i] - phi[j]) ** 2;
      });
      metricDistances[at] = square;
      hellingerDistances[at] = -similarity.data[i * n + j];
    }
  }
  return {
    dirichlet: Float64Array.from({ length: count }, (_, k) =>
      relativeDirichletEnergy(similarity, sensitive[k], weights),
    ),
    alignment: {
      contexts: n,
      cka: centredKernelAlignment(similarity, inner, weights),
      varianceInTop: varianceInTop(similarity, inner, weights, count),
      spearman: correlation(ranks(metricDistances), ranks(hellingerDistances)),
      of: truth ? "data" : "head",
    },
  };
}
