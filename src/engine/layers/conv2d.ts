import { InputError } from "../../core/errors.ts";
import { type ConvolutionOptions, conv } from "../functions/convolution.ts";
import { zeros } from "../functions/creation.ts";
import { add } from "../functions/elementwise.ts";
import { reshape } from "../functions/shape.ts";
import { heUniform, type Initialiser } from "../initialisers.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Layer,
  type LayerOptions,
  requireInput,
  requireLayerOptions,
  requireParameter,
  requireSizes,
} from "./layer.ts";

/** `kernel` is [outputs, inputs / groups, height, width], `bias` is [outputs]. */
export type Conv2dParams = { readonly kernel: Tensor; readonly bias: Tensor };

export interface Conv2dOptions extends LayerOptions, ConvolutionOptions {
  /** First values of the kernel. Default He's uniform. */
  initialiser?: Initialiser;
}

/**
 * Cross-correlation with learnt kernels: [batch, inputs, height, width] to [batch, outputs, …].
 *
 * @param window height and width of the kernels
 * @throws InputError when a size is not a count or does not divide into the groups; in `apply` when the input has
 * other axes
 */
export function conv2d(
  inputs: number,
  outputs: number,
  window: number | readonly [height: number, width: number],
  options: Conv2dOptions = {},
): Layer<Conv2dParams> {
  const [height, width] = typeof window === "number" ? [window, window] : window;
  const {
    name = `conv2d(${inputs}, ${outputs}, ${height}×${width})`,
    dtype,
    initialiser = heUniform,
  } = options;
  const { groups = 1 } = options;
  requireLayerOptions(name, options, ["initialiser", "strides", "padding", "dilation", "groups"]);
  requireSizes(name, { inputs, outputs, height, width, groups });
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new InputError({
      code: "bad-option",
      where: name,
      problem: "groups do not divide the channels",
      expected: "a divisor of inputs and outputs",
      got: groups,
    });
  }
  const shape = [outputs, inputs / groups, height, width];
  return {
    init: (key) => ({ kernel: initialiser(key, shape, dtype), bias: zeros([outputs], dtype) }),
    apply: ({ kernel, bias }, x) => {
      requireInput(name, x, ["batch", inputs, "height", "width"]);
      requireParameter(name, "kernel", kernel, shape);
      requireParameter(name, "bias", bias, [outputs]);
      return add(conv(x, kernel, options), reshape(bias, [outputs, 1, 1]));
    },
  };
}
