import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import {
  type EpochStart,
  FitDivergedError,
  type FitResult,
  fit as fitCritic,
} from "../../engine/fit/index.ts";
import {
  add,
  diagonal,
  equal,
  exp,
  random as keys,
  log,
  maximum,
  mean,
  negative,
  stopGradient,
  sub,
  type Tensor,
  tensor,
  where,
} from "../../engine/index.ts";
import { adam } from "../../engine/optimisers/index.ts";
import { besideCarried, carry, type WithCarried } from "../carried-state.ts";
import type { BoundName } from "./bounds.ts";
import type { Critic, CriticParams } from "./critics.ts";
import { logMeanExpOfProducts, objective } from "./objectives.ts";

/** Rows of x and y as the critic sees them. */
export interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly n: number;
  readonly dimX: number;
  readonly dimY: number;
}

/** The critic, and the logarithm of MINE's moving average of mean exp S. */
type State = WithCarried<CriticParams, { readonly average: Tensor }>;
type Batch = { readonly x: Tensor; readonly y: Tensor };

export interface TrainingSettings {
  batchSize: number;
  steps: number;
  learningRate: number;
}

/** Updates between two looks at the validation rows, and looks without improvement after which training ends. */
const updatesPerLook = 50;
const patience = 10;
/** Share of the earlier average that MINE keeps at each update. */
const kept = 0.9;

/** Trains a critic, and keeps the parameters with the highest bound on rows that training does not see. */
export async function train(
  bound: BoundName,
  critic: Critic,
  rows: Rows,
  validate: (params: CriticParams) => Promise<number>,
  { batchSize, steps, learningRate }: TrainingSettings,
  random: Random,
  { signal, onProgress }: LongRunning,
): Promise<FitResult<State>> {
  const size = Math.min(batchSize, rows.n);
  function* batches({ random: stream }: EpochStart): Generator<Batch> {
    for (;;) {
      const order = stream.permutation(rows.n);
      for (let from = 0; from + size <= rows.n; from += size) {
        yield tensorsOf(rows, order.subarray(from, from + size));
      }
    }
  }
  const training = fitCritic({
    name: bound,
    params: { params: critic.init(keys.key(random.uint32())), carried: { average: tensor([0]) } } as State,
    loss: ({ params, carried: { average } }, { x, y }: Batch, { step }) => {
      const scores = critic.scores(params, x, y);
      if (bound === "mine") return negative(mine(scores, average, equal(step, 0)));
      return sub(carry(average, average), objective(bound, scores));
    },
    data: batches,
    stepsPerEpoch: Math.min(updatesPerLook, steps),
    epochs: Math.ceil(steps / updatesPerLook),
    optimiser: besideCarried(adam({ learningRate })),
    validation: { evaluate: (params) => validate(params.params), better: "larger", patience },
    seed: random.uint32(),
    signal,
    onProgress,
  });
  return training.catch((error: unknown) => {
    if (!(error instanceof FitDivergedError)) throw error;
    throw new InputError({
      code: "diverged",
      where: bound,
      problem: "the scores grew without bound in training",
      expected: "a smaller learningRate",
      got: learningRate,
    });
  });
}

/**
 * MINE's objective. Its gradient is that of Donsker–Varadhan with the batch's mean exp S in the denominator replaced by
 * an exponential moving average, which takes away most of the bias of small batches. The average of the first batch is
 * that batch.
 */
export function mine(scores: Tensor, average: Tensor, isFirst: Tensor): Tensor {
  const batch = logMeanExpOfProducts(scores);
  const now = stopGradient(batch);
  const before = stopGradient(average);
  const next = where(isFirst, now, logAddExp(add(before, Math.log(kept)), add(now, Math.log(1 - kept))));
  return sub(sub(mean(diagonal(scores)), mean(exp(sub(batch, next)))), carry(average, next));
}

function logAddExp(a: Tensor, b: Tensor): Tensor {
  const larger = maximum(a, b);
  return add(larger, log(add(exp(sub(a, larger)), exp(sub(b, larger)))));
}

/** Chosen rows as tensors. */
export function tensorsOf({ x, y, dimX, dimY }: Rows, chosen: ArrayLike<number>): Batch {
  const part = (data: Float32Array, dim: number) => {
    const out = new Float32Array(chosen.length * dim);
    for (let i = 0; i < chosen.length; i++) {
      out.set(data.subarray(chosen[i] * dim, (chosen[i] + 1) * dim), i * dim);
    }
    return tensor(out, { shape: [chosen.length, dim] });
  };
  return { x: part(x, dimX), y: part(y, dimY) };
}
