import type { Environment } from "../core/environment.ts";
import type { Interval } from "../core/estimate.ts";
import type { TableNote } from "../data/table.ts";

/** What `surprisal learn` found out: plain JSON, the input of the terminal, the report and the studio. */
export interface LearnReport extends LearnFindings {
  /** The command that repeats this run. */
  readonly command: string;
  /** A command that uses the model. */
  readonly use: string;
  /** SHA-256 of the input file's bytes, or of nothing when it came from standard input or several files. */
  readonly inputHash?: string;
  /** The folder of the model, and what is in it. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly what: string }[];
  readonly environment: Environment & {
    /** What trained the model, for instance "ONNX Runtime 1.30.0". */
    readonly executor: string;
  };
}

/** What a learner says of one trained model; the rest of a {@link LearnReport} is about the run. */
export interface LearnFindings {
  /** The learner's id, for instance "mult-vae". */
  readonly method: string;
  /** What was learned, as a heading. */
  readonly title: string;
  readonly file: string;
  /** What came out, in one or two sentences. */
  readonly verdict: string;
  /** What is good to see first, such as rows and sizes. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** After defaults were filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly training: TrainingCurves;
  readonly information?: InformationCurves;
  readonly scores: readonly Scores[];
  readonly reconstruction?: Reconstruction;
  readonly map?: EmbeddingMap;
  readonly notes: readonly TableNote[];
  /** Set when the run was stopped early: how many epochs are here. */
  readonly stopped?: { readonly done: number; readonly total: number };
}

/** Numbers by epoch. */
export interface Curve {
  /** As in the training record, for instance "recon". */
  readonly name: string;
  /** In a few words. */
  readonly meaning: string;
  /** For instance "nats a row"; empty for a plain number. */
  readonly unit: string;
  /** What it is multiplied by in the loss, for instance "−½"; absent for what is no part of the loss. */
  readonly weight?: string;
  readonly values: readonly number[];
  /** The same on rows or users that were not trained on. */
  readonly validation?: readonly number[];
}

export interface TrainingCurves {
  /** Of each value, from 1. */
  readonly epochs: readonly number[];
  /** The epoch whose parameters were kept: the best on the validation rows, else the last. */
  readonly kept: number;
  /** Whether validation chose it. */
  readonly chosen: boolean;
  /** Updates made. */
  readonly steps: number;
  readonly batchSize: number;
  /** What a batch is made of. */
  readonly per: "row" | "user";
  /** The loss first. */
  readonly curves: readonly Curve[];
}

/** What the code tells, and what is lost, in nats by epoch. */
export interface InformationCurves {
  readonly rate: readonly number[];
  readonly rateMeaning: string;
  readonly distortion: readonly number[];
  readonly distortionMeaning: string;
  /** Nats told by each number of the code, the most first. */
  readonly dimensions?: readonly number[];
}

/** How well models do at a task, side by side. */
export interface Scores {
  readonly title: string;
  /** What was done and on whom, in a sentence or two. */
  readonly about: string;
  readonly metrics: readonly {
    /** For instance "NDCG@100". */
    readonly name: string;
    readonly entries: readonly Score[];
  }[];
}

export interface Score {
  readonly name: string;
  readonly value: number;
  readonly interval?: Interval;
  /** Whether it is the model of this report, and not something to compare it with. */
  readonly own: boolean;
}

/** How well rows come back from their codes. */
export interface Reconstruction {
  /** Which rows, in words. */
  readonly rows: string;
  readonly count: number;
  /** 1 − error / variance: of all pixels together, or averaged over the columns of a table. */
  readonly explained: number;
  /** Worst first; constant columns have no share. */
  readonly columns: readonly {
    readonly name: string;
    readonly meanSquaredError: number;
    readonly explained: number | null;
  }[];
  /** Rows that are pictures, pixels line by line; `low` is shown as paper, `high` as ink. */
  readonly pictures?: {
    readonly height: number;
    readonly width: number;
    readonly low: number;
    readonly high: number;
    readonly originals: readonly (readonly number[])[];
    readonly reconstructions: readonly (readonly number[])[];
    /** Decoded codes drawn from the prior. */
    readonly samples: readonly (readonly number[])[];
  };
}

/** Points in the plane of the two directions in which they differ most. */
export interface EmbeddingMap {
  /** What a point is, for instance "row". */
  readonly what: string;
  readonly caption: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Share of the variance along x and y. */
  readonly explained: readonly [number, number];
  /** Points there are, of which those here are a random sample. */
  readonly total: number;
  readonly colour?:
    | {
        readonly kind: "categories";
        readonly name: string;
        /** −1 where missing. */
        readonly codes: readonly number[];
        readonly levels: readonly string[];
      }
    | { readonly kind: "numbers"; readonly name: string; readonly values: readonly (number | null)[] };
  /** Names of a few points. */
  readonly labels?: readonly { readonly point: number; readonly text: string }[];
}
