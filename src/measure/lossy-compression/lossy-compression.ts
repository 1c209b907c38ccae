/**
 * Mutual information of wide variables: compress each side, then estimate. Butakov, Tolmachev, Malanchuk, Neopryatnaya,
 * Frolov, Andreev, "Information bottleneck analysis of deep neural networks via lossy compression", ICLR 2024
 * (arXiv 2305.08013); entropies of Berrett, Samworth & Yuan, Annals of Statistics 2019.
 *
 * A function of X knows no more about Y than X: I(E(X); F(Y)) ≤ I(X;Y), with equality where the compressors lose
 * nothing that matters. Each compressor (principal components, an autoencoder, the caller's own) learns from its side
 * alone; on the codes KSG runs (Ross's estimator against labels, Gao's where codes repeat), and `wkl`, three weighted
 * Kozachenko–Leonenko entropies, as a second opinion. The interval and the test are those of the codes: the compressors
 * are not fitted again.
 *
 * Self-checks: how the value grows with the components where codes are nested; whether it grows when two leading
 * components of what the compressors left out, with standardised columns, are added to the codes of both sides; whether the two
 * estimators agree; whether a tanh code piles up at its ends. How much variance a compressor keeps is reported, and
 * says nothing of how much information it keeps (see `antiPCA` in `knownInformationImages`).
 *
 * Deviations: the paper estimates with weighted entropies; here KSG is the default, because codes of images often lie on
 * curved sets where entropies of different spaces do not match. Of the paper's compressors the dense autoencoder and
 * principal components are there, not the convolutional one. The paper's bound of the gap is not computed; its
 * smoothing of curves belongs to drawing.
 *
 * Cost: fitting the compressors, then the estimator's O(n log n) in few dimensions; about 20 estimates for the interval
 * and up to `permutations` for the test.
 */
