import { InputError, throwIfStopped } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { type Compiled, compile, type Tensor, valueAndGrad } from "../../engine/index.ts";
import { adam, type OptimiserState } from "../../engine/optimisers/index.ts";
import { batchMemory, trainingBatch } from "./batches.ts";
import type { CsrMatrix } from "./csr.ts";
import { type Batch, initialParameters, loss, type Parameters, type Terms } from "./network.ts";
import type { MultVaeSettings } from "./options.ts";

/** Means over the training users of one epoch, in nats per user. */
export interface EpochRecord {
  readonly epoch: number;
  /** Updates made so far. */
  readonly updates: number;
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
  /** The epoch whose parameters were kept, from 1. */
  readonly bestEpoch: number;
  readonly batchSize: number;
  /** Updates at which the weight of the rate would be 1. */
  readonly annealSteps: number;
  /** Set when training was stopped before its last epoch. */
  readonly stopped?: { readonly done: number; readonly total: number };
}

export interface Trained {
  readonly params: Parameters;
  readonly record: TrainingRecord;
}

/** NDCG@100 of the validation users under these parameters. */
export type Validate = (params: Parameters) => Promise<number>;

type Step = Compiled<
  [Parameters, OptimiserState, Batch, number],
  readonly [Parameters, OptimiserState, Terms]
>;

/** Weight of the rate after `updates` parameter updates. */
export function betaAt(updates: number, cap: number, annealSteps: number): number {
  return Math.min(cap, updates / annealSteps);
}

/**
 * Trains on the rows of `train` and keeps the parameters of the best epoch, or of the last without validation. What is
 * random in an update depends on the seed and the number of the update only.
 */
export async function trainNetwork(
  train: CsrMatrix,
  settings: MultVaeSettings,
  validate: Validate | undefined,
  { signal, onProgress }: LongRunning,
): Promise<Trained> {
  const { kind, hidden, latentDim, epochs, dropout, betaCap, l2, learningRate, seed } = settings;
  const users = train.rows;
  const batchSize = Math.min(users, settings.batchSize ?? Math.min(500, Math.ceil(users / 10)));
  const perEpoch = Math.ceil(users / batchSize);
  const total = epochs * perEpoch;
  const annealSteps = settings.annealSteps ?? (betaCap > 0 ? total / (3 * betaCap) : total);
  const random = new Random(seed);
  const noiseDim = kind === "vae" ? latentDim : 0;
  // One batch is filled while the other is in use.
  const memories = [0, 1].map(() => batchMemory(batchSize, train.cols, noiseDim));
  const optimiser = adam({ learningRate });
  const step: Step = compile((params, state, batch, beta) => {
    const [[, terms], gradient] = valueAndGrad(
      (p: Parameters): readonly [Tensor, Terms] => {
        const all = loss(kind, p, batch, beta, l2);
        return [all.loss, all];
      },
      { hasAux: true },
    )(params);
    return [...optimiser.update(params, gradient, state), terms] as const;
  });

  let params = initialParameters({ kind, items: train.cols, hidden, latentDim }, seed);
  let state = optimiser.init(params);
  let best = { params, validation: Number.NEGATIVE_INFINITY, epoch: 0 };
  const record: EpochRecord[] = [];
  const finish = (stopped?: TrainingRecord["stopped"]): Trained => ({
    params: best.params,
    record: { epochs: record, bestEpoch: best.epoch, batchSize, annealSteps, stopped },
  });
  const prepare = (update: number, order: Int32Array): Batch => {
    const from = (update % perEpoch) * batchSize;
    const chosen = order.subarray(from, from + batchSize);
    return trainingBatch(
      train,
      chosen,
      dropout,
      noiseDim,
      random.split("update").split(update),
      memories[update % 2],
    );
  };
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = random.split("order").split(epoch).permutation(users);
      const sums = { loss: 0, negativeLogLikelihood: 0, rate: 0, penalty: 0 };
      let beta = 0;
      let next = prepare((epoch - 1) * perEpoch, order);
      for (let u = 0; u < perEpoch; u++) {
        const update = (epoch - 1) * perEpoch + u;
        if (signal?.aborted) {
          if (record.length === 0) throwIfStopped(signal, "multVae");
          return finish({ done: epoch - 1, total: epochs });
        }
        beta = betaAt(update, betaCap, annealSteps);
        const batch = next;
        const pending = step(params, state, batch, beta);
        if (u + 1 < perEpoch) next = prepare(update + 1, order);
        const [newParams, newState, terms] = await pending;
        requireFinite(terms, epoch, update);
        [params, state] = [newParams, newState];
        const share = batch.target.shape[0] / users;
        for (const name of ["loss", "negativeLogLikelihood", "rate", "penalty"] as const) {
          sums[name] += terms[name].item() * share;
        }
        onProgress?.({
          done: update + 1,
          total,
          label: progressLabel(epoch, epochs, terms, best.validation),
        });
      }
      const validation = await validate?.(params);
      record.push({
        epoch,
        updates: epoch * perEpoch,
        beta,
        ...sums,
        ...(validation === undefined ? {} : { validation }),
      });
      if (validation === undefined || validation > best.validation) {
        best = { params, validation: validation ?? best.validation, epoch };
      }
    }
    return finish();
  } finally {
    await step.dispose();
  }
}

function progressLabel(epoch: number, epochs: number, terms: Terms, best: number): string {
  const found = best > 0 ? `, best NDCG@100 ${best.toFixed(4)}` : "";
  return `epoch ${epoch} of ${epochs}, loss ${terms.loss.item().toFixed(2)}${found}`;
}

function requireFinite({ loss: value }: Terms, epoch: number, update: number): void {
  if (Number.isFinite(value.item())) return;
  throw new InputError({
    code: "diverged",
    where: "multVae",
    problem: `the loss of update ${update + 1} (epoch ${epoch}) is not a number`,
    got: value.item(),
    hint: "a lower learningRate may help",
  });
}
