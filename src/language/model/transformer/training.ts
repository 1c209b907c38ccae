// Training on windows drawn anywhere in the text; its end chooses the best moment.
import { createHash } from "node:crypto";
import { InputError } from "../../../core/errors.ts";
import type { Warning } from "../../../core/estimate.ts";
import type { LongRunning } from "../../../core/progress.ts";
import {
  type CheckpointOptions,
  type EpochStart,
  FitStoppedError,
  fit as fitParameters,
} from "../../../engine/fit/index.ts";
import { optimisers, schedules, tensor } from "../../../engine/index.ts";
import { learnPieces } from "./bpe.ts";
import { type Batch, initialParameters, loss, type Parameters } from "./network.ts";
import { type TransformerSettings, where } from "./options.ts";
import { beginToken, firstPiece, type Tokenizer, tokenizer } from "./tokenizer.ts";

/** How training is watched, stopped and kept. */
export interface TransformerTraining extends LongRunning {
  /** A file from which a run that was stopped or killed goes on. */
  readonly checkpoint?: Omit<CheckpointOptions, "card">;
}

interface EpochRecord {
  /** Updates made so far. */
  readonly step: number;
  /** Mean surprisal of a token in nats, over the windows trained on. */
  readonly loss: number;
  /** Bits per byte of the held-out end, in windows read from their beginnings; absent without one. */
  readonly validation?: number;
}

/** What happened in training. */
export interface TransformerRecord {
  readonly epochs: readonly EpochRecord[];
  readonly steps: number;
  /** Tokens of the text trained on, and how many were read in all updates together. */
  readonly tokens: number;
  readonly tokensRead: number;
  /** Numbers that were learned. */
  readonly parameters: number;
  /** Update after which the weights were kept, where there is a held-out end; else the last. */
  readonly bestStep?: number;
  readonly bestValidation?: number;
  /** Set when the signal ended training early. */
  readonly stopped?: { readonly done: number; readonly total: number };
  readonly warnings: readonly Warning[];
}

const stepsPerEpoch = 50;
const mostValidationWindows = 128;

export async function trainOn(
  text: string,
  settings: TransformerSettings,
  { signal, onProgress, checkpoint }: TransformerTraining,
): Promise<{ params: Parameters; pieces: readonly string[]; record: TransformerRecord }> {
  const { vocabularySize, context, heads, steps, batchSize, learningRate, validationShare, seed } = settings;
  const [trainText, heldText] = splitAt(text, 1 - validationShare);
  const pieces = learnPieces(trainText, vocabularySize - firstPiece);
  const tokens = tokenizer(pieces);
  const train = encodeLongEnough(tokens, trainText, context, "the text");
  const held =
    validationShare > 0
      ? heldOut(encodeLongEnough(tokens, heldText, context, "its held-out end"), context)
      : undefined;
  const perEpoch = Math.min(steps, stepsPerEpoch);
  function* batches({ epoch, random }: EpochStart): Generator<Batch> {
    const count = Math.min(perEpoch, steps - epoch * perEpoch);
    for (let b = 0; b < count; b++) {
      yield windows(
        train,
        Array.from({ length: batchSize }, () => random.integer(train.length - context + 1)),
        context,
      );
    }
  }
  const rise = Math.max(1, Math.round(steps / 20));
  const fall = schedules.cosine({
    peak: learningRate,
    floor: learningRate / 20,
    steps: Math.max(1, steps - rise),
  });
  const sizes = { ...settings, vocabularySize: tokens.size };
  const params = initialParameters(sizes, seed);
  const fitting = fitParameters<Parameters, Batch>({
    name: where,
    params,
    loss: (p, batch) => loss(p, batch, heads),
    data: batches,
    stepsPerEpoch: perEpoch,
    epochs: Math.ceil(steps / perEpoch),
    optimiser: optimisers.adam({ learningRate: schedules.warmUp(rise, fall), beta2: 0.99 }),
    seed,
    signal,
    ...(onProgress
      ? {
          onProgress: ({ step, loss: nats, remainingSeconds }) =>
            onProgress({
              ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
              done: Math.min(step, steps),
              total: steps,
              label: `update ${step}/${steps}, ${nats.toFixed(3)} nats per token`,
            }),
        }
      : {}),
    ...(held ? { validation: { data: oneBatchAtATime(held, batchSize) } } : {}),
    ...(checkpoint ? { checkpoint: { ...checkpoint, card: { ...settings, text: sha256(text) } } } : {}),
  });
  const result = await fitting.catch((error: unknown) => {
    if (error instanceof FitStoppedError && error.partial.steps > 0)
      return error.partial as Awaited<typeof fitting>;
    throw error;
  });
  const bytesPerToken = held ? byteLength(tokens, held.targets.data) / held.targets.size : 1;
  const bitsPerByte = (nats: number) => nats / Math.LN2 / bytesPerToken;
  const { history, best, reason } = result;
  const record: TransformerRecord = {
    epochs: history.map(({ step, loss: nats, validation }) => ({
      step,
      loss: nats,
      ...(validation ? { validation: bitsPerByte(validation.score) } : {}),
    })),
    steps: result.steps,
    tokens: train.length,
    tokensRead: result.steps * batchSize * context,
    parameters: countOf(params),
    ...(best
      ? {
          bestStep: history.find(({ epoch }) => epoch === best.epoch)?.step,
          bestValidation: bitsPerByte(best.score),
        }
      : {}),
    ...(reason === "stopped" ? { stopped: { done: result.steps, total: steps } } : {}),
    warnings: result.warnings,
  };
  return { params: result.params, pieces, record };
}

