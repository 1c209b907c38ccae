import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "gaussian",
  title: "Gaussian and Gaussian-copula mutual information",
  summary:
    "The information in correlations: between groups of columns, given others, without bias for normal data and for any margins with normal scores.",
  job: "measure",
  papers: [
    {
      authors: "I. M. Gelfand, A. M. Yaglom",
      title:
        "Calculation of the amount of information about a random function contained in another such function",
      year: 1959,
      venue: "American Mathematical Society Translations 12",
    },
    {
      authors: "N. Misra, H. Singh, E. Demchuk",
      title: "Estimation of the entropy of a multivariate normal distribution",
      year: 2005,
      venue: "Journal of Multivariate Analysis 92",
      id: "10.1016/j.jmva.2003.10.003",
    },
    {
      authors: "J. Schäfer, K. Strimmer",
      title:
        "A shrinkage approach to large-scale covariance matrix estimation and implications for functional genomics",
      year: 2005,
      venue: "Statistical Applications in Genetics and Molecular Biology 4",
      id: "10.2202/1544-6115.1175",
    },
    {
      authors: "R. A. A. Ince, B. L. Giordano, C. Kayser, G. A. Rousselet, J. Gross, P. G. Schyns",
      title:
        "A statistical framework for neuroimaging data analysis based on mutual information estimated via a Gaussian copula",
      year: 2017,
      venue: "Human Brain Mapping 38",
      id: "10.1002/hbm.23471",
    },
  ],
  inputs: "x, y and for conditional information z: numbers, n × d each",
  output: "nats, with the contribution of each row",
  defaults: {},
  cost: "O(n d²) for d columns together; a permutation O(n dx dy)",
  limits: [
    "Dependence without correlation is missed: y = x² + noise gives 0.",
    "Normal scores repair margins, not joint shapes: rings, crosses and joint heavy tails stay wrong.",
    "With fewer rows than columns the correlations are shrunk and the value is too low.",
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/penguins.json --x "Beak Length (mm)","Beak Depth (mm)" --y "Body Mass (g)" --estimator gaussianCopula',
  ],
  functions: ["mutualInformation", "conditionalMutualInformation"],
  tags: ["mutual information", "normal distribution", "copula", "canonical correlation", "shrinkage"],
};
