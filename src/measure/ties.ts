/**
 * Equal numbers and nearest neighbours. Distances between rounded numbers are multiples of the rounding step, and
 * counting "closer than" then leaves out everybody at the border: one column rounded to a tenth of its spread makes
 * KSG read 0.1 to 0.2 nats too high even among independent columns. Noise far below the rounding removes the bias; the
 * estimator for mixtures, which the field advises, does not (both measured in the experiment of mutual-information).
 */
import { isCodes } from "../core/codes.ts";
import { InputError } from "../core/errors.ts";
import type { Warning } from "../core/estimate.ts";
import { column, hstack, type Matrix, matrix } from "../core/matrix.ts";
import { duplicateRowShare } from "../core/statistics.ts";
import { rowsOf, type Variable } from "./estimator.ts";

/** Share of repeated values, or of exact twins among rows, that neighbours bear. */
const allowed = 0.05;

/** Whether a column of numbers repeats its values so often that neighbours need noise to tell them apart. */
export function repeatsItself(...variables: readonly Variable[]): boolean {
  return variables.some(
    (v) => !isCodes(v) && columnsOf(v).some((values) => duplicateRowShare(values) > allowed),
  );
}

/** What was done about repeated values. */
export const toldApart: Warning = {
  code: "ties",
  message: "values repeat, as after rounding; noise of 1e-10 standard deviations tells them apart",
};

/** What should be done about them when an estimator was asked for by name. */
const repeated: Warning = {
  code: "ties",
  message: 'values repeat, as after rounding, which neighbours overrate; ties "jitter" tells them apart',
};

/**
 * Warnings for an estimator of neighbours that was asked for by name and gets no noise.
 *
 * @throws InputError when over 5 % of the joint rows are exact twins
 */
export function checkTies(name: string, where: string, ...variables: readonly Variable[]): Warning[] {
  if (!repeatsItself(...variables)) return [];
  const share = duplicateRowShare(hstack(...variables.map(asNumbers)));
  if (share <= allowed) return [repeated];
  throw new InputError({
    code: "ties",
    where,
    problem: `too many rows are exact twins for ${name}`,
    expected: `at most ${100 * allowed} %`,
    got: `${(100 * share).toFixed(1)} %`,
    hint: 'choose estimator "auto" or "gao", or ties "jitter"',
  });
}

function columnsOf(m: Matrix): Matrix[] {
  if (m.cols === 1) return [m];
  return Array.from({ length: m.cols }, (_, j) => matrix(m.rows, 1, column(m, j)));
}

function asNumbers(v: Variable): Matrix {
  return isCodes(v) ? { data: Float64Array.from(v.codes), rows: rowsOf(v), cols: 1 } : v;
}
