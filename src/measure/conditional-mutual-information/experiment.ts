import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { conditionalMutualInformation } from "./conditional-mutual-information.ts";

const n = 500;
const bare = { interval: false, permutations: 0 } as const;

export const experiment: Experiment = {
  id: "conditional-mutual-information",
  async run({ quick = false, signal, onProgress } = {}) {
    const repeats = quick ? 12 : 100;
    const local = { common: 0, direct: 0, byLevel: 0 };
    let free = 0;
    const classes: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      throwIfStopped(signal, "conditional-mutual-information");
      const random = new Random(repeat).split("common cause");
      // z drives both x and y: they depend on each other, but not once z is known.
      const z = normals(random);
      const x = z.map((v) => v + 0.5 * random.normal());
      const y = z.map((v) => v + 0.5 * random.normal());
      const test = { interval: false, permutations: 100, seed: repeat, signal } as const;
      const pValue = async (a: number[], b: number[], c: number[] | string[]) =>
        (await conditionalMutualInformation(a, b, c, test)).pValue!;
      if ((await pValue(x, y, z)) <= 0.05) local.common++;
      if ((await freelyPermuted(x, y, z, random.split("free"))) <= 0.05) free++;
      const linked = y.map((v, i) => v + 0.5 * x[i]);
      if ((await pValue(x, linked, z)) <= 0.05) local.direct++;

      const level = z.map((v) => (v > 0 ? "high" : "low"));
      const inside = (scale: number) => level.map((l) => (l === "high" ? scale : 0) + random.normal());
      if ((await pValue(inside(2), inside(2), level)) <= 0.05) local.byLevel++;

      // x and y share a class that z does not know: I(X;Y|Z) with x a category and y, z numbers.
      const kind = z.map(() => (random.uniform() < 0.5 ? "a" : "b"));
      const seen = kind.map((k, i) => (k === "a" ? 1 : -1) + random.normal() + z[i]);
      classes.push((await conditionalMutualInformation(kind, seen, z, bare)).value);
      onProgress?.({ done: repeat + 1, total: repeats, label: "common cause" });
    }
    const most = Math.ceil(0.05 * repeats + 4 * Math.sqrt(0.05 * 0.95 * repeats));
    const alarms = (count: number, claim: string): ExperimentRow => ({
      claim,
      reported: "5 %",
      measured: `${count} of ${repeats} with p ≤ 0.05`,
      tolerance: `at most ${most}: 5 % plus 4 standard deviations`,
      holds: count <= most,
    });
    const mean = classes.reduce((a, b) => a + b) / classes.length;
    const sd = Math.sqrt(classes.reduce((a, b) => a + (b - mean) ** 2, 0) / (classes.length - 1));
    const rows: ExperimentRow[] = [
      alarms(local.common, "permuting among neighbours in z raises few false alarms when z drives both"),
      alarms(local.byLevel, "permuting inside the levels of a discrete z raises few false alarms"),
      {
        claim: "permuting freely rejects although nothing is shared beyond z",
        reported: "inflated error rate",
        measured: `${free} of ${repeats} with p ≤ 0.05`,
        tolerance: `more than ${most}`,
        holds: free > most,
      },
      {
        claim: "a direct link beside z is found",
        reported: "power near 1",
        measured: `${local.direct} of ${repeats} with p ≤ 0.05`,
        tolerance: "at least 9 in 10",
        holds: local.direct >= 0.9 * repeats,
      },
      {
        claim: "a category and a number given a number: I(X;Y|Z) by mixtures",
        reported: `${classTruth.toFixed(4)} nats (closed integral)`,
        measured: `${mean.toFixed(4)} nats (sd ${sd.toFixed(4)})`,
        tolerance: `${((4 * sd) / Math.sqrt(repeats) + 0.05).toFixed(4)}: 4 standard errors + 0.05 for neighbours in z at n = ${n}`,
        holds: Math.abs(mean - classTruth) <= (4 * sd) / Math.sqrt(repeats) + 0.05,
      },
    ];
    return { rows };
  },
};

/** I between a fair sign and sign + unit normal noise. */
const classTruth = (() => {
  const width = 0.001;
  let loss = 0;
  for (let e = -10; e < 10; e += width) {
    loss += (width * Math.exp((-e * e) / 2) * Math.log1p(Math.exp(-2 * (1 + e)))) / Math.sqrt(2 * Math.PI);
  }
  return Math.LN2 - loss;
})();

/** The p-value of a test that ignores z when it permutes. */
async function freelyPermuted(x: number[], y: number[], z: number[], random: Random): Promise<number> {
  const value = async (a: number[]) => (await conditionalMutualInformation(a, y, z, bare)).value;
  const observed = await value(x);
  let reached = 0;
  const count = 40;
  for (let i = 0; i < count; i++) {
    if ((await value(Array.from(random.permutation(n), (row) => x[row]))) >= observed) reached++;
  }
  return (1 + reached) / (1 + count);
}

function normals(random: Random): number[] {
  return Array.from({ length: n }, () => random.normal());
}
