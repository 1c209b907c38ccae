import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "transfer-entropy",
  title: "Transfer entropy",
  summary:
    "What the past of one time series says about the next value of another beyond that series' own past.",
  job: "measure",
  papers: [
    {
      authors: "T. Schreiber",
      title: "Measuring information transfer",
      year: 2000,
      venue: "Physical Review Letters 85",
      id: "10.1103/PhysRevLett.85.461",
    },
    {
      authors: "L. Barnett, A. B. Barrett, A. K. Seth",
      title: "Granger causality and transfer entropy are equivalent for Gaussian variables",
      year: 2009,
      venue: "Physical Review Letters 103",
      id: "10.1103/PhysRevLett.103.238701",
    },
  ],
  inputs: "source and target at the same n times: numbers (n or n × d), Codes, strings or booleans",
  output: "Estimate in nats or bits per step; the effective value among its diagnostics",
  defaults: {
    estimator: "auto",
    k: 3,
    lag: 1,
    history: 1,
    sourceHistory: 1,
    unit: "nats",
    seed: 0,
    permutations: 200,
  },
  cost: "that of conditional mutual information on n rows",
  limits: [
    "The series must be stationary, without gaps and sampled at equal steps.",
    "A common driver of both series looks like transfer between them.",
    "A long history means many dimensions, where nearest neighbours fall short.",
  ],
  commands: [
    "surprisal measure node_modules/vega-datasets/data/seattle-weather.csv --x temp_max --y wind --lag 1 --history 2",
  ],
  functions: ["transferEntropy"],
  tags: ["transfer entropy", "time series", "Granger causality"],
};
