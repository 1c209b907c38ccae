import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { meanRow, shareRow } from "../experiment-rows.ts";
import {
  dualTotalCorrelation,
  interactionInformation,
  type MultivariateOptions,
  oInformation,
  totalCorrelation,
} from "./o-information.ts";

/** Three normal variables; determinants of their covariance: all, each alone, each pair. */
interface Triplet {
  name: string;
  draw(random: Random, n: number): number[][];
  all: number;
  alone: number;
  pairs: number;
}

const triplets: Triplet[] = [
  {
    name: "a cause and two noisy copies of it (redundant)",
    draw(random, n) {
      const z = normals(random, n);
      return [z, z.map((v) => v + random.normal()), z.map((v) => v + random.normal())];
    },
    all: 1,
    alone: 1 * 2 * 2,
    pairs: 1 * 1 * 3,
  },
  {
    name: "two independent numbers and their noisy sum (synergistic)",
    draw(random, n) {
      const [x, y] = [normals(random, n), normals(random, n)];
      return [x, y, x.map((v, i) => v + y[i] + random.normal())];
    },
    all: 1,
    alone: 1 * 1 * 3,
    pairs: 1 * 2 * 2,
  },
];

export const experiment: Experiment = {
  id: "o-information",
  async run({ quick = false, signal, onProgress } = {}) {
    const parts: (() => Promise<ExperimentRow[]>)[] = [
      bits,
      () => closedForms(quick ? 40 : 400, 500, "gaussian"),
      () => closedForms(quick ? 20 : 200, 1000, "ksg1"),
      () => coverage(quick ? 25 : 200),
    ];
    const rows: ExperimentRow[] = [];
    for (const [done, part] of parts.entries()) {
      throwIfStopped(signal, "o-information");
      rows.push(...(await part()));
      onProgress?.({ done: done + 1, total: parts.length });
    }
    return { rows };
  },
};

/** Rosas et al. 2019: the two extremes of three bits. */
async function bits(): Promise<ExperimentRow[]> {
  const x = ["0", "0", "1", "1", "0", "0", "1", "1"];
  const y = ["0", "1", "0", "1", "0", "1", "0", "1"];
  const different = x.map((v, i) => (v === y[i] ? "0" : "1"));
  const options = { unit: "bits", correction: "none", interval: false } as const;
  const exact = async (claim: string, truth: number, measure: typeof oInformation, variables: string[][]) => {
    const { value } = await measure(variables, options);
    return {
      claim,
      reported: `${truth} bit`,
      measured: `${value} bit`,
      tolerance: "1e-12: rounding",
      holds: Math.abs(value - truth) < 1e-12,
    };
  };
  return [
    await exact("three copies of a bit: O-information", 1, oInformation, [x, x, x]),
    await exact("two bits and their exclusive or: O-information", -1, oInformation, [x, y, different]),
    await exact("the same: interaction information agrees", -1, interactionInformation, [x, y, different]),
  ];
}

async function closedForms(
  repeats: number,
  n: number,
  estimator: MultivariateOptions["estimator"],
): Promise<ExperimentRow[]> {
  const rows: ExperimentRow[] = [];
  for (const { name, draw, all, alone, pairs } of triplets) {
    const total = 0.5 * Math.log(alone / all);
    const dual = 0.5 * Math.log(pairs / all ** 2);
    for (const [label, measure, truth] of [
      ["total correlation", totalCorrelation, total],
      ["dual total correlation", dualTotalCorrelation, dual],
      ["O-information", oInformation, total - dual],
    ] as const) {
      const values: number[] = [];
      for (let r = 0; r < repeats; r++) {
        const variables = draw(new Random(r).split(name), n);
        values.push((await measure(variables, { estimator, interval: false })).value);
      }
      rows.push(meanRow(`${estimator}, n = ${n}, ${name}: ${label}`, truth, values));
    }
  }
  return rows;
}

async function coverage(repeats: number): Promise<ExperimentRow[]> {
  const rows: ExperimentRow[] = [];
  for (const { name, draw, all, alone, pairs } of triplets) {
    const truth = 0.5 * Math.log((alone * all) / pairs);
    let covered = 0;
    for (let r = 0; r < repeats; r++) {
      const { interval } = await oInformation(draw(new Random(r).split(name), 400), { seed: r });
      if (interval!.low <= truth && truth <= interval!.high) covered++;
    }
    rows.push(shareRow(`${name}, n = 400: a 95 % interval holds the O-information`, 0.95, covered, repeats));
  }
  return rows;
}

function normals(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => random.normal());
}
