import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "ksg",
  title: "KSG: mutual information from nearest neighbours",
  summary:
    "How much two continuous variables share, whatever the shape of their relation, without choosing bins.",
  job: "measure",
  papers: [
    {
      authors: "A. Kraskov, H. Stögbauer, P. Grassberger",
      title: "Estimating mutual information",
      year: 2004,
      venue: "Physical Review E 69, 066138",
      id: "cond-mat/0305641",
    },
  ],
  inputs: "two matrices of numbers with equal row counts, any numbers of columns",
  output: "nats, one value and one contribution per row",
  defaults: { k: 3 },
  cost: "O(n log n) up to ten columns in all, O(n² d) beyond; O(n) memory",
  limits: [
    "Falls far below the truth when the variables are strongly dependent in many dimensions: neighbours are too far away.",
    "Heavy tails make distances useless: use normal scores first.",
    'Duplicate rows and rounded values break it unless noise of 1e-10 standard deviations tells them apart (ties: "jitter", as "auto" does).',
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/penguins.json --x "Flipper Length (mm)" --y "Body Mass (g)" --estimator ksg1',
  ],
  functions: ["mutualInformation"],
  tags: ["mutual information", "nearest neighbours", "continuous"],
};
