import type { Warning } from "../../core/estimate.ts";
import type { LongRunning } from "../../core/progress.ts";
import {
  type CheckpointOptions,
  type EpochStart,
  FitStoppedError,
  fit as fitParameters,
  type LossContext,
} from "../../engine/fit/index.ts";
import { astype, minimum, mul } from "../../engine/index.ts";
import { adam } from "../../engine/optimisers/index.ts";
import { batchMemory, trainingBatch } from "./batches.ts";
import type { CsrMatrix } from "./csr.ts";
import { type Batch, initialParameters, loss, type Parameters } from "./network.ts";
import type { MultVaeSettings } from "./options.ts";

/** How a training run is watched, stopped and kept. */
export interface TrainingRun extends LongRunning {
  /** A file from which a run that was stopped or killed goes on. */
  readonly checkpoint?: Omit<CheckpointOptions, "card">;
}

/** Means over the training users of one epoch, in nats per user. */
interface EpochRecord {
  readonly epoch: number;
  /** Updates made so far. */
  readonly step: number;
  /** Weight of the rate at the last update. */
  readonly beta: number;
  readonly loss: number;
  readonly negativeLogLikelihood: number;
  readonly rate: number;
  readonly penalty: number;
  /** NDCG@100 of the validation users; absent without any. */
  readonly validation?: number;
}

/** What happened in training. */
export interface TrainingRecord {
  readonly epochs: readonly EpochRecord[];
  readonly steps: number;
  readonly batchSize: number;
  /** Users trained on. */
  readonly users: number;
  /** Updates at which the weight of the rate would be 1. */
  readonly annealSteps: number;
  /** The epoch whose parameters were kept, from 1, where there are validation users; else the last. */
  readonly bestEpoch?: number;
  /** Set when the signal ended training before its last epoch. */
  readonly stopped?: { readonly done: number; readonly total: number };
  readonly warnings: readonly Warning[];
}

/** NDCG@100 of the validation users under these parameters. */
export type Validate = (params: Parameters, signal?: AbortSignal) => Promise<number>;

const where = "multVae";

/** Trains on the rows of `train`; with `validate` the parameters of the best epoch are kept, else the last. */
export async function trainNetwork(
  train: CsrMatrix,
  settings: MultVaeSettings,
  validate: Validate | undefined,
  { signal, onProgress, checkpoint }: TrainingRun,
): Promise<{ params: Parameters; record: TrainingRecord }> {
  const { kind, hidden, latentDim, epochs, dropout, betaCap, l2, learningRate, seed } = settings;
  const users = train.rows;
  const batchSize = Math.min(users, settings.batchSize ?? Math.min(500, Math.ceil(users / 10)));
  const perEpoch = Math.ceil(users / batchSize);
  const annealSteps = settings.annealSteps ?? defaultAnnealSteps(epochs * perEpoch, betaCap);
  const noiseDim = kind === "vae" ? latentDim : 0;
  // One batch is filled while the other is in use.
  const memories = [0, 1].map(() => batchMemory(batchSize, train.cols, noiseDim));
  function* batches({ random }: EpochStart): Generator<Batch> {
    const order = random.split("users").permutation(users);
    for (let b = 0; b < perEpoch; b++) {
      const chosen = order.subarray(b * batchSize, (b + 1) * batchSize);
      yield trainingBatch(train, chosen, dropout, noiseDim, random.split("batch").split(b), memories[b % 2]);
    }
  }
  const fitting = fitParameters({
    name: where,
    params: initialParameters({ kind, items: train.cols, hidden, latentDim }, seed),
    loss: (params: Parameters, batch: Batch, { step }: LossContext) => {
      const beta = minimum(mul(astype(step, "float32"), 1 / annealSteps), betaCap);
      const { loss: total, ...terms } = loss(kind, params, batch, beta, l2);
      return [total, terms] as const;
    },
    data: batches,
    epochs,
    optimiser: adam({ learningRate }),
    seed,
    signal,
    onProgress,
    ...(validate ? { validation: { evaluate: validate, better: "larger" } } : {}),
    ...(checkpoint
      ? { checkpoint: { ...checkpoint, card: { ...settings, users, clicks: train.indices.length } } }
      : {}),
  });
  const result = await fitting.catch((error: unknown) => {
    if (error instanceof FitStoppedError && error.partial.steps > 0)
      return error.partial as Awaited<typeof fitting>;
    throw error;
  });
  const { history, steps, best, reason } = result;
  const record: TrainingRecord = {
    epochs: history.map(({ epoch, step, loss: total, terms, validation }): EpochRecord => {
      const { negativeLogLikelihood, rate, penalty } = terms;
      return {
        epoch,
        step,
        beta: betaAt(step - 1, betaCap, annealSteps),
        loss: total,
        negativeLogLikelihood,
        rate,
        penalty,
        ...(validation ? { validation: validation.score } : {}),
      };
    }),
    steps,
    batchSize,
    users,
    annealSteps,
    ...(best ? { bestEpoch: best.epoch } : {}),
    ...(reason === "stopped" ? { stopped: { done: history.length, total: epochs } } : {}),
    warnings: result.warnings,
  };
  return { params: result.params, record };
}

/** Weight of the rate after so many updates. */
export function betaAt(updates: number, cap: number, annealSteps: number): number {
  return Math.min(cap, updates / annealSteps);
}

/** The cap is reached after a third of all updates. */
function defaultAnnealSteps(updates: number, cap: number): number {
  return cap > 0 ? updates / (3 * cap) : updates;
}
