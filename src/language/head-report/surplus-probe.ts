import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { logSumExp } from "../../core/special/log-sum-exp.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import {
  add,
  compile,
  concatenate,
  expandDims,
  gelu,
  initialisers,
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
 * CE[q(W_{t+1} | W_t)] − CE[q(W_{t+1} | W_t, H_t)] in nats on the last fifth of the contexts, by two nested
 * readers: a two-layer perceptron on the token's embedding, and the same with a correction by the standardised hidden
 * state.
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
  const parts = partsOf(H.rows);
  const { heldOut } = parts;
  const run = { seed, signal };
  const step = (done: number) =>
    onProgress?.({ done, total: 3, label: "probes of the token after the next" });
  const losses = (logP: Matrix) => lossesOf(logP, tokens.future, heldOut);
  step(0);
  const base = await tokenScores(tokens, parts, run);
  step(1);
  const own = await corrected(base, standardized(H), tokens, parts, run);
  step(2);
  const permuted = losses(await corrected(base, standardized(H, order), tokens, parts, run));
  const [tokenOnly, withState] = [losses(normalized(base, heldOut)), losses(own)];
  step(3);
  const gains = tokenOnly.map((loss, i) => loss - withState[i]);
  return {
    surplus: mean(gains),
    standardError: standardDeviation(gains) / Math.sqrt(gains.length),
    control: mean(tokenOnly.map((loss, i) => loss - permuted[i])),
    losses: { tokenOnly: mean(tokenOnly), withState: mean(withState) },
    drafts: { from: heldOut[0], logP: own, tokens: tokens.occurring },
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

/** −log p of what followed each context of a range, whose log-probabilities are the rows. */
function lossesOf(logP: Matrix, future: Int32Array, [from]: readonly [number, number]): Float64Array {
  return Float64Array.from({ length: logP.rows }, (_, i) => -logP.data[i * logP.cols + future[from + i]]);
}

/** Rows of scores as log-probabilities. */
function normalized({ data, cols }: Matrix, [from, to]: readonly [number, number]): Matrix {
  const out = matrix(to - from, cols);
  for (let i = 0; i < out.rows; i++) {
    const row = data.subarray((from + i) * cols, (from + i + 1) * cols);
    const logZ = logSumExp(row);
    for (let w = 0; w < cols; w++) out.data[i * cols + w] = row[w] - logZ;
  }
  return out;
}

/** First contexts are trained on, the next choose when to stop, the last are held out. */
interface Parts {
  readonly train: readonly [from: number, to: number];
  readonly validation: readonly [from: number, to: number];
  readonly heldOut: readonly [from: number, to: number];
}

function partsOf(n: number): Parts {
  const [first, last] = [Math.floor(n * trainShare), Math.floor(n * (trainShare + validationShare))];
  return { train: [0, first], validation: [first, last], heldOut: [last, n] };
}

/** A reader of W_{t+1} from W_t alone: a two-layer perceptron on its embedding. Scores of all contexts × tokens. */
async function tokenScores(
  { next, future, occurring }: Tokens,
  { train: trained, validation }: Parts,
  { seed, signal }: Run,
): Promise<Matrix> {
  const count = occurring.length;
  const embedding = layers.embedding(count, embedded);
  const perceive = layers.dense(embedded, hidden);
  const decide = layers.dense(hidden, count);
  const start = {
    embedding: embedding.init(random.key(seed)),
    perceive: perceive.init(random.key(seed + 1)),
    decide: decide.init(random.key(seed + 2)),
  };
  const scores = (p: typeof start, token: Tensor): Tensor =>
    decide.apply(p.decide, gelu(perceive.apply(p.perceive, embedding.apply(p.embedding, token))));
  const part = ([from, to]: readonly [number, number]) => ({
    token: tensor(next.slice(from, to)),
    target: tensor(future.slice(from, to)),
  });
  const { params } = await train({
    ...training,
    params: start,
    loss: (p, { token, target }) => crossEntropy(scores(p, token), target),
    data: part(trained),
    validation: { data: part(validation), patience },
    optimiser: optimisers.adamw({ learningRate: 3e-3, weightDecay: 1e-2 }),
    seed,
    signal,
  });
  // Contexts with the same token have the same scores: one row for each token, spread afterwards.
  const evaluate = compile(scores);
  try {
    const { data } = await evaluate(params, tensor(Int32Array.from({ length: count }, (_, i) => i)));
    const out = matrix(next.length, count);
    next.forEach((token, i) => {
      out.data.set(data.subarray(token * count, (token + 1) * count), i * count);
    });
    return out;
  } finally {
    await evaluate.dispose();
  }
}

/**
 * A reader that corrects the scores of W_t alone by what the state says beside it: a two-layer perceptron whose output
 * starts at zero. Where no correction lowers the loss of the validation contexts, none is made, so that states that say
 * nothing cost nothing. Log-probabilities on the held-out contexts.
 */
async function corrected(
  base: Matrix,
  state: Matrix,
  { next, future, occurring }: Tokens,
  { train: trained, validation, heldOut }: Parts,
  { seed, signal }: Run,
): Promise<Matrix> {
  const [d, count] = [state.cols, occurring.length];
  const embedding = layers.embedding(count, embedded);
  const perceive = layers.dense(embedded + d, hidden);
  const decide = layers.dense(hidden, count, { initialiser: initialisers.zeros });
  const start = {
    embedding: embedding.init(random.key(seed + 3)),
    perceive: perceive.init(random.key(seed + 4)),
    decide: decide.init(random.key(seed + 5)),
  };
  type Batch = { readonly base: Tensor; readonly h: Tensor; readonly token: Tensor; readonly target: Tensor };
  const scores = (p: typeof start, { base, h, token }: Omit<Batch, "target">): Tensor => {
    const inputs = concatenate([embedding.apply(p.embedding, token), h], -1);
    return add(base, decide.apply(p.decide, gelu(perceive.apply(p.perceive, inputs))));
  };
  const rows = ({ data, cols }: Matrix, [from, to]: readonly [number, number]) =>
    tensor(Float32Array.from(data.subarray(from * cols, to * cols)), { shape: [to - from, cols] });
  const part = (range: readonly [number, number]): Batch => ({
    base: rows(base, range),
    h: rows(state, range),
    token: tensor(next.slice(...range)),
    target: tensor(future.slice(...range)),
  });
  const { params, best } = await train({
    ...training,
    params: start,
    loss: (p, batch: Batch) => crossEntropy(scores(p, batch), batch.target),
    data: part(trained),
    validation: { data: part(validation), patience },
    optimiser: optimisers.adamw({ learningRate: 1e-3, weightDecay: 1e-2 }),
    seed,
    signal,
  });
  const without = mean(lossesOf(normalized(base, validation), future, validation));
  if (!best || best.score >= without) return normalized(base, heldOut);
  const evaluate = compile((p: typeof start, batch: Batch) => logSoftmax(scores(p, batch)));
  try {
    const { data } = await evaluate(params, part(heldOut));
    return { data: Float64Array.from(data), rows: heldOut[1] - heldOut[0], cols: count };
  } finally {
    await evaluate.dispose();
  }
}

interface Run {
  readonly seed: number;
  readonly signal?: AbortSignal;
}

const patience = 4;
const training = { name: "informationSurplus", epochs: 60, batchSize: 128 };

function crossEntropy(scores: Tensor, target: Tensor): Tensor {
  return negative(meanOf(takeAlongAxis(logSoftmax(scores), expandDims(target, -1), -1)));
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
