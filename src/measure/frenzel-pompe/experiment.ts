import type { Experiment, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { asMatrix, type Matrix } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import { mean, variance } from "../../core/statistics.ts";
import { ksg1 } from "../ksg/ksg.ts";
import { frenzelPompe, frenzelPompePermuter, neighbourhoodPermutation } from "./frenzel-pompe.ts";

type Triple = [x: Matrix, y: Matrix, z: Matrix];
type Pace = () => Promise<void> | undefined;

const colliderTruth = 0.5 * Math.log((1.25 * 1.25) / (2.25 * 0.25));

export const experiment: Experiment = {
  id: "frenzel-pompe",
  async run({ signal, onProgress, quick = false } = {}) {
    const pace = pacer(signal, "frenzel-pompe");
    const sizes = quick ? [250, 1000] : [250, 1000, 4000, 16000];
    onProgress?.({ done: 0, total: 2, label: "chain and collider" });
    const { rows, table } = await chainAndCollider(sizes, quick ? 10 : 100, pace);
    onProgress?.({ done: 1, total: 2, label: "permutation tests" });
    rows.push(...(await calibration(quick ? 20 : 200, quick ? 19 : 39, pace)));
    onProgress?.({ done: 2, total: 2 });
    return { rows, tables: [table] };
  },
};

async function chainAndCollider(sizes: number[], most: number, pace: Pace) {
  const table: ExperimentTable = {
    title: "Mean estimate in nats (standard deviation in brackets), k = 3",
    columns: ["shape", "truth", "n", "algorithm 1", "algorithm 2", "samples"],
    rows: [],
  };
  const at = new Map<string, number[]>();
  for (const [shape, draw, truth] of [
    ["chain", chain, 0],
    ["collider", collider, colliderTruth],
  ] as const) {
    for (const n of sizes) {
      const runs = Math.max(5, Math.min(most, Math.round(100_000 / n)));
      const values: [number[], number[]] = [[], []];
      for (let run = 0; run < runs; run++) {
        const triple = draw(n, new Random(run));
        values[0].push(frenzelPompe(...triple, { algorithm: 1 }).value);
        values[1].push(frenzelPompe(...triple, { algorithm: 2 }).value);
        await pace();
      }
      at.set(`${shape} ${n}`, values[0]);
      const cells = values.map((v) => `${mean(v).toFixed(4)} (${sd(v).toFixed(4)})`);
      table.rows.push([shape, truth.toFixed(4), n, ...cells, runs]);
    }
  }
  const unconditional = mean(
    Array.from({ length: 10 }, (_, run) => {
      const [x, y] = chain(1000, new Random(run));
      return ksg1.estimate(x, y, { k: 3 }).value;
    }),
  );
  const inChain = at.get("chain 1000")!;
  const inCollider = at.get("collider 1000")!;
  const largest = sizes.at(-1)!;
  const atLargest = at.get(`collider ${largest}`)!;
  const allowed = 4 * (sd(atLargest) / Math.sqrt(atLargest.length - 1));
  const rows: ExperimentRow[] = [
    {
      claim: "a chain x → z → y (correlations 0.8, n = 1000): nothing is left once z is known",
      reported: "within 0.05 of 0, while I(X;Y) is about 0.263",
      measured: `${mean(inChain).toFixed(4)}, while I(X;Y) is ${unconditional.toFixed(4)}`,
      tolerance: "0.05, the reference's band",
      holds: Math.abs(mean(inChain)) <= 0.05,
    },
    {
      claim: "a collider z = x + y + ½ noise (n = 1000): x and y share much once z is known",
      reported: "about 0.47",
      measured: mean(inCollider).toFixed(4),
      tolerance: "0.05: the reference is one estimate, with a standard deviation of 0.035",
      holds: Math.abs(mean(inCollider) - 0.47) <= 0.05,
    },
    {
      claim: `the collider's truth is reached as rows are added (n = ${largest})`,
      reported: `truth ${colliderTruth.toFixed(4)}`,
      measured: mean(atLargest).toFixed(4),
      tolerance: `${allowed.toFixed(4)}: 4 standard errors`,
      holds: Math.abs(mean(atLargest) - colliderTruth) <= allowed,
    },
  ];
  return { rows, table };
}

/** x and y both follow z closely (noise 0.1) and share nothing beyond it; n = 200, k = 10. */
async function calibration(runs: number, permutations: number, pace: Pace): Promise<ExperimentRow[]> {
  const level = 0.05;
  const rejected = { neighbours: 0, free: 0 };
  const n = 200;
  for (let run = 0; run < runs; run++) {
    const random = new Random(run);
    const z = Float64Array.from({ length: n }, () => random.normal());
    const follow = () => asMatrix(z.map((v) => v + 0.1 * random.normal()));
    const triple: Triple = [follow(), follow(), asMatrix(z)];
    const { value } = frenzelPompe(...triple, { k: 10 });
    const evaluate = frenzelPompePermuter(...triple, { k: 10 });
    const near = neighbourhoodPermutation(triple[2], random.split("neighbours"));
    const free = random.split("free");
    const reached = { neighbours: 0, free: 0 };
    for (let p = 0; p < permutations; p++) {
      if (evaluate(near()) >= value) reached.neighbours++;
      if (evaluate(free.permutation(n)) >= value) reached.free++;
      await pace();
    }
    if ((1 + reached.neighbours) / (1 + permutations) <= level) rejected.neighbours++;
    if ((1 + reached.free) / (1 + permutations) <= level) rejected.free++;
  }
  const allowed = 4 * Math.sqrt((level * (1 - level)) / runs);
  const share = (count: number) => `${((100 * count) / runs).toFixed(1)} % of ${runs} tests at level 5 %`;
  return [
    {
      claim: "permuting x among neighbours in z keeps the error of a test of conditional independence",
      reported: "well calibrated (Runge 2018)",
      measured: `${share(rejected.neighbours)} reject wrongly`,
      tolerance: `at most ${(100 * (level + allowed)).toFixed(1)} %: 4 standard errors above the level`,
      holds: rejected.neighbours / runs <= level + allowed,
    },
    {
      claim: "permuting x freely does not",
      reported: "inflated false positives (Runge 2018)",
      measured: `${share(rejected.free)} reject wrongly`,
      tolerance: `more than ${(100 * (level + allowed)).toFixed(1)} %`,
      holds: rejected.free / runs > level + allowed,
    },
  ];
}

function chain(n: number, random: Random): Triple {
  const x = Float64Array.from({ length: n }, () => random.normal());
  const z = x.map((v) => 0.8 * v + 0.6 * random.normal());
  const y = z.map((v) => 0.8 * v + 0.6 * random.normal());
  return [asMatrix(x), asMatrix(y), asMatrix(z)];
}

function collider(n: number, random: Random): Triple {
  const x = Float64Array.from({ length: n }, () => random.normal());
  const y = Float64Array.from({ length: n }, () => random.normal());
  const z = x.map((v, i) => v + y[i] + 0.5 * random.normal());
  return [asMatrix(x), asMatrix(y), asMatrix(z)];
}

function sd(values: number[]): number {
  return Math.sqrt(variance(values));
}
