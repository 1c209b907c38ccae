import {
  add,
  div,
  exp,
  mul,
  negative,
  sigmoid,
  softplus,
  split,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
} from "../../engine/index.ts";
import { type DenseParams, dense } from "../../engine/layers/index.ts";
import { type CodeSizes, keysFrom, type Network, posteriorFrom, posteriorHead } from "./network.ts";
import { withFloor } from "./objective.ts";

export interface VectorSizes extends CodeSizes {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly likelihood: "gaussian" | "bernoulli";
  readonly minOutputLogScale: number;
}

export type VectorParams = {
  readonly encoder: readonly DenseParams[];
  readonly posterior: DenseParams;
  readonly decoder: readonly DenseParams[];
  readonly output: DenseParams;
};

/** n × inputs. */
export type VectorBatch = { readonly x: Tensor };

export interface VectorNetwork extends Network<VectorParams, VectorBatch> {
  hidden(params: VectorParams, z: Tensor): Tensor;
  /** The mean of p(x|z). */
  decode(params: VectorParams, z: Tensor): Tensor;
}

/** Linear layers with tanh between them; the decoder has the widths of the encoder in reverse. */
export function vectorNetwork(sizes: VectorSizes): VectorNetwork {
  const { inputs, hidden, latentDim, likelihood, minOutputLogScale } = sizes;
  const isGaussian = likelihood === "gaussian";
  const widths = [...hidden].reverse();
  const stack = (name: string, first: number, rest: readonly number[]) =>
    rest.map((width, l) => dense(l === 0 ? first : rest[l - 1], width, { name: `${name}.${l}` }));
  const encoder = stack("encoder", inputs, hidden);
  const posterior = posteriorHead(hidden.at(-1) ?? inputs, sizes);
  const decoder = stack("decoder", latentDim, widths);
  // A Gaussian has a mean and a log σ for each column.
  const output = dense(widths.at(-1) ?? latentDim, isGaussian ? 2 * inputs : inputs, {
    name: "decoder.output",
  });
  const through = (layers: typeof encoder, params: readonly DenseParams[], x: Tensor) =>
    layers.reduce((h, layer, l) => tanh(layer.apply(params[l], h)), x);

  const hiddenAt = (params: VectorParams, z: Tensor) => through(decoder, params.decoder, z);
  const outputAt = (params: VectorParams, z: Tensor) => output.apply(params.output, hiddenAt(params, z));

  return {
    init: (key) => {
      const keys = keysFrom(key, encoder.length + decoder.length + 2);
      const next = () => keys.pop()!;
      return {
        encoder: encoder.map((layer) => layer.init(next())),
        posterior: posterior.init(next()),
        decoder: decoder.map((layer) => layer.init(next())),
        output: output.init(next()),
      };
    },
    encode: (params, { x }) =>
      posteriorFrom(posterior.apply(params.posterior, through(encoder, params.encoder, x)), sizes),
    hidden: hiddenAt,
    decode: (params, z) => {
      const out = outputAt(params, z);
      return isGaussian ? split(out, 2, -1)[0] : sigmoid(out);
    },
    logLikelihood: (params, z, { x }) => {
      const out = outputAt(params, z);
      // log p = x log s(out) + (1 − x) log(1 − s(out)), s the logistic function.
      if (!isGaussian) return sum(sub(mul(x, out), softplus(out)), 1);
      const [mean, raw] = split(out, 2, -1);
      const logScale = withFloor(raw, minOutputLogScale);
      const squares = square(div(sub(x, mean), exp(logScale)));
      const terms = add(mul(squares, 0.5), add(logScale, 0.5 * Math.log(2 * Math.PI)));
      return negative(sum(terms, 1));
    },
  };
}
