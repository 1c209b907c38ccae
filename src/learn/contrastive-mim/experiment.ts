import type { Experiment, ExperimentTable } from "../../core/card.ts";
import { Random } from "../../core/random.ts";
import { batchRow, digitRows, lineRows, prototypeRows, reproductionRow } from "./claims.ts";
import {
  compareObjectives,
  objectives,
  rawAccuracy,
  type Split,
  splitAt,
  spread,
  type Trials,
  titles,
} from "./comparison.ts";
import { handwrittenDigits } from "./digits.ts";
import { eightClusters, shiftedPrototypes } from "./generators.ts";
import type { VectorOptions } from "./options.ts";
import {
  digitTable,
  fixed,
  latentDim,
  lineTable,
  minLogScale,
  prototypeTable,
  type Quantity,
  show,
} from "./reference.ts";

const pictures: VectorOptions = {
  likelihood: "bernoulli",
  hidden: [128],
  latentDim,
  batchSize: 100,
  minLogScale,
};
const line: VectorOptions = {
  likelihood: "gaussian",
  standardize: false,
  hidden: [64],
  latentDim: 2,
  batchSize: 100,
};

export const experiment: Experiment = {
  id: "contrastive-mim",
  async run({ signal, onProgress, quick = false } = {}) {
    const digits = quick ? { missing: "the quick run leaves them out" } : await handwrittenDigits();
    const seeds = Array.from({ length: quick ? 1 : 3 }, (_, seed) => seed);
    // The quick run takes a third of the steps at three times the rate.
    const pace = (epochs: number): VectorOptions =>
      quick ? { epochs: Math.round(epochs / 3), learningRate: 0.003 } : { epochs };
    const total = seeds.length * (objectives.length * ("missing" in digits ? 1 : 2) + 2);
    const [trained, tested] = [1500, quick ? 250 : 500];
    const inOrder = Int32Array.from({ length: trained + tested }, (_, i) => i);
    let done = 0;
    const next = (data: string) => (objective: string) =>
      onProgress?.({ done: done++, total, label: `${objective} on ${data}` });

    const prototypes = await compareObjectives(
      seeds.map((seed) => splitAt(shiftedPrototypes(seed, trained + tested), inOrder, trained)),
      { ...pictures, ...pace(100) },
      objectives,
      next("shifted prototypes"),
      signal,
    );
    const clusters = await compareObjectives(
      seeds.map(
        (seed): Split => ({
          train: eightClusters(seed, quick ? 1000 : 2000),
          test: eightClusters(seed + 1000, quick ? 250 : 1000),
        }),
      ),
      { ...line, ...pace(100) },
      ["mim", "cmim"],
      next("eight clusters"),
      signal,
    );
    const rows = [batchRow(), ...prototypeRows(prototypes), ...lineRows(clusters)];
    const tables = [
      tableOf(
        `Shifted prototypes: ${trained} rows to learn from, ${tested} to test`,
        prototypeTable,
        prototypes,
      ),
      tableOf("Eight clusters on a line, K = 2", lineTable, clusters),
    ];
    if ("missing" in digits) {
      tables.push({ title: "Handwritten digits", columns: ["skipped because"], rows: [[digits.missing]] });
    } else {
      const splits = seeds.map((seed) => splitAt(digits, new Random(seed).permutation(digits.x.rows), 1200));
      const real = await compareObjectives(
        splits,
        { ...pictures, ...pace(84) },
        objectives,
        next("digits"),
        signal,
      );
      rows.push(...digitRows(real));
      tables.push(
        tableOf(
          `Handwritten digits: 1200 rows to learn from, 597 to test; kNN on pixels ${show(spread(splits.map(rawAccuracy)), 3)}`,
          digitTable,
          real,
        ),
      );
      rows.push(...digitTable.map((one) => reproductionRow("handwritten digits", one, real)));
    }
    if (!quick) {
      rows.push(
        ...prototypeTable
          .filter(hasReported)
          .map((one) => reproductionRow("shifted prototypes", one, prototypes)),
      );
      rows.push(...lineTable.map((one) => reproductionRow("eight clusters", one, clusters)));
    }
    onProgress?.({ done: total, total });
    return { rows, tables };
  },
};

function tableOf(title: string, quantities: readonly Quantity[], trials: Trials): ExperimentTable {
  const used = objectives.filter((objective) => trials[objective].length > 0);
  const runs = trials.mim.length;
  return {
    title: `${title}; mean ± deviation of ${runs} ${runs === 1 ? "run" : "runs"}, reference in brackets`,
    columns: ["", ...quantities.map(({ name }) => name)],
    rows: used.map((objective) => [
      titles[objective],
      ...quantities.map(({ of, reported, digits }) => {
        const found = spread(trials[objective].map(of));
        if (Number.isNaN(found.mean)) return "–";
        const reference = reported[objective];
        return `${show(found, digits)}${reference === undefined ? "" : ` (${fixed(reference, digits)})`}`;
      }),
    ]),
  };
}

function hasReported({ reported }: Quantity): boolean {
  return Object.keys(reported).length > 0;
}
