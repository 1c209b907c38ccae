import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "conditional-mutual-information",
  title: "Conditional mutual information with a local permutation test",
  summary: "What two variables still share once a third is known, for numbers, categories and mixtures.",
  job: "measure",
  papers: [
    {
      authors: "J. Runge",
      title:
        "Conditional independence testing based on a nearest-neighbor estimator of conditional mutual information",
      year: 2018,
      venue: "AISTATS",
      id: "arXiv:1709.01447",
    },
  ],
  inputs: "x, y and z with n rows each: numbers (n or n × d), Codes, strings or booleans",
  output: "Estimate in nats or bits",
  defaults: {
    estimator: "auto",
    k: 3,
    unit: "nats",
    seed: 0,
    preprocess: "standardize",
    level: 0.95,
    permutations: 200,
  },
  cost: "O(n log n) in few dimensions, times about 10 for the interval and at most `permutations` for the test",
  limits: [
    "Nearest neighbours shrink towards zero as the dimension of x, y and z together grows.",
    "The local test is only as good as the neighbourhoods in z: with few rows or many columns of z it rejects too rarely or too often.",
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/penguins.json --target Species --given "Body Mass (g)"',
  ],
  functions: ["conditionalMutualInformation"],
  tags: ["conditional mutual information", "conditional independence", "permutation test"],
};
