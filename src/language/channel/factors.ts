import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { matrix } from "../../core/matrix.ts";
import { chiSquareSurvival } from "../../core/special.ts";
import { distinctCount, mean, ranks, standardDeviation } from "../../core/statistics.ts";
import { type LogisticFit, logisticRegression } from "./logistic-regression.ts";

const where = "analyseFactors";
const ridge = 1e-6;
/** A log-odds this large means that some rows are told apart without error. */
const separatedFrom = 15;

/** Texts are categories, numbers a scale. */
export type Factors = Readonly<Record<string, readonly string[] | readonly number[]>>;

export interface FactorAnalysis {
  /** Log-odds: of a category against the first that occurs, of a number for one standard deviation. */
  readonly coefficients: readonly {
    readonly factor: string;
    readonly level?: string;
    readonly value: number;
    readonly standardError: number;
  }[];
  /** The most important first: what is lost when the factor is left out. */
  readonly factors: readonly {
    readonly name: string;
    /** Degrees of freedom. */
    readonly df: number;
    /** Rise of the deviance: the likelihood-ratio statistic. */
    readonly deviance: number;
    readonly pValue: number;
    /** Fall of the area under the ROC curve. */
    readonly auc: number;
  }[];
  readonly intercept: number;
  readonly auc: number;
  readonly n: number;
  readonly warnings: readonly Warning[];
}

/**
 * Which factor decides whether an answer is right: logistic regression of 0/1 on all factors together, and what is lost
 * when each is left out.
 *
 * Categories become dummies against the first that occurs; numbers are standardised, on a base-2 logarithm where named in
 * `log2` (sizes of models). Iteratively reweighted least squares with ridge 1e-6.
 *
 * @param correct 1 or true for a right answer, one for each question asked
 * @param factors for each name a value for each question
 * @throws InputError for unequal lengths, answers that are not 0 or 1 or all equal, factors that do not vary, and log2 of
 *   what is not positive
 * Source: He et al. 2025, arXiv 2512.21720 (family, compressor size and predictor size).
 * @example
 * import { analyseFactors } from "surprisal/language";
 * const { factors } = analyseFactors(
 *   [1, 1, 0, 1, 0, 0, 1, 0],
 *   { family: ["a", "a", "a", "a", "b", "b", "b", "b"], size: [1, 2, 4, 8, 1, 2, 4, 8] },
 *   { log2: ["size"] },
 * );
 * // factors[0].name is "family"
 */
export function analyseFactors(
  correct: ArrayLike<number | boolean>,
  factors: Factors,
  { log2 = [] }: { log2?: readonly string[] } = {},
): FactorAnalysis {
  const y = Float64Array.from(correct, Number);
  const bad = y.find((value) => value !== 0 && value !== 1);
  if (bad !== undefined || y.length === 0) {
    throw new InputError({
      code: "bad-value",
      where,
      problem: "answers are right or wrong",
      expected: "0 or 1 for each",
      got: bad ?? "none",
    });
  }
  if (distinctCount(y) < 2) {
    throw new InputError({ code: "constant-column", where, problem: "all answers are equal", got: y[0] });
  }
  const blocks = Object.entries(factors).map(([name, values]) => block(name, values, y.length, log2));
  const full = regress(blocks, y);
  const auc = areaUnderCurve(full.scores, y);
  let at = 1;
  const coefficients = blocks.flatMap(({ name, columns }) =>
    columns.map(({ level }) => ({
      factor: name,
      ...(level === undefined ? {} : { level }),
      value: full.coefficients[at],
      standardError: full.standardErrors[at++],
    })),
  );
  const lost = blocks.map((left) => {
    const without = regress(
      blocks.filter((one) => one !== left),
      y,
    );
    const deviance = Math.max(0, without.deviance - full.deviance);
    const df = left.columns.length;
    return {
      name: left.name,
      df,
      deviance,
      pValue: chiSquareSurvival(deviance, df),
      auc: auc - areaUnderCurve(without.scores, y),
    };
  });
  return {
    coefficients,
    factors: lost.sort((a, b) => b.deviance - a.deviance),
    intercept: full.coefficients[0],
    auc,
    n: y.length,
    warnings: warningsOf(full),
  };
}

interface Block {
  readonly name: string;
  readonly columns: readonly { readonly level?: string; readonly values: Float64Array }[];
}

function block(
  name: string,
  values: readonly string[] | readonly number[],
  n: number,
  log2: readonly string[],
): Block {
  if (values.length !== n) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: `factor ${JSON.stringify(name)} has another number of values than there are answers`,
      expected: String(n),
      got: values.length,
    });
  }
  const levels = [...new Set<string | number>(values)];
  if (levels.length < 2) {
    throw new InputError({
      code: "constant-column",
      where,
      problem: `factor ${JSON.stringify(name)} does not vary`,
      got: levels[0],
    });
  }
  const all: readonly (string | number)[] = values;
  if (typeof all[0] === "string") {
    const columns = levels.slice(1).map((level) => ({
      level: String(level),
      values: Float64Array.from(all, (value) => (value === level ? 1 : 0)),
    }));
    return { name, columns };
  }
  const numbers = Float64Array.from(all, (value) =>
    log2.includes(name) ? Math.log2(Number(value)) : Number(value),
  );
  const at = numbers.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    throw new InputError({
      code: "not-finite",
      where,
      problem: `factor ${JSON.stringify(name)} has a value that cannot be used`,
      expected: log2.includes(name) ? "numbers above 0" : "finite numbers",
      got: values[at],
    });
  }
  const [center, scale] = [mean(numbers), standardDeviation(numbers)];
  return { name, columns: [{ values: numbers.map((value) => (value - center) / scale) }] };
}

function regress(blocks: readonly Block[], y: Float64Array): LogisticFit {
  const columns = blocks.flatMap((one) => one.columns.map(({ values }) => values));
  const x = matrix(y.length, columns.length + 1);
  for (let i = 0; i < y.length; i++) {
    x.data[i * x.cols] = 1;
    for (const [j, values] of columns.entries()) x.data[i * x.cols + j + 1] = values[i];
  }
  return logisticRegression(x, y, ridge);
}

function areaUnderCurve(scores: Float64Array, y: Float64Array): number {
  // Rows with the same values differ by rounding only.
  const order = ranks(scores.map((score) => Number(score.toPrecision(12))));
  let sum = 0;
  let right = 0;
  for (let i = 0; i < y.length; i++) {
    if (y[i] !== 1) continue;
    sum += order[i];
    right++;
  }
  return (sum - (right * (right + 1)) / 2) / right / (y.length - right);
}

function warningsOf({ coefficients, converged }: LogisticFit): Warning[] {
  if (converged && coefficients.every((value) => Math.abs(value) < separatedFrom)) return [];
  return [
    {
      code: "separated",
      message:
        "some factor tells right from wrong without error: its coefficient is as large as the ridge allows and its standard error means nothing",
    },
  ];
}
