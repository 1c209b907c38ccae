import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "frenzel-pompe",
  title: "Frenzel–Pompe: conditional mutual information from nearest neighbours",
  summary:
    "How much two continuous variables share beyond what a third one already says, with a permutation test that keeps the third.",
  job: "measure",
  papers: [
    {
      authors: "S. Frenzel, B. Pompe",
      title: "Partial mutual information for coupling analysis of multivariate time series",
      year: 2007,
      venue: "Physical Review Letters 99, 204101",
      id: "10.1103/PhysRevLett.99.204101",
    },
    {
      authors: "J. Runge",
      title:
        "Conditional independence testing based on a nearest-neighbor estimator of conditional mutual information",
      year: 2018,
      venue: "AISTATS 2018",
      id: "arXiv:1709.01447",
    },
    {
      authors: "J. T. Lizier",
      title: "JIDT: an information-theoretic toolkit for studying the dynamics of complex systems",
      year: 2014,
      venue: "Frontiers in Robotics and AI 1:11",
      id: "arXiv:1408.3270",
    },
  ],
  inputs: "three matrices of numbers with equal row counts, any numbers of columns",
  output: "nats, one value and one contribution per row",
  defaults: { k: 3, algorithm: 1, neighbours: 5 },
  cost: "O(n log n) up to ten columns in all, O(n² d) beyond; O(n) memory",
  limits: [
    "Shrinks towards zero as the columns of x, y and z together grow: at n = 1000 about a tenth of a strong dependence is lost in three columns.",
    "Algorithm 2 overestimates: 0.05 nats where nothing is shared in a chain of 1000 rows, 0.03 at 16,000.",
    "A test that permutes x freely finds dependence where z explains it all: permute among neighbours in z.",
    "Repeated values break it: use the estimator for mixtures.",
  ],
  commands: [
    "surprisal measure node_modules/vega-datasets/data/cars.json --x Horsepower --y Miles_per_Gallon --given Weight_in_lbs --estimator ksg1",
  ],
  functions: ["conditionalMutualInformation"],
  tags: ["conditional mutual information", "nearest neighbours", "continuous", "conditional independence"],
};
