import { throwIfStopped } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import {
  add,
  compile,
  exp,
  greater,
  logSumExp,
  matmul,
  mul,
  power,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  where,
  zeros,
} from "../../engine/index.ts";
import type { Head } from "./pullback-metric.ts";

/** What the heads of all contexts say, without their n × V probabilities. */
export interface HeadPass {
  /** ln Σ exp(logit) of each context. */
  readonly logNormalizer: Float64Array;
  /** Shannon entropy in nats of each context. */
  readonly entropy: Float64Array;
  /** Σ p^power over the support, of each context, for the power asked for. */
  readonly powerSum: Float64Array;
  /** n × d: E_{w∼p} W_w. */
  readonly meanVector: Matrix;
  /** d × d: the pulled-back metric averaged over the contexts. */
  readonly meanMetric: Matrix;
  /** Bhattacharyya coefficients between the contexts of the first chunk. */
  readonly similarity: Matrix;
}

/** Contexts and tokens of a block: 512 × 4096 doubles are 16 MB. */
export const contextBlock = 512;
const tokenBlock = 4096;
/** The bias of tokens that fill up the last block: their probability is exactly 0. */
const never = -1e30;

/**
 * Runs a head over contexts in blocks of contexts × tokens, twice: for the normalisers, then for everything else.
 * Memory O(V d + block). Time O(n V d).
 */
export async function headPass(
  { W, b }: Head,
  H: Matrix,
  mu: Float64Array,
  exponent: number | undefined,
  { signal, onProgress }: LongRunning,
): Promise<HeadPass> {
  const [n, d, V] = [H.rows, W.cols, W.rows];
  const size = Math.min(tokenBlock, V);
  const blocks = tokenBlocks(W, b, size);
  const out = {
    logNormalizer: new Float64Array(n),
    entropy: new Float64Array(n),
    powerSum: new Float64Array(n),
    meanVector: matrix(n, d),
    meanMetric: matrix(d, d),
    similarity: matrix(Math.min(n, contextBlock), Math.min(n, contextBlock)),
  };
  const normalize = compile((h: Tensor, w: Tensor, bias: Tensor) =>
    logSumExp(add(matmul(h, transpose(w)), bias), -1),
  );
  const statistics = compile((h: Tensor, logZ: Tensor, weight: Tensor, w: Tensor, bias: Tensor) => {
    const logP = sub(add(matmul(h, transpose(w)), bias), logZ);
    const p = exp(logP);
    const root = sqrt(p);
    const average = matmul(weight, p);
    return {
      entropy: sum(mul(p, logP), -1),
      power: exponent === undefined ? zeros([1]) : sum(where(greater(p, 0), power(p, exponent), 0), -1),
      mean: matmul(p, w),
      second: matmul(transpose(mul(w, transpose(average))), w),
      roots: matmul(root, transpose(root)),
    };
  });
  const chunks = Math.ceil(n / contextBlock);
  try {
    for (let chunk = 0; chunk < chunks; chunk++) {
      throwIfStopped(signal, "headReport");
      onProgress?.({ done: chunk, total: chunks, label: "next-token distributions" });
      const from = chunk * contextBlock;
      const rows = Math.min(contextBlock, n - from);
      const h = tensor(H.data.slice(from * d, (from + rows) * d), { dtype: "float64", shape: [rows, d] });
      const logZ = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
      for (const { w, bias } of blocks) {
        throwIfStopped(signal, "headReport");
        const part = (await normalize(h, w, bias)).data;
        for (let i = 0; i < rows; i++) logZ[i] = logAddExp(logZ[i], part[i]);
      }
      out.logNormalizer.set(logZ, from);
      const z = tensor(logZ, { dtype: "float64", shape: [rows, 1] });
      const weight = tensor(mu.slice(from, from + rows), { dtype: "float64", shape: [1, rows] });
      for (const { w, bias } of blocks) {
        throwIfStopped(signal, "headReport");
        const part = await statistics(h, z, weight, w, bias);
        addInto(out.entropy, part.entropy, from, -1);
        if (exponent !== undefined) addInto(out.powerSum, part.power, from);
        addInto(out.meanVector.data, part.mean, from * d);
        addInto(out.meanMetric.data, part.second, 0);
        if (chunk === 0) addInto(out.similarity.data, part.roots, 0);
      }
    }
  } finally {
    await normalize.dispose();
    await statistics.dispose();
  }
  onProgress?.({ done: chunks, total: chunks, label: "next-token distributions" });
  subtractOuter(out.meanMetric, out.meanVector, mu);
  return out;
}

/** The vocabulary in equal blocks; the last is filled up with tokens that never come. */
function tokenBlocks(W: Matrix, b: Float64Array, size: number): { w: Tensor; bias: Tensor }[] {
  const d = W.cols;
  return Array.from({ length: Math.ceil(W.rows / size) }, (_, block) => {
    const from = block * size;
    const to = Math.min(W.rows, from + size);
    const weights = new Float64Array(size * d);
    weights.set(W.data.subarray(from * d, to * d));
    const bias = new Float64Array(size).fill(never);
    bias.set(b.subarray(from, to));
    return {
      w: tensor(weights, { dtype: "float64", shape: [size, d] }),
      bias: tensor(bias, { dtype: "float64", shape: [1, size] }),
    };
  });
}

function addInto(to: Float64Array, part: Tensor, from: number, sign = 1): void {
  const { data } = part;
  for (let i = 0; i < data.length; i++) to[from + i] += sign * data[i];
}

/** Σ q W Wᵀ − Σ μ m mᵀ: the mean of the covariances. */
function subtractOuter(metric: Matrix, means: Matrix, mu: Float64Array): void {
  const d = metric.cols;
  for (let i = 0; i < means.rows; i++) {
    for (let j = 0; j < d; j++) {
      const scaled = mu[i] * means.data[i * d + j];
      for (let k = 0; k < d; k++) metric.data[j * d + k] -= scaled * means.data[i * d + k];
    }
  }
  for (let j = 0; j < d; j++) {
    for (let k = 0; k < j; k++) {
      const both = (metric.data[j * d + k] + metric.data[k * d + j]) / 2;
      metric.data[j * d + k] = metric.data[k * d + j] = both;
    }
  }
}

function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === Number.NEGATIVE_INFINITY
    ? larger
    : larger + Math.log(Math.exp(a - larger) + Math.exp(b - larger));
}
