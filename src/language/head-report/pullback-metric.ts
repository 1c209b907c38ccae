import { InputError } from "../../core/errors.ts";
import { symmetricEigen } from "../../core/linear-algebra.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";

/** How the eigenvalues of a metric are spread. */
export interface Spectrum {
  /** Largest first, in nats per squared unit of the hidden state. */
  readonly eigenvalues: Float64Array;
  readonly trace: number;
  /** (Σλ)² / Σλ²: how many directions of equal size would have this spread. */
  readonly participationRatio: number;
  /** exp of the entropy of λ/Σλ. */
  readonly entropicRank: number;
  /** Columns are the directions, in the order of the eigenvalues. */
  readonly directions: Matrix;
}

/**
 * The Fisher metric of next-token distributions pulled back to hidden states, Wᵀ (diag p − p pᵀ) W = Cov_{w∼p}(W_w)
 * at p = softmax(W h + b): KL(p_{h+εv} ‖ p_h) = ½ ε² vᵀ g v + O(ε³). d × d in nats per squared unit. O(V d²); V × V
 * is never formed.
 *
 * @param W V × d output matrix
 * @param b V biases, or undefined for none
 * @param h hidden state of length d: the vector that is multiplied by W, after any last layer norm
 * @throws InputError when sizes do not fit
 * @source Zhang 2025, theorem 6.1
 * @example
 * import { pullbackMetric } from "surprisal/language";
 * pullbackMetric([[1, 0], [0, 1], [-1, -1], [0.5, -0.5]], undefined, [0.3, -0.2]).data[0]; // 0.52887
 */
export function pullbackMetric(
  W: MatrixLike,
  b: ArrayLike<number> | undefined,
  h: ArrayLike<number>,
): Matrix {
  const head = asHead(W, b, "pullbackMetric");
  requireLength(h, head.W.cols, "pullbackMetric: h");
  return metricAt(head, nextTokenDistribution(head, h));
}

/** The eigenvalues and directions of a metric, and how many directions matter. O(d³). */
export function metricSpectrum(metric: Matrix): Spectrum {
  const { values, vectors } = symmetricEigen(metric, "metricSpectrum");
  const d = metric.rows;
  const order = Array.from(values.keys()).sort((i, j) => values[j] - values[i]);
  const eigenvalues = Float64Array.from(order, (i) => values[i]);
  const directions = matrix(d, d);
  order.forEach((from, to) => {
    for (let k = 0; k < d; k++) directions.data[k * d + to] = vectors.data[k * d + from];
  });
  let trace = 0;
  let squares = 0;
  for (const value of eigenvalues) {
    trace += value;
    squares += value * value;
  }
  let entropy = 0;
  for (const value of eigenvalues) if (value > 0) entropy -= (value / trace) * Math.log(value / trace);
  return {
    eigenvalues,
    trace,
    participationRatio: squares === 0 ? 0 : trace ** 2 / squares,
    entropicRank: Math.exp(entropy),
    directions,
  };
}

/** Abscissas and weights of the 16-point Gauss–Legendre rule on [−1, 1], the positive half. */
const gaussLegendre: readonly (readonly [number, number])[] = [
  [0.09501250983763744, 0.1894506104550685],
  [0.2816035507792589, 0.18260341504492358],
  [0.45801677765722737, 0.16915651939500254],
  [0.6178762444026438, 0.14959598881657674],
  [0.755404408355003, 0.12462897125553388],
  [0.8656312023878318, 0.09515851168249279],
  [0.9445750230732326, 0.062253523938647894],
  [0.9894009349916499, 0.027152459411754096],
];

/**
 * The length of the straight way from one hidden state to another in the pulled-back metric,
 * ∫₀¹ √(Δᵀ g((1 − t) h' + t h) Δ) dt with Δ = h − h', by 16 points: at least the Fisher–Rao distance
 * 2 arccos Σ√(p p') of their next-token distributions. O(V d).
 *
 * @throws InputError when sizes do not fit
 * @example
 * import { pathSensitivity } from "surprisal/language";
 * pathSensitivity([[1, 0], [0, 1], [-1, -1]], undefined, [1, 0], [0, 0]); // 0.757
 */
