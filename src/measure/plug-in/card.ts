import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "plug-in",
  title: "Mutual information from counts and histograms",
  summary:
    "How much two categorical columns share, from their table of counts; numbers are cut into cells first.",
  job: "measure",
  papers: [
    {
      authors: "G. A. Miller",
      title: "Note on the bias of information estimates",
      year: 1955,
      venue: "Information Theory in Psychology",
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
  inputs:
    'estimator "discrete": two variables of categories; "histogram": numbers or categories; n rows each',
  output: "nats, with the contribution of each row when no correction is asked",
  defaults: { correction: "miller-madow", bins: 10 },
  cost: "O(n) whatever the size of the table, and O(n) for each permutation",
  limits: [
    "Without correction independence reads as (|X| − 1)(|Y| − 1) / 2n nats.",
    "With more values than a quarter of the rows no correction helps (warning large-alphabet).",
    "A histogram depends on its bins, and its cells multiply with each column: over 10⁶ are refused.",
  ],
  commands: ["surprisal measure node_modules/vega-datasets/data/penguins.json --x Island --y Species"],
  functions: ["mutualInformation", "conditionalMutualInformation"],
  tags: ["mutual information", "discrete", "histogram", "bias correction"],
};
