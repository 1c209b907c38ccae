import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "neural-bounds",
  title: "Neural bounds: MINE, NWJ, InfoNCE, SMILE",
  summary:
    "A lower bound of what two variables share, however many columns they have, from a network trained on half of the rows and judged on others.",
  job: "measure",
  papers: [
    {
      authors: "M. I. Belghazi, A. Baratin, S. Rajeswar, S. Ozair, Y. Bengio, A. Courville, R. D. Hjelm",
      title: "Mutual information neural estimation",
      year: 2018,
      venue: "ICML 2018",
      id: "arXiv:1801.04062",
    },
    {
      authors: "A. van den Oord, Y. Li, O. Vinyals",
      title: "Representation learning with contrastive predictive coding",
      year: 2018,
      venue: "arXiv",
      id: "arXiv:1807.03748",
    },
    {
      authors: "X. Nguyen, M. J. Wainwright, M. I. Jordan",
      title: "Estimating divergence functionals and the likelihood ratio by convex risk minimization",
      year: 2010,
      venue: "IEEE Transactions on Information Theory 56",
      id: "arXiv:0809.0853",
    },
    {
      authors: "J. Song, S. Ermon",
      title: "Understanding the limitations of variational mutual information estimators",
      year: 2020,
      venue: "ICLR 2020",
      id: "arXiv:1910.06222",
    },
    {
      authors: "B. Poole, S. Ozair, A. van den Oord, A. A. Alemi, G. Tucker",
      title: "On variational bounds of mutual information",
      year: 2019,
      venue: "ICML 2019",
      id: "arXiv:1905.06922",
    },
  ],
  inputs:
    "x and y with n rows each, at least 40: numbers (n or n × d), or categories, which become one-hot columns",
  output:
    "Estimate in nats or bits: the bound on held-out rows, the scatter of these rows as interval, a permutation p-value under the trained critic, InfoNCE's ceiling",
  defaults: {
    bound: "infonce",
    critic: "concat",
    hidden: "[32, 32]",
    batchSize: 64,
    steps: 3000,
    learningRate: 0.003,
    clip: "5 (smile)",
    preprocess: "standardize",
    level: 0.95,
    permutations: 200,
    unit: "nats",
    seed: 0,
  },
  cost: "O(steps · B² h) for the concat critic, O(steps · B d h) for the separable one; pairs of held-out rows n² h / 16",
  limits: [
    "In one or two columns nearest neighbours are faster and no worse: these are for many columns.",
    "The value is a bound of this critic on a quarter of the rows: what the network did not learn is missing, and no interval shows it.",
    "InfoNCE cannot exceed the logarithm of the rows it is evaluated on; the others grow noisy there instead.",
    "Donsker–Varadhan and MINE take the logarithm of a sample mean and lie slightly above the bound when pairs are few; SMILE is no bound at all.",
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/penguins.json --x "Beak Length (mm)","Beak Depth (mm)" --y Species --estimator infonce',
  ],
  functions: ["neuralMutualInformation"],
  tags: ["mutual information", "lower bound", "neural network", "high dimension"],
};
