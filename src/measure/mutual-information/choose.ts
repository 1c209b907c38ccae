import { isCodes } from "../../core/codes.ts";
import type { Warning } from "../../core/estimate.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { MutualInformationEstimator, Variable } from "../estimator.ts";
import { gaussianCopula } from "../gaussian/gaussian.ts";
import type { Preprocess } from "../inputs.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { discrete } from "../plug-in/plug-in.ts";
import { ross } from "../ross/ross.ts";
import { repeatsItself, toldApart } from "../ties.ts";

/** Joint dimensions above which nearest neighbours fall far short of the truth at ordinary sample sizes. */
const neighbourDimensions = 4;
const neighbourRows = 40;
const heavyTail = 20;

export interface Choice {
  estimator: MutualInformationEstimator;
  preprocess: Preprocess;
  /** Whether equal rows are to be told apart by noise of 1e-10 standard deviations. */
  jitter: boolean;
  /** Why, as the end of the sentence "chosen because …". */
  reason: string;
  warnings: Warning[];
}

/** The estimator for this pair: by kind, ties, dimension and number of rows. */
export function choose(x: Variable, y: Variable): Choice {
  if (isCodes(x)) return isCodes(y) ? bothDiscrete() : mixed(y);
  return isCodes(y) ? mixed(x) : bothContinuous(x, y);
}

function bothDiscrete(): Choice {
  return {
    estimator: discrete,
    preprocess: "none",
    jitter: false,
    reason: "both are discrete",
    warnings: [],
  };
}

function mixed(numbers: Matrix): Choice {
  const jitter = repeatsItself(numbers);
  const warnings = jitter ? [toldApart] : [];
  if (numbers.cols > neighbourDimensions) warnings.push(tooManyDimensions(numbers.cols));
  return {
    estimator: ross,
    preprocess: rescaling(numbers),
    jitter,
    reason: jitter
      ? "rounded numbers against categories, told apart by tiny noise"
      : "numbers against categories",
    warnings,
  };
}

function bothContinuous(x: Matrix, y: Matrix): Choice {
  const n = x.rows;
  const d = x.cols + y.cols;
  const copula = (reason: string): Choice => ({
    estimator: gaussianCopula,
    preprocess: "none",
    jitter: false,
    reason,
    warnings: [],
  });
  if (d > neighbourDimensions) {
    const choice = copula(`${d} dimensions are too many for neighbours at ${n} rows`);
    choice.warnings.push({
      code: "monotone-only",
      message: "a Gaussian copula sees monotone dependence only; the true value may be higher",
    });
    return choice;
  }
  if (n < neighbourRows) return copula(`${n} rows are too few for neighbours`);
  const jitter = repeatsItself(x, y);
  const preprocess = rescaling(x, y);
  const tails = preprocess === "copula" ? ", heavy tails ranked first" : "";
  const numbers = jitter ? "rounded numbers, told apart by tiny noise" : "numbers";
  return {
    estimator: ksg1,
    preprocess,
    jitter,
    reason: `${numbers}${tails}`,
    warnings: jitter ? [toldApart] : [],
  };
}

/** Normal scores where a column's tails would let a few rows dictate the scale, else standard deviations. */
function rescaling(...parts: Matrix[]): Preprocess {
  return parts.some((part) => kurtosis(part) > heavyTail) ? "copula" : "standardize";
}

/** The largest kurtosis of the columns (a normal distribution has 3). */
function kurtosis({ data, rows, cols }: Matrix): number {
  let largest = 0;
  for (let j = 0; j < cols; j++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) mean += data[i * cols + j] / rows;
    let second = 0;
    let fourth = 0;
    for (let i = 0; i < rows; i++) {
      const square = (data[i * cols + j] - mean) ** 2;
      second += square / rows;
      fourth += (square * square) / rows;
    }
    largest = Math.max(largest, fourth / second ** 2);
  }
  return largest;
}

function tooManyDimensions(d: number): Warning {
  return {
    code: "high-dimension",
    message: `neighbours in ${d} dimensions fall short of the truth; read the value as a lower limit`,
  };
}
