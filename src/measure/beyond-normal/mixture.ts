import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { logSumExp } from "../../core/special.ts";
import { asRandom, emptySample, type Sample, type Sampler } from "./sampler.ts";

/** ln p(x, y), ln p(x) and ln p(y) for each row. */
export interface LogDensities {
  joint: Float64Array;
  x: Float64Array;
  y: Float64Array;
}

/** A sampler whose densities are known, so that it can be part of a mixture. */
export interface DensitySampler extends Sampler {
  logDensity(sample: Sample): LogDensities;
}

/** A mixture: its truth is a Monte-Carlo mean of the exact pointwise mutual information. */
export interface Mixture extends DensitySampler {
  /** Standard error of `mutualInformation`, in nats. */
  readonly standardError: number;
  /** ln p(x, y) − ln p(x) − ln p(y) for each row, exact, in nats; kept by one-to-one maps of either side. */
  pointwise(sample: Sample): Float64Array;
}

export interface MixtureOptions {
  /** Draws for the truth; default 100,000, as in the benchmark. */
  draws?: number;
  /** Seed of those draws; default 0. */
  seed?: number;
}

/**
 * A mixture of distributions with known densities ("bend and mix", Beyond Normal version 2). Bend the result with
 * {@link transformed}.
 *
 * @param components of equal dimensions
 * @param weights positive, one for each component; scaled to sum to 1
 * @throws InputError for no components, unequal dimensions or bad weights
 * @example
 * import { mixture, multivariateNormal } from "surprisal/measure";
 *
 * const left = multivariateNormal([[1, 0.9], [0.9, 1]], 1);
 * const right = multivariateNormal([[1, 0], [0, 1]], 1, [4, 4]);
 * const both = mixture([left, right], [0.5, 0.5], { draws: 10_000 });
 * // both.mutualInformation ± 2 both.standardError
 */
export function mixture(
  components: readonly DensitySampler[],
  weights: ArrayLike<number>,
  { draws = 100_000, seed = 0 }: MixtureOptions = {},
): Mixture {
  const where = "mixture";
  requireComponents(components, weights, where);
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const logWeights = Float64Array.from(weights, (weight) => Math.log(weight / total));
  const { dimX, dimY } = components[0];

  function sample(n: number, random: Random | number): Sample {
    const stream = asRandom(random);
    const out = emptySample(n, dimX, dimY, where);
    for (let i = 0; i < n; i++) {
      const { x, y } = components[stream.categorical(weights)].sample(1, stream);
      out.x.data.set(x.data, i * dimX);
      out.y.data.set(y.data, i * dimY);
    }
    return out;
  }

  function logDensity(points: Sample): LogDensities {
    const parts = components.map((component) => component.logDensity(points));
    const terms = new Float64Array(parts.length);
    const mix = (pick: (part: LogDensities) => Float64Array) =>
      Float64Array.from({ length: points.x.rows }, (_, i) => {
        for (let c = 0; c < parts.length; c++) terms[c] = logWeights[c] + pick(parts[c])[i];
        return logSumExp(terms);
      });
    return { joint: mix((part) => part.joint), x: mix((part) => part.x), y: mix((part) => part.y) };
  }

  function pointwise(points: Sample): Float64Array {
    const { joint, x, y } = logDensity(points);
    return joint.map((value, i) => value - x[i] - y[i]);
  }

  const { mean, standardError } = summary(pointwise(sample(draws, seed)));
  return { dimX, dimY, mutualInformation: mean, standardError, sample, logDensity, pointwise };
}

/** The same margins without any dependence: x from one draw, y from another. */
export function independent(sampler: DensitySampler): DensitySampler {
  return {
    dimX: sampler.dimX,
    dimY: sampler.dimY,
    mutualInformation: 0,
    sample(n, random) {
      const stream = asRandom(random);
      const { x } = sampler.sample(n, stream);
      const { y } = sampler.sample(n, stream);
      return { x, y };
    },
    logDensity(points) {
      const { x, y } = sampler.logDensity(points);
      return { joint: x.map((value, i) => value + y[i]), x, y };
    },
  };
}

/**
 * The distribution with a share of its rows replaced by independent ones that have the same margins ("inliers" of
 * Beyond Normal version 2: nothing about a single row tells that it does not belong).
 *
 * @param share of independent rows, 0 < share < 1; the benchmark uses 0.2 and 0.5
 * @throws InputError when the share is out of range
 * @example
 * import { multivariateNormal, withInliers } from "surprisal/measure";
 *
 * const clean = multivariateNormal([[1, 0.8], [0.8, 1]], 1);
 * const polluted = withInliers(clean, 0.2, { draws: 10_000 });
 * // polluted.mutualInformation < clean.mutualInformation
 */
export function withInliers(sampler: DensitySampler, share: number, options?: MixtureOptions): Mixture {
  if (!(share > 0 && share < 1)) {
    throw new InputError({
      code: "bad-probability",
      where: "withInliers",
      problem: "share is out of range",
      expected: "0 < share < 1",
      got: share,
    });
  }
  return mixture([sampler, independent(sampler)], [1 - share, share], options);
}

function summary(values: Float64Array): { mean: number; standardError: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

function requireComponents(
  components: readonly DensitySampler[],
  weights: ArrayLike<number>,
  where: string,
): void {
  if (components.length === 0 || components.length !== weights.length) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "components and weights do not match",
      expected: "one weight for each of at least one component",
      got: [components.length, weights.length],
    });
  }
  for (let c = 0; c < components.length; c++) {
    if (!(weights[c] > 0 && Number.isFinite(weights[c]))) {
      throw new InputError({
        code: "bad-weights",
        where,
        problem: "a weight is not a positive number",
        got: weights[c],
      });
    }
    const { dimX, dimY } = components[c];
    if (dimX === components[0].dimX && dimY === components[0].dimY) continue;
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: `component ${c} has other dimensions`,
      expected: `${components[0].dimX} × ${components[0].dimY}`,
      got: `${dimX} × ${dimY}`,
    });
  }
}
