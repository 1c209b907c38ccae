import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { softmaxRegression } from "./experiment-classifier.ts";
import { labelSpaceFromOrder, meanSquaredDistance, relabel } from "./loki.ts";

type Pace = () => Promise<void> | undefined;

interface OrderedCase {
  every: number;
  noise: number;
  ridge: number;
  temperature: number;
  /** The sheet's mean squared distance of argmax and of Loki. */
  reported?: [argmax: number, loki: number];
  better: boolean;
}

const ordered: OrderedCase[] = [
  { every: 7, noise: 0.05, ridge: 1e-3, temperature: 1, reported: [4.65, 1.1], better: true },
  { every: 7, noise: 0.15, ridge: 1e-3, temperature: 1, reported: [10.2, 5.8], better: true },
  { every: 12, noise: 0.15, ridge: 1e-3, temperature: 1, reported: [17.9, 6.5], better: true },
  { every: 2, noise: 0.15, ridge: 1e-3, temperature: 1, reported: [7.48, 7.88], better: false },
  { every: 2, noise: 0.15, ridge: 1e-3, temperature: 0.7, reported: [7.48, 6.2], better: true },
  { every: 2, noise: 0.15, ridge: 1e-3, temperature: 0.5, reported: [7.48, 5.7], better: true },
  { every: 2, noise: 0.15, ridge: 1e-3, temperature: 0.3, reported: [7.48, 5.71], better: true },
  { every: 2, noise: 0.15, ridge: 1e-3, temperature: 0.1, reported: [7.48, 6.35], better: true },
  { every: 2, noise: 0.15, ridge: 1e-5, temperature: 1, reported: [6.24, 5.48], better: true },
  { every: 2, noise: 0.15, ridge: 4e-3, temperature: 1, better: false },
  { every: 2, noise: 0.15, ridge: 4e-3, temperature: 0.3, better: true },
];

/** 50 labels on a half circle; the classifier is trained on some of them and tested on all. */
export async function orderedLabels(seeds: number, tests: number, pace: Pace): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  const table: (string | number)[][] = [];
  const space = labelSpaceFromOrder(50);
  for (const setting of ordered) {
    const { every, noise, ridge, temperature, reported, better } = setting;
    const errors: { argmax: number; loki: number; accuracy: [number, number]; distinct: number }[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const random = new Random(seed).split("ordered");
      const observed = Array.from({ length: Math.ceil(50 / every) }, (_, k) => k * every);
      const trained = observed.flatMap((_, k) => Array.from({ length: 40 }, () => k));
      const classify = softmaxRegression(
        points(
          trained.map((k) => observed[k]),
          noise,
          random,
        ),
        trained,
        observed.length,
        ridge,
      );
      const truth = Int32Array.from({ length: tests }, () => random.integer(50));
      const p = classify(points(truth, noise, random));
      const { labels } = await relabel(space, observed, p, { temperature });
      const { before } = await relabel(space, observed, p);
      errors.push({
        argmax: meanSquaredDistance(space, before, truth),
        loki: meanSquaredDistance(space, labels, truth),
        accuracy: [share(before, truth), share(labels, truth)],
        distinct: new Set(labels).size,
      });
      await pace();
    }
    const own = [mean(errors.map((e) => e.argmax)), mean(errors.map((e) => e.loki))];
    const paired = errors.map((e) => e.loki - e.argmax);
    const error = (4 * standardDeviation(paired)) / Math.sqrt(seeds - 1);
    const what = `every ${ordinal(every)} of 50 labels, noise ${noise}, ridge ${ridge}, T = ${temperature}`;
    rows.push({
      claim: `Loki's mean squared distance is ${better ? "below" : "above"} argmax's: ${what}`,
      reported: reported?.join(" → ") ?? "— (the effect of smoothness, found at ridge 0.001)",
      measured: `${own[0].toFixed(2)} → ${own[1].toFixed(2)} (${seeds} seeds)`,
      tolerance: `a difference beyond ${error.toFixed(2)}: 4 standard errors over seeds`,
      holds: better ? own[1] - own[0] < -error : own[1] - own[0] > error,
    });
    const accuracy = [0, 1].map((k) => mean(errors.map((e) => e.accuracy[k])).toFixed(3));
    const distinct = mean(errors.map((e) => e.distinct)).toFixed(0);
    table.push([
      every,
      noise,
      ridge,
      temperature,
      ...(reported ?? ["", ""]),
      ...own.map((v) => v.toFixed(2)),
      ...accuracy,
      distinct,
    ]);
  }
  return {
    rows,
    tables: [
      {
        title: "Mean squared distance and accuracy over all 50 ordered labels",
        columns: [
          ...["observed every", "noise", "ridge", "T", "argmax, sheet", "Loki, sheet", "argmax", "Loki"],
          ...["accuracy of argmax", "of Loki", "labels predicted"],
        ],
        rows: table,
      },
    ],
  };
}

function points(labels: ArrayLike<number>, noise: number, random: Random) {
  const out = matrix(labels.length, 2);
  for (let i = 0; i < labels.length; i++) {
    const angle = (Math.PI * labels[i]) / 50;
    out.data[2 * i] = Math.cos(angle) + noise * random.normal();
    out.data[2 * i + 1] = Math.sin(angle) + noise * random.normal();
  }
  return out;
}

function share(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  let hits = 0;
  for (let i = 0; i < truth.length; i++) if (predicted[i] === truth[i]) hits++;
  return hits / truth.length;
}

function ordinal(n: number): string {
  return n === 2 ? "2nd" : `${n}th`;
}
