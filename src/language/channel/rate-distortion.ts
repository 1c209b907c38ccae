import { InputError } from "../../core/errors.ts";
import { inverse } from "../../core/linear-algebra.ts";
import { asMatrix } from "../../core/matrix.ts";
import { mean } from "../../core/statistics.ts";

const where = "fitRateDistortion";
const [leastDecay, mostDecay] = [1e-3, 1e3];
const gridPoints = 60;
const goldenSteps = 60;
const newtonSteps = 10;

/** D(R) = C exp(−b R) + D0, by least squares. */
export interface RateDistortionFit {
  /** How much distortion information can take away; at least 0. */
  readonly C: number;
  /** How fast, in 1 / unit of rate; at least 0. */
  readonly b: number;
  /** What remains at any rate, from 0 to 1: the predictor's own errors. */
  readonly D0: number;
  /** Share of the variance of the distortions that the curve explains. */
  readonly r2: number;
  /** Standard errors from (JᵀJ)⁻¹ s²; undefined where the data do not determine the parameters. */
  readonly standardErrors?: { readonly C: number; readonly b: number; readonly D0: number };
  readonly points: number;
}

/**
 * Fits the curve of distortion by rate, D(R) = C exp(−b R) + D0 with C ≥ 0, b ≥ 0 and 0 ≤ D0 ≤ 1.
 *
 * For a given b the curve is linear in C and D0, which are found in closed form; b by a grid of 60 points and golden
 * section on its logarithm from 1e-3 to 1e3, then ten Gauss–Newton steps. One curve for each predictor: what D0 differs
 * by is what a better predictor buys.
 *
 * @param rate of each compressor, for instance bits per token
 * @param distortion of each compressor, from 0 to 1, for instance 1 − accuracy
 * @throws InputError for fewer than 4 points or 3 different rates, unequal lengths, rates that are not finite, distortions
 *   outside [0, 1]
 * Source: He et al. 2025, arXiv 2512.21720.
 * @example
 * import { fitRateDistortion } from "surprisal/language";
 * const { b, D0, r2 } = fitRateDistortion([0.06, 0.18, 0.44, 0.81], [0.59, 0.44, 0.25, 0.06]);
 * // r2 is close to 1
 */
export function fitRateDistortion(rate: ArrayLike<number>, distortion: ArrayLike<number>): RateDistortionFit {
  const x = Array.from(rate);
  const y = Array.from(distortion);
  requirePoints(x, y);
  const errorAt = (logDecay: number) => linearFit(x, y, Math.exp(logDecay)).error;
  const [low, high] = [Math.log(leastDecay), Math.log(mostDecay)];
  const step = (high - low) / (gridPoints - 1);
  let best = 0;
  for (let g = 1; g < gridPoints; g++) if (errorAt(low + g * step) < errorAt(low + best * step)) best = g;
  const b = Math.exp(
    goldenSection(
      errorAt,
      low + Math.max(0, best - 1) * step,
      low + Math.min(gridPoints - 1, best + 1) * step,
    ),
  );
  const { c, floor } = linearFit(x, y, b);
  const refined = gaussNewton(x, y, [c, b, floor]);
  const center = mean(y);
  const total = y.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const error = squaredError(x, y, refined);
  return {
    C: refined[0],
    b: refined[1],
    D0: refined[2],
    r2: total === 0 ? 1 : 1 - error / total,
    standardErrors: standardErrors(x, refined, error),
    points: x.length,
  };
}

/**
 * The distortion that a fitted curve gives at a rate.
 *
 * @example
 * import { distortionAt } from "surprisal/language";
 * distortionAt({ C: 0.6, b: 1.5, D0: 0.1 }, 0); // 0.7
 */
export function distortionAt(fit: Pick<RateDistortionFit, "C" | "b" | "D0">, rate: number): number {
  return fit.C * Math.exp(-fit.b * rate) + fit.D0;
}

/** C, b, D0 */
type Parameters = readonly [number, number, number];

function squaredError(x: readonly number[], y: readonly number[], [C, b, D0]: Parameters): number {
  return x.reduce((sum, rate, i) => sum + (distortionAt({ C, b, D0 }, rate) - y[i]) ** 2, 0);
}

