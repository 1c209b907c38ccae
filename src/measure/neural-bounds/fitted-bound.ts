import { InputError } from "../../core/errors.ts";
import type { Interval, Warning } from "../../core/estimate.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { normalQuantile } from "../../core/special.ts";
import { standardDeviation } from "../../core/statistics.ts";
import { compile, type Tensor } from "../../engine/index.ts";
import { rowsOf, type TrainedEstimate, type TrainedOptions, type Variable } from "../estimator.ts";
import { asColumns } from "../one-hot.ts";
import { type BoundName, boundValue } from "./bounds.ts";
import { type Critic, type CriticKind, type CriticParams, critic } from "./critics.ts";
import { type Rows, type TrainingSettings, tensorsOf, train } from "./training.ts";

export interface FittedBoundSettings extends TrainingSettings {
  critic: CriticKind;
  hidden: readonly number[];
  clip?: number;
}

const fewest = 40;
/** Rows whose pairs are formed at once: few for the looks during training, more for the value, whose pairs are many. */
const blockRows = { look: 128, value: 512 };

/** Trains a critic on half of the rows, stops by a quarter, and evaluates the bound on the last quarter. */
export async function fittedBound(
  bound: BoundName,
  settings: FittedBoundSettings,
  x: Variable,
  y: Variable,
  { seed, level, ...run }: TrainedOptions,
): Promise<TrainedEstimate> {
  const n = rowsOf(x);
  if (n < fewest) {
    throw new InputError({
      code: "too-few-rows",
      where: bound,
      problem: "too few rows to train on some and measure on others",
      expected: `at least ${fewest}`,
      got: n,
    });
  }
  const random = new Random(seed).split("neural bound");
  const order = random.split("rows").permutation(n);
  const [half, threeQuarters] = [Math.floor(n / 2), Math.floor((3 * n) / 4)];
  const [left, right] = [asColumns(x), asColumns(y)];
  const rows: Rows = {
    x: Float32Array.from(left.data),
    y: Float32Array.from(right.data),
    n,
    dimX: left.cols,
    dimY: right.cols,
  };
  const part = (from: number, to: number): Rows => {
    const { x: px, y: py } = tensorsOf(rows, order.subarray(from, to));
    const { dimX, dimY } = rows;
    return { x: px.data as Float32Array, y: py.data as Float32Array, n: to - from, dimX, dimY };
  };
  const network = critic(settings.critic, rows.dimX, rows.dimY, settings.hidden);
  const scorer = scorerOf(network);
  const clip = settings.clip ?? Number.POSITIVE_INFINITY;
  try {
    const validation = part(half, threeQuarters);
    const validate = async (params: CriticParams) =>
      boundValue(bound, await scorer.blocks(params, validation, blockRows.look), clip).value;
    const trained = await train(
      bound,
      network,
      part(0, half),
      validate,
      settings,
      random.split("training"),
      run,
    );
    const blocks = await scorer.blocks(trained.params.params, part(threeQuarters, n), blockRows.value);
    const { value, terms } = boundValue(bound, blocks, clip);
    const ceiling = bound === "infonce" ? Math.log(blocks[0].rows) : undefined;
    return {
      value,
      n,
      interval: level === undefined ? undefined : intervalOf(value, terms, level),
      test: permutable(blocks),
      warnings: warningsOf(value, ceiling),
      diagnostics: {
        steps: trained.steps,
        ended: trained.reason,
        heldOut: terms.length,
        validationValue: trained.best?.score ?? Number.NaN,
        ...(ceiling === undefined ? {} : { ceiling }),
      },
    };
  } finally {
    await scorer.dispose();
  }
}

function intervalOf(value: number, terms: Float64Array, level: number): Interval {
  const margin = (normalQuantile((1 + level) / 2) * standardDeviation(terms)) / Math.sqrt(terms.length);
  return {
    low: value - margin,
    high: value + margin,
    level,
    how: `scatter of ${terms.length} held-out rows around the bound of this critic`,
  };
}

/** The mean score of pairs, whose partners are exchangeable when x and y are independent, whatever the critic. */
function permutable(blocks: readonly Matrix[]): TrainedEstimate["test"] {
  const statistic = (orders: readonly Int32Array[]) => {
    let total = 0;
    blocks.forEach(({ data, rows }, b) => {
      for (let i = 0; i < rows; i++) total += data[i * rows + orders[b][i]];
    });
    return total / (blocks.length * blocks[0].rows);
  };
  const orders = blocks.map(({ rows }) => Int32Array.from({ length: rows }, (_, i) => i));
  return {
    statistic: statistic(orders),
    permuted: (random) => () => statistic(orders.map((order) => random.shuffle(order))),
  };
}

function warningsOf(value: number, ceiling: number | undefined): Warning[] {
  if (ceiling === undefined || value < ceiling - 1) return [];
  return [
    {
      code: "ceiling",
      message: `InfoNCE cannot exceed ${ceiling.toFixed(2)} nats with these rows, and is close to it: the information may be much higher`,
    },
  ];
}

/** Scores of all pairs, in blocks of one size so that one recording serves them. */
function scorerOf(network: Critic) {
  const run = compile((params: CriticParams, x: Tensor, y: Tensor) => network.scores(params, x, y));
  return {
    async blocks(params: CriticParams, rows: Rows, most: number) {
      const count = Math.ceil(rows.n / most);
      const size = Math.floor(rows.n / count);
      const blocks = [];
      for (let b = 0; b < count; b++) {
        const { x, y } = tensorsOf(
          rows,
          Int32Array.from({ length: size }, (_, i) => b * size + i),
        );
        blocks.push(matrix(size, size, Float64Array.from((await run(params, x, y)).data)));
      }
      return blocks;
    },
    dispose: () => run.dispose(),
  };
}
