import { sigmoid } from "../functions/activations.ts";
import { matmul } from "../functions/contraction.ts";
import { zeros } from "../functions/creation.ts";
import { add, mul, sub, tanh } from "../functions/elementwise.ts";
import { split as splitKey } from "../functions/random.ts";
import { slice, split, stack } from "../functions/shape.ts";
import { glorotUniform } from "../initialisers.ts";
import type { Tensor } from "../tensor.ts";
import {
  type LayerOptions,
  requireInput,
  requireLayerOptions,
  requireParameter,
  requireSizes,
} from "./layer.ts";

/**
 * The reset gate, the update gate and the candidate lie side by side along the last axis: `kernel` is [inputs,
 * 3 features], `recurrent` [features, 3 features], both biases [3 features].
 */
export type GruParams = {
  readonly kernel: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor;
  readonly recurrentBias: Tensor;
};

export interface Gru {
  init(key: Tensor): GruParams;
  /**
   * The state after each element of a sequence: [batch, time, inputs] to [batch, time, features]. The last one is
   * `slice(output, [], -1)`.
   *
   * @param state [batch, features] before the first element; default zeros
   */
  apply(params: GruParams, x: Tensor, state?: Tensor): Tensor;
}

/**
 * Gated recurrent unit (Cho et al., 2014, eqs. 5–8), with the reset gate after the recurrent product as in cuDNN:
 * r, z = σ(xW + b + hU + c), n = tanh(xW + b + r (hU + c)), h ← (1 − z) n + z h. The sequence is unrolled,
 * because a recording has no loops: with derivatives each element adds some sixty equations and ten to twenty
 * milliseconds to the first call. For sequences of up to some hundred elements; longer ones are for attention or
 * convolutions.
 *
 * @throws InputError when a size is not a count; in `apply` when the input or the state has other axes
 */
export function gru(inputs: number, features: number, options: LayerOptions = {}): Gru {
  const { name = `gru(${inputs}, ${features})`, dtype } = options;
  requireLayerOptions(name, options);
  requireSizes(name, { inputs, features });
  const gates = 3 * features;
  return {
    init: (key) => {
      const keys = splitKey(key);
      return {
        kernel: glorotUniform(slice(keys, 0), [inputs, gates], dtype),
        recurrent: glorotUniform(slice(keys, 1), [features, gates], dtype),
        bias: zeros([gates], dtype),
        recurrentBias: zeros([gates], dtype),
      };
    },
    apply: (params, x, state) => {
      requireInput(name, x, ["batch", "time", inputs]);
      requireParameter(name, "kernel", params.kernel, [inputs, gates]);
      requireParameter(name, "recurrent", params.recurrent, [features, gates]);
      requireParameter(name, "bias", params.bias, [gates]);
      requireParameter(name, "recurrentBias", params.recurrentBias, [gates]);
      const [batch, time] = x.shape;
      let h = state ?? zeros([batch, features], x.dtype);
      requireInput(`${name}: state`, h, [batch, features]);
      const fromInput = add(matmul(x, params.kernel), params.bias);
      const states: Tensor[] = [];
      for (let t = 0; t < time; t++) {
        const [xr, xz, xn] = split(slice(fromInput, [], t), 3, -1);
        const [hr, hz, hn] = split(add(matmul(h, params.recurrent), params.recurrentBias), 3, -1);
        const z = sigmoid(add(xz, hz));
        const n = tanh(add(xn, mul(sigmoid(add(xr, hr)), hn)));
        h = add(n, mul(z, sub(h, n)));
        states.push(h);
      }
      return stack(states, 1);
    },
  };
}
