// First values of parameters. Shapes of two axes are read as [inputs, outputs] and longer ones as the convolution
// kernels [outputs, inputs, ...window] of `conv`.
import { InputError } from "../core/errors.ts";
import { normalQuantile } from "../core/special.ts";
import { zeros as zeroTensor } from "./functions/creation.ts";
import { add, astype, erf, exp, mul, square, sub } from "./functions/elementwise.ts";
import { normal as normalNumbers, uniform as uniformNumbers } from "./functions/random.ts";
import { contentOf, type DType, fromData, newData, type Shape, type Tensor } from "./tensor.ts";

/** Draws a tensor of first values from a key. */
export type Initialiser = (key: Tensor, shape: Shape, dtype?: DType) => Tensor;

/** Zeros; the key is not used. */
export const zeros: Initialiser = (_, shape, dtype = "float32") => zeroTensor(shape, dtype);

/** Normal numbers with mean 0 and this standard deviation. Default 1. */
export function normal(deviation = 1): Initialiser {
  return (key, shape, dtype = "float32") => mul(normalNumbers(key, shape, dtype), deviation);
}

/** Uniform numbers from −bound to bound. Default 1. */
export function uniform(bound = 1): Initialiser {
  return (key, shape, dtype = "float32") => mul(sub(uniformNumbers(key, shape, dtype), 0.5), 2 * bound);
}

/**
 * Normal numbers with mean 0 and this standard deviation, those beyond two deviations drawn again (so that the
 * deviation of what is left is 0.88 of it). Default 1. Inside a traced function the same numbers to six digits.
 */
export function truncatedNormal(deviation = 1): Initialiser {
  return (key, shape, dtype = "float32") => {
    const shares = uniformNumbers(key, shape);
    const [low, high] = [normalTail, 1 - normalTail];
    // The middle of the step that a float32 uniform number stands for: never the very ends.
    const halfStep = 2 ** -25;
    if (contentOf(shares).kind === "traced") {
      const p = add(mul(add(astype(shares, dtype), halfStep), high - low), low);
      return mul(innerQuantile(p), deviation);
    }
    const data = newData(dtype, shares.size);
    for (let i = 0; i < data.length; i++) {
      data[i] = deviation * normalQuantile(low + (high - low) * (shares.data[i] + halfStep));
    }
    return fromData(data, shape, dtype);
  };
}

/** Φ(−2). */
const normalTail = 0.022750131948179195;

/**
 * Φ⁻¹(p) where it lies between −2 and 2, by Newton's method. From the tangent at the middle the steps come from one
 * side, because Φ is concave above 0 and convex below; after six of them the error is under 1e-12.
 */
function innerQuantile(p: Tensor): Tensor {
  const width = Math.sqrt(2 * Math.PI);
  let x = mul(sub(p, 0.5), width);
  for (let step = 0; step < 6; step++) {
    const excess = sub(mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5), p);
    x = sub(x, mul(mul(excess, exp(mul(square(x), 0.5))), width));
  }
  return x;
}

/**
 * Uniform with variance 2 / (inputs + outputs) (Glorot & Bengio, 2010, eq. 16): for tanh, sigmoid and linear layers.
 *
 * @throws InputError for shapes of fewer than two axes
 */
export const glorotUniform: Initialiser = (key, shape, dtype) => {
  const { inputs, outputs } = fans("glorotUniform", shape);
  return uniform(Math.sqrt(6 / (inputs + outputs)))(key, shape, dtype);
};

/**
 * Normal with variance 2 / (inputs + outputs) (Glorot & Bengio, 2010).
 *
 * @throws InputError for shapes of fewer than two axes
 */
export const glorotNormal: Initialiser = (key, shape, dtype) => {
  const { inputs, outputs } = fans("glorotNormal", shape);
  return normal(Math.sqrt(2 / (inputs + outputs)))(key, shape, dtype);
};

/**
 * Uniform with variance 2 / inputs (He et al., 2015): for rectified linear layers.
 *
 * @throws InputError for shapes of fewer than two axes
 */
export const heUniform: Initialiser = (key, shape, dtype) => {
  const { inputs } = fans("heUniform", shape);
  return uniform(Math.sqrt(6 / inputs))(key, shape, dtype);
};

/**
 * Normal with variance 2 / inputs (He et al., 2015, eq. 10).
 *
 * @throws InputError for shapes of fewer than two axes
 */
export const heNormal: Initialiser = (key, shape, dtype) => {
  const { inputs } = fans("heNormal", shape);
  return normal(Math.sqrt(2 / inputs))(key, shape, dtype);
};

/** How many inputs each output sums over, and the reverse. */
function fans(where: string, shape: Shape): { inputs: number; outputs: number } {
  if (shape.length < 2) {
    throw new InputError({
      code: "bad-shape",
      where,
      problem: "inputs and outputs are not told apart",
      expected: "[inputs, outputs] or [outputs, inputs, ...window]",
      got: shape,
    });
  }
  if (shape.length === 2) return { inputs: shape[0], outputs: shape[1] };
  const window = shape.slice(2).reduce((product, length) => product * length, 1);
  return { inputs: shape[1] * window, outputs: shape[0] * window };
}
