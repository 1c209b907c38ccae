import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import {
  abs,
  add,
  argmax,
  compile,
  elu,
  initialisers,
  layers,
  logSoftmax,
  mean,
  mul,
  negative,
  optimisers,
  random,
  relu,
  silu,
  softplus,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  fit as train,
} from "../../engine/index.ts";
import { adaptiveKdeBounds, ebab, type LayerInformation } from "./adaptive-binning.ts";

const bits = 12;
const inputs = 2 ** bits;

/** All binary vectors of length 12 and a label: six ones or more, at six by the parity of the first half. */
export const toyTask = makeTask();

function makeTask(): { x: Float32Array; labels: Int32Array } {
  const x = new Float32Array(inputs * bits);
  const labels = new Int32Array(inputs);
  for (let i = 0; i < inputs; i++) {
    let [ones, firstHalf] = [0, 0];
    for (let j = 0; j < bits; j++) {
      const bit = (i >> j) & 1;
      x[i * bits + j] = bit;
      ones += bit;
      if (j < bits / 2) firstHalf += bit;
    }
    labels[i] = ones > 6 || (ones === 6 && firstHalf % 2 === 1) ? 1 : 0;
  }
  return { x, labels };
}

/** The activations compared: function, infimum, and the scale of the first weights. */
const activations = {
  tanh: { apply: tanh, lower: -1, scale: 1 },
  relu: { apply: relu, lower: 0, scale: 2 },
  softplus: { apply: softplus, lower: 0, scale: 2 },
  elu: { apply: (x: Tensor) => elu(x), lower: -1, scale: 2 },
  // Its infimum is −0.2785.
  swish: { apply: silu, lower: undefined, scale: 2 },
  abs: { apply: abs, lower: 0, scale: 1 },
} as const;

export type Activation = keyof typeof activations;

export interface ToyRun {
  activation: Activation;
  /** Weight of ½‖W‖² over all weights but the last layer's. */
  l2: number;
  learningRate: number;
  epochs: number;
  seed: number;
  /** About how often the layers are measured, at equal ratios of epochs. */
  looks: number;
}

export interface ToyResult {
  run: ToyRun;
  /** Measured epochs, from 0 (before training). */
  epochs: number[];
  /** For each measured epoch, the five hidden layers. */
  planes: LayerInformation[][];
  /** The upper kernel bound of I(X;T) of the last hidden layer, in bits, at the same epochs. */
  kernel: number[];
  trainAccuracy: number;
  testAccuracy: number;
}

type Weights = readonly layers.DenseParams[];

const widths = [bits, 10, 7, 5, 4, 3, 2];

/** Trains a 12-10-7-5-4-3-2 network on 80 % of the task and measures its layers on all of it. */
export async function trainToy(run: ToyRun, signal?: AbortSignal): Promise<ToyResult> {
  const { activation, l2, learningRate, epochs, seed, looks } = run;
  const { apply, lower, scale } = activations[activation];
  const stack = widths.slice(1).map((outputs, l) =>
    layers.dense(widths[l], outputs, {
      initialiser: initialisers.truncatedNormal(scale / Math.sqrt(widths[l])),
    }),
  );
  const stream = new Random(seed);
  // One vector of all weights: on layers as small as these the optimiser's many small operations would cost most.
  const { vector, unravel } = optimisers.ravel(
    stack.map((layer, l) => layer.init(random.key(stream.split("weights").split(l).uint32()))),
  );
  const hidden = (p: Weights, x: Tensor): Tensor[] => {
    const out: Tensor[] = [];
    for (let l = 0; l < stack.length - 1; l++) out.push(apply(stack[l].apply(p[l], out.at(-1) ?? x)));
    return out;
  };
  const logits = (p: Weights, last: Tensor) => stack[stack.length - 1].apply(p[stack.length - 1], last);

  const order = stream.split("split").permutation(inputs);
  const training = order.slice(0, Math.floor(0.8 * inputs));
  const test = order.slice(training.length);
  const all = tensor(toyTask.x, { shape: [inputs, bits] });
  const look = compile((weights: Tensor, x: Tensor) => {
    const p = unravel(weights);
    const states = hidden(p, x);
    return { states, guess: argmax(logits(p, states[states.length - 1]), -1) };
  });
  const measured: number[] = [];
  const planes: LayerInformation[][] = [];
  const kernel: number[] = [];
  const record = async (weights: Tensor, epoch: number) => {
    const { states, guess } = await look(weights, all);
    measured.push(epoch);
    const seen = states.map(({ data, shape }) => matrix(shape[0], shape[1], Float64Array.from(data)));
    planes.push(seen.map((t) => ebab(t, toyTask.labels, { lower, unit: "bits" })));
    const { upper } = adaptiveKdeBounds(seen[seen.length - 1], toyTask.labels, {
      mostRows: 1024,
      unit: "bits",
    });
    kernel.push(upper.aboutInput);
    return guess.data;
  };
  const share = (guess: ArrayLike<number>, rows: Int32Array) =>
    rows.filter((row) => guess[row] === toyTask.labels[row]).length / rows.length;
  const due = logSpaced(epochs, looks);
  let guess: ArrayLike<number> = [];
  await train({
    name: "toy network",
    params: vector,
    loss: (weights, batch: { x: Tensor; y: Tensor }) => {
      const p = unravel(weights);
      const states = hidden(p, batch.x);
      const scores = logSoftmax(logits(p, states[states.length - 1]));
      const loss = negative(mean(sum(mul(scores, batch.y), -1)));
      if (l2 === 0) return loss;
      const squares = p.slice(0, -1).map(({ kernel }) => sum(square(kernel)));
      return add(loss, mul(squares.reduce(add), l2 / 2));
    },
    data: { x: rowsOf(training), y: oneHotOf(training) },
    epochs,
    batchSize: 256,
    optimiser: optimisers.adam({ learningRate }),
    seed,
    signal,
    onEpoch: async (epoch, weights) => {
      if (due.has(epoch)) guess = await record(weights, epoch);
    },
  });
  await look.dispose();
  return {
    run,
    epochs: measured,
    planes,
    kernel,
    trainAccuracy: share(guess, training),
    testAccuracy: share(guess, test),
  };
}

/** I(X;T) of a layer (from 0) over the measured epochs. */
export function inputCurve({ planes }: ToyResult, layer: number): number[] {
  return planes.map((plane) => plane[layer].aboutInput);
}

/** Whether some layer is the same for all inputs at the end, so that nothing can be learnt through it. */
export function isDead({ planes }: ToyResult): boolean {
  return planes[planes.length - 1].some(({ aboutInput }) => aboutInput === 0);
}

/** Epoch 0 and about `count` epochs from 1 to the last. */
function logSpaced(epochs: number, count: number): Set<number> {
  return new Set([0, ...Array.from({ length: count }, (_, i) => Math.round(epochs ** (i / (count - 1))))]);
}

function rowsOf(rows: Int32Array): Tensor {
  const out = new Float32Array(rows.length * bits);
  for (const [i, row] of rows.entries()) out.set(toyTask.x.subarray(row * bits, (row + 1) * bits), i * bits);
  return tensor(out, { shape: [rows.length, bits] });
}

function oneHotOf(rows: Int32Array): Tensor {
  const out = new Float32Array(2 * rows.length);
  for (const [i, row] of rows.entries()) out[2 * i + toyTask.labels[row]] = 1;
  return tensor(out, { shape: [rows.length, 2] });
}
