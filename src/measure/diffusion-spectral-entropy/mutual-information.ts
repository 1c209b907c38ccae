import { asCodes, type Codes, type CodesLike, isCodes, rowsByLevel, takeCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate, Warning } from "../../core/estimate.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { pairsAmong } from "./affinity.ts";
import { binWords, wordEntropy } from "./classic-shannon-entropy.ts";
import { spectralClusters } from "./clusters.ts";
import { diffusionEigenvalues, spectralEntropy } from "./operator.ts";
import { type DiffusionOptions, prepare, requireOption } from "./options.ts";

interface MatchingOptions extends LongRunning {
  /** Random sets of rows, as large as the class, that each class is compared with. @default 5 */
  repetitions?: number;
  /** Bins of a single column of numbers, clusters of several. @default 10 */
  clusters?: number;
  /** Shuffles of the classes, for the p-value and the value that chance gives; 0 leaves them out. @default 20 */
  permutations?: number;
}

export interface DiffusionMutualInformationOptions extends DiffusionOptions, MatchingOptions {}

export interface ClassicMutualInformationOptions extends MatchingOptions {
  /** Equal bins of each column. @default 2 */
  bins?: number;
  /** @default "nats" */
  unit?: Unit;
  /** @default 0 */
  seed?: number;
}

/**
 * How much less spread out the rows of one class are than as many rows drawn from all: Σ_c n_c/n (mean DSE of random
 * rows − DSE of class c), which tends to the entropy of the classes where these are tight and far apart.
 *
 * It is no Shannon mutual information: do not compare it with one. Independent classes give about 0, not exactly;
 * `diagnostics.null` says what shuffled ones give.
 *
 * @param z n rows × d columns of finite numbers
 * @param reference n classes (strings, booleans, integers, `Codes`), n numbers, which are cut into bins, or n vectors,
 *   which are put into clusters (spectral clustering of 10 nearest neighbours)
 * @returns nats or `unit`; slightly negative values happen. `diagnostics.classes` has each class's part, and
 *   `diagnostics.codes` the bins or clusters, to be passed as `reference` again
 * @throws InputError for unequal lengths, NaN or infinities, a single class, and options out of range
 * @example
 * import { diffusionSpectralMutualInformation } from "surprisal/measure";
 * const z = Array.from({ length: 60 }, (_, i) => [i % 2 === 0 ? 0 : 100, i / 1000]);
 * const labels = z.map((_, i) => (i % 2 === 0 ? "even" : "odd"));
 * const { value } = await diffusionSpectralMutualInformation(z, labels, { unit: "bits" }); // near 1
 */
export async function diffusionSpectralMutualInformation(
  z: MatrixLike,
  reference: CodesLike | MatrixLike,
  options: DiffusionMutualInformationOptions = {},
): Promise<Estimate> {
  const where = "diffusionSpectralMutualInformation";
  const { t = 1 } = options;
  const matching = settle(where, options);
  const rows = asMatrix(z, `${where}: z`).rows;
  const codes = asClasses(where, reference, rows, matching, new Random(options.seed ?? 0));
  const prepared = prepare(where, z, options);
  const { affinity, alpha, drawn } = prepared;
  return informationOf({
    where,
    method: "diffusion-spectral-mutual-information",
    classes: drawn ? takeCodes(codes, drawn) : codes,
    matching,
    entropy: (chosen) => spectralEntropy(diffusionEigenvalues(pairsAmong(affinity, chosen), alpha), t),
    ...prepared,
  });
}

/**
 * The same with {@link classicShannonEntropy} for the spectral entropy.
 *
 * @throws InputError as {@link diffusionSpectralMutualInformation}
 * @example
 * import { classicShannonMutualInformation } from "surprisal/measure";
 * const z = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0 : 100));
 * const labels = z.map((value) => (value === 0 ? "even" : "odd"));
 * const { value } = await classicShannonMutualInformation(z, labels, { unit: "bits" }); // near 1
 */
export async function classicShannonMutualInformation(
  z: MatrixLike,
  reference: CodesLike | MatrixLike,
  options: ClassicMutualInformationOptions = {},
): Promise<Estimate> {
  const where = "classicShannonMutualInformation";
  const { bins = 2, seed = 0, signal, onProgress } = options;
  const unit = asUnit(options.unit, where);
  const matching = settle(where, { ...options, signal, onProgress });
  const all = asMatrix(z, `${where}: z`);
  const random = new Random(seed);
  const words = binWords(all, bins, where);
  return informationOf({
    where,
    method: "classic-shannon-mutual-information",
    classes: asClasses(where, reference, all.rows, matching, random),
    matching,
    entropy: (rows) => wordEntropy(words, rows),
    options: { bins, unit },
    random,
    unit,
    seed,
    warnings: [],
    diagnostics: {},
  });
}

type Matching = Required<Omit<MatchingOptions, keyof LongRunning>> & LongRunning;

function settle(where: string, options: MatchingOptions): Matching {
  const { repetitions = 5, clusters = 10, permutations = 20, signal, onProgress } = options;
  const least = { repetitions: 1, clusters: 2, permutations: 0 };
  for (const [name, value] of Object.entries({ repetitions, clusters, permutations })) {
    const from = least[name as keyof typeof least];
    requireOption(where, name, Number.isInteger(value) && value >= from, `an integer from ${from}`, value);
  }
  return { repetitions, clusters, permutations, signal, onProgress };
}

