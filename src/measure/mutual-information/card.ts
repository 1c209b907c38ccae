import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "mutual-information",
  title: "Mutual information with an interval, a p-value and a reason",
  summary:
    "How many nats two variables share, whatever their kinds, by an estimator chosen for them, with an interval and a permutation test.",
  job: "measure",
  papers: [
    {
      authors: "D. N. Politis, J. P. Romano, M. Wolf",
      title: "Subsampling",
      year: 1999,
      venue: "Springer",
    },
    {
      authors: "J. Besag, P. Clifford",
      title: "Sequential Monte Carlo p-values",
      year: 1991,
      venue: "Biometrika 78",
      id: "10.1093/biomet/78.2.301",
    },
  ],
  inputs: "x and y with n rows each: numbers (n or n × d), Codes, strings or booleans",
  output: "Estimate in nats or bits: value, interval, p-value, estimator and why, warnings",
  defaults: {
    estimator: "auto",
    k: 3,
    unit: "nats",
    seed: 0,
    preprocess: "standardize",
    level: 0.95,
    permutations: 200,
  },
  cost: "the estimator's, times about 10 for the interval and at most `permutations` for the test",
  limits: [
    "Above 4 joint dimensions a Gaussian copula is used, which sees monotone dependence only.",
    "Intervals describe the estimator's scatter, not its bias: see the twins in the report's trust section.",
    "Rows must be exchangeable; for time series use transfer entropy.",
  ],
  commands: [
    "surprisal measure node_modules/vega-datasets/data/penguins.json --target Species",
    'surprisal measure node_modules/vega-datasets/data/penguins.json --x "Beak Length (mm)","Beak Depth (mm)" --y Species',
  ],
  functions: ["mutualInformation", "mutualInformationEstimators"],
  tags: ["mutual information", "interval", "permutation test", "any kind"],
};
