import { InputError } from "../../core/errors.ts";
import { covariance, multiply, qr, symmetricEigen, transpose } from "../../core/linear-algebra.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";

/** What was made of the rows a compressor was fitted to. */
export interface Compression {
  /** n × m. */
  readonly codes: Matrix;
  /** The rows minus what the codes give back, n × D; missing where there is no way back. */
  readonly residual?: Matrix;
  /** Whether the first columns of the codes are what the compressor with fewer components would give. */
  readonly nested: boolean;
  /** Codes of other rows. */
  encode(x: Matrix): Promise<Matrix>;
}

/** A way to turn wide rows into a few numbers, which it learns from the rows alone. */
export interface Compressor {
  readonly name: string;
  fit(x: Matrix, run: LongRunning & { seed: number }): Promise<Compression>;
}

/** Columns beyond those wanted, which make the iteration converge. */
const extra = 8;
const mostIterations = 300;
/** Change of the variances, as a share of the largest, at which directions are right to 1e-5. */
const settledAt = 1e-10;

export interface PcaOptions {
  /** Where rows have fewer directions than components were asked for, take those. @default false */
  reduceRank?: boolean;
}

/**
 * Principal components: the m directions of largest variance.
 *
 * By subspace iteration without a covariance matrix: O(n D m) for each of some tens of steps.
 *
 * @param components m, default 4
 * @param options `reduceRank`: where rows have fewer directions, take those; default false
 * @throws InputError when m is not a count; in `fit` when the rows have fewer directions than that, without `reduceRank`
 * @example
 * import { compressedMutualInformation, knownInformationImages, pcaCompressor } from "surprisal/measure";
 *
 * const { x, y } = knownInformationImages("bump", 1, 500, 1);
 * const compress = pcaCompressor(3);
 * const { value } = await compressedMutualInformation(x, y, {
 *   compressX: compress,
 *   compressY: compress,
 *   interval: false,
 *   permutations: 0,
 * });
 */
export function pcaCompressor(components = 4, options: PcaOptions = {}): Compressor {
  const where = "pcaCompressor";
  requireComponents(components, where);
  return {
    name: `PCA to ${components}`,
    async fit(x, { seed, signal }) {
      const between = pacer(signal, where);
      const means = columnMeans(x);
      const total = totalVariance(x, means);
      const block = Math.min(components + extra, x.cols, x.rows);
      const random = new Random(seed).split(where);
      let basis = matrix(
        x.cols,
        block,
        Float64Array.from({ length: x.cols * block }, () => random.normal()),
      );
      const times = covarianceTimes(x, means);
      let values: Float64Array = new Float64Array(block);
      for (let step = 0; step < mostIterations; step++) {
        basis = qr(basis).q;
        const image = times(basis);
        const { values: next, vectors } = symmetricEigen(symmetric(multiply(transpose(basis), image)), where);
        const settled = next.every(
          (value, j) => j >= components || Math.abs(value - values[j]) <= settledAt * next[0],
        );
        values = next;
        if (settled || step === mostIterations - 1) {
          basis = multiply(basis, vectors);
          break;
        }
        basis = image;
        await between();
      }
      const rank = values.filter((value) => value > 1e-12 * total).length;
      const m = options.reduceRank ? Math.min(components, Math.max(1, rank)) : components;
      if (rank < m) {
        throw new InputError({
          code: "singular",
          where,
          problem: "the rows vary in fewer directions than components were asked for",
          expected: `at most ${rank} components`,
          got: components,
        });
      }
      const directions = firstColumns(basis, m);
      const encode = (rows: Matrix) => project(rows, means, directions);
      const codes = encode(x);
      const residual = matrix(x.rows, x.cols);
      for (let i = 0, at = 0; i < x.rows; i++) {
        for (let j = 0; j < x.cols; j++, at++) {
          let given = means[j];
          for (let c = 0; c < m; c++) {
            given += codes.data[i * m + c] * directions.data[j * m + c];
          }
          residual.data[at] = x.data[at] - given;
        }
      }
      return { codes, residual, nested: true, encode: async (rows) => encode(rows) };
    },
  };
}

export interface AutoencoderOptions {
  /** Numbers in the code. @default 4 */
  components?: number;
  /** Widths of the layers between the columns and the code; the decoder mirrors them. @default [32, 16] */
  hidden?: readonly number[];
  /** Standard deviation of normal noise on the code (whose entries lie between −1 and 1) in training. @default 0 */
  noise?: number;
  /** @default 40 */
  epochs?: number;
  /** @default 64 */
  batchSize?: number;
  /** Of Adam. @default 0.001 */
  learningRate?: number;
}