/** Windows that begin at these tokens: begin-of-text and what follows, and what is to be predicted at each place. */
function windows(tokens: Int32Array, starts: readonly number[], context: number): Batch {
  const shape = [starts.length, context];
  const [inputs, targets] = [0, 0].map(() => new Int32Array(starts.length * context));
  starts.forEach((start, row) => {
    inputs[row * context] = beginToken;
    inputs.set(tokens.subarray(start, start + context - 1), row * context + 1);
    targets.set(tokens.subarray(start, start + context), row * context);
  });
  return { inputs: tensor(inputs, { shape }), targets: tensor(targets, { shape }) };
}

/** Windows spread evenly over the tokens. */
function heldOut(tokens: Int32Array, context: number): Batch {
  const most = Math.floor(tokens.length / context);
  const count = Math.min(most, mostValidationWindows);
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * most) / count) * context);
  return windows(tokens, starts, context);
}

function oneBatchAtATime({ inputs, targets }: Batch, batchSize: number): () => Generator<Batch> {
  const [rows, context] = inputs.shape;
  return function* () {
    for (let from = 0; from < rows; from += batchSize) {
      const to = Math.min(rows, from + batchSize);
      const [i, t] = [inputs, targets].map(({ data }) =>
        tensor(data.subarray(from * context, to * context), { shape: [to - from, context] }),
      );
      yield { inputs: i, targets: t };
    }
  };
}

/** The text in two, at a share of its length and not inside a character. */
function splitAt(text: string, share: number): [string, string] {
  let at = Math.round(share * text.length);
  if (/[\uDC00-\uDFFF]/.test(text[at] ?? "")) at++;
  return [text.slice(0, at), text.slice(at)];
}

function encodeLongEnough(tokens: Tokenizer, text: string, context: number, what: string): Int32Array {
  const ids = tokens.encode(text);
  if (ids.length >= context) return ids;
  throw new InputError({
    code: "too-short",
    where,
    problem: `${what} is shorter than the context`,
    expected: `at least ${context} tokens`,
    got: ids.length,
    hint: "give more text, or a smaller context",
  });
}

function byteLength(tokens: Tokenizer, ids: ArrayLike<number>): number {
  return Buffer.byteLength(tokens.texts(ids).join(""));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function countOf({ embedding, blocks, outputNorm }: Parameters): number {
  const inBlocks = blocks.flatMap((block) => Object.values(block).map(({ size }) => size));
  return inBlocks.reduce((sum, size) => sum + size, embedding.size + outputNorm.size);
}