import { asCodes, type CodesLike, isCodes, levelCounts } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate, Warning } from "../../core/estimate.ts";
import { asMatrix, column, hstack, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { mean, requireVarying, standardDeviation, standardize, variance } from "../../core/statistics.ts";
import { fromNats } from "../../core/units.ts";
import { type CertaintyOptions, certaintyOf, withCertainty } from "../certainty.ts";
import {
  type EstimatorOptions,
  type MutualInformationEstimator,
  rowsOf,
  type TrainedEstimator,
  take,
  type Variable,
} from "../estimator.ts";
import { gao } from "../gao/gao.ts";
import { requireEqualRows, type VariableLike } from "../inputs.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { ross } from "../ross/ross.ts";
import { subsampleInterval } from "../subsample.ts";
import { repeatsItself } from "../ties.ts";
import {
  autoencoderCompressor,
  type Compression,
  type Compressor,
  firstColumns,
  noCompressor,
  pcaCompressor,
  shareLost,
} from "./compressors.ts";
import { wkl } from "./wkl.ts";

export {
  type AutoencoderOptions,
  autoencoderCompressor,
  type Compression,
  type Compressor,
  firstColumnsCompressor,
  noCompressor,
  pcaCompressor,
} from "./compressors.ts";
export { type ImageKind, type KnownImages, knownInformationImages } from "./known-information.ts";
export { wkl } from "./wkl.ts";

const where = "compressedMutualInformation";
const fewestRows = 200;
/** Rows there must be for each number in a code. */
const rowsPerComponent = 50;
const defaultComponents = 4;
const defaultNeighbours = 5;

export interface CompressedOptions extends CertaintyOptions {
  /** How x is compressed. @default `pcaCompressor(4)`; rows of at most 4 numbers are left as they are */
  compressX?: Compressor;
  /** How y is compressed; labels never are. @default as for x */
  compressY?: Compressor;
  /** What runs on the codes: `"ksg"` (Ross's against labels) or `"wkl"`. @default "ksg" */
  estimator?: "ksg" | "wkl";
  /** Neighbours. @default 5 */
  k?: number;
}

/**
 * Estimates how much two variables of many columns share, from codes of a few numbers (Butakov et al. 2024).
 *
 * `diagnostics` hold for each compressed side its compressor, the number of components and the share of variance lost;
 * `secondOpinion`, the other estimator's value; `byComponents`, the values with fewer components where codes are nested;
 * `withRest`, the value with two components of what was left out on each side; and `standardError` of the value.
 *
 * @param x n × d numbers, or labels
 * @param y likewise, with as many rows
 * @returns a lower bound of the information in nats (or `unit`), up to the estimator's error
 * @throws InputError for unequal lengths, NaN or infinities, fewer than 200 rows, codes of n / 50 numbers or more,
 *   two sides of labels, labels with fewer than 2k rows, and codes whose columns depend linearly on each other
 * @example
 * import { compressedMutualInformation, knownInformationImages } from "surprisal/measure";
 *
 * const { x, y } = knownInformationImages("bump", 1, 1000, 1);
 * const estimate = await compressedMutualInformation(x, y, { permutations: 0 });
 * // estimate.value is near 1 from 256 pixels on each side
 */
export async function compressedMutualInformation(
  x: VariableLike,
  y: VariableLike,
  options: CompressedOptions = {},
): Promise<Estimate> {
  const certainty = certaintyOf(options, where);
  const { estimator: wanted = "ksg", k = defaultNeighbours } = options;
  if (wanted !== "ksg" && wanted !== "wkl") {
    throw new InputError({
      code: "unknown-estimator",
      where,
      problem: "unknown estimator",
      expected: '"ksg" or "wkl"',
      got: wanted,
    });
  }
  const sides = [asSide(x, `${where}: x`), asSide(y, `${where}: y`)];
  requireEqualRows(where, ...sides);
  const compressors = [options.compressX, options.compressY];
  const found = await compress(sides, compressors, certainty.random, options);
  const study = studyOf(found, wanted, k);
  const { settings, estimator, codes } = study;
  const inUnit = (nats: number) => fromNats(nats, certainty.unit);
  const diagnostics: Record<string, unknown> = {};
  for (const { name, label, compression, lost, width } of found.sides) {
    if (compression)
      diagnostics[name] = { compressor: label, components: compression.codes.cols, of: width, lost };
  }
  return withCertainty(
    {
      where,
      method: `compressed ${estimator.name}`,
      options: { estimator: wanted, ...settings },
      n: found.n,
      warnings: [...found.warnings, ...study.warnings],
      diagnostics,
      point() {
        const point = estimator.estimate(codes.x, codes.y, settings);
        const checks = selfChecks(study, found, point.value, standardErrorOf(point.local));
        const { secondOpinion, byComponents, withRest, standardError, warnings } = checks;
        diagnostics.standardError = inUnit(standardError);
        if (secondOpinion) {
          diagnostics.secondOpinion = { method: secondOpinion.method, value: inUnit(secondOpinion.value) };
        }
        diagnostics.byComponents = byComponents.map(({ components, value }) => ({
          components,
          value: inUnit(value),
        }));
        if (withRest !== undefined) diagnostics.withRest = inUnit(withRest);
        return { ...point, warnings: [...point.warnings, ...warnings] };
      },
      onUnits: (rows) => estimator.estimate(take(codes.x, rows), take(codes.y, rows), settings).value,
      permuted(random) {
        const evaluate = study.permuter();
        const order = Int32Array.from({ length: found.n }, (_, i) => i);
        return () => evaluate(random.shuffle(order));
      },
    },
    certainty,
    options,
  );
}

/** Principal components, then KSG or Ross's estimator, for `mutualInformation(x, y, { estimator: "pca" })`. */
export const pcaThenEstimate = thenEstimate("pca", "4 principal components, then neighbours", () =>
  pcaCompressor(defaultComponents),
);

/** An autoencoder, then KSG or Ross's estimator, for `mutualInformation(x, y, { estimator: "autoencoder" })`. */
export const autoencoderThenEstimate = thenEstimate(
  "autoencoder",
  "code of an autoencoder with 4 numbers, then neighbours",
  () => autoencoderCompressor({ components: defaultComponents }),
);

function thenEstimate(name: string, title: string, compressor: () => Compressor): TrainedEstimator {
  return {
    name,
    title,
    takes: { x: "continuous", y: "any" },
    bound: "lower",
    defaults: { components: defaultComponents, k: defaultNeighbours },
    async estimate(x, y, { seed, level, signal, onProgress }) {
      const random = new Random(seed);
      const chosen = [x, y].map((v) =>
        isCodes(v) || v.cols <= defaultComponents ? undefined : compressor(),
      );
      const found = await compress([x, y], chosen, random, { signal, onProgress });
      const study = studyOf(found, "ksg", defaultNeighbours);
      const { estimator, codes, settings } = study;
      const point = estimator.estimate(codes.x, codes.y, settings);
      const standardError = standardErrorOf(point.local);
      const { secondOpinion, warnings } = selfChecks(study, found, point.value, standardError);
      const interval =
        level === undefined
          ? undefined
          : await subsampleInterval(
              found.n,
              point.value,
              level,
              random.split("interval"),
              (rows) => estimator.estimate(take(codes.x, rows), take(codes.y, rows), settings).value,
            );
      return {
        ...point,
        warnings: [...found.warnings, ...study.warnings, ...point.warnings, ...warnings],
        diagnostics: {
          ...point.diagnostics,
          standardError,
          ...(secondOpinion ? { secondOpinion: secondOpinion.value } : {}),
          ...Object.fromEntries(
            found.sides.flatMap(({ name, lost }) => (lost === undefined ? [] : [[`${name}.lost`, lost]])),
          ),
        },
        interval,
        test: {
          statistic: point.value,
          permuted(stream) {
            const evaluate = study.permuter();
            const order = Int32Array.from({ length: found.n }, (_, i) => i);
            return () => evaluate(stream.shuffle(order));
          },
        },
      };
    },
  };
}

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

interface Compressed {
  sides: [Side, Side];
  n: number;
  warnings: Warning[];
}

async function compress(
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
    const compressor = compressors[i] ?? (narrow ? noCompressor : pcaCompressor(defaultComponents));
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

interface Study {
  estimator: MutualInformationEstimator;
  settings: EstimatorOptions;
  codes: { x: Variable; y: Variable };
  warnings: Warning[];
  permuter(): (order: Int32Array) => number;
}

function studyOf({ sides }: Compressed, wanted: "ksg" | "wkl", k: number): Study {
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

/** Differences of the two estimators from which a reader should know: half a nat, or entropies well below 0. */
const disagreement = 0.5;
const clearlyNegative = -0.1;

function selfChecks(
  { estimator, settings, codes }: Study,
  { sides }: Compressed,
  value: number,
  standardError: number,
): {
  secondOpinion?: { method: string; value: number };
  byComponents: { components: number; value: number }[];
  withRest?: number;
  standardError: number;
  warnings: Warning[];
} {
  const warnings: Warning[] = [];
  const other = estimator === wkl ? (isCodes(codes.x) || isCodes(codes.y) ? ross : ksg1) : wkl;
  const second = valueOrNothing(other, codes.x, codes.y, settings);
  if (second !== undefined) {
    const [neighbours, entropies] = estimator === wkl ? [second, value] : [value, second];
    if (Math.abs(neighbours - entropies) > disagreement || entropies < clearlyNegative) {
      const message = `entropies give ${entropies.toFixed(2)} and neighbours ${neighbours.toFixed(2)} nats: the codes do not fill their space, trust neighbours`;
      warnings.push({ code: "estimators-disagree", message });
    }
  }
  const [moreX, moreY] = sides.map(({ name, rest }) => {
    const own = codes[name];
    return rest && !isCodes(own) ? hstack(own, rest) : own;
  });
  const withRest =
    moreX === codes.x && moreY === codes.y ? undefined : valueOrNothing(estimator, moreX, moreY, settings);
  if (withRest !== undefined && withRest > value + 3 * standardError) {
    const message = `a compressor loses structure: with what was left out the value is ${withRest.toFixed(2)} instead of ${value.toFixed(2)} nats`;
    warnings.push({ code: "loses-structure", message });
  }
  const byComponents: { components: number; value: number }[] = [];
  const nested = sides.filter(({ compression }) => compression?.nested);
  const widest = Math.max(0, ...nested.map(({ compression }) => compression!.codes.cols));
  for (let components = 1; components < widest; components++) {
    const [x, y] = sides.map(({ compression, name }) => {
      const all = codes[name];
      return isCodes(all) || !compression?.nested ? all : firstColumns(all, Math.min(components, all.cols));
    });
    const fewer = valueOrNothing(estimator, x, y, settings);
    if (fewer !== undefined) byComponents.push({ components, value: fewer });
  }
  if (widest > 0) byComponents.push({ components: widest, value });
  const before = byComponents.at(-2);
  if (before && value > before.value + 3 * standardError) {
    const message = `the last component still added ${(value - before.value).toFixed(2)} nats: more may add more`;
    warnings.push({ code: "more-components", message });
  }
  const secondOpinion = second === undefined ? undefined : { method: other.name, value: second };
  return { secondOpinion, byComponents, withRest, standardError, warnings };
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
  const components = Math.min(2, kept.length);
  const { codes } = await pcaCompressor(components).fit(standardize(columns, where), { seed });
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

/** Of a mean, from the contributions of the rows. */
function standardErrorOf(local: Float64Array | undefined): number {
  const values = (local ?? new Float64Array(0)).filter((value) => Number.isFinite(value));
  return standardDeviation(values) / Math.sqrt(values.length);
}

function asSide(value: VariableLike, place: string): Variable {
  const first = isCodes(value) || !("length" in value) ? undefined : value[0];
  const discrete = isCodes(value) || typeof first === "string" || typeof first === "boolean";
  return discrete ? asCodes(value as CodesLike, place) : asMatrix(value as MatrixLike, place);
}

/** The value, or nothing where the estimator refuses these columns. */
function valueOrNothing(
  estimator: MutualInformationEstimator,
  x: Variable,
  y: Variable,
  settings: EstimatorOptions,
): number | undefined {
  try {
    const { value } = estimator.estimate(x, y, settings);
    return Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
