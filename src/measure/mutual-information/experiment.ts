import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { noisySign } from "../beyond-normal/beyond-normal.ts";
import { meanRow, percent, shareRow } from "../experiment-rows.ts";
import type { VariableLike } from "../inputs.ts";
import { type MutualInformationOptions, mutualInformation } from "./mutual-information.ts";

interface Pair {
  x: VariableLike;
  y: VariableLike;
}

/** A normal pair with correlation ρ: I = −½ ln(1 − ρ²). */
function normalPair(n: number, rho: number, random: Random): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < n; i++) {
    x.push(random.normal());
    y.push(rho * x[i] + Math.sqrt(1 - rho * rho) * random.normal());
  }
  return { x, y };
}

/** A symmetric channel over three letters that keeps a letter with probability 0.7. */
function letterPair(n: number, random: Random): Pair {
  const x = Array.from({ length: n }, () => random.integer(3));
  const y = x.map((letter) => (random.uniform() < 0.7 ? letter : (letter + 1 + random.integer(2)) % 3));
  return { x: x.map(String), y: y.map(String) };
}

const letterTruth = Math.log(3) + 0.7 * Math.log(0.7) + 0.3 * Math.log(0.15);

const normalTruth = -0.5 * Math.log(1 - 0.75 ** 2);

const settings: {
  name: string;
  truth: number;
  options: MutualInformationOptions;
  draw(n: number, random: Random): Pair;
}[] = [
  {
    name: "ksg1, normal ρ = 0.75",
    truth: normalTruth,
    options: { estimator: "ksg1" },
    draw: (n, r) => normalPair(n, 0.75, r),
  },
  {
    name: "gaussianCopula, normal ρ = 0.75",
    truth: normalTruth,
    options: { estimator: "gaussianCopula" },
    draw: (n, r) => normalPair(n, 0.75, r),
  },
  {
    name: "ross, two normal classes",
    truth: noisySign.mutualInformation,
    options: { estimator: "ross" },
    draw: (n, random) => noisySign.sample(n, random),
  },
  {
    name: "discrete, noisy letters",
    truth: letterTruth,
    options: { estimator: "discrete" },
    draw: letterPair,
  },
];

export const experiment: Experiment = {
  id: "mutual-information",
  async run({ quick = false, signal, onProgress } = {}) {
    const repeats = quick ? 40 : 400;
    const n = 500;
    const total = settings.length * 2 + 2;
    let done = 0;
    const step = (label: string) => {
      throwIfStopped(signal, "mutual-information");
      onProgress?.({ done: ++done, total, label });
    };

    const rows: ExperimentRow[] = [];
    for (const { name, truth, options, draw } of settings) {
      let covered = 0;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const { x, y } = draw(n, new Random(repeat).split(name));
        const { low, high } = (
          await mutualInformation(x, y, { ...options, permutations: 0, seed: repeat, signal })
        ).interval!;
        if (low <= truth && truth <= high) covered++;
      }
      rows.push(shareRow(`the 95 % interval covers the truth (${name}, n = ${n})`, 0.95, covered, repeats));
      step(`coverage: ${name}`);
    }
    for (const { name, options, draw } of settings) {
      let alarms = 0;
      for (let repeat = 0; repeat < repeats; repeat++) {
        const random = new Random(repeat).split(`independent ${name}`);
        const { x } = draw(n, random.split("x"));
        const { y } = draw(n, random.split("y"));
        const tested = { ...options, interval: false, seed: repeat, signal } as const;
        if ((await mutualInformation(x, y, tested)).pValue! <= 0.05) alarms++;
      }
      const pair = `${name.split(",")[0]}, n = ${n}`;
      rows.push(shareRow(`of independent pairs 5 % have p ≤ 0.05 (${pair})`, 0.05, alarms, repeats));
      step(`false alarms: ${name}`);
    }
    rows.push(await earlyStop(quick ? 10 : 60, signal));
    step("early stopping");
    rows.push(...(await rounded(quick ? 12 : 100)));
    step("rounded numbers");
    return { rows };
  },
};

