// The four objectives on the same rows: what the experiment's tables are made of.
import { throwIfStopped } from "../../core/errors.ts";
import { type Matrix, takeRows } from "../../core/matrix.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { knnAccuracy } from "../probes.ts";
import { contrastiveMIM } from "./contrastive-mim.ts";
import { type EmbeddingScore, evaluateEmbeddings } from "./embeddings.ts";
import type { Labelled } from "./generators.ts";
import type { Objective } from "./objective.ts";
import type { VectorOptions } from "./options.ts";

export const objectives: readonly Objective[] = ["ae", "vae", "mim", "cmim"];
export const titles: Readonly<Record<Objective, string>> = {
  ae: "AE",
  vae: "VAE",
  mim: "A-MIM",
  cmim: "cMIM",
};

/** One model on one split, measured on the test rows. */
export interface Trial {
  /** Mean squared error of each row's reconstruction. */
  readonly squaredErrors: Float64Array;
  /** Mean of σ and of log σ; NaN for an autoencoder. */
  readonly scale: number;
  readonly logScale: number;
  /** Mean length of the mean codes. */
  readonly norm: number;
  /** log p(k = 1) of each row at a sampled code. */
  readonly logContrast: Float64Array;
  readonly code: EmbeddingScore;
  readonly hidden: EmbeddingScore;
  readonly random: EmbeddingScore;
}

/** A trial for each split, in the same order for all objectives. */
export type Trials = Readonly<Record<Objective, readonly Trial[]>>;

export interface Split {
  readonly train: Labelled;
  readonly test: Labelled;
}

export function splitAt({ x, labels }: Labelled, order: Int32Array, rows: number): Split {
  const part = (chosen: Int32Array): Labelled => ({
    x: takeRows(x, chosen),
    labels: Int32Array.from(chosen, (i) => labels[i]),
  });
  return { train: part(order.subarray(0, rows)), test: part(order.subarray(rows)) };
}

/** Trains a model of each objective on each split. `next` is called before each, with a label. */
export async function compareObjectives(
  splits: readonly Split[],
  options: VectorOptions,
  chosen: readonly Objective[],
  next: (label: string) => void,
  signal: AbortSignal | undefined,
): Promise<Trials> {
  const trials: Record<Objective, Trial[]> = { ae: [], vae: [], mim: [], cmim: [] };
  for (const objective of chosen) {
    for (const [seed, split] of splits.entries()) {
      next(titles[objective]);
      trials[objective].push(await tryOut(split, { ...options, objective, seed }, signal));
    }
  }
  return trials;
}

/** Nearest neighbours on the rows as they are. */
export function rawAccuracy({ train, test }: Split): number {
  const [known, asked] = [train, test].map(({ x, labels }) => ({ features: x, labels }));
  return knnAccuracy(known, asked).accuracy;
}

async function tryOut(
  { train, test }: Split,
  options: VectorOptions,
  signal: AbortSignal | undefined,
): Promise<Trial> {
  const model = await contrastiveMIM(options).fit(train.x, { signal });
  throwIfStopped(signal, "contrastive-mim");
  const { mean: codes, logScale } = await model.encode(test.x);
  const reconstruction = await model.reconstruct(test.x);
  const [code, hidden, random] = await evaluateEmbeddings(model, train, test, { seed: options.seed });
  return {
    squaredErrors: squaredErrors(reconstruction, test.x),
    scale: logScale ? mean(logScale.data.map(Math.exp)) : Number.NaN,
    logScale: logScale ? mean(logScale.data) : Number.NaN,
    norm: mean(norms(codes)),
    logContrast: (await model.rowLosses(test.x, options.seed)).logContrast,
    code,
    hidden,
    random,
  };
}

function squaredErrors(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows);
  for (let at = 0; at < a.data.length; at++) {
    out[Math.floor(at / a.cols)] += (a.data[at] - b.data[at]) ** 2 / a.cols;
  }
  return out;
}

function norms({ data, rows, cols }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) =>
    Math.hypot(...data.subarray(i * cols, (i + 1) * cols)),
  );
}

/** Mean over trials and the deviation between them (divisor n − 1). */
export interface Spread {
  readonly mean: number;
  readonly sd: number;
}

export function spread(values: readonly number[]): Spread {
  const n = values.length;
  return { mean: mean(values), sd: n > 1 ? standardDeviation(values) * Math.sqrt(n / (n - 1)) : 0 };
}

/** Mean difference a − b over the test rows of all trials, row by row, and its standard error. */
export function pairedGap(
  a: readonly Trial[],
  b: readonly Trial[],
  ofRow: (trial: Trial) => ArrayLike<number>,
): { readonly gap: number; readonly standardError: number } {
  const differences = a.flatMap((trial, t) => {
    const [one, other] = [ofRow(trial), ofRow(b[t])];
    return Array.from(one, (value, i) => value - other[i]);
  });
  const { mean: gap, sd } = spread(differences);
  return { gap, standardError: sd / Math.sqrt(differences.length) };
}