/** The best C ≥ 0 and D0 in [0, 1] for a given b: the free solution where it is allowed, else the best on an edge. */
function linearFit(x: readonly number[], y: readonly number[], b: number) {
  const n = x.length;
  const e = x.map((rate) => Math.exp(-b * rate));
  const [meanE, meanY] = [mean(e), mean(y)];
  let ee = 0;
  let ey = 0;
  let ee0 = 0;
  let ey0 = 0;
  for (let i = 0; i < n; i++) {
    ee += (e[i] - meanE) ** 2;
    ey += (e[i] - meanE) * (y[i] - meanY);
    ee0 += e[i] ** 2;
    ey0 += e[i] * y[i];
  }
  const free = ee > 0 ? ey / ee : 0;
  const onFloor = (floor: number) => ({
    c: ee0 > 0 ? Math.max(0, (ey0 - floor * n * meanE) / ee0) : 0,
    floor,
  });
  const candidates = [onFloor(0), onFloor(1), { c: 0, floor: Math.min(1, Math.max(0, meanY)) }];
  const floor = meanY - free * meanE;
  if (free >= 0 && floor >= 0 && floor <= 1) candidates.push({ c: free, floor });
  return candidates
    .map(({ c, floor }) => ({ c, floor, error: squaredError(x, y, [c, b, floor]) }))
    .reduce((a, candidate) => (candidate.error < a.error ? candidate : a));
}

function goldenSection(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [from, to];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [fLeft, fRight] = [f(left), f(right)];
  for (let step = 0; step < goldenSteps; step++) {
    if (fLeft <= fRight) {
      [high, right, fRight] = [right, left, fLeft];
      left = high - ratio * (high - low);
      fLeft = f(left);
    } else {
      [low, left, fLeft] = [left, right, fRight];
      right = low + ratio * (high - low);
      fRight = f(right);
    }
  }
  return (low + high) / 2;
}

/** Steps that lower the error and stay within bounds; others are not taken. */
function gaussNewton(x: readonly number[], y: readonly number[], start: Parameters): Parameters {
  let at = start;
  for (let step = 0; step < newtonSteps; step++) {
    const cov = normalInverse(x, at);
    if (!cov) return at;
    const gradient = [0, 0, 0];
    for (const [i, rate] of x.entries()) {
      const residual = y[i] - distortionAt({ C: at[0], b: at[1], D0: at[2] }, rate);
      for (const [k, slope] of slopes(at, rate).entries()) gradient[k] += slope * residual;
    }
    const next = at.map((value, k) => value + cov[k].reduce((sum, c, m) => sum + c * gradient[m], 0));
    const [C, b, D0] = next;
    if (!(C >= 0 && b >= 0 && D0 >= 0 && D0 <= 1)) return at;
    if (!(squaredError(x, y, [C, b, D0]) < squaredError(x, y, at))) return at;
    at = [C, b, D0];
  }
  return at;
}

/** ∂D/∂C, ∂D/∂b, ∂D/∂D0 */
function slopes([C, b]: Parameters, rate: number): Parameters {
  const e = Math.exp(-b * rate);
  return [e, -C * rate * e, 1];
}

/** (JᵀJ)⁻¹, or undefined where it has none to speak of. */
function normalInverse(x: readonly number[], at: Parameters): number[][] | undefined {
  const sums = [0, 1, 2].map(() => [0, 0, 0]);
  for (const rate of x) {
    const g = slopes(at, rate);
    for (const k of [0, 1, 2]) for (const m of [0, 1, 2]) sums[k][m] += g[k] * g[m];
  }
  const scale = sums.map((row, k) => Math.sqrt(row[k]));
  if (scale.some((s) => s === 0)) return undefined;
  try {
    const { data } = inverse(asMatrix(sums.map((row, k) => row.map((v, m) => v / scale[k] / scale[m]))));
    return [0, 1, 2].map((k) => [0, 1, 2].map((m) => data[3 * k + m] / scale[k] / scale[m]));
  } catch {
    return undefined;
  }
}

function standardErrors(
  x: readonly number[],
  at: Parameters,
  error: number,
): RateDistortionFit["standardErrors"] {
  const cov = normalInverse(x, at);
  const s2 = error / (x.length - 3);
  const [C, b, D0] = [0, 1, 2].map((k) => (cov ? Math.sqrt(cov[k][k] * s2) : Number.NaN));
  return [C, b, D0].every(Number.isFinite) ? { C, b, D0 } : undefined;
}

function requirePoints(x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "rates and distortions differ in number",
      expected: `${x.length} distortions`,
      got: y.length,
    });
  }
  const rates = new Set(x).size;
  if (x.length < 4 || rates < 3) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "three parameters need more points",
      expected: "at least 4 points with 3 different rates",
      got: `${x.length} with ${rates}`,
    });
  }
  const bad = x.find((value) => !Number.isFinite(value)) ?? y.find((value) => !(value >= 0 && value <= 1));
  if (bad === undefined) return;
  throw new InputError({
    code: "bad-value",
    where,
    problem: "a point that cannot be used",
    expected: "finite rates, and distortions from 0 to 1",
    got: bad,
  });
}
