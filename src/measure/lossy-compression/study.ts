import { isCodes, levelCounts } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { column, hstack, type Matrix, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { mean, requireVarying, standardDeviation, standardize, variance } from "../../core/statistics.ts";
import {
  type EstimatorOptions,
  type MutualInformationEstimator,
  rowsOf,
  take,
  type Variable,
} from "../estimator.ts";
import { gao } from "../gao/gao.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { ross } from "../ross/ross.ts";
import { repeatsItself } from "../ties.ts";
import { type Compression, type Compressor, noCompressor, pcaCompressor, shareLost } from "./compressors.ts";
import { wkl } from "./wkl.ts";

const where = "compressedMutualInformation";
export const defaultComponents = 4;
const fewestRows = 200;
/** Rows there must be for each number in a code. */
const rowsPerComponent = 50;

/** One variable and its codes. */
interface Side {
  name: "x" | "y";
  /** The compressor's name. */
  label: string;
  /** What estimators see. */
  codes: Variable;
  compression?: Compression;
  lost?: number;
  /** Two leading components of what the compressor left out. */
  rest?: Matrix;
  /** Columns before. */
  width: number;
}

/** Both variables as codes. */
export interface Compressed {
  sides: [Side, Side];
  n: number;
  warnings: Warning[];
}

/** Fits a compressor to each side of numbers. */
export async function compress(
  variables: readonly Variable[],
  compressors: readonly (Compressor | undefined)[],
  random: Random,
  { signal, onProgress }: LongRunning,
): Promise<Compressed> {
  const n = rowsOf(variables[0]);
  if (n < fewestRows) {
    const expected = `at least ${fewestRows}`;
    throw new InputError({ code: "too-few-rows", where, problem: "too few rows", expected, got: n });
  }
  const sides: Side[] = [];
  const warnings: Warning[] = [];
  for (const [i, v] of variables.entries()) {
    const name = i === 0 ? "x" : "y";
    if (isCodes(v)) {
      sides.push({ name, label: "labels", codes: v, width: 1 });
      continue;
    }
    const narrow = v.cols <= defaultComponents;
    const compressor =
      compressors[i] ?? (narrow ? noCompressor : pcaCompressor(defaultComponents, { reduceRank: true }));
    const seed = random.split(`compress ${name}`).uint32();
    const compression = await compressor.fit(v, { seed, signal, onProgress });
    const { codes } = compression;
    if (codes.cols >= n / rowsPerComponent) {
      throw new InputError({
        code: "too-many-components",
        where: `${where}: ${name}`,
        problem: `codes of so many numbers need more than ${n} rows`,
        expected: `fewer than ${n / rowsPerComponent} (n / ${rowsPerComponent})`,
        got: codes.cols,
      });
    }
    if (saturated(codes)) {
      const message = `over a tenth of the codes of ${name} lie at the ends of the tanh, where neighbours nearly coincide`;
      warnings.push({ code: "saturated-code", message });
    }
    const [lost, rest] = [shareLost(v, compression), await leadingRest(v, compression, seed)];
    sides.push({ name, label: compressor.name, codes, compression, lost, rest, width: v.cols });
  }
  return { sides: [sides[0], sides[1]], n, warnings };
}

/** What runs on which codes. */
export interface Study {
  estimator: MutualInformationEstimator;
  settings: EstimatorOptions;
  codes: { x: Variable; y: Variable };
  warnings: Warning[];
  permuter(): (order: Int32Array) => number;
}

/** Chooses the estimator for the codes: Gao's where they repeat. */
export function studyOf({ sides }: Compressed, wanted: "ksg" | "wkl", k: number): Study {
  const [x, y] = sides.map(({ codes, name }) =>
    isCodes(codes) ? codes : inOneScale(codes, `${where}: ${name}`),
  );
  const labels = [x, y].filter(isCodes);
  if (labels.length === 2) {
    const expected = "numbers on one side at least";
    throw new InputError({
      code: "wrong-kind",
      where,
      problem: "two sides of labels",
      expected,
      got: "labels and labels",
    });
  }
  for (const counts of labels.map(levelCounts)) {
    const fewest = Math.min(...counts.filter((count) => count > 0));
    if (fewest >= 2 * k) continue;
    const expected = `at least ${2 * k} (2k)`;
    throw new InputError({
      code: "small-class",
      where,
      problem: "a label has too few rows",
      expected,
      got: fewest,
    });
  }
  const warnings: Warning[] = [];
  let estimator = wanted === "wkl" ? wkl : labels.length > 0 ? ross : ksg1;
  if (repeatsItself(x, y)) {
    estimator = gao;
    warnings.push({ code: "ties", message: "codes repeat: Gao's estimator for mixtures was used" });
  }
  return {
    estimator,
    settings: { k },
    codes: { x, y },
    warnings,
    permuter: () => {
      const fast = estimator.permuter?.(x, y, { k });
      return fast ?? ((order) => estimator.estimate(x, take(y, order), { k }).value);
    },
  };
}

/** Residual columns with a smaller share of the spread are rounding. */
const dust = 1e-6;

/** The two leading components of the residual with standardised columns: where small variance counts as much as large. */
async function leadingRest(x: Matrix, { residual }: Compression, seed: number): Promise<Matrix | undefined> {
  if (!residual) return undefined;
  const spread = (m: Matrix) =>
    Float64Array.from({ length: m.cols }, (_, j) => standardDeviation(column(m, j)));
  const least = dust * Math.max(...spread(x));
  const kept = [...spread(residual).entries()].flatMap(([j, deviation]) => (deviation > least ? [j] : []));
  if (kept.length === 0) return undefined;
  const columns = hstack(...kept.map((j) => matrix(residual.rows, 1, column(residual, j))));
  const { codes } = await pcaCompressor(2, { reduceRank: true }).fit(standardize(columns, where), { seed });
  return standardize(codes, where);
}

/** Columns centred and divided by one scale, so that the proportions of the code stay and both sides count alike. */
function inOneScale(m: Matrix, place: string): Matrix {
  requireVarying(m, place);
  const columns = Array.from({ length: m.cols }, (_, j) => column(m, j));
  const centres = columns.map(mean);
  const scale = Math.sqrt(mean(columns.map(variance)));
  return matrix(
    m.rows,
    m.cols,
    m.data.map((value, at) => (value - centres[at % m.cols]) / scale),
  );
}

/** Whether codes lie between −1 and 1 and over a tenth of them at the ends. */
function saturated({ data }: Matrix): boolean {
  let atEnds = 0;
  for (const value of data) {
    if (Math.abs(value) > 1) return false;
    if (Math.abs(value) > 0.99) atEnds++;
  }
  return atEnds > data.length / 10;
}
