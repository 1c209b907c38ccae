import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "ingenious",
  title: "INGENIOUS: training on informative subsets",
  summary:
    "Batches for a training loop from a quarter of the rows at a time, drawn by how much each represents the rest, so that the model ends nearly as good as on everything.",
  job: "select",
  papers: [
    {
      authors:
        "H. S. V. N. S. K. Renduchintala, K. Killamsetty, S. Bhatia, M. Aggarwal, G. Ramakrishnan, R. Iyer, B. Krishnamurthy",
      title: "INGENIOUS: using informative data subsets for efficient pre-training of language models",
      year: 2023,
      venue: "Findings of EMNLP 2023",
      id: "arXiv:2305.06677",
    },
  ],
  inputs: "n × d features of the rows, for instance mean hidden states after a warm-up; a fraction, a period",
  output: "row numbers, batch by batch; the gain and the weight of every row",
  defaults: {
    fraction: 0.25,
    partitions: "⌈n / 2000⌉",
    temperature: 1,
    metric: "cosine",
    setFunction: "facility-location",
    optimizer: "lazy",
    epsilon: 0.1,
    seed: 0,
  },
  cost: "similarities O(n² d / P) time and 8 (n / P)² bytes a part, gains O(n² / P) and more; a subset O(n log n)",
  limits: [
    "In parts of under about 1,000 rows T = 1 draws nearly at random: lower it or use fewer parts.",
    "The paper warms up on all data first; features of an untrained model say little.",
    "Where all rows are equally new, a random subset is as good.",
    "With tiny subsets and many passes everything overfits, however they were chosen.",
  ],
  commands: ["surprisal papers run ingenious --quick"],
  functions: ["informativeBatches", "subsetSampler", "taylorSoftmax"],
  tags: ["data selection", "submodular", "facility location", "efficient training", "importance sampling"],
};
