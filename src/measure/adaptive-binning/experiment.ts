import type { Experiment, ExperimentResult, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { studentQuantile } from "../../core/special.ts";
import { correlation, mean, standardDeviation } from "../../core/statistics.ts";
import { compressionAfterPeak } from "./adaptive-binning.ts";
import {
  type Activation,
  inputCurve,
  isDead,
  type ToyResult,
  type ToyRun,
  toyTask,
  trainToy,
} from "./toy-network.ts";

const l2 = 0.015;
const lastLayer = 4;
const nonSaturating: Activation[] = ["relu", "softplus", "elu", "swish", "abs"];

export const experiment: Experiment = {
  id: "adaptive-binning",
  async run({ signal, onProgress, quick = false } = {}): Promise<ExperimentResult> {
    const seeds = quick ? 1 : 5;
    const many = quick ? 1 : 20;
    // The small version trains in larger steps: the same phases in a tenth of the epochs.
    const tanhRun = quick
      ? { learningRate: 4e-3, epochs: 20, looks: 8 }
      : { learningRate: 4e-4, epochs: 300, looks: 40 };
    const reluRun = quick
      ? { learningRate: 1e-2, epochs: 20, looks: 2 }
      : { learningRate: 2e-3, epochs: 400, looks: 40 };
    const total = many + (quick ? 2 : 20 + 2 * seeds + nonSaturating.length * seeds);
    let done = 0;
    const train = async (run: ToyRun) => {
      const label = `${run.activation}${run.l2 > 0 ? " with L2" : ""}, seed ${run.seed}`;
      onProgress?.({ done: done++, total, label });
      return trainToy(run, signal);
    };
    const repeat = async (count: number, run: Omit<ToyRun, "seed">) => {
      const results: ToyResult[] = [];
      for (let seed = 1; seed <= count; seed++) results.push(await train({ ...run, seed }));
      return results;
    };

    const tanh = await repeat(many, { activation: "tanh", l2: 0, ...tanhRun });
    const [plain, penalised, dead] = await pairsAlive(seeds, (weight, seed) =>
      train({ activation: "relu", l2: weight, ...reluRun, seed }),
    );
    const rows = [
      compresses(tanh.slice(0, seeds)),
      penaltyCompresses(plain, penalised),
      withinLabelEntropy([...tanh, ...plain, ...penalised]),
    ];
    if (quick) return { rows };

    const penalisedTanh = await repeat(seeds, { activation: "tanh", l2, ...tanhRun });
    const others: ToyResult[][] = [];
    for (const activation of nonSaturating) {
      others.push(await repeat(seeds, { activation, l2: 0, ...reluRun, epochs: 200 }));
    }
    const alive = others.map((results) => results.filter((result) => !isDead(result)));
    rows.push(
      kernelAgrees(tanh.slice(0, seeds)),
      ...alive.map((results) => withoutSaturation(results)),
      amountsDiffer(alive),
      spread(plain),
      overfitting(tanh.slice(0, seeds), penalisedTanh),
      ...goesWithAccuracy(tanh),
    );
    const groups = [tanh, penalisedTanh, plain, penalised, ...others];
    return { rows, tables: [summary(groups), ...dead] };
  },
};

/** ReLU networks with and without L2 from the same seeds, until so many seeds are alive in both; and who was not. */
async function pairsAlive(
  wanted: number,
  train: (weight: number, seed: number) => Promise<ToyResult>,
): Promise<[plain: ToyResult[], penalised: ToyResult[], dead: ExperimentTable[]]> {
  const [plain, penalised]: ToyResult[][] = [[], []];
  const dead: number[] = [];
  for (let seed = 1; plain.length < wanted && seed <= 3 * wanted; seed++) {
    const pair = [await train(0, seed), await train(l2, seed)];
    if (pair.some(isDead)) {
      dead.push(seed);
      continue;
    }
    plain.push(pair[0]);
    penalised.push(pair[1]);
  }
  const table: ExperimentTable = {
    title: "ReLU seeds with a layer that is the same for all inputs at the end: not averaged in",
    columns: ["seeds"],
    rows: [[dead.join(", ")]],
  };
  return [plain, penalised, dead.length > 0 ? [table] : []];
}

function compresses(results: ToyResult[]): ExperimentRow {
  const falls = results.map((result) => fall(inputCurve(result, lastLayer)));
  return {
    claim: "tanh: the last hidden layer first gains, then loses at least 2 bits of its highest I(X;T)",
    reported: "2 bits or more in 4 of 5 seeds (sheet); fitting and then compression (paper)",
    measured: list(falls, "bits"),
    tolerance: "at least 4 of 5 seeds",
    holds: falls.filter((bits) => bits >= 2).length >= 0.8 * falls.length,
  };
}

function penaltyCompresses(plain: ToyResult[], penalised: ToyResult[]): ExperimentRow {
  const final = (result: ToyResult) => result.planes[result.planes.length - 1][1].aboutInput;
  const lower = plain.map((result, i) => final(result) - final(penalised[i]));
  return {
    claim: "ReLU: L2 on the weights lowers I(X;T) of the second layer at the end of training",
    reported: "L2 increases compression (paper); 2.5 bits or more in 3 of 3 seeds (sheet)",
    measured: `${list(plain.map(final))} without, ${list(penalised.map(final), "bits")} with L2`,
    tolerance: "lower in at least 4 of 5 living seeds",
    holds: lower.filter((bits) => bits > 0).length >= 0.8 * lower.length,
  };
}

function withinLabelEntropy(results: ToyResult[]): ExperimentRow {
  const ones = mean(toyTask.labels);
  const entropy = -ones * Math.log2(ones) - (1 - ones) * Math.log2(1 - ones);
  const most = Math.max(...results.flatMap(({ planes }) => planes.flat().map((layer) => layer.aboutLabel)));
  return {
    claim: "I(T;Y) never exceeds H(Y)",
    reported: `${entropy.toFixed(5)} bits`,
    measured: `at most ${most.toFixed(5)} bits in ${results.length} runs`,
    tolerance: "1e-9: rounding",
    holds: most <= entropy + 1e-9,
  };
}

function kernelAgrees(results: ToyResult[]): ExperimentRow {
  const falls = results.map(({ kernel }) => fall(kernel));
  return {
    claim: "tanh: the adaptive kernel bound sees the last hidden layer compress too",
    reported: "both adaptive estimators show compression",
    measured: `upper bound falls by ${list(falls, "bits")}`,
    tolerance: "falls by more than 0.5 bits in at least 4 of 5 seeds (no number in the paper)",
    holds: falls.filter((bits) => bits > 0.5).length >= 0.8 * falls.length,
  };
}

function withoutSaturation(results: ToyResult[]): ExperimentRow {
  const { activation } = results[0].run;
  const shares = results.map((result) => shareLost(result, lastLayer));
  const error = standardError(shares);
  return {
    claim: `saturation is not needed: the last hidden layer compresses with ${activation}`,
    reported: "compression with non-saturating activations",
    measured: `${list(shares.map((share) => 100 * share))} % of the peak lost (${results.length} living seeds of 5)`,
    tolerance: `mean above 4 standard errors, ${(400 * error).toFixed(1)} %`,
    holds: results.length > 1 && mean(shares) > 4 * error,
  };
}

function amountsDiffer(groups: ToyResult[][]): ExperimentRow {
  const groupShares = groups
    .map((results) => ({
      name: results[0].run.activation,
      shares: results.map((result) => shareLost(result, lastLayer)),
    }))
    .sort((a, b) => mean(a.shares) - mean(b.shares));
  const [least, most] = [groupShares[0], groupShares[groupShares.length - 1]];
  const difference = mean(most.shares) - mean(least.shares);
  const tolerance = 4 * Math.hypot(standardError(least.shares), standardError(most.shares));
  return {
    claim: "how much is compressed depends on the activation function",
    reported: "amounts differ",
    measured: groupShares
      .map(({ name, shares }) => `${name} ${(100 * mean(shares)).toFixed(1)} %`)
      .join(", "),
    tolerance: `largest and smallest mean differ by more than 4 standard errors, ${(100 * tolerance).toFixed(1)} %`,
    holds: difference > tolerance,
  };
}

function spread(results: ToyResult[]): ExperimentRow {
  const finals = results.map((result) => inputCurve(result, lastLayer).at(-1)!);
  return {
    claim: "ReLU: networks that differ in their first weights alone end at very different I(X;T)",
    reported: "large variation (paper); 3.4 to 5.2 bits in the last hidden layer (sheet)",
    measured: `${list(finals, "bits")} in the last hidden layer`,
    tolerance: "range above 1 bit (no number in the paper)",
    holds: Math.max(...finals) - Math.min(...finals) > 1,
  };
}

function overfitting(plain: ToyResult[], penalised: ToyResult[]): ExperimentRow {
  const gap = ({ trainAccuracy, testAccuracy }: ToyResult) => trainAccuracy - testAccuracy;
  const [without, withL2] = [plain.map(gap), penalised.map(gap)];
  const difference = without.map((g, i) => g - withL2[i]);
  const tolerance = 4 * standardError(difference);
  return {
    claim: "tanh: L2 brings accuracy on training and test inputs closer together",
    reported: "L2 prevents overfitting",
    measured: `gap ${percents(without)} without, ${percents(withL2)} with L2`,
    tolerance: `mean difference above 4 standard errors, ${(100 * tolerance).toFixed(1)} %`,
    holds: mean(difference) > tolerance,
  };
}

function goesWithAccuracy(results: ToyResult[]): ExperimentRow[] {
  const n = results.length;
  const t = studentQuantile(0.95, n - 2);
  const critical = t / Math.sqrt(n - 2 + t * t);
  const accuracies = results.map(({ testAccuracy }) => testAccuracy);
  const r = [0, 1, 2, 3, 4].map((layer) => {
    const shares = results.map((result) => shareLost(result, layer));
    return standardDeviation(shares) === 0 ? 0 : correlation(shares, accuracies);
  });
  const tolerance = `${critical.toFixed(2)}: 95 % point of ${n} independent pairs`;
  return [
    {
      claim: "tanh: over seeds, test accuracy rises with the compression of the last hidden layer",
      reported: "positive correlation",
      measured: `r = ${r[lastLayer].toFixed(2)} (${n} seeds)`,
      tolerance: `above ${tolerance}`,
      holds: r[lastLayer] > critical,
    },
    {
      claim: "tanh: compression of the earlier layers does not rise with test accuracy",
      reported: "only the last layer's",
      measured: `r = ${list(r.slice(0, lastLayer))} for layers 1 to 4`,
      tolerance: `at most ${tolerance}`,
      holds: r.slice(0, lastLayer).every((value) => value <= critical),
    },
  ];
}

function summary(groups: ToyResult[][]): ExperimentTable {
  return {
    title: "At the end of training, means over seeds: I(X;T), I(T;Y) in bits",
    columns: [
      "activation",
      "L2",
      "seeds",
      "dead",
      "train / test",
      "layer 1",
      "layer 2",
      "layer 3",
      "layer 4",
      "layer 5",
      "peak of 5",
      "looks at which I(X;T) grows with depth",
    ],
    rows: groups.map((group) => {
      const alive = group.filter((result) => !isDead(result));
      const accuracy = (name: "trainAccuracy" | "testAccuracy") =>
        mean(alive.map((result) => result[name])).toFixed(3);
      const cell = (layer: number) => {
        const ends = alive.map(({ planes }) => planes[planes.length - 1][layer]);
        return `${mean(ends.map((end) => end.aboutInput)).toFixed(2)}, ${mean(ends.map((end) => end.aboutLabel)).toFixed(2)}`;
      };
      const looks = alive.flatMap(({ planes }) => planes);
      const growing = looks.filter((plane) =>
        plane.some((layer, l) => l > 0 && layer.aboutInput > plane[l - 1].aboutInput + 1e-9),
      );
      return [
        group[0].run.activation,
        group[0].run.l2,
        group.length,
        group.length - alive.length,
        `${accuracy("trainAccuracy")} / ${accuracy("testAccuracy")}`,
        ...[0, 1, 2, 3, 4].map(cell),
        mean(alive.map((result) => compressionAfterPeak(inputCurve(result, lastLayer)).peak)).toFixed(2),
        `${growing.length} of ${looks.length}`,
      ];
    }),
  };
}

function fall(values: number[]): number {
  const { peak, final } = compressionAfterPeak(values);
  return peak - final;
}

function shareLost(result: ToyResult, layer: number): number {
  return compressionAfterPeak(inputCurve(result, layer)).share;
}

function standardError(values: number[]): number {
  return standardDeviation(values) / Math.sqrt(values.length - 1);
}

function percents(values: number[]): string {
  return `${(100 * mean(values)).toFixed(1)} %`;
}

function list(values: number[], unit = ""): string {
  return `${values.map((value) => value.toFixed(2)).join(", ")}${unit && ` ${unit}`}`;
}
