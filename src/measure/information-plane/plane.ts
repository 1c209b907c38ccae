import type { Codes, CodesLike } from "../../core/codes.ts";
import type { Interval, Warning } from "../../core/estimate.ts";
import type { Matrix, MatrixLike } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Unit } from "../../core/units.ts";

/** The activations of a network's layers on the same rows at one moment of training. */
export interface EpochActivations {
  /** Epochs trained until then: 0 is before training. */
  readonly epoch: number;
  /** One matrix for each layer, n rows each, in the order of the network; or a function that reads them. */
  readonly layers: LayerActivations | (() => Promise<LayerActivations>);
}

export type LayerActivations = Readonly<Record<string, MatrixLike>>;

/** One training run. Runs that differ only in their seed give intervals. */
export interface Run {
  readonly epochs: readonly EpochActivations[];
  /** Instead of the inputs and labels of the options. */
  readonly x?: MatrixLike;
  readonly y?: CodesLike;
}

export interface InformationPlaneOptions extends LongRunning {
  /** The label of each row. */
  y?: CodesLike;
  /** The input of each row; some estimators need it, the others only see from it which rows are the same input. */
  x?: MatrixLike;
  /** One of {@link planeEstimators}. @default "binning" */
  estimator?: string;
  /** Names of the layers to measure. @default all */
  layers?: readonly string[];
  /** Bins of `"binning"` and `"ebab"`. @default 30 */
  bins?: number;
  /** Neighbours of `"ksg"` and `"lossyCompression"`. @default 3 and 5 */
  k?: number;
  /** Also the diffusion spectral entropy of each layer, at the median width. @default true */
  spectralEntropy?: boolean;
  /** @default "nats" */
  unit?: Unit;
  /** Coverage of the intervals over runs. @default 0.95 */
  level?: number;
  /** @default 0 */
  seed?: number;
}

/** A layer of one run at one epoch. */
export interface PlanePoint {
  readonly run: string;
  readonly layer: string;
  readonly epoch: number;
  /** I(X;T). */
  readonly aboutInput: number;
  /** I(T;Y). */
  readonly aboutLabel: number;
  readonly spectralEntropy?: number;
}

/** A mean over runs; its interval is Student's and needs two of them. */
export interface OverRuns {
  readonly mean: number;
  readonly interval?: Interval;
  readonly runs: number;
}

/** A layer at one epoch, over the runs that have it and are not dead. */
export interface CurvePoint {
  readonly layer: string;
  readonly epoch: number;
  readonly aboutInput: OverRuns;
  readonly aboutLabel: OverRuns;
  readonly spectralEntropy?: OverRuns;
}

/** How I(X;T) of a layer fell after its highest value. */
export interface LayerCompression {
  readonly layer: string;
  /** Units of the layer. */
  readonly units: number;
  readonly runs: readonly {
    readonly run: string;
    readonly peak: number;
    /** Epoch of the peak, the first one. */
    readonly at: number;
    readonly final: number;
    /** (peak − final) / peak. */
    readonly share: number;
    /** Whether the layer is the same for all rows at the last epoch; such a run is in no mean. */
    readonly dead: boolean;
  }[];
  /** peak − final. */
  readonly fall: OverRuns;
  readonly share: OverRuns;
}

/** What the layers of a network know about its input and about the label while it learns: plain JSON. */
export interface InformationPlane {
  readonly estimator: string;
  /** What its numbers are, and what they are not. */
  readonly about: string;
  readonly unit: Unit;
  readonly n: number;
  readonly level: number;
  readonly seed: number;
  /** Estimator options after defaults were filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** ln of the number of different inputs: more cannot be counted by bins. */
  readonly inputLimit: number;
  /** H(Y): the most that I(T;Y) can be. */
  readonly labelEntropy: number;
  readonly runs: readonly string[];
  readonly layers: readonly string[];
  /** All that were measured, ascending. */
  readonly epochs: readonly number[];
  readonly points: readonly PlanePoint[];
  readonly curves: readonly CurvePoint[];
  readonly compression: readonly LayerCompression[];
  readonly warnings: readonly Warning[];
}

/** A layer's activations and what they are measured against. */
export interface LayerTask {
  readonly t: Matrix;
  readonly x?: Matrix;
  /** Which rows are the same input; undefined when all differ. */
  readonly inputs?: Codes;
  readonly y: Codes;
  /** Least and greatest activation of the layer over the whole run. */
  readonly range: readonly [low: number, high: number];
  /** Groups of inputs for estimators that need classes, found once. */
  readonly inputGroups: () => Promise<Codes>;
  readonly bins: number;
  readonly k: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** In nats. */
export interface LayerFinding {
  readonly aboutInput: number;
  readonly aboutLabel: number;
  readonly warnings: readonly Warning[];
}