interface Task {
  readonly where: string;
  readonly method: string;
  readonly classes: Codes;
  readonly matching: Matching;
  /** Of some rows, in nats. */
  readonly entropy: (rows: Int32Array) => number;
  readonly options: Record<string, unknown>;
  readonly random: Random;
  readonly unit: Unit;
  readonly seed: number;
  readonly warnings: readonly Warning[];
  readonly diagnostics: Record<string, unknown>;
}

async function informationOf(task: Task): Promise<Estimate> {
  const { where, classes, matching, entropy, random, unit } = task;
  const { repetitions, clusters, permutations, signal, onProgress } = matching;
  const n = classes.codes.length;
  const between = pacer(signal, where);
  const total = permutations + 1;
  const inUnit = (nats: number) => fromNats(nats, unit);

  // Classes of equal size are compared with the same random rows.
  const matched = new Map<number, number>();
  const matchedOf = async (size: number): Promise<number> => {
    const known = matched.get(size);
    if (known !== undefined) return known;
    const draws = random.split("matched");
    const values = new Float64Array(repetitions);
    for (let r = 0; r < repetitions; r++) {
      await between();
      values[r] = entropy(draws.subsample(n, size));
    }
    matched.set(size, mean(values));
    return mean(values);
  };
  const measure = async (codes: Codes) => {
    const parts: { label: string; n: number; conditional: number; matched: number }[] = [];
    for (const [level, rows] of rowsByLevel(codes).entries()) {
      if (rows.length === 0) continue;
      await between();
      const conditional = entropy(rows);
      const expected = await matchedOf(rows.length);
      parts.push({ label: codes.levels[level], n: rows.length, conditional, matched: expected });
    }
    return {
      parts,
      value: parts.reduce((sum, part) => sum + (part.n / n) * (part.matched - part.conditional), 0),
    };
  };

  const { parts, value } = await measure(classes);
  const alone = parts.filter((part) => part.n === 1).length;
  if (parts.length < 2) {
    throw new InputError({
      code: "constant-column",
      where,
      problem: "all rows are of one class",
      expected: "at least two classes",
      got: parts[0]?.label,
    });
  }
  const chance = new Float64Array(permutations);
  const shuffles = random.split("permutations");
  for (let p = 0; p < permutations; p++) {
    onProgress?.({ done: p + 1, total, label: "shuffled classes" });
    chance[p] = (await measure(takeCodes(classes, shuffles.permutation(n)))).value;
  }
  onProgress?.({ done: total, total, label: "shuffled classes" });
  return {
    value: inUnit(value),
    unit,
    ...(permutations > 0 && {
      pValue: (1 + chance.filter((shuffled) => shuffled >= value).length) / (1 + permutations),
    }),
    n,
    method: task.method,
    options: { ...task.options, repetitions, clusters, permutations },
    seed: task.seed,
    warnings: alone === 0 ? [...task.warnings] : [...task.warnings, singleRows(alone)],
    diagnostics: {
      ...task.diagnostics,
      classes: parts.map((part) => ({
        ...part,
        conditional: inUnit(part.conditional),
        matched: inUnit(part.matched),
      })),
      codes: classes,
      ...(permutations > 0 && {
        null: {
          mean: inUnit(mean(chance)),
          sd: inUnit(standardDeviation(chance)),
          values: Array.from(chance, inUnit),
        },
      }),
    },
  };
}

function singleRows(count: number): Warning {
  const message = `${count} ${count === 1 ? "class has" : "classes have"} a single row, which adds nothing`;
  return { code: "single-rows", message };
}

/** Classes as they are, numbers in bins, vectors in clusters. */
function asClasses(
  where: string,
  reference: CodesLike | MatrixLike,
  rows: number,
  { clusters }: Matching,
  random: Random,
): Codes {
  const place = `${where}: reference`;
  const codes = looksDiscrete(reference) ? asCodes(reference, place) : undefined;
  const numbers = codes ? undefined : asMatrix(reference as MatrixLike, place);
  const length = codes?.codes.length ?? numbers!.rows;
  if (length !== rows) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "z and reference differ in their number of rows",
      expected: `${rows} rows`,
      got: length,
    });
  }
  return codes ?? grouped(place, numbers!, clusters, random);
}

function grouped(where: string, numbers: Matrix, count: number, random: Random): Codes {
  if (numbers.cols > 1) return asCodes(spectralClusters(numbers, count, random.split("clusters")));
  const low = numbers.data.reduce((a, b) => Math.min(a, b));
  const width = numbers.data.reduce((a, b) => Math.max(a, b)) - low;
  if (width === 0) {
    throw new InputError({
      code: "constant-column",
      where,
      problem: "all numbers are the same",
      expected: "numbers that vary",
      got: low,
    });
  }
  const bins = Int32Array.from(numbers.data, (value) =>
    Math.min(count - 1, Math.floor((count * (value - low)) / width)),
  );
  return asCodes(bins, where);
}

function looksDiscrete(reference: CodesLike | MatrixLike): reference is CodesLike {
  if (isCodes(reference)) return true;
  if (reference === null || typeof reference !== "object" || !("length" in reference)) return false;
  return Array.from(reference as ArrayLike<unknown>).every(
    (item) => typeof item === "string" || typeof item === "boolean" || Number.isInteger(item),
  );
}
