import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import {
  compile,
  concatenate,
  expandDims,
  gelu,
  layers,
  logSoftmax,
  mean as meanOf,
  negative,
  optimisers,
  random,
  type Tensor,
  takeAlongAxis,
  tensor,
  fit as train,
} from "../../engine/index.ts";
import { type Head, nextTokenDistribution } from "./pullback-metric.ts";

/** Shares of the contexts, in order: contexts that overlap stay on one side except at the seams. */
const [trainShare, validationShare] = [0.7, 0.1];
const hidden = 64;
const embedded = 32;
const fewest = 100;

/** What the reader with the state says of the token after the next, on the held-out contexts. */
export interface Drafts {
  /** The first held-out context. */
  readonly from: number;
  /** Held-out contexts × tokens that occur: log-probabilities in nats. */
  readonly logP: Matrix;
  /** The token of each column. */
  readonly tokens: Int32Array;
}

export interface ProbeResult {
  readonly surplus: number;
  readonly standardError: number;
  readonly control: number;
  readonly losses: { readonly tokenOnly: number; readonly withState: number };
  readonly drafts: Drafts;
}

/**
 * CE[q(W_{t+1} | W_t)] − CE[q(W_{t+1} | W_t, H_t)] in nats on the last fifth of the contexts, by two readers of equal
 * size: a two-layer perceptron on the token's embedding beside the standardised hidden state, or beside zeros.
 */
export async function probeSurplus(
  H: Matrix,
  next: Int32Array,
  future: Int32Array,
  options: LongRunning & { seed?: number },
): Promise<ProbeResult> {
  if (H.rows < fewest) {
    throw new InputError({
      code: "too-few-rows",
      where: "informationSurplus",
      problem: "too few contexts for a probe on held-out tokens",
      expected: `at least ${fewest}`,
      got: H.rows,
    });
  }
  const { seed = 0, signal, onProgress } = options;
  const tokens = densely(next, future);
  const order = new Random(seed).split("permuted states").permutation(H.rows);
  const read = async (done: number, state: Matrix) => {
    onProgress?.({ done, total: 3, label: "probes of the token after the next" });
    return heldOut(state, tokens, seed, signal);
  };
  const from = Math.floor(H.rows * (trainShare + validationShare));
  const lossesOf = ({ data, rows, cols }: Matrix) =>
    Float64Array.from({ length: rows }, (_, i) => -data[i * cols + tokens.future[from + i]]);
  const own = await read(0, standardized(H));
  const permuted = lossesOf(await read(1, standardized(H, order)));
  const losses = { none: lossesOf(await read(2, matrix(H.rows, H.cols))), own: lossesOf(own) };
  onProgress?.({ done: 3, total: 3, label: "probes of the token after the next" });
  const gains = losses.none.map((loss, i) => loss - losses.own[i]);
  return {
    surplus: mean(gains),
    standardError: standardDeviation(gains) / Math.sqrt(gains.length),
    control: mean(losses.none.map((loss, i) => loss - permuted[i])),
    losses: { tokenOnly: mean(losses.none), withState: mean(losses.own) },
    drafts: { from, logP: own, tokens: tokens.occurring },
  };
}

interface Tokens {
  readonly next: Int32Array;
  readonly future: Int32Array;
  /** The token of each number. */
  readonly occurring: Int32Array;
}

/** Tokens renumbered so that only those that occur take room in the readers. */
function densely(next: Int32Array, future: Int32Array): Tokens {
  const codes = new Map<number, number>();
  const code = (token: number): number => {
    const known = codes.get(token);
    if (known !== undefined) return known;
    codes.set(token, codes.size);
    return codes.size - 1;
  };
  const renumbered = { next: next.map(code), future: future.map(code) };
  return { ...renumbered, occurring: Int32Array.from(codes.keys()) };
}

function standardized(H: Matrix, order?: ArrayLike<number>): Matrix {
  const out = matrix(H.rows, H.cols);
  const until = Math.floor(H.rows * trainShare);
  for (let k = 0; k < H.cols; k++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < until; i++) sum += H.data[i * H.cols + k];
    for (let i = 0; i < until; i++) squares += (H.data[i * H.cols + k] - sum / until) ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares / until) : 0;
    for (let i = 0; i < H.rows; i++) {
      const from = order ? order[i] : i;
      out.data[i * H.cols + k] = (H.data[from * H.cols + k] - sum / until) * scale;
    }
  }
  return out;
}

/** Trains a reader of W_{t+1} and returns its log-probabilities on the last contexts. */
async function heldOut(
  state: Matrix,
  { next, future, occurring }: Tokens,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Matrix> {
  const [d, count] = [state.cols, occurring.length];
  const [first, last] = [
    Math.floor(state.rows * trainShare),
    Math.floor(state.rows * (trainShare + validationShare)),
  ];
  const part = (from: number, to: number) => ({
    h: tensor(Float32Array.from(state.data.subarray(from * d, to * d)), { shape: [to - from, d] }),
    token: tensor(next.slice(from, to)),
    target: tensor(future.slice(from, to)),
  });
  const embedding = layers.embedding(count, embedded);
  const perceive = layers.dense(embedded + d, hidden);
  const decide = layers.dense(hidden, count);
  const start = {
    embedding: embedding.init(random.key(seed)),
    perceive: perceive.init(random.key(seed + 1)),
    decide: decide.init(random.key(seed + 2)),
  };
  type Batch = { readonly h: Tensor; readonly token: Tensor; readonly target: Tensor };
  const logP = (p: typeof start, { h, token }: Batch): Tensor => {
    const inputs = concatenate([embedding.apply(p.embedding, token), h], -1);
    return logSoftmax(decide.apply(p.decide, gelu(perceive.apply(p.perceive, inputs))));
  };
  const { params } = await train({
    name: "informationSurplus",
    params: start,
    loss: (p, batch: Batch) =>
      negative(meanOf(takeAlongAxis(logP(p, batch), expandDims(batch.target, -1), -1))),
    data: part(0, first),
    validation: { data: part(first, last), patience: 3 },
    epochs: 60,
    batchSize: 128,
    optimiser: optimisers.adamw({ learningRate: 3e-3, weightDecay: 1e-3 }),
    seed,
    signal,
  });
  const evaluate = compile(logP);
  try {
    const { data } = await evaluate(params, part(last, state.rows));
    return { data: Float64Array.from(data), rows: state.rows - last, cols: count };
  } finally {
    await evaluate.dispose();
  }
}

/** Held-out contexts whose drafts are compared with the head. */
const mostDrafts = 500;

/**
 * Mean Σ min(p, q) of the probe's draft q of the token after the next and the head's own distribution p one context
 * later: the share of drafts that speculative sampling would accept. Undefined where contexts do not follow each other.
 */
export function draftAcceptance(
  head: Head,
  H: Matrix,
  next: Int32Array,
  future: Int32Array,
  { from, logP, tokens }: Drafts,
): number | undefined {
  const count = Math.min(mostDrafts, logP.rows - 1);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const context = from + i;
    if (next[context + 1] !== future[context]) return undefined;
    const p = nextTokenDistribution(head, H.data.subarray((context + 1) * H.cols, (context + 2) * H.cols));
    for (let w = 0; w < tokens.length; w++)
      sum += Math.min(p[tokens[w]], Math.exp(logP.data[i * logP.cols + w]));
  }
  return sum / count;
}
