import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "o-information",
  title: "Total correlation, O-information and interaction information",
  summary: "How much three or more variables share as a group, and whether redundancy or synergy prevails.",
  job: "measure",
  papers: [
    {
      authors: "W. J. McGill",
      title: "Multivariate information transmission",
      year: 1954,
      venue: "Psychometrika 19",
    },
    {
      authors: "S. Watanabe",
      title: "Information theoretical analysis of multivariate correlation",
      year: 1960,
      venue: "IBM Journal of Research and Development 4",
    },
    {
      authors: "T. S. Han",
      title: "Nonnegative entropy measures of multivariate symmetric correlations",
      year: 1978,
      venue: "Information and Control 36",
    },
    {
      authors: "F. E. Rosas, P. A. M. Mediano, M. Gastpar, H. J. Jensen",
      title: "Quantifying high-order interdependencies via multivariate extensions of the mutual information",
      year: 2019,
      venue: "Physical Review E 100",
      id: "arXiv:1902.11239",
    },
    {
      authors: "A. Kraskov, H. Stögbauer, P. Grassberger",
      title: "Estimating mutual information",
      year: 2004,
      venue: "Physical Review E 69",
      id: "arXiv:cond-mat/0305641",
    },
  ],
  inputs: "a list of variables with n rows each, all numbers (n or n × d) or all categories",
  output: "Estimate in nats or bits",
  defaults: {
    estimator: "auto",
    k: 3,
    correction: "miller-madow",
    preprocess: "standardize",
    unit: "nats",
    seed: 0,
    level: 0.95,
  },
  cost: "2m + 1 entropies of m variables, 2^m for the interaction information; about ten times as much with the interval",
  limits: [
    "Redundancy and synergy that balance cancel: an O-information of 0 is not independence.",
    "Nearest neighbours fall short in many dimensions, and all variables count together.",
    "Counts need several rows for each combination of values that can occur.",
  ],
  commands: [],
  functions: ["totalCorrelation", "dualTotalCorrelation", "oInformation", "interactionInformation"],
  tags: ["multivariate", "total correlation", "synergy", "redundancy", "co-information"],
};
