import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { Random } from "../../core/random.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { conformalEntropyBound, predictionSet, splitConformalThreshold } from "./conformal.ts";

/** Sheet 18, part A: probabilities of the true labels of 19 calibration cases. */
export const exampleScores = [
  0.91, 0.42, 0.13, 0.77, 0.08, 0.55, 0.61, 0.34, 0.29, 0.97, 0.03, 0.7, 0.48, 0.22, 0.86, 0.66, 0.17, 0.51,
  0.39,
];

/** Thresholds, and what prediction sets cover over many calibrations. */
export function thresholds(calibrations: number): ExperimentResult {
  const expected = { 0.05: 0.03, 0.1: 0.08, 0.2: 0.17, 0.25: 0.22, 0.04: 0 };
  const found = Object.entries(expected).map(([alpha, threshold]) => ({
    alpha,
    threshold,
    measured: splitConformalThreshold(exampleScores, Number(alpha)),
  }));
  const [n, alpha] = [19, 0.2];
  const random = new Random(1);
  const coverages = new Float64Array(calibrations);
  const scores = new Float64Array(n);
  for (let i = 0; i < calibrations; i++) {
    for (let j = 0; j < n; j++) scores[j] = random.uniform();
    // A uniform score reaches the threshold with probability 1 − threshold.
    coverages[i] = 1 - splitConformalThreshold(scores, alpha);
  }
  const center = mean(coverages);
  const spread = standardDeviation(coverages);
  // Beta(16, 4): mean 0.8, variance ab / ((a + b)² (a + b + 1)).
  const sd = Math.sqrt((16 * 4) / (20 ** 2 * 21));
  const slack = (4 * sd) / Math.sqrt(calibrations);
  // The variance of a sample variance is about (μ₄ − σ⁴)/n; Beta(16, 4) has kurtosis 3.15.
  const spreadSlack = (4 * sd * Math.sqrt((3.15 - 1) / 4)) / Math.sqrt(calibrations);
  const rows: ExperimentRow[] = [
    {
      claim: "thresholds of 19 scores at α = .05, .1, .2, .25 and .04 are the ⌊α(N+1)⌋-th smallest, or 0",
      reported: found.map(({ threshold }) => threshold).join(", "),
      measured: found.map(({ measured }) => measured).join(", "),
      tolerance: "0: an order statistic",
      holds: found.every(({ threshold, measured }) => threshold === measured),
    },
    {
      claim: "coverage over calibrations with 19 uniform scores at α = .2 is 1 − α on average",
      reported: "0.800",
      measured: `${center.toFixed(4)} over ${calibrations} calibrations`,
      tolerance: `± ${slack.toFixed(4)}: 4 standard errors of the mean of Beta(16, 4)`,
      holds: Math.abs(center - 0.8) <= slack,
    },
    {
      claim: "its spread from one calibration to another is that of Beta(16, 4)",
      reported: "sd 0.0873",
      measured: `sd ${spread.toFixed(4)}`,
      tolerance: `± ${spreadSlack.toFixed(4)}: 4 standard errors of a standard deviation`,
      holds: Math.abs(spread - sd) <= spreadSlack,
    },
  ];
  return { rows };
}

/** The bound of the entropy: the worked example, and random joint distributions with sets of any kind. */
export function bounds(tables: number): ExperimentResult {
  const nats = conformalEntropyBound([3, 4, 1, 3, 3], 4, 0.2, 19);
  const random = new Random(2);
  let least = Number.POSITIVE_INFINITY;
  let checked = 0;
  while (checked < tables) {
    const slack = slackOf(random);
    if (slack === undefined) continue;
    checked++;
    least = Math.min(least, slack);
  }
  return {
    rows: [
      {
        claim: "the bound for 4 labels, α = .2, 19 cases and sets of 3, 4, 1, 3 and 3 labels",
        reported: "1.842510 nats = 2.658180 bits",
        measured: `${nats.toFixed(6)} nats = ${(nats / Math.LN2).toFixed(6)} bits`,
        tolerance: "5e-7: the sheet's last digit",
        holds: Math.abs(nats - 1.84251) <= 5e-7,
      },
      {
        claim:
          "the bound is never below H(Y|X): random joint tables, sets from random thresholds, exact miscoverage below ½",
        reported: "smallest slack 2e-6 above 0 over 20,000 tables",
        measured: `smallest slack ${least.toExponential(1)} nats over ${tables} tables`,
        tolerance: "none below −1e-12: rounding",
        holds: least >= -1e-12,
      },
    ],
  };
}

/** Bound less H(Y|X) of a random table, in nats; nothing where the sets miss none or too much. */
function slackOf(random: Random): number | undefined {
  const X = 2 + random.integer(4);
  const Y = 2 + random.integer(5);
  const joint = random.dirichlet(new Float64Array(X * Y).fill(random.uniform() < 0.5 ? 0.3 : 1));
  const threshold = random.uniform();
  const own = random.uniform() < 0.5;
  const sizes: number[] = [];
  const weights: number[] = [];
  let missed = 0;
  let entropy = 0;
  for (let x = 0; x < X; x++) {
    const row = joint.subarray(x * Y, (x + 1) * Y);
    const p = row.reduce((a, b) => a + b, 0);
    const scores = own ? row.map((cell) => cell / p) : random.dirichlet(new Float64Array(Y).fill(1));
    const set = new Set(predictionSet(scores, threshold));
    row.forEach((cell, y) => {
      if (!set.has(y)) missed += cell;
      if (cell > 0) entropy -= cell * Math.log(cell / p);
    });
    sizes.push(set.size);
    weights.push(p);
  }
  if (!(missed > 0 && missed < 0.5) || sizes.every((size) => size === 0)) return undefined;
  return conformalEntropyBound(sizes, Y, missed, Number.POSITIVE_INFINITY, { weights }) - entropy;
}
