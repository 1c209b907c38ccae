import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asMatrix, type Matrix, type MatrixLike, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { asUnit, type Unit } from "../../core/units.ts";
import { gaussianAffinity, type Pairs, quartiles, squaredDistances } from "./affinity.ts";

export interface DiffusionOptions {
  /**
   * Width of the Gaussian affinity exp(−d²/2σ²). `"median"` is the root of half the median squared distance between
   * rows, which makes the affinity of the middle pair 1/e. The paper's code has 10, its comparisons the root of the
   * number of columns. @default "median"
   */
  sigma?: number | "median";
  /** Power of the eigenvalues, from 1: higher ones leave out noise. @default 1 */
  t?: number;
  /**
   * `"reference"`: the random walk on the affinity itself, which is what the paper's code computes.
   * `"anisotropic"`: the affinity is divided by the density to the power `alpha` first, as the paper says.
   * @default "reference"
   */
  mode?: "reference" | "anisotropic";
  /** Of mode `"anisotropic"`. @default 0.5 */
  alpha?: number;
  /** Of more rows, so many are drawn at random, and a warning says so. @default 1000 */
  maxRows?: number;
  /** @default "nats" */
  unit?: Unit;
  /** @default 0 */
  seed?: number;
}

/** The options with defaults, and the rows they are about. */
export interface Prepared {
  readonly z: Matrix;
  /** Which rows were drawn; undefined when all were taken. */
  readonly drawn?: Int32Array;
  readonly squares: Pairs;
  readonly affinity: Pairs;
  readonly sigma: number;
  readonly alpha: number;
  readonly random: Random;
  readonly unit: Unit;
  /** For `Estimate`. */
  readonly options: Record<string, unknown>;
  readonly seed: number;
  readonly warnings: Warning[];
  readonly diagnostics: Record<string, unknown>;
}

export function prepare(where: string, given: MatrixLike, options: DiffusionOptions): Prepared {
  const { t = 1, mode = "reference", maxRows = 1000, seed = 0, sigma: width = "median" } = options;
  const unit = asUnit(options.unit, where);
  requireOption(where, "t", Number.isInteger(t) && t >= 1, "an integer from 1", t);
  requireOption(where, "maxRows", Number.isInteger(maxRows) && maxRows >= 2, "an integer from 2", maxRows);
  requireOption(where, "sigma", width === "median" || width > 0, '"median" or a width above 0', width);
  const modes = ["reference", "anisotropic"];
  requireOption(where, "mode", modes.includes(mode), modes.join(" or "), mode);
  const anisotropy = options.alpha ?? 0.5;
  requireOption(where, "alpha", Number.isFinite(anisotropy), "a number", anisotropy);
  const all = asMatrix(given, `${where}: z`);
  if (all.rows < 2 || all.cols === 0) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "nothing can be measured",
      expected: "at least two rows",
      got: all.rows,
    });
  }
  const random = new Random(seed);
  const drawn = all.rows > maxRows ? random.split("rows").subsample(all.rows, maxRows) : undefined;
  const z = drawn ? takeRows(all, drawn) : all;
  const squares = squaredDistances(z);
  const distances = quartiles(squares);
  const median = Math.sqrt(distances[1] / 2);
  // Where over half of all pairs coincide any width gives the same answer as soon as it is far below the rest.
  const sigma = width === "median" ? median || 1 : width;
  const near = distances.map((square) => Math.exp(-square / (2 * sigma ** 2)));
  const alpha = mode === "reference" ? 0 : anisotropy;
  return {
    z,
    drawn,
    squares,
    affinity: gaussianAffinity(squares, sigma),
    sigma,
    alpha,
    random,
    unit,
    options: { sigma: width, t, mode, ...(alpha === 0 ? {} : { alpha }), maxRows, unit },
    seed,
    warnings: [...drawnWarning(all.rows, drawn), ...widthWarning(near[1], sigma, median)],
    diagnostics: {
      sigma,
      mode,
      distanceQuartiles: distances.map(Math.sqrt),
      affinityQuartiles: [near[2], near[1], near[0]],
    },
  };
}

function drawnWarning(rows: number, drawn: Int32Array | undefined): Warning[] {
  if (!drawn) return [];
  const message = `${drawn.length} of ${rows} rows were drawn; the value depends on how many there are`;
  return [{ code: "subsample", message }];
}

function widthWarning(middle: number, sigma: number, median: number): Warning[] {
  if (median === 0 || (middle <= 0.99 && middle >= 1e-3)) return [];
  const [how, what] = middle > 0.99 ? ["wide", "all rows look alike"] : ["narrow", "every row stands alone"];
  const message = `sigma ${sigma} is so ${how} that ${what}; the median rule would take ${median.toPrecision(3)}`;
  return [{ code: "width", message }];
}

export function requireOption(
  where: string,
  name: string,
  fits: boolean,
  expected: string,
  got: unknown,
): void {
  if (fits) return;
  throw new InputError({ code: "bad-option", where, problem: `${name} will not do`, expected, got });
}
