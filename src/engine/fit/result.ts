import { StoppedError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import type { Tree } from "../tensor.ts";

/** Means over the rows of one epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Updates made by its end. */
  readonly step: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** The score, and the parts of the loss where the loss was evaluated. */
  readonly validation?: { readonly score: number; readonly terms: Readonly<Record<string, number>> };
}

export interface FitResult<P extends Tree> {
  /** Those of the best epoch where there is validation, else the last; averaged where asked for. */
  readonly params: P;
  /** Updates made. */
  readonly steps: number;
  readonly history: readonly EpochRecord[];
  /** The epoch with the best score, from 1. */
  readonly best?: { readonly epoch: number; readonly score: number };
  /** Why training ended: all epochs, no improvement for so long, the signal, or a loss that is not finite. */
  readonly reason: "epochs" | "patience" | "stopped" | "diverged";
  /**
   * What happened on the way: `not-native` (training ran on WebAssembly, and why), `checkpoint-not-written`,
   * `other-versions` (the checkpoint was written with).
   */
  readonly warnings: readonly Warning[];
}

/** Training was stopped by its signal; `partial` holds what was reached. */
export class FitStoppedError<P extends Tree = Tree> extends StoppedError {
  readonly partial: FitResult<P>;

  constructor(where: string, detail: string, partial: FitResult<P>) {
    super(where);
    this.message = `${where}: stopped ${detail}`;
    this.name = "FitStoppedError";
    this.partial = partial;
  }
}

/** Training reached numbers that are not finite; `partial` holds the last good parameters. */
export class FitDivergedError<P extends Tree = Tree> extends Error {
  readonly code = "diverged";
  /** Number of the first bad update, from 0. */
  readonly step: number;
  readonly partial: FitResult<P>;

  constructor(where: string, detail: string, step: number, partial: FitResult<P>) {
    super(`${where}: ${detail}`);
    this.name = "FitDivergedError";
    this.step = step;
    this.partial = partial;
  }
}
