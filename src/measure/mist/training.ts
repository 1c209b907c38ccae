// Training: every step draws fresh distributions, so nothing is ever seen twice.
import { readFile } from "node:fs/promises";
import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import {
  add,
  type CheckpointOptions,
  type Compiled,
  compile,
  type EpochStart,
  type FitProgress,
  FitStoppedError,
  fit as fitParameters,
  optimisers,
  schedules,
  type Tensor,
  tensor,
} from "../../engine/index.ts";
import { drawTrained } from "./families.ts";
import { drawHeldOut } from "./held-out.ts";
import { batchOf, type Scores, scoresOf, withFeatures } from "./inputs.ts";
import type { MetaSampler } from "./meta-sampler.ts";
import {
  type Architecture,
  forward,
  type Inputs,
  initialParameters,
  mistSmall,
  type Parameters,
  pinball,
} from "./network.ts";

/** Padded sizes of the training batches: columns a side, and rows. */
export interface Buckets {
  readonly dims: readonly { readonly most: number; readonly weight: number }[];
  /** Rows reach from the number before (the first: `leastRows`) to this one. */
  readonly rows: readonly { readonly most: number; readonly weight: number }[];
  readonly leastRows: number;
  /** Rows of a batch, all sets together, padding included. */
  readonly rowsPerBatch: number;
}

export const standardBuckets: Buckets = {
  dims: [
    { most: 1, weight: 0.35 },
    { most: 3, weight: 0.4 },
    { most: 8, weight: 0.25 },
  ],
  rows: [
    { most: 32, weight: 0.15 },
    { most: 90, weight: 0.3 },
    { most: 220, weight: 0.35 },
    { most: 512, weight: 0.2 },
  ],
  leastRows: 16,
  rowsPerBatch: 3072,
};

export interface MistTrainingOptions extends LongRunning {
  /** Updates. */
  readonly steps: number;
  /** @default 7 */
  readonly seed?: number;
  /** Draws the training sets. Default: the families the shipped network was trained on. */
  readonly sampler?: MetaSampler;
  /** Also measured at every validation, never trained on. Default with the default sampler: the held-out families. */
  readonly heldOut?: MetaSampler;
  /** Updates between two validations. @default 500 */
  readonly validateEvery?: number;
  /** Sets per padded size in validation. @default 32 */
  readonly validationSets?: number;
  /** Highest learning rate. @default 0.002, or 0.0008 from given parameters */
  readonly learningRate?: number;
  readonly buckets?: Buckets;
  readonly architecture?: Architecture;
  /** Start from these instead of random parameters. */
  readonly start?: Parameters;
  /** A file from which a run that was stopped or killed goes on. */
  readonly checkpoint?: Omit<CheckpointOptions, "card">;
  /** Hears of every validation. */
  readonly onValidation?: (point: CurvePoint) => void;
}

/** Pinball losses of ln(1 + I), mean over sets and knots. */
export interface CurvePoint {
  readonly step: number;
  readonly train?: number;
  readonly pure: number;
  readonly hybrid: number;
  readonly heldOutPure?: number;
  readonly heldOutHybrid?: number;
}

export interface MistTraining {
  readonly params: Parameters;
  readonly curve: readonly CurvePoint[];
  readonly steps: number;
  /** Training sets drawn. */
  readonly sets: number;
}

const where = "trainMist";

/** A batch with its truths, ln(1 + I). */
type Batch = { readonly inputs: Inputs; readonly target: Tensor };

