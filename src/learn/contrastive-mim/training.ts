import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import {
  type CheckpointOptions,
  type EpochRecord as FitEpoch,
  FitStoppedError,
  fit as fitParameters,
  type LossContext,
} from "../../engine/fit/index.ts";
import { random, sub, type Tensor, type Tree } from "../../engine/index.ts";
import { adam } from "../../engine/optimisers/index.ts";
import { balancedBlocks, rowsOf, takeTreeRows } from "./blocks.ts";
import { requireOthers } from "./contrastive-log-prob.ts";
import type { Network } from "./network.ts";
import { averaged, contrast, type Parts, sampleLatent, weightsOf } from "./objective.ts";
import type { Settings } from "./options.ts";

/** How a training run is watched, stopped and kept. */
export interface TrainingRun extends LongRunning {
  /** A file from which a run that was stopped or killed goes on. */
  readonly checkpoint?: Omit<CheckpointOptions, "card">;
}

/** Means over the batches of one epoch, in nats a row. */
export interface EpochRecord extends Parts<number> {
  readonly epoch: number;
  /** Updates made so far. */
  readonly step: number;
  /** The same on the validation rows, where there are any. */
  readonly validation?: Parts<number>;
}

/** What happened in training. */
export interface TrainingRecord {
  readonly epochs: readonly EpochRecord[];
  readonly steps: number;
  readonly batchSize: number;
  /** Rows trained on, without those for validation. */
  readonly rows: number;
  /** The epoch whose parameters were kept, from 1, where there are validation rows; else the last. */
  readonly bestEpoch?: number;
  /** Set when the signal ended training before its last epoch. */
  readonly stopped?: { readonly done: number; readonly total: number };
  readonly warnings: readonly Warning[];
}

const where = "contrastiveMIM";

/** All parts of the loss on a batch; `logUnit` is added to the reconstruction term. */
export function batchParts<P extends Tree, B extends Tree>(
  network: Network<P, B>,
  settings: Settings,
  logUnit: number,
  [params, batch, noise]: readonly [P, B, Tensor],
): Parts<Tensor> {
  const { objective, beta, temperature } = settings;
  const { z, ...latent } = sampleLatent(network.encode(params, batch), noise);
  const recon = sub(logUnit, network.logLikelihood(params, z, batch));
  const rows = { recon, ...latent, logContrast: contrast(z, temperature) };
  return averaged(rows, weightsOf(objective, beta));
}

export async function train<P extends Tree, B extends Tree>(
  network: Network<P, B>,
  data: B,
  settings: Settings,
  logUnit: number,
  run: TrainingRun,
): Promise<{ params: P; record: TrainingRecord }> {
  const { objective, latentDim, learningRate, epochs, patience, seed } = settings;
  const { training, validation } = split(data, settings);
  const rows = rowsOf(training);
  const batchSize = Math.min(settings.batchSize, rows);
  if (objective === "cmim") requireOthers(batchSize, `${where}: batchSize`);
  const loss = (params: P, batch: B, { key }: LossContext) => {
    const noise = random.normal(key, [rowsOf(batch), latentDim]);
    const { total, ...terms } = batchParts(network, settings, logUnit, [params, batch, noise]);
    return [total, terms] as const;
  };
  const { checkpoint, signal, onProgress } = run;
  const fitting = fitParameters({
    name: where,
    params: network.init(random.key(seed)),
    loss,
    data: training,
    batchSize,
    lastBatch: "drop",
    epochs,
    optimiser: adam({ learningRate }),
    seed,
    signal,
    onProgress,
    ...(validation ? { validation: { data: validation, patience } } : {}),
    ...(checkpoint ? { checkpoint: { ...checkpoint, card: { ...settings, epochs: undefined } } } : {}),
  });
  const result = await fitting.catch((error: unknown) => {
    if (error instanceof FitStoppedError && error.partial.steps > 0)
      return error.partial as Awaited<typeof fitting>;
    throw error;
  });
  const { history, steps, best, reason } = result;
  const record: TrainingRecord = {
    epochs: history.map(epochRecord),
    steps,
    batchSize,
    rows,
    ...(best ? { bestEpoch: best.epoch } : {}),
    ...(reason === "stopped" ? { stopped: { done: history.length, total: epochs } } : {}),
    warnings: [...fewRows(latentDim, rows), ...result.warnings],
  };
  return { params: result.params, record };
}

function split<B extends Tree>(
  data: B,
  { objective, validationShare, batchSize, seed }: Settings,
): { training: B; validation?: () => B[] } {
  if (validationShare === 0) return { training: data };
  const rows = rowsOf(data);
  const held = Math.round(validationShare * rows);
  const least = objective === "cmim" ? 2 : 1;
  if (held < least || rows - held < least) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: `too few rows for a validationShare of ${validationShare}`,
      expected: `at least ${least} to train and ${least} to validate on`,
      got: `${rows - held} and ${held}`,
    });
  }
  const order = new Random(seed).split("validation").permutation(rows);
  const validation = takeTreeRows(data, order.subarray(0, held));
  const blocks = balancedBlocks(held, batchSize).map((block) => takeTreeRows(validation, block));
  return { training: takeTreeRows(data, order.subarray(held)), validation: () => blocks };
}

function epochRecord({ epoch, step, loss, terms, validation }: FitEpoch): EpochRecord {
  const parts = (total: number, named: Readonly<Record<string, number>>) =>
    ({ total, ...named }) as Parts<number>;
  return {
    epoch,
    step,
    ...parts(loss, terms),
    ...(validation ? { validation: parts(validation.score, validation.terms) } : {}),
  };
}

function fewRows(latentDim: number, rows: number): Warning[] {
  if (latentDim <= rows) return [];
  const message = `latentDim ${latentDim} is more than the ${rows} rows: each row can have a direction of its own`;
  return [{ code: "few-rows", message }];
}
