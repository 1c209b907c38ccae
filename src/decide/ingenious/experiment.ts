import type {
  Experiment,
  ExperimentOptions,
  ExperimentResult,
  ExperimentRow,
  ExperimentTable,
} from "../../core/card.ts";
import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { evaluate, facilityLocation, maximize, similarities } from "../submodular/submodular.ts";
import { imbalancedClusters } from "./experiment-clusters.ts";
import { BigramModel, type Corpus, topicCorpora } from "./experiment-topics.ts";
import { informativeBatches, type SubsetOptions, subsetSampler } from "./ingenious.ts";

type Step = (label: string) => Promise<void>;

export const experiment: Experiment = {
  id: "ingenious",
  async run({ signal, onProgress, quick = false }: ExperimentOptions = {}) {
    const pace = pacer(signal, "ingenious");
    const seeds = quick ? 1 : 5;
    const total = 2 * seeds;
    let done = 0;
    const step: Step = async (label) => {
      onProgress?.({ done: done++, total, label });
      await pace();
    };
    const covered = await redundantRows(quick ? 600 : 2000, seeds, step);
    const learned = await languageModel(quick ? quickSchedule : fullSchedule, seeds, step, pace);
    onProgress?.({ done: total, total });
    return {
      rows: [...covered.rows, ...learned.rows],
      tables: [...(covered.tables ?? []), ...(learned.tables ?? [])],
    };
  },
};

const variants: { name: string; reported: string; options: SubsetOptions }[] = [
  { name: "P = 1, T = 1", reported: "0.833 / 26.7", options: { partitions: 1 } },
  { name: "P = 4, T = 1", reported: "0.817 / 21.2", options: { partitions: 4 } },
  { name: "P = 10, T = 1", reported: "0.807 / 19.2", options: { partitions: 10 } },
  { name: "P = 1, T = 0.1", reported: "0.855 / 36.4", options: { partitions: 1, temperature: 0.1 } },
  { name: "P = 4, T = 10", reported: "0.800 / 21.3", options: { partitions: 4, temperature: 10 } },
  {
    name: "P = 1, T = 1, two candidates a step",
    reported: "0.8158",
    options: { partitions: 1, optimizer: "lazier-than-lazy", epsilon: 0.2 },
  },
];

