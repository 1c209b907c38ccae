import { matmul } from "../functions/contraction.ts";
import { zeros } from "../functions/creation.ts";
import { add } from "../functions/elementwise.ts";
import { glorotUniform, type Initialiser } from "../initialisers.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Layer,
  type LayerOptions,
  requireInput,
  requireLayerOptions,
  requireParameter,
  requireSizes,
} from "./layer.ts";

/** `kernel` is [inputs, outputs], `bias` is [outputs]. */
export type DenseParams = { readonly kernel: Tensor; readonly bias: Tensor };

export interface DenseOptions extends LayerOptions {
  /** First values of the kernel. Default Glorot's uniform. */
  initialiser?: Initialiser;
}

/**
 * x W + b over the last axis: [..., inputs] to [..., outputs].
 *
 * @throws InputError when a size is not a count; in `apply` when the last axis has another length
 */
export function dense(inputs: number, outputs: number, options: DenseOptions = {}): Layer<DenseParams> {
  const { name = `dense(${inputs}, ${outputs})`, dtype, initialiser = glorotUniform } = options;
  requireLayerOptions(name, options, ["initialiser"]);
  requireSizes(name, { inputs, outputs });
  return {
    init: (key) => ({ kernel: initialiser(key, [inputs, outputs], dtype), bias: zeros([outputs], dtype) }),
    apply: ({ kernel, bias }, x) => {
      requireInput(name, x, ["...", inputs]);
      requireParameter(name, "kernel", kernel, [inputs, outputs]);
      requireParameter(name, "bias", bias, [outputs]);
      return add(matmul(x, kernel), bias);
    },
  };
}
