import { isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { pair, type Symbols, symbols } from "../entropy/entropy.ts";
import type { EstimatorOptions, Variable } from "../estimator.ts";

export const defaultBins = 10;
const mostCells = 1e6;

/** Both variables cut into cells; categories stay as they are. */
export function cut(x: Variable, y: Variable, options: EstimatorOptions): [Symbols, Symbols] {
  const bins = options.bins ?? defaultBins;
  if (!Number.isInteger(bins) || bins < 2) {
    throw new InputError({
      code: "bad-bins",
      where: "histogram",
      problem: "bins is not a number of cells",
      expected: "an integer from 2",
      got: bins,
    });
  }
  const cells = cellsOf(x, bins) * cellsOf(y, bins);
  if (cells > mostCells) {
    throw new InputError({
      code: "too-many-cells",
      where: "histogram",
      problem: `${bins} bins per axis make too many cells`,
      expected: `at most ${mostCells}`,
      got: cells,
      hint: "use fewer bins or columns, or a nearest-neighbour estimator",
    });
  }
  return [symbolsOf(x, bins), symbolsOf(y, bins)];
}

function cellsOf(v: Variable, bins: number): number {
  return isCodes(v) ? v.levels.length : bins ** v.cols;
}

function symbolsOf(v: Variable, bins: number): Symbols {
  if (isCodes(v)) return symbols(v);
  let joint = binned(v, 0, bins);
  for (let j = 1; j < v.cols; j++) joint = pair(joint, binned(v, j, bins));
  return joint;
}

/** One column in bins of equal width from its smallest to its largest value. */
function binned({ data, rows, cols }: Matrix, j: number, bins: number): Symbols {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = j; at < data.length; at += cols) {
    if (data[at] < low) low = data[at];
    if (data[at] > high) high = data[at];
  }
  const codes = new Int32Array(rows);
  for (let i = 0, at = j; i < rows && high > low; i++, at += cols) {
    codes[i] = Math.min(bins - 1, Math.floor(((data[at] - low) / (high - low)) * bins));
  }
  return { codes, levels: bins, alphabet: bins };
}
