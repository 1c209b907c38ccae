import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "ross",
  title: "Ross: mutual information of numbers and categories",
  summary:
    "How much a measurement tells about a label, or a label about a measurement, without choosing bins.",
  job: "measure",
  papers: [
    {
      authors: "B. C. Ross",
      title: "Mutual information between discrete and continuous data sets",
      year: 2014,
      venue: "PLoS ONE 9(2), e87357",
      id: "10.1371/journal.pone.0087357",
    },
  ],
  inputs: "a matrix of numbers (n × d) and n categories, either way round",
  output: "nats, one value and one contribution per row",
  defaults: { k: 3 },
  cost: "O(n log n) up to ten columns, O(n² d) beyond; a permutation of one column O(n)",
  limits: [
    "Rows alone in their class are left out: with many rare classes little is left.",
    'Repeated numbers inside a class make distances zero: let noise of 1e-10 standard deviations tell them apart (ties: "jitter", as "auto" does).',
    "Falls short of the truth in many dimensions.",
  ],
  commands: [
    "surprisal measure node_modules/vega-datasets/data/penguins.json --target Species --estimator ross",
  ],
  functions: ["mutualInformation"],
  tags: ["mutual information", "nearest neighbours", "mixed data", "classification"],
};
