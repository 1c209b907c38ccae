/** The training loop: batches, updates, validation, checkpoints; everything that can go wrong on the way. */
import type { Warning } from "../../core/estimate.ts";
import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import type { Explanation } from "../compile.ts";
import type { Tree } from "../tensor.ts";
import { mapTree } from "../tree.ts";
import { type Batches, batchesOfRows, batchesOfSource, rowsOf } from "./batches.ts";
import { type CheckpointFile, checkpointFile, type Moment } from "./checkpoint-file.ts";
import { addTo, emptySums, type Journal, meansOf } from "./journal.ts";
import { firstNonFinite, requireParameters } from "./leaves.ts";
import { type FitOptions, requireFitOptions } from "./options.ts";
import { progressReporter } from "./progress.ts";
import { FitDivergedError, type FitResult, FitStoppedError } from "./result.ts";
import {
  compileSteps,
  copy,
  emptyLike,
  type Measured,
  type Steps,
  share,
  type TrainingState,
} from "./step.ts";

const defaultBatchSize = 128;

/**
 * Trains parameters on mini-batches. The same options and seed give the same parameters, bit by bit, also when the
 * run was killed and went on from its checkpoint, on the same machine and versions.
 *
 * Everything random comes from the seed and counters: the order of rows from the epoch, `key` from the step. Where
 * the loss calls a `hostFunction`, every update runs in two halves.
 *
 * @throws InputError before training: options out of range, unequal or no rows, numbers that are not finite, an
 * existing checkpoint without `resume`, a checkpoint that is damaged or of another run (which stays as it is)
 * @throws FitStoppedError when the signal fires, after a last checkpoint; `partial` holds the parameters reached
 * @throws FitDivergedError at the first loss that is not finite; `partial` holds the last good parameters
 * @example
 * import { add, fit, matmul, mean, optimisers, square, sub, tensor, zeros } from "surprisal/engine";
 * const x = tensor([[0], [1], [2], [3]]);
 * const y = tensor([[1], [3], [5], [7]]);
 * const { params } = await fit({
 *   params: { w: zeros([1, 1]), b: zeros([1]) },
 *   loss: (p, batch) => mean(square(sub(add(matmul(batch.x, p.w), p.b), batch.y))),
 *   data: { x, y },
 *   epochs: 300,
 *   optimiser: optimisers.adam({ learningRate: 0.1 }),
 * });
 * params.w.item(); // near 2
 */
export async function fit<P extends Tree, B extends Tree>(options: FitOptions<P, B>): Promise<FitResult<P>> {
  const where = options.name ?? "fit";
  requireFitOptions(where, options);
  requireParameters(where, options.params);
  const batches = batchesFor(where, options);
  const steps = compileSteps(where, options);
  try {
    return await new Run(where, options, batches, steps).train();
  } finally {
    await steps.dispose();
  }
}

function batchesFor<P extends Tree, B extends Tree>(where: string, options: FitOptions<P, B>): Batches<B> {
  const { data, batchSize = defaultBatchSize, lastBatch = "keep", stepsPerEpoch } = options;
  if (typeof data === "function") return batchesOfSource(`${where}: data`, data, stepsPerEpoch);
  return batchesOfRows(`${where}: data`, data, { batchSize, lastBatch, shuffle: true });
}

class Run<P extends Tree, B extends Tree> {
  readonly #where: string;
  readonly #options: FitOptions<P, B>;
  readonly #batches: Batches<B>;
  readonly #steps: Steps<P, B>;
  readonly #random: Random;
  readonly #file: CheckpointFile<P> | undefined;
  readonly #validation: Batches<B> | undefined;
  readonly #warnings: Warning[] = [];
  #journal: Journal = { epoch: 0, batch: 0, step: 0, sums: emptySums(), history: [] };
  #state: TrainingState<P>;
  /** The state before, which gave a finite loss. */
  #before: TrainingState<P>;
  #best: P | null = null;
  #perEpoch: number | undefined;

