import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { noisySign } from "../beyond-normal/beyond-normal.ts";
import { alarmRow, meanRow } from "../experiment-rows.ts";
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

      // x and y share a sign that z does not know: a category and a number, given a number.
      const { x: seen, y: sign } = noisySign.sample(n, random);
      classes.push((await conditionalMutualInformation(sign, seen, z, bare)).value);
      onProgress?.({ done: repeat + 1, total: repeats, label: "common cause" });
    }
    const rows: ExperimentRow[] = [
      alarmRow(
        "permuting among neighbours in z: false alarms when z drives both",
        0.05,
        local.common,
        repeats,
      ),
      alarmRow("permuting inside the levels of a discrete z: false alarms", 0.05, local.byLevel, repeats),
      {
        claim: "permuting freely rejects although nothing is shared beyond z",
        reported: "inflated error rate",
        measured: `${free} of ${repeats} with p ≤ 0.05`,
        tolerance: "more than 15 %, three times the nominal rate",
        holds: free > 0.15 * repeats,
      },
      {
        claim: "a direct link beside z is found",
        reported: "power near 1",
        measured: `${local.direct} of ${repeats} with p ≤ 0.05`,
        tolerance: "at least 9 in 10",
        holds: local.direct >= 0.9 * repeats,
      },
      meanRow("a category and a number given a number, by mixtures", noisySign.mutualInformation, classes, {
        bias: 0.05,
        because: `for neighbours in z at n = ${n}`,
      }),
    ];
    return { rows };
  },
};

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
