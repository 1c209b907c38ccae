import { ones, zeros } from "../functions/creation.ts";
import { add, mul } from "../functions/elementwise.ts";
import { standardize } from "../functions/reductions.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Layer,
  type LayerOptions,
  requireInput,
  requireLayerOptions,
  requireParameter,
  requireSizes,
} from "./layer.ts";

/** Both are [features]. */
export type LayerNormParams = { readonly scale: Tensor; readonly bias: Tensor };

export interface LayerNormOptions extends LayerOptions {
  /** Added to the variance. Default 1e-5. */
  epsilon?: number;
}

/**
 * Each row of the last axis shifted and scaled to mean 0 and variance 1, then by learnt numbers (Ba, Kiros & Hinton,
 * 2016).
 *
 * @throws InputError when `features` is not a count; in `apply` when the last axis has another length
 */
export function layerNorm(features: number, options: LayerNormOptions = {}): Layer<LayerNormParams> {
  const { name = `layerNorm(${features})`, dtype, epsilon } = options;
  requireLayerOptions(name, options, ["epsilon"]);
  requireSizes(name, { features });
  return {
    init: () => ({ scale: ones([features], dtype), bias: zeros([features], dtype) }),
    apply: ({ scale, bias }, x) => {
      requireInput(name, x, ["...", features]);
      requireParameter(name, "scale", scale, [features]);
      requireParameter(name, "bias", bias, [features]);
      return add(mul(standardize(x, -1, epsilon), scale), bias);
    },
  };
}
