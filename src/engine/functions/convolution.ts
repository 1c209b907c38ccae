import { InputError } from "../../core/errors.ts";
import { apply } from "../apply.ts";
import { mismatch } from "../check.ts";
import { applyRule, type DerivativeRule } from "../derivative.ts";
import { jax } from "../runtime.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import { arange, ones } from "./creation.ts";
import { div } from "./elementwise.ts";
import { takeAlongAxis } from "./indexing.ts";
import { asCount, asFloat } from "./promotion.ts";
import { argmax, max } from "./reductions.ts";
import { broadcastTo, expandDims, pad, reshape, squeeze } from "./shape.ts";

/** `"valid"`: none; `"same"`: output as long as input over stride; or so many zeros before and after each axis. */
export type Padding = "valid" | "same" | readonly (readonly [number, number])[];

export interface ConvolutionOptions {
  /** Steps of the window along each spatial axis. Default 1. */
  strides?: number | readonly number[];
  /** Default `"valid"`. */
  padding?: Padding;
  /** Distance between the kernel's taps. Default 1. */
  dilation?: number | readonly number[];
  /** Channels in so many separate groups. Default 1. */
  groups?: number;
}

/**
 * Cross-correlation of x `[batch, channels, ...space]` with a kernel `[outputs, channels / groups, ...window]`,
 * over one, two or more spatial axes.
 *
 * @throws InputError when the shapes do not fit together
 * @example
 * import { conv, ones } from "surprisal/engine";
 * const y = conv(ones([1, 3, 8, 8]), ones([4, 3, 3, 3]), { padding: "same" }); // float32[1,4,8,8]
 */
export function conv(x: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  const { groups = 1 } = options;
  const fits = x.ndim >= 3 && kernel.ndim === x.ndim && kernel.shape[1] * groups === x.shape[1];
  if (!fits || kernel.shape[0] % groups !== 0) {
    mismatch("conv", `[batch, channels, ...space] and [outputs, channels / ${groups}, ...window]`, [
      x,
      kernel,
    ]);
  }
  const space = x.shape.slice(2);
  const window = kernel.shape.slice(2);
  const strides = perAxis(options.strides, space.length);
  const dilation = perAxis(options.dilation, space.length);
  const reach = window.map((length, i) => (length - 1) * dilation[i] + 1);
  const padding = paddingPairs("conv", options.padding, space, reach, strides);
  requireWindow("conv", reach, space, padding, [x, kernel]);
  return apply([asCount(x), asCount(kernel)], (a, k) =>
    jax().lax.convGeneralDilated(a, k, strides, padding, {
      rhsDilation: dilation,
      featureGroupCount: groups,
    }),
  );
}

export interface PoolOptions {
  /** Default: the window, so that windows do not overlap. */
  strides?: number | readonly number[];
  /** Default `"valid"`. */
  padding?: Padding;
}

/** Results: the largest of each window, and its place within the plane of the last axes. */
function makeMaxPoolRule(window: number[], strides: number[], padding: [number, number][]): DerivativeRule {
  const dims = window.length;
  const flat = (x: Tensor) => reshape(x, [...x.shape.slice(0, -dims), -1]);
  return {
    name: `surprisal_maxPool ${JSON.stringify({ window, strides, padding })}`,
    define: (x) => {
      const lead = x.shape.slice(0, -dims);
      const around = [...lead.map((): [number, number] => [0, 0]), ...padding];
      const plane = x.shape.slice(-dims);
      const windows = (values: Tensor, outside: number) =>
        apply([pad(values, around, outside)], (a) => jax().lax.reduceWindow(a, (w) => w, window, strides));
      const values = windows(x, Number.NEGATIVE_INFINITY);
      const best = argmax(reshape(values, [...values.shape.slice(0, -dims), -1]), -1);
      const places = reshape(arange(sizeOf(plane)), [...lead.map(() => 1), ...plane]);
      const place = windows(places, -1);
      const candidates = reshape(place, [...place.shape.slice(0, -dims), -1]);
      const at = takeAlongAxis(
        broadcastTo(candidates, [...best.shape, candidates.shape[candidates.ndim - 1]]),
        expandDims(best, -1),
      );
      return [max(reshape(values, [...best.shape, -1]), -1), squeeze(at, -1)];
    },
    push: (_, [y, places], [dx]) => [reshape(takeAlongAxis(flat(dx), flat(places)), y.shape), undefined],
  };
}

const maxPoolRules = new Map<string, DerivativeRule>();

/** Largest element in each window over the spatial axes of `[batch, channels, ...space]`; the first of equals. */
export function maxPool(x: Tensor, window: number | readonly number[], options: PoolOptions = {}): Tensor {
  const { lengths, strides, pairs } = poolGeometry("maxPool", x, window, options);
  const key = JSON.stringify([lengths, strides, pairs]);
  let rule = maxPoolRules.get(key);
  if (!rule) {
    rule = makeMaxPoolRule(lengths, strides, pairs);
    maxPoolRules.set(key, rule);
  }
  return applyRule(rule, x)[0];
}

/** Mean of each window over the spatial axes of `[batch, channels, ...space]`; padding does not count. */
export function avgPool(of: Tensor, window: number | readonly number[], options: PoolOptions = {}): Tensor {
  const { lengths, strides, pairs } = poolGeometry("avgPool", of, window, options);
  const x = asFloat(of);
  const total = (input: Tensor) =>
    apply([pad(input, [[0, 0], [0, 0], ...pairs])], (a) =>
      jax().lax.reduceWindow(a, (w) => jax().numpy.sum(w), lengths, strides),
    );
  return div(total(x), total(ones([1, 1, ...x.shape.slice(2)], x.dtype)));
}

function poolGeometry(where: string, x: Tensor, window: number | readonly number[], options: PoolOptions) {
  if (x.ndim < 3) mismatch(where, "[batch, channels, ...space]", [x]);
  const space = x.shape.slice(2);
  const lengths = perAxis(window, space.length);
  const strides = perAxis(options.strides ?? window, space.length);
  const pairs = paddingPairs(where, options.padding, space, lengths, strides);
  requireWindow(where, lengths, space, pairs, [x]);
  return { lengths, strides, pairs };
}

function requireWindow(
  where: string,
  reach: readonly number[],
  space: readonly number[],
  padding: readonly (readonly [number, number])[],
  operands: readonly Tensor[],
): void {
  const fits = reach.every((length, i) => length <= space[i] + padding[i][0] + padding[i][1]);
  if (!fits) mismatch(where, `at least ${reach.join(" × ")} for the window, padding included`, operands);
}

function perAxis(value: number | readonly number[] | undefined, ndim: number): number[] {
  return typeof value === "object" ? [...value] : Array.from({ length: ndim }, () => value ?? 1);
}

function paddingPairs(
  where: string,
  padding: Padding = "valid",
  space: readonly number[],
  reach: readonly number[],
  strides: readonly number[],
): [number, number][] {
  if (padding === "valid") return space.map(() => [0, 0]);
  if (padding === "same") {
    return space.map((length, i) => {
      const total = Math.max(0, (Math.ceil(length / strides[i]) - 1) * strides[i] + reach[i] - length);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  if (padding.length !== space.length) {
    throw new InputError({
      code: "bad-padding",
      where,
      problem: "not one pair per spatial axis",
      expected: `${space.length} pairs`,
      got: padding,
    });
  }
  return padding.map(([before, after]) => [before, after]);
}
