import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "mesner-shalizi",
  title: "Conditional mutual information of mixtures (Mesner–Shalizi)",
  summary: "I(X;Y|Z) when numbers and categories stand together, in x, y or z or inside one variable.",
  job: "measure",
  papers: [
    {
      authors: "O. C. Mesner, C. R. Shalizi",
      title: "Conditional mutual information estimation for mixed, discrete and continuous data",
      year: 2021,
      venue: "IEEE Transactions on Information Theory 67",
      id: "arXiv:1912.03387",
    },
  ],
  inputs: "x, y and z with n rows each, numbers (n × d) or Codes",
  output: "nats",
  defaults: { k: 5 },
  cost: "O(n log n) up to about ten columns, O(n² d) beyond",
  limits: [
    "With many rare combinations of categories few neighbours are left, and rows alone are dropped.",
    "Shrinks towards zero as the dimension grows, like all neighbour estimators.",
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/penguins.json --target Species --given "Body Mass (g)"',
  ],
  functions: ["conditionalMutualInformation"],
  tags: ["conditional mutual information", "mixed data", "nearest neighbours"],
};