  constructor(where: string, options: FitOptions<P, B>, batches: Batches<B>, steps: Steps<P, B>) {
    const { seed = 0, checkpoint, validation, data, batchSize = defaultBatchSize } = options;
    this.#where = where;
    this.#options = options;
    this.#batches = batches;
    this.#steps = steps;
    this.#random = new Random(seed);
    this.#state = steps.start;
    this.#before = emptyLike(steps.start);
    this.#perEpoch = batches.perEpoch;
    if (checkpoint) {
      this.#file = checkpointFile(where, checkpoint, {
        seed,
        batchSize: typeof data === "function" ? null : batchSize,
        rows: batches.rows ?? null,
        card: checkpoint.card ?? null,
      });
    }
    if (validation && "data" in validation) {
      const place = `${where}: validation`;
      this.#validation =
        typeof validation.data === "function"
          ? batchesOfSource(place, validation.data)
          : batchesOfRows(place, validation.data, { batchSize, lastBatch: "keep", shuffle: false });
    }
  }

  async train(): Promise<FitResult<P>> {
    const { epochs, onProgress } = this.#options;
    await this.#begin();
    const journal = this.#journal;
    const report = progressReporter(onProgress, epochs);
    const pause = pacer(undefined, this.#where);
    if (journal.step === 0) await this.#options.onEpoch?.(0, weightsOf(this.#state));
    while (journal.epoch < epochs && journal.ended !== "patience") {
      const latest = await this.#epoch(report, pause);
      await this.#endEpoch();
      if (latest) report(journal, latest, this.#perEpoch, true);
    }
    journal.ended ??= "epochs";
    await this.#file?.trySave(this.#moment(), this.#warnings);
    return this.#result(journal.ended);
  }

  async #begin(): Promise<void> {
    const restored = await this.#file?.restore(this.#state);
    if (restored) {
      this.#state = restored.state;
      this.#best = restored.best;
      this.#journal = restored.journal;
      this.#warnings.push(...restored.warnings);
      if (this.#journal.ended === "epochs" && this.#journal.epoch < this.#options.epochs)
        this.#journal.ended = undefined;
    } else {
      // Better to learn now than after an hour that nothing can be written there.
      await this.#file?.save(this.#moment());
    }
  }

  async #epoch(
    report: ReturnType<typeof progressReporter>,
    pause: () => Promise<void> | undefined,
  ): Promise<Measured | undefined> {
    const journal = this.#journal;
    const start = { epoch: journal.epoch, random: this.#random.split("order").split(journal.epoch) };
    const iterator = this.#batches.epoch(start, journal.batch);
    const { signal } = this.#options;
    let latest: Measured | undefined;
    try {
      let upcoming = iterator.next();
      for (;;) {
        const turn = await unlessAborted(upcoming, signal);
        await pause();
        if (!turn || signal?.aborted) await this.#stop();
        if (!turn || turn.done) break;
        const { value: batch } = turn;
        const updated = this.#update(batch);
        // The next batch is put together while this one is in use; its failure is thrown at the await above.
        upcoming = iterator.next();
        upcoming.catch(() => {});
        latest = await updated;
        if (this.#file?.isDue()) await this.#checkpoint();
        report(journal, latest, this.#perEpoch, false);
      }
    } finally {
      // Not awaited: a source that is waiting for something would hold up the end.
      iterator.return().catch(() => {});
    }
    this.#perEpoch ??= journal.batch;
    return latest;
  }

  async #update(batch: B): Promise<Measured> {
    const journal = this.#journal;
    const [state, before] = [this.#state, this.#before];
    // The update may give the memory of the state before away, for a later update to write to.
    this.#before = mapTree(before, share);
    const { next, ...measured } = await this.#steps.update(state, batch, journal.step, before);
    if (!Number.isFinite(measured.loss)) this.#diverge(batch, measured.loss);
    this.#before = state;
    this.#state = next;
    addTo(journal.sums, measured, rowsOf(batch));
    journal.batch++;
    journal.step++;
    return measured;
  }

  async #endEpoch(): Promise<void> {
    const journal = this.#journal;
    this.#requireFinite();
    const validation = await this.#validate();
    journal.epoch++;
    journal.history.push({
      epoch: journal.epoch,
      step: journal.step,
      ...meansOf(journal.sums),
      ...(validation ? { validation } : {}),
    });
    journal.batch = 0;
    journal.sums = emptySums();
    await this.#options.onEpoch?.(journal.epoch, weightsOf(this.#state));
    if (!validation) return;
    const { score } = validation;
    if (!journal.best || this.#isBetter(score, journal.best.score)) {
      journal.best = { epoch: journal.epoch, score };
      this.#best = mapTree(weightsOf(this.#state), copy);
    }
    const patience = this.#options.validation?.patience;
    if (patience !== undefined && journal.epoch - journal.best.epoch >= patience) journal.ended = "patience";
  }

  async #validate(): Promise<{ score: number; terms: Record<string, number> } | undefined> {
    const { validation, signal } = this.#options;
    if (!validation) return undefined;
    const weights = weightsOf(this.#state);
    if ("evaluate" in validation) {
      const score = await validation.evaluate(weights, signal);
      return { score: this.#requireScore(score), terms: {} };
    }
    const sums = emptySums();
    const start = { epoch: 0, random: this.#random.split("validation batches") };
    let index = 0;
    for await (const batch of this.#validation!.epoch(start, 0)) {
      if (signal?.aborted) await this.#stop();
      addTo(sums, await this.#steps.evaluate(weights, batch, index++, this.#journal.step), rowsOf(batch));
    }
    const { loss, terms } = meansOf(sums);
    return { score: this.#requireScore(loss), terms };
  }

  #isBetter(score: number, best: number): boolean {
    const { validation } = this.#options;
    const isLarger = validation && "evaluate" in validation && validation.better === "larger";
    return isLarger ? score > best : score < best;
  }

  #requireScore(score: number): number {
    if (Number.isFinite(score)) return score;
    throw this.#diverged(
      `the validation score is ${score} after step ${this.#journal.step}`,
      this.#journal.step,
    );
  }

  /** Parameters may turn bad in the last update before anybody computes a loss with them. */
  #requireFinite(): void {
    const bad = firstNonFinite(this.#state.params, "params");
    if (!bad) return;
    const step = this.#journal.step - 1;
    this.#state = this.#before;
    throw this.#diverged(`${bad.path} is not finite after the update of step ${step}; ${keptBefore}`, step);
  }

  #diverge(batch: B, loss: number): never {
    const { step, epoch } = this.#journal;
    if (firstNonFinite(this.#state.params, "params")) {
      // The loss of the step before was fine, its gradient was not.
      this.#state = this.#before;
      throw this.#diverged(
        `the gradient of step ${step - 1} (epoch ${epoch + 1}) is not finite; ${keptBefore}`,
        step - 1,
      );
    }
    const bad = firstNonFinite(batch, "batch");
    const reason = bad
      ? `${bad.path}, row ${bad.row} of the batch is ${bad.value}`
      : "a smaller learning rate may help";
    throw this.#diverged(
      `the loss is ${loss} at step ${step} (epoch ${epoch + 1}); ${keptBefore}; ${reason}`,
      step,
    );
  }

  #diverged(detail: string, step: number): FitDivergedError<P> {
    return new FitDivergedError(this.#where, detail, step, this.#result("diverged"));
  }

  async #stop(): Promise<never> {
    const { step, epoch } = this.#journal;
    this.#requireFinite();
    await this.#file?.trySave(this.#moment(), this.#warnings);
    const path = this.#options.checkpoint?.path;
    const how = path ? `; go on with checkpoint: { path: ${JSON.stringify(path)}, resume: true }` : "";
    const detail = `after step ${step} (epoch ${epoch + 1} of ${this.#options.epochs})${how}`;
    throw new FitStoppedError(this.#where, detail, this.#result("stopped"));
  }

  async #checkpoint(): Promise<void> {
    this.#requireFinite();
    await this.#file?.trySave(this.#moment(), this.#warnings);
  }

  #moment(): Moment<P> {
    return { state: this.#state, best: this.#best, journal: this.#journal };
  }

  #result(reason: FitResult<P>["reason"]): FitResult<P> {
    const { history, best, step } = this.#journal;
    return {
      params: this.#best ?? mapTree(weightsOf(this.#state), share),
      steps: step,
      history,
      ...(best ? { best } : {}),
      reason,
      warnings: [
        ...(this.#options.executor === "wasm" ? [] : notNative(this.#steps.explain())),
        ...this.#warnings,
      ],
    };
  }
}

/** Says once why training did not run natively. */
function notNative(explanations: readonly Explanation[]): Warning[] {
  const found = explanations.find(({ executor }) => executor === "wasm");
  if (!found) return [];
  return [{ code: "not-native", message: `trained on WebAssembly, many times slower: ${found.reason}` }];
}

/** What the promise gives, or nothing once the signal has fired. */
async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (!signal) return promise;
  if (signal.aborted) return undefined;
  let onAbort = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

const keptBefore = "the parameters before it are kept";

function weightsOf<P extends Tree>({ average, params }: TrainingState<P>): P {
  return average ?? params;
}
