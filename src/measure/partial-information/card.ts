import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "partial-information",
  title: "Partial information decomposition",
  summary: "What two sources say about a target, split into redundant, unique and synergistic information.",
  job: "measure",
  papers: [
    {
      authors: "P. L. Williams, R. D. Beer",
      title: "Nonnegative decomposition of multivariate information",
      year: 2010,
      venue: "arXiv",
      id: "arXiv:1004.2515",
    },
    {
      authors: "N. Bertschinger, J. Rauh, E. Olbrich, J. Jost, N. Ay",
      title: "Quantifying unique information",
      year: 2014,
      venue: "Entropy 16",
      id: "arXiv:1311.2852",
    },
    {
      authors: "A. B. Barrett",
      title:
        "Exploration of synergistic and redundant information sharing in static and dynamical Gaussian systems",
      year: 2015,
      venue: "Physical Review E 91",
      id: "arXiv:1411.2832",
    },
  ],
  inputs: "x1, x2 and the target y: categories with n rows each, or a table of probabilities",
  output: "redundancy, unique1, unique2, synergy and their sum, in nats or bits",
  defaults: { measure: "broja", unit: "nats" },
  cost: "O(n + cells); broja some twenty steps of O(m³) for m = |Y| (|X1| + |X2|), at most 600",
  limits: [
    "There is no agreed measure of redundancy: the three answer different questions.",
    "Frequencies are taken as probabilities: with few rows for each combination synergy comes out too high.",
    "I_min (williams-beer) calls two independent sources redundant when both are copied.",
  ],
  commands: [],
  functions: ["partialInformation"],
  tags: ["synergy", "redundancy", "unique information", "convex optimisation"],
};
