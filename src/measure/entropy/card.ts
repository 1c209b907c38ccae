import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "entropy",
  title: "Entropy by nearest neighbours or by counting",
  summary:
    "How uncertain a column (or several together) is, with an interval: numbers by distances, categories by counts.",
  job: "measure",
  papers: [
    {
      authors: "L. F. Kozachenko, N. N. Leonenko",
      title: "Sample estimate of the entropy of a random vector",
      year: 1987,
      venue: "Problems of Information Transmission 23",
    },
    {
      authors: "T. B. Berrett, R. J. Samworth, M. Yuan",
      title: "Efficient multivariate entropy estimation via k-nearest neighbour distances",
      year: 2019,
      venue: "Annals of Statistics 47",
      id: "arXiv:1606.00304",
    },
    {
      authors: "G. A. Miller",
      title: "Note on the bias of information estimates",
      year: 1955,
      venue: "Information Theory in Psychology",
    },
    {
      authors: "P. Grassberger",
      title: "Finite sample corrections to entropy and dimension estimates",
      year: 1988,
      venue: "Physics Letters A 128",
    },
    {
      authors: "A. Chao, T.-J. Shen",
      title:
        "Nonparametric estimation of Shannon's index of diversity when there are unseen species in sample",
      year: 2003,
      venue: "Environmental and Ecological Statistics 10",
    },
    {
      authors: "J. Hausser, K. Strimmer",
      title:
        "Entropy inference and the James-Stein estimator, with application to nonlinear gene association networks",
      year: 2009,
      venue: "Journal of Machine Learning Research 10",
      id: "arXiv:0811.3579",
    },
  ],
  inputs: "n rows: numbers (n or n × d), Codes, strings or booleans",
  output: "Estimate in nats or bits; differential entropy for numbers",
  defaults: {
    estimator: "auto",
    k: 3,
    metric: "max",
    correction: "miller-madow",
    unit: "nats",
    seed: 0,
    level: 0.95,
  },
  cost: "O(n log n) up to ten columns, O(n² d) above, O(n) for categories; about ten times as much with the interval",
  limits: [
    "Differential entropy depends on the scale of the numbers and may be negative: compare differences only.",
    "Rounded numbers coincide: over 5 % of rows at distance 0 are refused.",
    "Neighbours are biased in many dimensions. The weighted form is for 5 to 11 columns and many rows: its variance is larger, and on normal data with 2000 rows it errs more than the third distance alone.",
    "No correction knows categories that were never seen: with more values than a quarter of the rows all are biased.",
  ],
  commands: ["surprisal measure node_modules/vega-datasets/data/penguins.json"],
  functions: ["entropy", "discreteEntropy"],
  tags: ["entropy", "differential entropy", "nearest neighbours", "bias correction"],
};
