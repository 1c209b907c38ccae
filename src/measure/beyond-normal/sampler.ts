import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

/** Draws of a pair of variables: row i of x belongs to row i of y. */
export interface Sample {
  /** n × dimX */
  x: Matrix;
  /** n × dimY */
  y: Matrix;
}

/** A joint distribution that can be drawn from and whose mutual information is known. */
export interface Sampler {
  readonly dimX: number;
  readonly dimY: number;
  /** The truth, in nats. */
  readonly mutualInformation: number;
  /** n independent draws; a number is taken as a seed. */
  sample(n: number, random: Random | number): Sample;
}

/** Turns n × d numbers into n × d′ numbers, row by row. */
export type RowMap = (points: Matrix) => Matrix;

/**
 * A distribution seen through maps of x and of y. The truth is kept, because mutual information does not change
 * under one-to-one maps of either side; that the maps are one-to-one is up to the caller.
 *
 * @param maps `x` and `y`; a missing one leaves its side as it is
 * @example
 * import { multivariateNormal, transformed } from "surprisal/measure";
 *
 * const base = multivariateNormal([[1, 0.75], [0.75, 1]], 1);
 * const cubed = transformed(base, { x: (m) => ({ ...m, data: m.data.map((v) => v ** 3) }) });
 * // cubed.mutualInformation equals base.mutualInformation
 */
export function transformed(sampler: Sampler, maps: { x?: RowMap; y?: RowMap }): Sampler {
  const { x: mapX = same, y: mapY = same } = maps;
  return {
    dimX: mapX(matrix(1, sampler.dimX)).cols,
    dimY: mapY(matrix(1, sampler.dimY)).cols,
    mutualInformation: sampler.mutualInformation,
    sample(n, random) {
      const { x, y } = sampler.sample(n, random);
      return { x: mapX(x), y: mapY(y) };
    },
  };
}

function same(points: Matrix): Matrix {
  return points;
}

export function asRandom(random: Random | number): Random {
  return typeof random === "number" ? new Random(random) : random;
}

/** An empty sample of n rows, n checked. */
export function emptySample(n: number, dimX: number, dimY: number, where: string): Sample {
  if (!Number.isInteger(n) || n < 1) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "cannot draw that many rows",
      expected: "an integer from 1",
      got: n,
    });
  }
  return { x: matrix(n, dimX), y: matrix(n, dimY) };
}
