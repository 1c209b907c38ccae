import type { EpochRecord } from "./result.ts";
import type { Measured } from "./step.ts";

/** How far a run is, as numbers and texts that JSON holds exactly. */
export interface Journal {
  /** Epoch in progress, from 0, and the number of batches of it that are done. */
  epoch: number;
  batch: number;
  /** Updates made. */
  step: number;
  /** Sums over the rows of the epoch in progress. */
  sums: Sums;
  history: EpochRecord[];
  best?: { epoch: number; score: number };
  ended?: "epochs" | "patience";
}

export interface Sums {
  rows: number;
  loss: number;
  terms: Record<string, number>;
}

export function emptySums(): Sums {
  return { rows: 0, loss: 0, terms: {} };
}

export function addTo(sums: Sums, { loss, terms }: Measured, rows: number): void {
  sums.rows += rows;
  sums.loss += rows * loss;
  for (const [name, value] of Object.entries(terms))
    sums.terms[name] = (sums.terms[name] ?? 0) + rows * value;
}

export function meansOf({ rows, loss, terms }: Sums): Measured {
  return {
    loss: loss / rows,
    terms: Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, value / rows])),
  };
}