/** Which estimator bears rounded measurements: Gao's for mixtures, or Ross's with ties told apart by tiny noise? */
async function rounded(repeats: number): Promise<ExperimentRow[]> {
  const n = 344;
  const values = { ross: [] as number[], gao: [] as number[] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const { x, y } = noisySign.sample(n, new Random(repeat).split("rounded"));
    const coarse = Array.from(x.data, (v) => Math.round(10 * v) / 10);
    const bare = { interval: false, permutations: 0 } as const;
    values.ross.push(
      (await mutualInformation(coarse, y, { ...bare, estimator: "ross", ties: "jitter" })).value,
    );
    values.gao.push((await mutualInformation(coarse, y, { ...bare, estimator: "gao" })).value);
  }
  const independent = { plain: [] as number[], noise: [] as number[] };
  for (let repeat = 0; repeat < repeats; repeat++) {
    const random = new Random(repeat).split("rounded, independent");
    const { x, y } = normalPair(n, 0, random);
    const coarse = y.map((v) => Math.round(10 * v) / 10);
    const bare = { estimator: "ksg1", interval: false, permutations: 0 } as const;
    independent.plain.push((await mutualInformation(x, coarse, bare)).value);
    independent.noise.push((await mutualInformation(x, coarse, { ...bare, ties: "jitter" })).value);
  }
  // Rounding to a tenth of the noise's standard deviation costs about 0.1² / 24 of the information in x.
  const truth = noisySign.mutualInformation;
  return [
    meanRow(`numbers rounded to 0.1 sd: ross with tiny noise (n = ${n})`, truth, values.ross, {
      bias: 0.01,
      because: "for the information lost by rounding and the bias of neighbours",
    }),
    meanRow(`numbers rounded to 0.1 sd: gao, as the field advises for ties (n = ${n})`, truth, values.gao, {
      bias: 0.01,
      because: "likewise",
    }),
    meanRow(`independent, one rounded to 0.1 sd: ksg1 with tiny noise (n = ${n})`, 0, independent.noise),
    meanRow(`independent, one rounded to 0.1 sd: ksg1 as published (n = ${n})`, 0, independent.plain),
  ];
}

/** Does a test that ends early decide as the same test would with all its permutations? */
async function earlyStop(repeats: number, signal?: AbortSignal): Promise<ExperimentRow> {
  let same = 0;
  let run = 0;
  let planned = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const rho = [0, 0.08, 0.15, 0.3, 0.6][repeat % 5];
    const { x, y } = normalPair(300, rho, new Random(repeat).split("early stop"));
    const early = await mutualInformation(x, y, { estimator: "ksg1", interval: false, seed: repeat, signal });
    const test = early.diagnostics.permutation as { run: number; planned: number };
    run += test.run;
    planned += test.planned;
    const full = await fullTest(x, y, repeat, early.value);
    if (early.pValue! <= 0.05 === full <= 0.05) same++;
  }
  return {
    claim: "ending a permutation test early does not change what it decides at 5 %",
    reported: "same decision",
    measured: `${same} of ${repeats} the same, ${percent(run / planned)} of the permutations run`,
    tolerance: "all but 1 in 20: near 5 % the two p-values estimate the same number with different noise",
    holds: same >= repeats - Math.ceil(repeats / 20),
  };
}

async function fullTest(x: number[], y: number[], seed: number, observed: number): Promise<number> {
  const random = new Random(seed).split("full test");
  let reached = 0;
  const count = 200;
  for (let i = 0; i < count; i++) {
    const order = random.permutation(y.length);
    const moved = Array.from(order, (row) => y[row]);
    const { value } = await mutualInformation(x, moved, {
      estimator: "ksg1",
      interval: false,
      permutations: 0,
    });
    if (value >= observed) reached++;
  }
  return (1 + reached) / (1 + count);
}
