import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";

/** Independent standard normal entries. */
export function normals(random: Random, rows: number, cols: number): Matrix {
  const m = matrix(rows, cols);
  for (let i = 0; i < m.data.length; i++) m.data[i] = random.normal();
  return m;
}

/** Standard normal columns correlated with those of x by the given amounts. */
export function correlated(random: Random, x: Matrix, amounts: readonly number[]): Matrix {
  return mapped(x, (value, column) => {
    const rho = amounts[column];
    return rho * value + Math.sqrt(1 - rho * rho) * random.normal();
  });
}

export function mapped(m: Matrix, map: (value: number, column: number) => number): Matrix {
  return matrix(
    m.rows,
    m.cols,
    m.data.map((value, i) => map(value, i % m.cols)),
  );
}
