import { InputError } from "../../core/errors.ts";
import type { LongRunning, Progress } from "../../core/progress.ts";
import { requireKnown } from "../check.ts";
import type { CompileOptions } from "../compile.ts";
import type { Optimiser } from "../optimisers/index.ts";
import type { Tensor, Tree } from "../tensor.ts";
import type { BatchSource } from "./batches.ts";

/** What a loss may use beside parameters and batch. */
export interface LossContext {
  /** Random key of this step (`random.split`, `dropout`); in validation the same in every epoch. */
  readonly key: Tensor;
  /** Updates made so far, an int32 scalar: for weights that change over training. */
  readonly step: Tensor;
  /** False in validation: no dropout. */
  readonly training: boolean;
}

/** Named parts of a loss, scalars, for the record. */
export type LossTerms = { readonly [name: string]: Tensor };

/** A scalar to minimise, alone or with its parts. A pure function of tensors. */
export type Loss<P extends Tree, B extends Tree> = (
  params: P,
  batch: B,
  context: LossContext,
) => Tensor | readonly [total: Tensor, terms: LossTerms];

/** What is measured after every epoch; the parameters of the best epoch are kept. */
export type Validation<P extends Tree, B extends Tree> = {
  /** Stop after so many epochs without improvement. Default: never. */
  readonly patience?: number;
} & (
  | {
      /** Rows or batches on which the loss is evaluated; smaller is better. */
      readonly data: B | BatchSource<B>;
    }
  | {
      /** A score of the parameters, which must not be kept after the call. */
      readonly evaluate: (params: P, signal?: AbortSignal) => number | Promise<number>;
      /** Default `"smaller"`. */
      readonly better?: "smaller" | "larger";
    }
);

export interface CheckpointOptions {
  /** A safetensors file in an existing folder. */
  readonly path: string;
  /** Time between checkpoints. Default 60. One more is written at the end and when training is stopped. */
  readonly everySeconds?: number;
  /** Go on from the file where there is one. Default false: an existing file is refused. */
  readonly resume?: boolean;
  /** Facts that must be the same to resume, for instance the options of a model. */
  readonly card?: object;
}

export interface FitProgress extends Progress {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly stepsPerSecond?: number;
  readonly remainingSeconds?: number;
  /** Best score so far. */
  readonly best?: number;
}

export interface FitOptions<P extends Tree, B extends Tree> extends Pick<LongRunning, "signal"> {
  /** Where training starts: nested plain objects and arrays of float tensors. Not changed. */
  readonly params: P;
  readonly loss: Loss<P, B>;
  /** Tensors with equally many rows, drawn in random order, or a source of batches. */
  readonly data: B | BatchSource<B>;
  /** Passes over the data, or calls of the source. */
  readonly epochs: number;
  /** Rows per batch. Default 128; fewer where there are fewer. Not with a source. */
  readonly batchSize?: number;
  /** What becomes of a last batch with fewer rows: `"keep"` (default) or `"drop"`. Not with a source. */
  readonly lastBatch?: "keep" | "drop";
  /** Most batches taken from a source in an epoch; needed where it never ends. */
  readonly stepsPerEpoch?: number;
  /** Default `adam()`. */
  readonly optimiser?: Optimiser;
  /** Decay of a moving average of the parameters, which is then validated and returned. Default: none. */
  readonly averaging?: number;
  readonly validation?: Validation<P, B>;
  /** Order of the rows and keys of the steps. Default 0. */
  readonly seed?: number;
  readonly checkpoint?: CheckpointOptions;
  readonly executor?: CompileOptions["executor"];
  readonly onProgress?: (progress: FitProgress) => void;
  /** Called before training with epoch 0 and after every epoch; the parameters must not be kept after the call. */
  readonly onEpoch?: (epoch: number, params: P) => void | Promise<void>;
  /** What error messages call the caller. Default `"fit"`. */
  readonly name?: string;
}

const known: Record<keyof FitOptions<Tree, Tree>, true> = {
  params: true,
  loss: true,
  data: true,
  epochs: true,
  batchSize: true,
  lastBatch: true,
  stepsPerEpoch: true,
  optimiser: true,
  averaging: true,
  validation: true,
  seed: true,
  checkpoint: true,
  executor: true,
  signal: true,
  onProgress: true,
  onEpoch: true,
  name: true,
};

/** Refuses unknown names and values out of range, before any work. */
export function requireFitOptions<P extends Tree, B extends Tree>(
  where: string,
  options: FitOptions<P, B>,
): void {
  requireKnown(where, options, Object.keys(known));
  const { checkpoint = {}, validation = {} } = options;
  requireKnown(`${where}: checkpoint`, checkpoint, ["path", "everySeconds", "resume", "card"]);
  requireKnown(`${where}: validation`, validation, ["patience", "data", "evaluate", "better"]);
  requireCount(where, "epochs", options.epochs);
  for (const name of ["batchSize", "stepsPerEpoch"] as const) {
    if (options[name] !== undefined) requireCount(where, name, options[name]);
  }
  const { patience } = options.validation ?? {};
  if (patience !== undefined) requireCount(where, "patience", patience);
  const isSource = typeof options.data === "function";
  for (const name of ["batchSize", "lastBatch"] as const) {
    if (isSource && options[name] !== undefined)
      refuse(where, `${name} does not apply to a source of batches`, options[name]);
  }
  if (!isSource && options.stepsPerEpoch !== undefined) {
    refuse(where, "stepsPerEpoch applies to a source of batches only", options.stepsPerEpoch);
  }
  const seconds = options.checkpoint?.everySeconds ?? 0;
  if (!(seconds >= 0)) refuse(where, "everySeconds is not a time", seconds);
}

function requireCount(where: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: `${name} is not a count`,
    expected: "an integer from 1",
    got: value,
  });
}

function refuse(where: string, problem: string, got: unknown): never {
  throw new InputError({ code: "bad-option", where, problem, got });
}
