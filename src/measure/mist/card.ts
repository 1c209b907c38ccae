import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "mist",
  title: "MIST: information read by a trained network",
  summary:
    "Mutual information of a small sample with an interval, in milliseconds and without fitting anything, from a network trained on simulated data of known information.",
  job: "measure",
  papers: [
    {
      authors: "G. Gritsai, M. Richards, M. Méloux, K. Cho, M. Peyrard",
      title: "MIST: mutual information estimation via supervised training",
      year: 2025,
      venue: "arXiv",
      id: "arXiv:2511.18945",
    },
  ],
  inputs:
    "x and y with 16 to 512 rows (more are sampled): numbers (n or n × d, at most 8 columns a side), or categories, which become indicator columns",
  output:
    "Estimate in nats or bits: the median, the interval between the 5 % and 95 % quantiles, all quantiles in `diagnostics`; never below 0",
  defaults: { head: "hybrid", level: 0.9, unit: "nats", seed: 0 },
  cost: "O(n (dx + dy) + (dx + dy)³) for the network, O(n² (dx + dy)) for the classical numbers of head hybrid; a thousand pairs in one call",
  limits: [
    "It knows what it was trained on: 16 to 512 rows, 1 to 8 columns a side, up to 10 nats, and the families of its card; dependence of other shapes is read less well, and its interval then covers too rarely.",
    "In one column a side nearest neighbours are better at shapes it was not trained on; see the table of the experiment.",
    "For categories the estimators made for them are better: counts for two of them, Ross from some 200 rows on.",
    "Rows given twice raise what it reads, if far less than what neighbours read.",
    "Head hybrid starts from the Gaussian copula and sees KSG: it is our addition and not the paper's method, which is head pure.",
    "It never reads below 0, so values of many unrelated columns do not average to 0.",
  ],
  commands: [
    "surprisal measure node_modules/vega-datasets/data/penguins.json --target Species --estimator mist",
    "surprisal train-mist -o mist/ --quick",
  ],
  functions: ["mist", "mistBatch", "mistLoss", "trainMist", "loadMist", "saveMist"],
  tags: [
    "mutual information",
    "amortised",
    "neural network",
    "small samples",
    "differentiable",
    "second opinion",
  ],
};