export function pathSensitivity(
  W: MatrixLike,
  b: ArrayLike<number> | undefined,
  h: ArrayLike<number>,
  from: ArrayLike<number>,
): number {
  const head = asHead(W, b, "pathSensitivity");
  requireLength(h, head.W.cols, "pathSensitivity: h");
  requireLength(from, head.W.cols, "pathSensitivity: from");
  const delta = Float64Array.from({ length: head.W.cols }, (_, k) => h[k] - from[k]);
  const speed = (t: number): number => {
    const at = Float64Array.from(delta, (change, k) => from[k] + t * change);
    return Math.sqrt(Math.max(0, scoreVariance(head, nextTokenDistribution(head, at), delta)));
  };
  let length = 0;
  for (const [x, weight] of gaussLegendre) {
    length += (weight / 2) * (speed((1 + x) / 2) + speed((1 - x) / 2));
  }
  return length;
}

/** A softmax head: V × d weights and V biases. */
export interface Head {
  readonly W: Matrix;
  readonly b: Float64Array;
}

export function asHead(W: MatrixLike, b: ArrayLike<number> | undefined, where: string): Head {
  const weights = asMatrix(W, `${where}: W`);
  if (weights.rows < 2) {
    throw new InputError({
      code: "too-few-rows",
      where: `${where}: W`,
      problem: "the vocabulary is too small",
      expected: "at least 2 rows, one per token",
      got: weights.rows,
    });
  }
  if (b !== undefined) requireLength(b, weights.rows, `${where}: b`);
  return { W: weights, b: b === undefined ? new Float64Array(weights.rows) : Float64Array.from(b) };
}

/** softmax(W h + b). */
export function nextTokenDistribution({ W, b }: Head, h: ArrayLike<number>): Float64Array {
  const p = new Float64Array(W.rows);
  let most = Number.NEGATIVE_INFINITY;
  for (let w = 0, at = 0; w < W.rows; w++) {
    let logit = b[w];
    for (let k = 0; k < W.cols; k++) logit += W.data[at++] * h[k];
    p[w] = logit;
    if (logit > most) most = logit;
  }
  let sum = 0;
  for (let w = 0; w < p.length; w++) sum += p[w] = Math.exp(p[w] - most);
  for (let w = 0; w < p.length; w++) p[w] /= sum;
  return p;
}

/** Var_{w∼p}(W_w · v) = vᵀ g v, without g. */
function scoreVariance({ W }: Head, p: Float64Array, v: Float64Array): number {
  let [first, second] = [0, 0];
  for (let w = 0, at = 0; w < W.rows; w++) {
    let score = 0;
    for (let k = 0; k < W.cols; k++) score += W.data[at++] * v[k];
    first += p[w] * score;
    second += p[w] * score * score;
  }
  return second - first * first;
}

function metricAt({ W }: Head, p: Float64Array): Matrix {
  const d = W.cols;
  const mean = new Float64Array(d);
  for (let w = 0, at = 0; w < W.rows; w++) for (let k = 0; k < d; k++) mean[k] += p[w] * W.data[at++];
  const g = matrix(d, d);
  const centred = new Float64Array(d);
  for (let w = 0; w < W.rows; w++) {
    for (let k = 0; k < d; k++) centred[k] = W.data[w * d + k] - mean[k];
    for (let j = 0; j < d; j++) {
      const scaled = p[w] * centred[j];
      for (let k = 0; k <= j; k++) g.data[j * d + k] += scaled * centred[k];
    }
  }
  for (let j = 0; j < d; j++) for (let k = 0; k < j; k++) g.data[k * d + j] = g.data[j * d + k];
  return g;
}

function requireLength(values: ArrayLike<number>, length: number, where: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new InputError({
        code: "not-finite",
        where,
        problem: `entry ${i} is not finite`,
        got: values[i],
      });
    }
  }
  if (values.length === length) return;
  throw new InputError({
    code: "wrong-length",
    where,
    problem: "wrong length",
    expected: `${length} numbers`,
    got: values.length,
  });
}
