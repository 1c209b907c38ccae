import { InputError } from "../../core/errors.ts";
import {
  add,
  clip,
  concatenate,
  div,
  erf,
  exp,
  expandDims,
  expm1,
  less,
  log,
  mul,
  reshape,
  sigmoid,
  slice,
  sqrt,
  square,
  std,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../engine/index.ts";
import { shapeOf } from "./inputs.ts";
import type { MistModel } from "./model.ts";
import { featureCount, forward, knots, shapeCount } from "./network.ts";

const place = "mistLoss";
/** Softness of the ranks in standard deviations. */
const softness = 0.05;
/** Soft ranks compare all pairs of rows. */
const mostRows = 256;

/**
 * The median mutual information of x and y in nats, by head `pure`, as a differentiable function of the samples: to be
 * maximised or minimised inside another model. Ranks are soft: 1 + Σⱼ σ((xᵢ − xⱼ)/t) with t = 0.05 standard deviations.
 *
 * @param x n × dx, float32, 16 to 256 rows, at most 8 columns
 * @param y n × dy
 * @returns a scalar tensor; not clamped at 0, where its gradient would end
 * @throws InputError for shapes outside the trained ranges
 * @example
 * import { loadMist, mistLoss } from "surprisal/measure";
 * import { grad, random, type Tensor } from "surprisal/engine";
 *
 * const model = await loadMist();
 * const [x, y] = [1, 2].map((seed) => random.normal(random.key(seed), [64, 1]));
 * const slope = grad((moved: Tensor) => mistLoss(model, moved, y))(x); // float32[64,1]
 */
export function mistLoss({ card, params }: MistModel, x: Tensor, y: Tensor): Tensor {
  const n = x.shape[0];
  const [dx, dy] = [x.shape[1], y.shape[1]];
  const [least] = card.trained.rows;
  const [, widest] = card.trained.columns;
  const fits =
    x.ndim === 2 &&
    y.ndim === 2 &&
    y.shape[0] === n &&
    n >= least &&
    n <= mostRows &&
    Math.max(dx, dy) <= widest;
  if (!fits) {
    throw new InputError({
      code: "shape-mismatch",
      where: place,
      problem: "not two samples the network was trained for",
      expected: `n × d with n from ${least} to ${mostRows} and d up to ${widest}`,
      got: [x.shape, y.shape],
    });
  }
  const half = Math.max(dx, dy);
  const side = (m: Tensor) => {
    const scores = softScores(m);
    return m.shape[1] === half ? scores : concatenate([scores, zeros([n, half - m.shape[1]])], 1);
  };
  const columns = Array.from({ length: 2 * half }, (_, j) => (j % half < (j < half ? dx : dy) ? 1 : 0));
  const { pure } = forward(card.architecture, params, {
    z: reshape(concatenate([side(x), side(y)], 1), [1, n, 2 * half]),
    rows: tensor(new Float32Array(n).fill(1), { shape: [1, n] }),
    columns: tensor([columns]),
    shape: tensor(Float32Array.from(shapeOf(n, dx, dy)), { shape: [1, shapeCount] }),
    features: zeros([1, featureCount]),
  });
  return expm1(slice(pure, 0, (knots.length - 1) / 2));
}

/** Normal scores of soft ranks, column by column. */
function softScores(m: Tensor): Tensor {
  const n = m.shape[0];
  const scale = add(mul(std(m, 0, { keepdims: true }), softness), 1e-9);
  const scaled = div(m, scale);
  const above = sigmoid(sub(expandDims(scaled, 1), expandDims(scaled, 0)));
  // A row is above itself by ½, which makes the sum the soft rank less ½.
  return normalQuantile(mul(sum(above, 1), 1 / n));
}

/** Φ⁻¹ by a rational start (Abramowitz & Stegun 26.2.23, error below 4.5e-4) and a step of Newton's. */
function normalQuantile(p: Tensor): Tensor {
  const safe = clip(p, 1e-4, 1 - 1e-4);
  const isLow = less(safe, 0.5);
  const tail = where(isLow, safe, sub(1, safe));
  const t = sqrt(mul(log(tail), -2));
  const up = add(add(mul(square(t), 0.010328), mul(t, 0.802853)), 2.515517);
  const down = add(add(add(mul(mul(square(t), t), 0.001308), mul(square(t), 0.189269)), mul(t, 1.432788)), 1);
  const size = sub(t, div(up, down));
  const start = where(isLow, mul(size, -1), size);
  const excess = sub(mul(add(erf(mul(start, Math.SQRT1_2)), 1), 0.5), safe);
  const density = mul(exp(mul(square(start), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return sub(start, div(excess, density));
}
