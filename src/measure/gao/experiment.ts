import type { Experiment, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { asMatrix, type Matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import { mean, variance } from "../../core/statistics.ts";
import { gaoMixture, type Sampler, zeroInflatedPoisson } from "../beyond-normal/beyond-normal.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { gao } from "./gao.ts";

interface Case {
  name: string;
  truth: number;
  draw(n: number, random: Random): [Matrix, Matrix];
}

const k = 5;

const cases: Case[] = [
  fromSampler("X uniform on {0 … 4}, Y uniform on [X, X + 2]", gaoMixture(5)),
  halfNormalHalfSigns(),
  fromSampler("exponential rate, Poisson count with 15 % added zeros", zeroInflatedPoisson(0.15)),
];

export const experiment: Experiment = {
  id: "gao",
  async run({ signal, onProgress, quick = false } = {}) {
    const pace = pacer(signal, "gao");
    const runs = quick ? 20 : 100;
    const sizes = quick ? [250, 1000] : [250, 1000, 4000, 16000];
    const table: ExperimentTable = {
      title: `Mean error in nats (standard deviation in brackets), k = ${k}, ${runs} samples`,
      columns: ["distribution", "truth", "n", "gao", "ksg1"],
      rows: [],
    };
    const rows: ExperimentRow[] = [];
    for (const [done, one] of cases.entries()) {
      onProgress?.({ done, total: cases.length, label: one.name });
      const errors: { gao: number[]; ksg1: number[] }[] = [];
      for (const n of sizes) {
        const found = { gao: [] as number[], ksg1: [] as number[] };
        for (let run = 0; run < runs; run++) {
          const [x, y] = one.draw(n, new Random(run).split(one.name));
          found.gao.push(gao.estimate(x, y, { k }).value - one.truth);
          found.ksg1.push(ksg1.estimate(x, y, { k }).value - one.truth);
          await pace();
        }
        errors.push(found);
        table.rows.push([one.name, one.truth.toFixed(4), n, inWords(found.gao), inWords(found.ksg1)]);
      }
      rows.push(
        consistent(
          one,
          sizes,
          errors.map((e) => e.gao),
        ),
      );
      if (one.name === cases[0].name) rows.push(referenceRow(one, errors[sizes.indexOf(1000)].gao));
    }
    rows.push(againstKsg(table, sizes));
    onProgress?.({ done: cases.length, total: cases.length });
    return { rows, tables: [table] };
  },
};

function consistent({ name, truth }: Case, sizes: number[], errors: number[][]): ExperimentRow {
  const means = errors.map(mean);
  const [few, many] = [errors[0], errors.at(-1)!];
  const last = Math.abs(means.at(-1)!);
  const zero = 4 * standardError(many);
  const margin = 4 * Math.hypot(standardError(few), standardError(many));
  return {
    claim: `the systematic error shrinks as rows are added (${name}; truth ${truth.toFixed(4)} nats)`,
    reported: "consistent",
    measured: means.map((error, i) => `${error.toFixed(4)} at ${sizes[i]}`).join(", "),
    tolerance: `at n = ${sizes.at(-1)} either at most ${zero.toFixed(4)} or ${margin.toFixed(4)} below the first: 4 standard errors each`,
    holds: last <= zero || last < Math.abs(means[0]) - margin,
  };
}

function referenceRow({ truth }: Case, errors: number[]): ExperimentRow {
  const within = errors.filter((error) => Math.abs(error) <= 0.05).length;
  return {
    claim: `one sample of n = 1000 is enough for 0.05 nats (first distribution, truth ${truth.toFixed(4)})`,
    reported: "within 0.05",
    measured: `${within} of ${errors.length} samples within 0.05; largest error ${Math.max(...errors.map(Math.abs)).toFixed(4)}`,
    tolerance: "all samples",
    holds: within === errors.length,
  };
}

function againstKsg({ rows }: ExperimentTable, sizes: number[]): ExperimentRow {
  const [own, other] = rows
    .filter(([name, , n]) => name === cases[1].name && n === sizes.at(-1))[0]
    .slice(3) as string[];
  return {
    claim: `repeated values mislead KSG and not this estimator (${cases[1].name}, n = ${sizes.at(-1)})`,
    reported: "KSG is not consistent for mixtures",
    measured: `mean error (sd): ${own} against ${other} for ksg1`,
    tolerance: "none; the mean error is the smaller one",
    holds: Math.abs(Number.parseFloat(own)) < Math.abs(Number.parseFloat(other)),
  };
}

function inWords(errors: number[]): string {
  return `${mean(errors).toFixed(4)} (${Math.sqrt(variance(errors)).toFixed(4)})`;
}

function standardError(values: number[]): number {
  return Math.sqrt(variance(values) / (values.length - 1));
}

/**
 * The paper's first experiment: with probability ½ a bivariate normal with ρ = 0.9, else two signs that agree with
 * probability 0.9. Which of the two it is can be read off X and off Y, so that
 * I = ln 2 + ½ · (−½ ln(1 − ρ²)) + ½ · (ln 2 − H(0.1)).
 */
function halfNormalHalfSigns(): Case {
  const agreement = 0.9;
  const entropy = -agreement * Math.log(agreement) - (1 - agreement) * Math.log(1 - agreement);
  return {
    name: "half normal with ρ = 0.9, half signs that agree in 90 %",
    truth: Math.LN2 - 0.25 * Math.log(1 - 0.9 ** 2) + 0.5 * (Math.LN2 - entropy),
    draw(n, random) {
      const x = new Float64Array(n);
      const y = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        if (random.uniform() < 0.5) {
          x[i] = random.normal();
          y[i] = 0.9 * x[i] + Math.sqrt(1 - 0.9 ** 2) * random.normal();
        } else {
          x[i] = random.uniform() < 0.5 ? 1 : -1;
          y[i] = random.uniform() < agreement ? x[i] : -x[i];
        }
      }
      return [asMatrix(x), asMatrix(y)];
    },
  };
}

function fromSampler(name: string, sampler: Sampler): Case {
  return {
    name,
    truth: sampler.mutualInformation,
    draw(n, random) {
      const { x, y } = sampler.sample(n, random);
      return [x, y];
    },
  };
}
