import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { asCodes } from "../../core/codes.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { asMatrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { noisySign } from "../beyond-normal/beyond-normal.ts";
import type { Variable } from "../estimator.ts";
import { meanRow } from "../experiment-rows.ts";
import { mesnerShalizi } from "./mesner-shalizi.ts";

interface Case {
  claim: string;
  truth: number;
  draw(n: number, random: Random): { x: Variable; y: Variable; z: Variable };
}

/** I(X;Y) for X uniform on {0…4}, Y uniform on [X, X + 2]: ln 5 − (4/5) ln 2 (Gao et al. 2017). */
const mixtureTruth = Math.log(5) - (4 / 5) * Math.LN2;

const cases: Case[] = [
  {
    claim: "a sign and sign + noise, given unrelated noise",
    truth: noisySign.mutualInformation,
    draw(n, random) {
      const { x, y } = noisySign.sample(n, random);
      return { x, y, z: asMatrix(Array.from({ length: n }, () => random.normal())) };
    },
  },
  {
    claim: "the mixture of Gao et al. (m = 5), given an unrelated binary variable",
    truth: mixtureTruth,
    draw(n, random) {
      const x = Array.from({ length: n }, () => random.integer(5));
      return {
        x: asMatrix(x),
        y: asMatrix(x.map((v) => v + 2 * random.uniform())),
        z: asCodes(x.map(() => (random.uniform() < 0.3 ? "a" : "b"))),
      };
    },
  },
  {
    claim: "a chain: category → number → category, nothing left once the number is known",
    truth: 0,
    draw(n, random) {
      const z = Array.from({ length: n }, () => random.normal());
      const noisy = () => asCodes(z.map((v) => (v + 0.5 * random.normal() > 0 ? "up" : "down")));
      return { x: noisy(), y: noisy(), z: asMatrix(z) };
    },
  },
];

export const experiment: Experiment = {
  id: "mesner-shalizi",
  async run({ quick = false, signal, onProgress } = {}) {
    const repeats = quick ? 8 : 40;
    const n = quick ? 1000 : 2000;
    const rows: ExperimentRow[] = [];
    for (const [done, { claim, truth, draw }] of cases.entries()) {
      const values: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        throwIfStopped(signal, "mesner-shalizi");
        const { x, y, z } = draw(n, new Random(repeat).split(claim));
        values.push(mesnerShalizi(x, y, z).value);
      }
      rows.push(
        meanRow(`${claim} (n = ${n})`, truth, values, {
          bias: 0.05,
          because: "for counting within the joint radius in every subspace at this n",
        }),
      );
      onProgress?.({ done: done + 1, total: cases.length, label: claim });
    }
    return { rows };
  },
};
