import { type Matrix, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import {
  add,
  compile,
  layers,
  leakyRelu,
  mean,
  mul,
  optimisers,
  random,
  square,
  sub,
  type Tensor,
  tanh,
  tensor,
  fit as train,
} from "../../engine/index.ts";
import { type AutoencoderOptions, type Compression, columnMeans, totalVariance } from "./compressors.ts";

/** Trains what `autoencoderCompressor` describes. Here because the engine is loaded only where something trains. */
export async function fitAutoencoder(
  where: string,
  x: Matrix,
  options: Required<AutoencoderOptions>,
  { seed, signal, onProgress }: LongRunning & { seed: number },
): Promise<Compression> {
  const { components, hidden, noise, epochs, batchSize, learningRate } = options;
  const stream = new Random(seed).split(where);
  const down = [x.cols, ...hidden, components];
  const widths = [...down, ...down.slice(0, -1).reverse()];
  const stack = widths.slice(1).map((outputs, l) => layers.dense(widths[l], outputs));
  const start = stack.map((layer, l) => layer.init(random.key(stream.split("weights").split(l).uint32())));
  type Weights = typeof start;
  const middle = hidden.length + 1;
  const through = (p: Weights, x: Tensor, from: number, to: number, last: (x: Tensor) => Tensor) => {
    let out = x;
    for (let l = from; l < to; l++) {
      const sum = stack[l].apply(p[l], out);
      out = l === to - 1 ? last(sum) : leakyRelu(sum, 0.2);
    }
    return out;
  };
  const encode = (p: Weights, x: Tensor) => through(p, x, 0, middle, tanh);
  const decode = (p: Weights, code: Tensor) => through(p, code, middle, stack.length, (sum) => sum);

  const means = columnMeans(x);
  const scale = Math.sqrt(totalVariance(x, means) / x.cols);
  const asTensor = (m: Matrix) => {
    const out = new Float32Array(m.data.length);
    for (let i = 0; i < out.length; i++) out[i] = (m.data[i] - means[i % m.cols]) / scale;
    return tensor(out, { shape: [m.rows, m.cols] });
  };
  const rows = asTensor(x);
  const { params } = await train({
    name: where,
    params: start,
    loss: (p, batch: { x: Tensor }, { key }) => {
      const code = encode(p, batch.x);
      const noisy = noise === 0 ? code : add(code, mul(random.normal(key, code.shape), noise));
      return mean(square(sub(decode(p, noisy), batch.x)));
    },
    data: { x: rows },
    epochs,
    batchSize,
    optimiser: optimisers.adam({ learningRate }),
    seed: stream.split("batches").uint32(),
    signal,
    onProgress,
  });
  const run = async (f: (p: Weights, x: Tensor) => Tensor, input: Tensor): Promise<Matrix> => {
    const compiled = compile(f);
    const { data, shape } = await compiled(params, input);
    await compiled.dispose();
    return matrix(shape[0], shape[1], Float64Array.from(data));
  };
  const given = await run((p, x) => decode(p, encode(p, x)), rows);
  const residual = matrix(
    x.rows,
    x.cols,
    given.data.map((value, i) => x.data[i] - means[i % x.cols] - scale * value),
  );
  return {
    codes: await run(encode, rows),
    residual,
    nested: false,
    encode: (other) => run(encode, asTensor(other)),
  };
}
