import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "information-plane",
  title: "Information plane: what layers know of input and label while a network learns",
  summary:
    "I(X;T) and I(T;Y) of every layer and epoch by the estimator of your choice, and how much each layer compresses after fitting, with intervals over seeds.",
  job: "watch",
  papers: [
    {
      authors: "R. Shwartz-Ziv, N. Tishby",
      title: "Opening the black box of deep neural networks via information",
      year: 2017,
      venue: "arXiv preprint",
      id: "1703.00810",
    },
    {
      authors: "A. M. Saxe, Y. Bansal, J. Dapello, M. Advani, A. Kolchinsky, B. D. Tracey, D. D. Cox",
      title: "On the information bottleneck theory of deep learning",
      year: 2018,
      venue: "International Conference on Learning Representations",
    },
    {
      authors: "I. Chelombiev, C. J. Houghton, C. O'Donnell",
      title: "Adaptive estimators show information compression in deep neural networks",
      year: 2019,
      venue: "International Conference on Learning Representations",
      id: "1902.09037",
    },
  ],
  inputs:
    "activations of layers on the same rows at several epochs, labels, and for some estimators the inputs",
  output: "nats for each layer, epoch and run; means with Student's interval over runs",
  defaults: { estimator: "binning", bins: 30, spectralEntropy: true, level: 0.95 },
  cost: "that of the estimator for each layer, epoch and run; O(n d log n) for bins",
  limits: [
    "In a network without noise I(X;T) is infinite or constant: what bins and kernels show is how rows cluster.",
    "Estimators disagree about compression: try several before you say that a layer compresses.",
    "Intervals are over runs: with one run there are none.",
    "With few rows and many units all rows are in bins of their own, and I(T;Y) is H(Y) whatever the layer knows.",
  ],
  commands: ["surprisal papers show information-plane"],
  functions: ["informationPlane", "readActivations", "recordActivations"],
  tags: ["information plane", "information bottleneck", "training", "neural networks"],
};
