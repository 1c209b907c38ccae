import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "submodular",
  title: "Submodular selection: rows that represent the others",
  summary:
    "Which k rows to label, train on or show: representative and not redundant, like some examples or unlike others, with what each adds and how near the best possible they come.",
  job: "select",
  papers: [
    {
      authors:
        "H. S. V. N. S. K. Renduchintala, K. Killamsetty, S. Bhatia, M. Aggarwal, G. Ramakrishnan, R. Iyer, B. Krishnamurthy",
      title: "INGENIOUS: Using informative data subsets for efficient pre-training of language models",
      year: 2023,
      venue: "Findings of EMNLP 2023",
      id: "arXiv:2305.06677",
    },
    {
      authors: "A. Majee, R. Sharp, R. Iyer",
      title: "SMILe: Leveraging submodular mutual information for robust few-shot object detection",
      year: 2024,
      venue: "ECCV 2024",
      id: "arXiv:2407.02665",
    },
    {
      authors: "J. Schreiber, J. Bilmes, W. S. Noble",
      title: "apricot: Submodular selection for data summarization in Python",
      year: 2020,
      venue: "Journal of Machine Learning Research 21",
    },
  ],
  inputs:
    "n × d rows of numbers (or texts, or a table of similarities); optionally examples to look for and rows to avoid, costs, groups",
  output:
    "rows in order with their gains, in units of the objective; for facility location, rows fully represented",
  defaults: {
    objective: "facility location",
    metric: "cosine",
    optimizer: "lazy",
    epsilon: 0.1,
    neighbours: 32,
    trees: 3,
    leafSize: 256,
  },
  cost: "Similarities O(n² d) time and 8 n² bytes up to 5,000 rows; of neighbours above, O(trees n leafSize d) and about 24 n neighbours bytes. Gains: O(n) each, falling to O(n / t); naive n k of them, lazy a few an item, sampled n ln(1/ε) in all",
  limits: [
    "It represents what the similarity sees: look at a few neighbours before trusting it.",
    "With neighbours only, far rows count as not alike at all: values are lower bounds, gains of late rows coarse.",
    "Log-determinant mutual information is not submodular: nothing is promised for it.",
    "The sentence encoder knows English.",
  ],
  commands: [
    "surprisal select node_modules/vega-datasets/data/penguins.json -k 20 --balance Species",
    'surprisal select node_modules/vega-datasets/data/movies.json -k 50 --columns "IMDB Rating,Production Budget,Worldwide Gross"',
  ],
  functions: [
    "maximize",
    "maximizeStream",
    "maximizeDistributed",
    "facilityLocation",
    "saturatedCoverage",
    "graphCut",
    "featureBased",
    "logDeterminant",
    "sumRedundancy",
    "mixture",
    "submodularMutualInformation",
    "conditionalGain",
    "conditionalMutualInformation",
    "similarities",
    "similarityMatrix",
    "neighbourSimilarities",
    "embedSentences",
    "coverageCurve",
    "optimumBound",
  ],
  tags: ["submodular", "data selection", "active learning", "summaries", "retrieval"],
};
