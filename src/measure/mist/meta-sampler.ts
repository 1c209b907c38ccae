import type { Matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";

/** What a training set must look like. */
export interface MetaRequest {
  readonly rows: number;
  /** Most columns on a side. */
  readonly maxDim: number;
  readonly random: Random;
}

/** A training set: rows of x and y, and the truth in nats. */
export interface MetaExample {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly mutualInformation: number;
}

/** Draws a distribution and a sample of it. */
export type MetaSampler = (request: MetaRequest) => MetaExample;

/** Numbers of columns: equal, one against many, or any two. */
export function drawDims({ maxDim, random }: MetaRequest): [dx: number, dy: number] {
  const one = 1 + random.integer(maxDim);
  const kind = random.uniform();
  if (kind < 0.5) return [one, one];
  const other = kind < 0.75 ? 1 : 1 + random.integer(maxDim);
  return random.uniform() < 0.5 ? [one, other] : [other, one];
}
