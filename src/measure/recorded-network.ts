import { type Codes, takeCodes } from "../core/codes.ts";
import { type Matrix, takeRows } from "../core/matrix.ts";
import { Random } from "../core/random.ts";
import {
  add,
  argmax,
  compile,
  initialisers,
  layers,
  logSoftmax,
  mean,
  mul,
  negative,
  optimisers,
  random,
  slice,
  square,
  std,
  sum,
  type Tensor,
  tensor,
  fit as train,
} from "../engine/index.ts";
import { type EpochActivations, recordActivations } from "./information-plane/information-plane.ts";

/** A small classifier whose layers are recorded while it learns; experiments watch it. */
export interface NetworkOptions {
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: (x: Tensor) => Tensor;
  /** Weights are drawn from normals of deviation scale / √inputs. Default √2. */
  readonly scale?: number;
  /** Normal noise of so many of its own standard deviations on every hidden layer, always. Default 0. */
  readonly noise?: number;
  /** Weight of ½ Σ W² over all layers but the last. Default 0. */
  readonly l2?: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly when?: (epoch: number) => boolean;
  readonly seed: number;
  /** Writes activations there instead of keeping them. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

export interface RecordedNetwork {
  readonly epochs: readonly EpochActivations[];
  readonly trainingAccuracy: number;
  /** On the rows that were recorded. */
  readonly accuracy: number;
}

type Weights = readonly layers.DenseParams[];

/** Trains on the given rows and labels, and records the hidden layers on others. */
export async function recordedNetwork(
  training: { x: Matrix; y: Codes },
  watched: { x: Matrix; y: Codes },
  options: NetworkOptions,
): Promise<RecordedNetwork> {
  const { hidden, activation, scale = Math.SQRT2, noise = 0, l2 = 0, learningRate, seed, folder } = options;
  const classes = training.y.levels.length;
  const widths = [training.x.cols, ...hidden, classes];
  const stack = widths.slice(1).map((outputs, l) =>
    layers.dense(widths[l], outputs, {
      initialiser: initialisers.truncatedNormal(scale / Math.sqrt(widths[l])),
    }),
  );
  const stream = new Random(seed).split("weights");
  // One vector of all weights: for layers as small as these the optimiser's many small operations would cost most.
  const { vector, unravel } = optimisers.ravel(
    stack.map((layer, l) => layer.init(random.key(stream.split(l).uint32()))),
  );
  const states = (p: Weights, x: Tensor, key: Tensor): Tensor[] => {
    const keys = random.split(key, hidden.length);
    const out: Tensor[] = [];
    for (let l = 0; l < hidden.length; l++) {
      const clean = activation(stack[l].apply(p[l], out.at(-1) ?? x));
      const stray = () => mul(mul(std(clean), noise), random.normal(slice(keys, l), clean.shape));
      out.push(noise === 0 ? clean : add(clean, stray()));
    }
    return out;
  };
  const scores = (p: Weights, x: Tensor, key: Tensor) =>
    stack[hidden.length].apply(p[hidden.length], states(p, x, key).at(-1)!);
  const always = random.key(stream.split("noise").uint32());
  const recorder = recordActivations({
    layers: (weights: Tensor, x) =>
      Object.fromEntries(states(unravel(weights), x, always).map((state, l) => [`layer-${l + 1}`, state])),
    x: asTensor(watched.x),
    when: options.when,
    folder,
    y: watched.y,
  });
  const { params } = await train({
    name: "recorded network",
    params: vector,
    loss: (weights, batch: { x: Tensor; y: Tensor }, { key }) => {
      const p = unravel(weights);
      const loss = negative(mean(sum(mul(logSoftmax(scores(p, batch.x, key)), batch.y), -1)));
      if (l2 === 0) return loss;
      const squares = p.slice(0, -1).map(({ kernel }) => sum(square(kernel)));
      return add(loss, mul(squares.reduce(add), l2 / 2));
    },
    data: { x: asTensor(training.x), y: oneHot(training.y) },
    epochs: options.epochs,
    batchSize: options.batchSize,
    optimiser: optimisers.adam({ learningRate }),
    seed,
    signal: options.signal,
    onEpoch: recorder.onEpoch,
  });
  const guess = compile((weights: Tensor, x: Tensor) => argmax(scores(unravel(weights), x, always), -1));
  const accuracy = async ({ x, y }: { x: Matrix; y: Codes }) => {
    const { data } = await guess(params, asTensor(x));
    return y.codes.filter((code, i) => code === data[i]).length / y.codes.length;
  };
  const result = {
    epochs: recorder.recorded,
    trainingAccuracy: await accuracy(training),
    accuracy: await accuracy(watched),
  };
  await guess.dispose();
  return result;
}

/** Some rows and their labels. */
export function someOf({ x, y }: { x: Matrix; y: Codes }, rows: ArrayLike<number>): { x: Matrix; y: Codes } {
  return { x: takeRows(x, rows), y: takeCodes(y, rows) };
}

function asTensor({ data, rows, cols }: Matrix): Tensor {
  return tensor(Float32Array.from(data), { shape: [rows, cols] });
}

function oneHot({ codes, levels }: Codes): Tensor {
  const out = new Float32Array(codes.length * levels.length);
  for (let i = 0; i < codes.length; i++) out[i * levels.length + codes[i]] = 1;
  return tensor(out, { shape: [codes.length, levels.length] });
}
