import { InputError } from "../../core/errors.ts";
import { mismatch, requireKnown } from "../check.ts";
import { type DType, describe, type Shape, type Tensor, type Tree } from "../tensor.ts";

/** First parameters from a random key, and the function they are the parameters of. */
export interface Layer<P extends Tree> {
  /** Parameters drawn from a key (`random.key`, `random.split`). */
  init(key: Tensor): P;
  /** The layer's output. */
  apply(params: P, x: Tensor): Tensor;
}

export interface LayerOptions {
  /** What error messages call the layer, for instance `"encoder.hidden"`. Default: its kind and sizes. */
  name?: string;
  /** Element type of the parameters. Default `"float32"`. */
  dtype?: DType;
}

/** Refuses unknown options of a layer. */
export function requireLayerOptions(layer: string, options: LayerOptions, own: readonly string[] = []): void {
  requireKnown(layer, options, ["name", "dtype", ...own]);
}

/** Refuses an input whose axes are not these; `null` stands for any length, `"..."` first for any further axes. */
export function requireInput(layer: string, x: Tensor, axes: readonly (number | string)[]): void {
  const isOpen = axes[0] === "...";
  const wanted = isOpen ? axes.slice(1) : axes;
  const fits =
    (isOpen ? x.ndim >= wanted.length : x.ndim === wanted.length) &&
    wanted.every((length, i) => typeof length === "string" || x.shape[x.ndim - wanted.length + i] === length);
  if (!fits) mismatch(layer, `an input [${axes.join(", ")}]`, [x]);
}

/** Refuses a parameter of another shape, as from another model. */
export function requireParameter(layer: string, name: string, value: Tensor, shape: Shape): void {
  if (value?.shape.join() === shape.join()) return;
  throw new InputError({
    code: "shape-mismatch",
    where: layer,
    problem: `the parameter ${name} does not belong to this layer`,
    expected: `[${shape.join(",")}]`,
    got: value ? describe(value) : value,
  });
}

/** Refuses sizes that are not counts from 1. */
export function requireSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 1) continue;
    throw new InputError({
      code: "bad-count",
      where: layer,
      problem: `${name} is not a size`,
      expected: "an integer from 1",
      got: size,
    });
  }
}
