// How a network compares with classical estimators on samples whose truth is known: by rows, columns and families.
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { gaussian } from "../gaussian/gaussian.ts";
import { drawContinuous } from "./families.ts";
import { drawHeldOut } from "./held-out.ts";
import { type Scores, scoresOf, withFeatures } from "./inputs.ts";
import type { MetaExample, MetaSampler } from "./meta-sampler.ts";
import { type MistHead, type MistModel, natsOf, quantileAt } from "./model.ts";
import { knots } from "./network.ts";
import { smallKsg } from "./small-ksg.ts";

/** Estimators of the comparison; the classical ones see normal scores of the same full columns. */
export const compared = ["gaussianCopula", "ksg3", "ksg5", "ksg10", "pure", "hybrid"] as const;
type Compared = (typeof compared)[number];

/** A block of samples of one size. */
export interface Cell {
  readonly trained: boolean;
  readonly rows: number;
  readonly columns: string;
  readonly sets: number;
  /** Mean squared errors in nats². */
  readonly mse: Readonly<Record<Compared, number>>;
  /** Standard error of the mean of squared errors. */
  readonly standardError: Readonly<Record<Compared, number>>;
  /** Squared errors of each sample. */
  readonly squares: Readonly<Record<Compared, Float64Array>>;
  /** Share of truths from the 5 % to the 95 % quantile. */
  readonly coverage: Readonly<Record<MistHead, number>>;
  /** Mean pinball loss of the quantiles of ln(1 + I). */
  readonly pinball: Readonly<Record<MistHead, number>>;
  readonly examples: readonly MetaExample[];
}

/** Most columns a side of a cell, and how it is called. */
const widths = [
  { least: 1, most: 1, name: "1" },
  { least: 2, most: 3, name: "2–3" },
  { least: 4, most: 8, name: "4–8" },
];

export interface EvaluationOptions extends LongRunning {
  /** Samples per cell. */
  readonly sets: number;
  readonly rows: readonly number[];
  readonly seed?: number;
}

/** Fresh samples from continuous families, trained ones and others, read by everybody. */
export async function evaluate(
  model: MistModel,
  { sets, rows: sizes, seed = 2026, signal, onProgress }: EvaluationOptions,
): Promise<Cell[]> {
  const pace = pacer(signal, "mist");
  const random = new Random(seed);
  const cells: Cell[] = [];
  const sources: [boolean, MetaSampler][] = [
    [true, drawContinuous],
    [false, drawHeldOut],
  ];
  const [, widest] = model.card.trained.columns;
  const known = widths.filter(({ most }) => most <= widest);
  const total = sources.length * known.length * sizes.length;
  for (const [trained, sampler] of sources) {
    for (const { least, most, name } of known) {
      for (const rows of sizes) {
        const stream = random
          .split(trained ? "trained" : "held out")
          .split(most)
          .split(rows);
        const examples: MetaExample[] = [];
        for (let s = 0, draw = 0; s < sets; draw++) {
          await pace();
          const example = sampler({ rows, maxDim: most, random: stream.split(draw) });
          if (Math.max(example.x.cols, example.y.cols) < least) continue;
          examples.push(example);
          s++;
        }
        cells.push(await cellOf(model, examples, { trained, rows, columns: name }));
        onProgress?.({ done: cells.length, total, label: "cells" });
      }
    }
  }
  return cells;
}

async function cellOf(
  model: MistModel,
  examples: readonly MetaExample[],
  facts: Pick<Cell, "trained" | "rows" | "columns">,
): Promise<Cell> {
  const samples = examples.map(({ x, y }): Scores => withFeatures(scoresOf(x), scoresOf(y)));
  const read = await model.read(samples);
  const sets = examples.length;
  const squares = Object.fromEntries(compared.map((name) => [name, new Float64Array(sets)])) as Record<
    Compared,
    Float64Array
  >;
  const covered = { pure: 0, hybrid: 0 };
  const loss = { pure: 0, hybrid: 0 };
  examples.forEach(({ mutualInformation: truth }, s) => {
    const { x, y } = samples[s];
    const [ksg3, ksg5, ksg10] = smallKsg(x, y, [3, 5, 10]);
    const median = (head: MistHead) => natsOf(quantileAt(read[head][s], 0.5));
    const values = {
      gaussianCopula: gaussian.estimate(x, y, {}).value,
      ksg3,
      ksg5,
      ksg10,
      pure: median("pure"),
      hybrid: median("hybrid"),
    };
    for (const name of compared) squares[name][s] = (values[name] - truth) ** 2;
    for (const head of ["pure", "hybrid"] as const) {
      const [low, high] = [0.05, 0.95].map((tau) => natsOf(quantileAt(read[head][s], tau)));
      if (truth >= low && truth <= high) covered[head]++;
      loss[head] += pinballOf(read[head][s], Math.log1p(truth));
    }
  });
  const byName = (f: (values: Float64Array) => number) =>
    Object.fromEntries(compared.map((name) => [name, f(squares[name])])) as Record<Compared, number>;
  return {
    ...facts,
    sets,
    squares,
    mse: byName(meanOf),
    standardError: byName((values) => {
      const mean = meanOf(values);
      return Math.sqrt(meanOf(values.map((v) => (v - mean) ** 2)) / (sets - 1));
    }),
    coverage: { pure: covered.pure / sets, hybrid: covered.hybrid / sets },
    pinball: { pure: loss.pure / sets, hybrid: loss.hybrid / sets },
    examples,
  };
}

/** Pinball loss of quantiles at the knots for one truth, mean over the knots. */
export function pinballOf(quantiles: ArrayLike<number>, truth: number): number {
  let sum = 0;
  knots.forEach((tau, k) => {
    const short = truth - quantiles[k];
    sum += short < 0 ? (tau - 1) * short : tau * short;
  });
  return sum / knots.length;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