/**
 * A dense autoencoder with a tanh code: D → hidden → m → hidden → D, leaky rectifiers (0.2), squared error, Adam. Columns
 * are centred and divided by one scale for all, so that their proportions stay.
 *
 * @throws InputError for sizes that are not counts
 * @example
 * import { autoencoderCompressor, compressedMutualInformation, knownInformationImages } from "surprisal/measure";
 *
 * const { x, y } = knownInformationImages("bump", 1, 300, 1);
 * const compress = autoencoderCompressor({ components: 2, epochs: 5 });
 * const estimate = await compressedMutualInformation(x, y, {
 *   compressX: compress,
 *   compressY: compress,
 *   interval: false,
 *   permutations: 0,
 * });
 */
export function autoencoderCompressor(options: AutoencoderOptions = {}): Compressor {
  const where = "autoencoderCompressor";
  const {
    components = 4,
    hidden = [32, 16],
    noise = 0,
    epochs = 40,
    batchSize = 64,
    learningRate = 1e-3,
  } = options;
  requireComponents(components, where);
  if (!(noise >= 0)) {
    const expected = "a number from 0";
    throw new InputError({ code: "negative", where, problem: "no amount of noise", expected, got: noise });
  }
  return {
    name: `autoencoder to ${components}`,
    async fit(x, run) {
      const { fitAutoencoder } = await import("./autoencoder.ts");
      return fitAutoencoder(where, x, { components, hidden, noise, epochs, batchSize, learningRate }, run);
    },
  };
}

/**
 * The first m columns, as a control that knows nothing of the rows.
 *
 * @throws InputError when m is not a count
 */
export function firstColumnsCompressor(components: number): Compressor {
  requireComponents(components, "firstColumnsCompressor");
  const encode = (x: Matrix) => firstColumns(x, Math.min(components, x.cols));
  return {
    name: `first ${components} columns`,
    fit: async (x) => ({ codes: encode(x), nested: true, encode: async (rows) => encode(rows) }),
  };
}

/** The rows as they are. */
export const noCompressor: Compressor = {
  name: "none",
  fit: async (x) => ({ codes: x, nested: false, encode: async (rows) => rows }),
};

/** The share of the variance that the codes do not give back; missing where there is no way back. */
export function shareLost(x: Matrix, { residual }: Compression): number | undefined {
  if (!residual) return undefined;
  const means = columnMeans(x);
  return residual.data.reduce((sum, r) => sum + r * r, 0) / totalVariance(x, means) / x.rows;
}

function requireComponents(components: number, where: string): void {
  if (Number.isInteger(components) && components >= 1) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: "not a number of components",
    expected: "an integer from 1",
    got: components,
  });
}

export function columnMeans({ data, rows, cols }: Matrix): Float64Array {
  const means = new Float64Array(cols);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) means[j] += data[at++] / rows;
  return means;
}

/** The variances (divisor n) of all columns together. */
export function totalVariance({ data, rows, cols }: Matrix, means: Float64Array): number {
  let sum = 0;
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < cols; j++) sum += (data[at++] - means[j]) ** 2;
  return sum / rows;
}

export function firstColumns({ data, rows, cols }: Matrix, count: number): Matrix {
  const out = matrix(rows, count);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < count; j++) out.data[i * count + j] = data[i * cols + j];
  }
  return out;
}

/** (x − means) directions. */
function project(x: Matrix, means: Float64Array, directions: Matrix): Matrix {
  const { cols } = directions;
  const out = matrix(x.rows, cols);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++) {
      const centred = x.data[i * x.cols + j] - means[j];
      for (let c = 0; c < cols; c++) out.data[i * cols + c] += centred * directions.data[j * cols + c];
    }
  }
  return out;
}

/**
 * A function that multiplies the covariance of x (divisor n) with a basis of few columns: through the covariance itself
 * where it is smaller than x.
 */
function covarianceTimes(x: Matrix, means: Float64Array): (basis: Matrix) => Matrix {
  const centred = matrix(
    x.rows,
    x.cols,
    x.data.map((value, at) => value - means[at % x.cols]),
  );
  if (x.cols <= x.rows) {
    const c = covariance(x);
    const scale = (x.rows - 1) / x.rows;
    c.data.forEach((value, at) => {
      c.data[at] = scale * value;
    });
    return (basis) => product(c, basis);
  }
  const flipped = transpose(centred);
  return (basis) => {
    const image = product(flipped, product(centred, basis));
    return { ...image, data: image.data.map((value) => value / x.rows) };
  };
}

/** a b with b of few columns. */
function product(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    const row = out.data.subarray(i * b.cols, (i + 1) * b.cols);
    for (let j = 0; j < a.cols; j++) {
      const factor = a.data[i * a.cols + j];
      for (let c = 0; c < b.cols; c++) row[c] += factor * b.data[j * b.cols + c];
    }
  }
  return out;
}

/** Rounding taken off. */
function symmetric(m: Matrix): Matrix {
  const out = matrix(m.rows, m.cols);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) {
      out.data[i * m.cols + j] = (m.data[i * m.cols + j] + m.data[j * m.cols + i]) / 2;
    }
  }
  return out;
}
