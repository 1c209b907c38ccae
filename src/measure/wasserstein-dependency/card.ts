import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "wasserstein-dependency",
  title: "Wasserstein dependency and WPC",
  summary:
    "How far pairs must be moved to look independent, in units of the data and finite also for exact relations; and embeddings of pairs by a contrastive critic whose slope is held.",
  job: "measure",
  papers: [
    {
      authors: "S. Ozair, C. Lynch, Y. Bengio, A. van den Oord, S. Levine, P. Sermanet",
      title: "Wasserstein dependency measure for representation learning",
      year: 2019,
      venue: "NeurIPS 2019",
      id: "arXiv:1903.11780",
    },
    {
      authors: "I. Gulrajani, F. Ahmed, M. Arjovsky, V. Dumoulin, A. Courville",
      title: "Improved training of Wasserstein GANs",
      year: 2017,
      venue: "NeurIPS 2017",
      id: "arXiv:1704.00028",
    },
    {
      authors: "C. Anil, J. Lucas, R. Grosse",
      title: "Sorting out Lipschitz function approximation",
      year: 2019,
      venue: "ICML 2019",
      id: "arXiv:1811.05381",
    },
  ],
  inputs:
    "x and y with n rows each: numbers (n or n × d), or categories as columns of 0 and 1; for the encoder n × d numbers, row i of x paired with row i of y",
  output:
    "value in units of the metric, value less its mean over shuffled rows, p-value; the encoder gives embeddings of either side, curves of training, slopes and an ONNX file",
  defaults: {
    metric: "l2",
    mode: "exact to 40 rows, assignment to 400, then critic",
    shuffles: "40; 200 for the critic",
    lipschitz: "spectral, cap 1",
    steps: 2000,
    allowScale: false,
    seed: 0,
  },
  cost: "exact O(n⁵) at worst, about n⁴ met; assignment O(n³), either for each shuffle; critic O(steps · B² h)",
  limits: [
    "It is no information: it has the unit of the data, grows with it and changes under one-to-one maps. Standardise columns that are to count alike.",
    "A sample of independent rows has a value above 0; read the corrected one.",
    "The critic's value is a lower bound for the rows it is judged on, and falls short where the network does.",
    "Under the two-sided gradient penalty the critic falls far short where pairs and products overlap; capped layers do not.",
    "WPC gains over CPC with small batches only and depends on the cap: choose it by a probe on other rows.",
  ],
  commands: [],
  functions: ["wassersteinDependency", "trainPairEncoder"],
  tags: ["dependence", "optimal transport", "representation learning", "contrastive"],
};
