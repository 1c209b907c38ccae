import type { Experiment, ExperimentResult, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { asCodes, type Codes } from "../../core/codes.ts";
import { asMatrix, type Matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import { mean, variance } from "../../core/statistics.ts";
import { gaoMixture } from "../beyond-normal/beyond-normal.ts";
import { histogram } from "../plug-in/plug-in.ts";
import { ross } from "./ross.ts";

interface Case {
  name: string;
  truth: number;
  draw(n: number, random: Random): [Matrix, Codes];
}

interface Errors {
  mean: number;
  standardError: number;
  rms: number;
}

const steps = gaoMixture(5);

/** Binning as the paper compares it, and the best that this package has. */
const binnings = [
  { bins: 10, correction: "none" },
  { bins: 100, correction: "none" },
  { bins: 100, correction: "miller-madow" },
] as const;

const cases: Case[] = [
  normalClasses("two normal classes at −1 and 1", [-1, 1], [1, 1]),
  normalClasses("two normal classes with widths 1 and 6", [0, 0], [1, 6]),
  normalClasses("three normal classes at 0, 2 and 10", [0, 2, 10], [1, 1, 3]),
  {
    name: "five overlapping uniform classes",
    truth: steps.mutualInformation,
    draw(n, random) {
      const { x, y } = steps.sample(n, random);
      return [y, asCodes(x.data)];
    },
  },
];

export const experiment: Experiment = {
  id: "ross",
  async run({ signal, onProgress, quick = false } = {}): Promise<ExperimentResult> {
    const pace = pacer(signal, "ross");
    const runs = quick ? 20 : 100;
    const sizes = quick ? [100, 400, 1600] : [100, 400, 1600, 6400, 25600];
    const table: ExperimentTable = {
      title: `Mean error in nats (root mean square error in brackets), ${runs} samples`,
      columns: [
        "classes",
        "truth",
        "n",
        "ross, k = 3",
        ...binnings.map(({ bins, correction }) => `${bins} bins, correction: ${correction}`),
      ],
      rows: [],
    };
    const rows: ExperimentRow[] = [];
    for (const [done, one] of cases.entries()) {
      onProgress?.({ done, total: cases.length + 1, label: one.name });
      const results: Errors[][] = [];
      for (const n of sizes) {
        const values: number[][] = [[], ...binnings.map(() => [])];
        for (let run = 0; run < runs; run++) {
          const [x, y] = one.draw(n, new Random(run).split(one.name));
          values[0].push(ross.estimate(x, y, { k: 3 }).value - one.truth);
          for (const [i, options] of binnings.entries()) {
            values[i + 1].push(histogram.estimate(x, y, options).value - one.truth);
          }
          await pace();
        }
        const errors = values.map(summarize);
        results.push(errors);
        const cells = errors.map((e) => `${e.mean.toFixed(4)} (${e.rms.toFixed(4)})`);
        table.rows.push([one.name, one.truth.toFixed(4), n, ...cells]);
      }
      rows.push(consistent(one, sizes, results), againstBins(one, sizes, results));
    }
    onProgress?.({ done: cases.length, total: cases.length + 1, label: "independence" });
    rows.push(await independence(quick ? 50 : 400, pace));
    onProgress?.({ done: cases.length + 1, total: cases.length + 1 });
    return { rows, tables: [table] };
  },
};

function consistent({ name, truth }: Case, sizes: number[], results: Errors[][]): ExperimentRow {
  const largest = results.at(-1)![0];
  const tolerance = 4 * largest.standardError;
  return {
    claim: `the systematic error vanishes as rows are added (${name}, truth ${truth.toFixed(4)} nats)`,
    reported: "converges to the truth",
    measured: results.map(([error], i) => `${error.mean.toFixed(4)} at ${sizes[i]}`).join(", "),
    tolerance: `${tolerance.toFixed(4)} at n = ${sizes.at(-1)}: 4 standard errors`,
    holds: Math.abs(largest.mean) <= tolerance,
  };
}

function againstBins({ name }: Case, sizes: number[], results: Errors[][]): ExperimentRow {
  const [neighbours, coarse, fine] = [0, 1, 2].map((i) =>
    mean(results.map((errors) => Math.abs(errors[i].mean))),
  );
  return {
    claim: `neighbours have a smaller systematic error than uncorrected bins, coarse or fine (${name})`,
    reported: "smaller error than binning",
    measured: `${neighbours.toFixed(4)}, against ${coarse.toFixed(4)} with 10 and ${fine.toFixed(4)} with 100 bins`,
    tolerance: `none; |mean error| averaged over n = ${sizes.join(", ")}`,
    holds: neighbours < Math.min(coarse, fine),
  };
}

async function independence(runs: number, pace: () => Promise<void> | undefined): Promise<ExperimentRow> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) {
    const random = new Random(run).split("independent");
    const x = asMatrix(Float64Array.from({ length: 200 }, () => random.normal()));
    const y = asCodes(Int32Array.from({ length: 200 }, () => random.integer(3)));
    values.push(ross.estimate(x, y, { k: 3 }).value);
    await pace();
  }
  const { mean: found, standardError } = summarize(values);
  return {
    claim: "no bias where a normal variable and three classes are independent, n = 200",
    reported: "0",
    measured: `${found.toFixed(4)} (${runs} samples)`,
    tolerance: `${(4 * standardError).toFixed(4)}: 4 standard errors`,
    holds: Math.abs(found) <= 4 * standardError,
  };
}

function summarize(errors: number[]): Errors {
  return {
    mean: mean(errors),
    standardError: Math.sqrt(variance(errors) / (errors.length - 1)),
    rms: Math.sqrt(mean(errors.map((e) => e * e))),
  };
}

/** Equally likely normal classes; the truth by the trapezoid rule, exact to rounding for such smooth densities. */
function normalClasses(name: string, centres: number[], widths: number[]): Case {
  const classes = centres.length;
  const density = (x: number, c: number) =>
    Math.exp(-0.5 * ((x - centres[c]) / widths[c]) ** 2) / (widths[c] * Math.sqrt(2 * Math.PI));
  const step = 0.01;
  let truth = 0;
  for (let x = -80; x <= 80; x += step) {
    const densities = centres.map((_, c) => density(x, c));
    const total = densities.reduce((sum, d) => sum + d, 0) / classes;
    for (const d of densities) if (d > 1e-200) truth += (step * d * Math.log(d / total)) / classes;
  }
  return {
    name,
    truth,
    draw(n, random) {
      const codes = Int32Array.from({ length: n }, () => random.integer(classes));
      const x = Float64Array.from(codes, (c) => centres[c] + widths[c] * random.normal());
      return [asMatrix(x), { codes, levels: centres.map((_, c) => `${c}`) }];
    },
  };
}