/** How well 4 % of the rows of very uneven clusters represent all. */
async function redundantRows(n: number, seeds: number, step: Step): Promise<ExperimentResult> {
  const values = new Map<string, number[]>();
  const hits = new Map<string, number[]>();
  const reported = new Map([
    ["greedy", "0.8661 / 40"],
    ["stochastic greedy, ε = 0.1", "0.8556 / 40"],
    ["random", "0.802 / 22.5"],
    ...variants.map(({ name, reported }): [string, string] => [name, reported]),
  ]);
  const add = (name: string, value: number, hit: number) => {
    values.set(name, [...(values.get(name) ?? []), value]);
    hits.set(name, [...(hits.get(name) ?? []), hit]);
  };
  const k = Math.round(0.04 * n);
  for (let seed = 1; seed <= seeds; seed++) {
    await step(`redundant rows, seed ${seed}`);
    const { x, cluster } = imbalancedClusters(n, seed);
    const f = facilityLocation(similarities(x));
    const clustersHit = (rows: ArrayLike<number>) => new Set(Array.from(rows, (i) => cluster[i])).size;
    const measure = (name: string, draws: ArrayLike<number>[]) =>
      add(name, mean(draws.map((rows) => evaluate(f, rows) / n)), mean(draws.map(clustersHit)));
    measure("greedy", [(await maximize(f, k)).indices]);
    measure("stochastic greedy, ε = 0.1", [
      (await maximize(f, k, { optimizer: "stochastic", seed })).indices,
    ]);
    const random = new Random(seed).split("random");
    measure(
      "random",
      Array.from({ length: 20 }, () => random.subsample(n, k)),
    );
    for (const { name, options } of variants) {
      const sampler = await subsetSampler(x, { fraction: 0.04, seed, ...options });
      measure(
        name,
        Array.from({ length: 20 }, (_, phase) => sampler.sample(phase)),
      );
    }
  }
  const average = (name: string) => mean(values.get(name)!);
  const text = (name: string) => `${average(name).toFixed(4)} (${name})`;
  const orders: [claim: string, names: string[], margin: number][] = [
    [
      "greedy covers more than sampled greedy, that more than an INGENIOUS sample, that more than a random one",
      ["greedy", "stochastic greedy, ε = 0.1", "P = 1, T = 1", "random"],
      0,
    ],
    [
      "an INGENIOUS sample with P = 1 covers more than a random one by over 0.02",
      ["P = 1, T = 1", "random"],
      0.02,
    ],
    ["a lower temperature covers more", ["P = 1, T = 0.1", "P = 1, T = 1"], 0],
    ["a higher temperature covers less", ["P = 4, T = 1", "P = 4, T = 10"], 0],
    ["more parts cover less", ["P = 1, T = 1", "P = 4, T = 1", "P = 10, T = 1"], 0],
    [
      "exact gains cover more than the reference's order by two candidates a step",
      ["P = 1, T = 1", "P = 1, T = 1, two candidates a step"],
      0,
    ],
  ];
  const rows = orders.map(
    ([claim, names, margin]): ExperimentRow => ({
      claim: `${claim} (4 % of very uneven clusters, n = ${n})`,
      reported: names.map((name) => reported.get(name)).join(" > "),
      measured: names.map(text).join(" > "),
      tolerance: `an order of means over ${seeds} data ${seeds === 1 ? "set" : "sets"} × 20 draws${margin > 0 ? `, apart by ${margin}` : ""}: the sheet's`,
      holds: names.slice(1).every((name, i) => average(names[i]) > average(name) + margin),
    }),
  );
  return {
    rows,
    tables: [
      {
        title: `Similarity of all rows to 4 % of them, and how many of 40 clusters these hit (n = ${n}, ${seeds} data sets)`,
        columns: ["subset", "sheet (n = 2000)", "covered", "clusters"],
        rows: [...values.keys()].map((name) => [
          name,
          reported.get(name)!,
          average(name).toFixed(4),
          mean(hits.get(name)!).toFixed(1),
        ]),
      },
    ],
  };
}

const phases = 4;
const batchSize = 16;
const fraction = 0.25;

interface Schedule {
  n: number;
  warmUp: number;
  period: number;
}
/** The sheet's. */
const fullSchedule: Schedule = { n: 2000, warmUp: 150, period: 75 };
const quickSchedule: Schedule = { n: 600, warmUp: 80, period: 15 };

const ways = ["full data", "greedy, fixed", "INGENIOUS", "random, drawn anew", "random, fixed"] as const;
const reportedLoss: Record<string, string> = {
  "after the warm-up": "5.156",
  "full data": "4.497",
  INGENIOUS: "4.651",
  "random, drawn anew": "4.734",
  "random, fixed": "5.230",
  "greedy, fixed": "4.531",
};

