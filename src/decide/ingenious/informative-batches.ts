import { InputError } from "../../core/errors.ts";
import type { MatrixLike } from "../../core/matrix.ts";
import type { Executor } from "../../core/parallel/index.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { type SubsetOptions, type SubsetSampler, subsetSampler } from "./subset-sampler.ts";

/** A batch of rows and where it stands in training. */
export interface InformativeBatch {
  /** In random order. */
  readonly rows: Int32Array;
  /** 0 while all rows are used, then 1, 2, … for each subset. */
  readonly phase: number;
  /** Batches before this one. */
  readonly step: number;
}

export interface InformativeBatchOptions extends SubsetOptions, LongRunning {
  /** How many rows there are. */
  rows: number;
  /** Rows in a batch. */
  batchSize: number;
  /** Batches of all rows before the first subset. */
  warmUp: number;
  /** Batches drawn from one subset before the next is drawn. */
  period: number;
  /** How many subsets. Default: without end. */
  phases?: number;
  /**
   * The features of all rows under the model as it is now, rows × d. Called before the first subset, and before others
   * as `regainEvery` says. Where it is missing, `update` must be called instead.
   */
  features?: (phase: number) => MatrixLike | Promise<MatrixLike>;
  /** Subsets between two computations of the gains. Default: gains are computed once, as the paper's code does. */
  regainEvery?: number;
  /** Ranks parts at once. Default: one after the other, here. */
  executor?: Executor;
}

/** Batches for any training loop: all rows at first, then informative subsets. */
export interface InformativeBatches extends AsyncIterable<InformativeBatch> {
  /** The batches of one phase; the same again for the same phase and gains. */
  phase(phase: number): AsyncGenerator<InformativeBatch, void>;
  /** Whether the gains are to be computed anew before this phase. */
  isDue(phase: number): boolean;
  /** Computes the gains from these features, for the phases from this one on. */
  update(phase: number, features: MatrixLike): Promise<SubsetSampler>;
  /** The latest gains and weights. */
  readonly sampler: SubsetSampler | undefined;
}

/**
 * Training on informative subsets: batches of all rows while the model warms up, then of a subset that represents them,
 * drawn anew every `period` batches by the importance that the warmed-up model gives the rows.
 *
 * A loop draws `for await`; features are asked for between two batches, when the model has learned from all before.
 * The engine's `fit` takes `({ epoch }) => …phase(epoch)…` as its data, one phase an epoch.
 *
 * @throws InputError for counts below 1 (0 is allowed for `warmUp`), a fraction that is not between 0 and 1, and, when
 * a phase begins, gains that were never computed or features of another number of rows
 * @throws StoppedError when the signal fires while gains are computed
 * @see Renduchintala et al. 2023 (INGENIOUS), algorithm 1
 * @example
 * import { informativeBatches } from "surprisal/decide";
 * const x = Array.from({ length: 80 }, (_, i) => [Math.cos(i % 9), Math.sin(i % 9)]);
 * const batches = informativeBatches({
 *   rows: 80, batchSize: 8, warmUp: 10, period: 5, phases: 2, features: () => x,
 * });
 * let steps = 0;
 * for await (const { rows, phase } of batches) steps += rows.length === 8 && phase <= 2 ? 1 : 0;
 * // 20 batches: 10 of all rows, 5 of one subset, 5 of another
 */
export function informativeBatches(options: InformativeBatchOptions): InformativeBatches {
  const where = "informativeBatches";
  const { rows: n, batchSize, warmUp, period, phases = Number.POSITIVE_INFINITY, seed = 0 } = options;
  const { regainEvery = Number.POSITIVE_INFINITY, features, onProgress, ...rest } = options;
  requireCount(where, "rows", n, 2);
  requireCount(where, "batchSize", batchSize, 1);
  requireCount(where, "warmUp", warmUp, 0);
  requireCount(where, "period", period, 1);
  if (phases !== Number.POSITIVE_INFINITY) requireCount(where, "phases", phases, 1);
  if (regainEvery !== Number.POSITIVE_INFINITY) requireCount(where, "regainEvery", regainEvery, 1);
  const random = new Random(seed).split("batches");
  const all = Int32Array.from({ length: n }, (_, i) => i);
  let sampler: SubsetSampler | undefined;
  let updatedFor = 0;

  const isDue = (phase: number): boolean =>
    phase >= 1 && updatedFor !== phase && (!sampler || (phase - 1) % regainEvery === 0);

  const update = async (phase: number, given: MatrixLike): Promise<SubsetSampler> => {
    const next = await subsetSampler(given, { ...rest, seed, ...(onProgress ? { onProgress } : {}) });
    if (next.gains.length !== n) {
      throw new InputError({
        code: "unequal-lengths",
        where,
        problem: "features of another number of rows",
        expected: String(n),
        got: next.gains.length,
      });
    }
    sampler = next;
    updatedFor = phase;
    return next;
  };

  async function* phaseOf(phase: number): AsyncGenerator<InformativeBatch, void> {
    requireCount(where, "phase", phase, 0);
    if (isDue(phase) && features) await update(phase, await features(phase));
    if (phase >= 1 && !sampler) {
      throw new InputError({
        code: "no-features",
        where,
        problem: `no gains for phase ${phase}`,
        expected: "features in the options, or a call of update before",
      });
    }
    const pool = phase === 0 ? all : sampler!.sample(phase);
    const before = phase === 0 ? 0 : warmUp + (phase - 1) * period;
    let step = before;
    for (const rows of shuffledBatches(pool, batchSize, phase === 0 ? warmUp : period, random.split(phase))) {
      yield { rows, phase, step: step++ };
    }
  }

  return {
    phase: phaseOf,
    isDue,
    update,
    get sampler() {
      return sampler;
    },
    async *[Symbol.asyncIterator]() {
      for (let phase = warmUp > 0 ? 0 : 1; phase <= phases; phase++) yield* phaseOf(phase);
    },
  };
}

/** Passes over the pool in new orders; a batch may go over the end of one into the next. */
function* shuffledBatches(
  pool: Int32Array,
  batchSize: number,
  count: number,
  random: Random,
): Generator<Int32Array, void> {
  const order = random.shuffle(pool.slice());
  let at = 0;
  for (let b = 0; b < count; b++) {
    const batch = new Int32Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      if (at === order.length) {
        random.shuffle(order);
        at = 0;
      }
      batch[i] = order[at++];
    }
    yield batch;
  }
}

function requireCount(where: string, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: `${name} is not usable`,
    expected: `an integer from ${least}`,
    got: value,
  });
}
