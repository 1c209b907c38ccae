import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "adaptive-binning",
  title: "Adaptive bins and kernel bounds for the layers of a network",
  summary:
    "How much a layer's activations tell about the input and about the label, epoch by epoch, whatever the activation function and its scale.",
  job: "watch",
  papers: [
    {
      authors: "I. Chelombiev, C. J. Houghton, C. O'Donnell",
      title: "Adaptive estimators show information compression in deep neural networks",
      year: 2019,
      venue: "ICLR",
      id: "1902.09037",
    },
    {
      authors: "A. Kolchinsky, B. D. Tracey",
      title: "Estimating mixture entropy with pairwise distances",
      year: 2017,
      venue: "Entropy 19(7), 361",
      id: "10.3390/e19070361",
    },
  ],
  inputs: "activations of one layer (n × d) on n inputs, and their n labels",
  output: "I(X;T) and I(T;Y) in nats (or bits); through mutualInformation the second, corrected for bias",
  defaults: { bins: 30, "noise.kind": "relative-deviation", "noise.c": 0.03, mostRows: 2048 },
  cost: "bins O(n d log n); kernel bounds O(n² d)",
  limits: [
    "It measures how activations cluster relative to bins or noise: the true I(X;T) of a deterministic network on continuous input is infinite, and does not fall.",
    "At ln n every row is told from every other: that is a ceiling of the sample, reached by wide layers at once, and I(T;Y) is then H(Y) whatever the layer knows.",
    "Bins are chosen for each layer and epoch anew, so I(X;T) may grow with depth.",
    "The kernel bounds' I(T;Y) is a difference of two bounds, itself no bound, and above 0 for independent labels.",
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/penguins.json --x "Body Mass (g)" --y Species --estimator ebab --bins 12',
  ],
  functions: ["ebab", "adaptiveKdeBounds", "fixedBinning", "compressionAfterPeak", "mutualInformation"],
  tags: ["information plane", "neural networks", "binning", "kernel density", "compression"],
};