/** A small language model trained on quarters of a corpus whose topics are very uneven, tested on all topics alike. */
async function languageModel(
  { n, warmUp, period }: Schedule,
  seeds: number,
  step: Step,
  pace: () => Promise<void> | undefined,
): Promise<ExperimentResult> {
  const losses = new Map<string, number[]>();
  const add = (name: string, loss: number) => losses.set(name, [...(losses.get(name) ?? []), loss]);
  for (let seed = 1; seed <= seeds; seed++) {
    await step(`language model, seed ${seed}`);
    const { train, test } = topicCorpora(n, seed);
    const model = new BigramModel(seed);
    const batches = informativeBatches({
      rows: n,
      batchSize,
      warmUp,
      period,
      phases,
      fraction,
      partitions: 1,
      seed,
      features: () => model.features(train),
    });
    for await (const { rows } of batches.phase(0)) model.train(train, rows);
    add("after the warm-up", model.test(test));
    const warm = model.copy();
    for (let phase = 1; phase <= phases; phase++) {
      for await (const { rows } of batches.phase(phase)) model.train(train, rows);
    }
    add("INGENIOUS", model.test(test));

    const { gains, size } = batches.sampler!;
    const byGain = Int32Array.from(gains.keys()).sort((a, b) => gains[b] - gains[a] || a - b);
    const random = new Random(seed).split("baselines");
    const fixed = random.subsample(n, size);
    const everything = Int32Array.from(gains.keys());
    const pools: Record<string, () => Int32Array> = {
      "full data": () => everything,
      "greedy, fixed": () => byGain.slice(0, size),
      "random, fixed": () => fixed,
      "random, drawn anew": () => random.subsample(n, size),
    };
    for (const [name, pool] of Object.entries(pools)) {
      const other = warm.copy();
      for (let phase = 1; phase <= phases; phase++) {
        await pace();
        trainOn(other, train, pool(), period, random);
      }
      add(name, other.test(test));
    }
  }
  return { rows: lossRows(losses, n), tables: [lossTable(losses, n)] };
}

function trainOn(model: BigramModel, corpus: Corpus, pool: Int32Array, period: number, random: Random): void {
  const order = random.shuffle(pool.slice());
  let at = 0;
  for (let b = 0; b < period * batchSize; b++) {
    if (at === order.length) {
      random.shuffle(order);
      at = 0;
    }
    model.train(corpus, [order[at++]]);
  }
}

/** Paired over seeds: a is below b by more than the margin, beyond four standard errors where there are several seeds. */
function lossRows(losses: ReadonlyMap<string, number[]>, n: number): ExperimentRow[] {
  const order: [claim: string, below: string, above: string, margin: number][] = [
    ["INGENIOUS ends below random subsets drawn anew", "INGENIOUS", "random, drawn anew", 0],
    ["INGENIOUS ends below a fixed random subset by over 0.2", "INGENIOUS", "random, fixed", 0.2],
    [
      "random subsets drawn anew end below a fixed one by over 0.2",
      "random, drawn anew",
      "random, fixed",
      0.2,
    ],
    ["training on everything ends below INGENIOUS", "full data", "INGENIOUS", 0],
  ];
  return order.map(([claim, below, above, margin]) => {
    const paired = losses.get(above)!.map((loss, s) => loss - losses.get(below)![s]);
    const seeds = paired.length;
    const error = seeds > 1 ? standardDeviation(paired) / Math.sqrt(seeds - 1) : 0;
    return {
      claim: `${claim} (topic corpus, quarter of the sentences, n = ${n})`,
      reported: `${reportedLoss[below]} against ${reportedLoss[above]} nats a word`,
      measured: `${mean(losses.get(below)!).toFixed(3)} against ${mean(losses.get(above)!).toFixed(3)} nats a word, ${seeds} ${seeds === 1 ? "seed" : "seeds"}, difference ${mean(paired).toFixed(3)} (standard error ${error.toFixed(3)})`,
      tolerance: `a mean difference above ${margin}: the sheet's`,
      holds: mean(paired) > margin,
    };
  });
}

function lossTable(losses: ReadonlyMap<string, number[]>, n: number): ExperimentTable {
  return {
    title: `Test cross-entropy in nats a word, ${n} sentences, all topics alike`,
    columns: ["trained on", "sheet (mean of 3 seeds)", "mean", "by seed"],
    rows: ["after the warm-up", ...ways].map((name) => [
      name,
      reportedLoss[name],
      mean(losses.get(name)!).toFixed(3),
      losses
        .get(name)!
        .map((loss) => loss.toFixed(3))
        .join(", "),
    ]),
  };
}