/** Trains the network; the parameters with the least validation loss are kept. */
export async function trainNetwork(options: MistTrainingOptions): Promise<MistTraining> {
  const {
    steps,
    seed = 7,
    sampler = drawTrained,
    heldOut = options.sampler ? undefined : drawHeldOut,
    validateEvery = 500,
    validationSets = 32,
    learningRate = options.start ? 0.0008 : 0.002,
    buckets = standardBuckets,
    architecture = mistSmall,
    signal,
    onProgress,
  } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "steps is not a count",
      expected: "an integer from 1",
      got: steps,
    });
  }
  const perEpoch = Math.min(steps, validateEvery);
  const epochs = Math.ceil(steps / perEpoch);
  const training = new Random(seed).split("training");
  let sets = 0;
  let current = 0;
  function* batches({ epoch }: EpochStart): Generator<Batch> {
    current = epoch;
    for (let step = 0; step < perEpoch; step++) {
      const random = training.split(epoch * perEpoch + step);
      const batch = drawBatch(sampler, buckets, random);
      sets += batch.target.shape[0];
      yield batch;
    }
  }
  // The same for every seed, so that runs can be compared.
  const validation = new Random(7).split("validation");
  const validationBatches = fixedBatches(sampler, buckets, validationSets, validation.split("same"));
  const heldOutBatches = heldOut
    ? fixedBatches(heldOut, buckets, validationSets, validation.split("other"))
    : [];
  const losses = compile((params: Parameters, { inputs, target }: Batch) => {
    const { pure, hybrid } = forward(architecture, params, inputs);
    return { pure: pinball(pure, target), hybrid: pinball(hybrid, target) };
  });
  const curveFile = options.checkpoint && `${options.checkpoint.path}.curve.json`;
  const curve: CurvePoint[] = options.checkpoint?.resume && curveFile ? await readCurve(curveFile) : [];
  const warm = Math.min(Math.ceil(steps / 10), 300);
  const rate = schedules.warmUp(
    warm,
    schedules.cosine({ peak: learningRate, floor: learningRate / 50, steps: Math.max(1, steps - warm) }),
  );
  const fitting = fitParameters({
    name: where,
    params: options.start ?? initialParameters(architecture, seed),
    loss: (params: Parameters, { inputs, target }: Batch) => {
      const { pure, hybrid } = forward(architecture, params, inputs);
      const [a, b] = [pinball(pure, target), pinball(hybrid, target)];
      return [add(a, b), { pure: a, hybrid: b }] as const;
    },
    data: batches,
    epochs,
    optimiser: optimisers.clipped(
      optimisers.adamw({ learningRate: rate, beta2: 0.98, weightDecay: 1e-4 }),
      1,
    ),
    averaging: Math.min(0.998, Math.max(0, 1 - 4 / steps)),
    seed,
    signal,
    ...(onProgress ? { onProgress: (p: FitProgress) => onProgress(p) } : {}),
    validation: {
      async evaluate(params) {
        const same = await meanLosses(losses, params, validationBatches);
        const other = await meanLosses(losses, params, heldOutBatches);
        const point: CurvePoint = {
          step: (current + 1) * perEpoch,
          ...same,
          ...(heldOut ? { heldOutPure: other.pure, heldOutHybrid: other.hybrid } : {}),
        };
        curve.splice(0, curve.length, ...curve.filter(({ step }) => step < point.step), point);
        if (curveFile) await writeFileAtomic(curveFile, JSON.stringify(curve));
        options.onValidation?.(point);
        return same.pure + same.hybrid;
      },
    },
    ...(options.checkpoint
      ? {
          checkpoint: {
            ...options.checkpoint,
            card: { steps, learningRate, architecture, buckets } as object,
          },
        }
      : {}),
  });
  try {
    const result = await fitting.catch((error: unknown) => {
      if (error instanceof FitStoppedError && error.partial.steps > 0)
        return error.partial as Awaited<typeof fitting>;
      throw error;
    });
    const trained = new Map(result.history.map(({ step, loss }) => [step, loss]));
    return {
      params: result.params,
      curve: curve.map((point) => ({ ...point, train: trained.get(point.step) })),
      steps: result.steps,
      sets,
    };
  } finally {
    await losses.dispose();
  }
}

/** The curve of a run that goes on; empty where there is none yet. */
async function readCurve(path: string): Promise<CurvePoint[]> {
  const text = await readFile(path, "utf8").catch(() => "[]");
  return JSON.parse(text) as CurvePoint[];
}

function drawBatch(sampler: MetaSampler, buckets: Buckets, random: Random): Batch {
  const dims = buckets.dims[random.categorical(buckets.dims.map(({ weight }) => weight))].most;
  const size = random.categorical(buckets.rows.map(({ weight }) => weight));
  const most = buckets.rows[size].most;
  return drawSets(sampler, buckets, size, dims, Math.max(2, Math.round(buckets.rowsPerBatch / most)), random);
}

function drawSets(
  sampler: MetaSampler,
  { rows: sizes, leastRows }: Buckets,
  size: number,
  maxDim: number,
  sets: number,
  random: Random,
): Batch {
  const most = sizes[size].most;
  const least = size === 0 ? leastRows : sizes[size - 1].most + 1;
  const samples: Scores[] = [];
  const target = new Float32Array(sets);
  for (let s = 0; s < sets; s++) {
    const own = random.split(s);
    const rows = Math.round(Math.exp(Math.log(least) + own.uniform() * Math.log(most / least)));
    const example = sampler({ rows, maxDim, random: own });
    samples.push(withFeatures(scoresOf(example.x), scoresOf(example.y)));
    target[s] = Math.log1p(example.mutualInformation);
  }
  return { inputs: batchOf(samples, most, maxDim), target: tensor(target) };
}

function fixedBatches(sampler: MetaSampler, buckets: Buckets, sets: number, random: Random): Batch[] {
  return buckets.dims.flatMap(({ most }) =>
    buckets.rows.map((_, size) =>
      drawSets(sampler, buckets, size, most, sets, random.split(most).split(size)),
    ),
  );
}

async function meanLosses(
  losses: Compiled<[Parameters, Batch], { pure: Tensor; hybrid: Tensor }>,
  params: Parameters,
  batches: readonly Batch[],
): Promise<{ pure: number; hybrid: number }> {
  const total = { pure: 0, hybrid: 0 };
  for (const batch of batches) {
    const { pure, hybrid } = await losses(params, batch);
    total.pure += pure.item() / batches.length;
    total.hybrid += hybrid.item() / batches.length;
  }
  return total;
}
