import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "pursuit",
  title: "Conformal information pursuit: which question to ask next",
  summary:
    "Asks the question whose answer leaves least uncertainty about a label, with a prediction set of measured coverage, and knows when to stop.",
  job: "ask",
  papers: [
    {
      authors: "K. H. R. Chan, Y. Ge, E. Dobriban, H. Hassani, R. Vidal",
      title: "Conformal information pursuit for interactively guiding large language models",
      year: 2025,
      venue: "NeurIPS 2025",
      id: "arXiv:2507.03279",
    },
    {
      authors: "A. H. C. Correia, F. V. Massoli, C. Louizos, A. Behboodi",
      title: "An information theoretic perspective on conformal prediction",
      year: 2024,
      venue: "NeurIPS 2024",
      id: "arXiv:2405.02140",
    },
  ],
  inputs:
    "labels, questions (a list, or what proposes them), and probabilities of labels after a dialogue: from a table of entities by attributes, a language model, or any function",
  output: "the next question, expected uncertainties in bits, a prediction set, and whether to stop",
  defaults: {
    criterion: "conformal",
    alpha: 0.1,
    weights: "posterior",
    emptyAs: "full",
    bound: "simple",
    maxQueries: 20,
    samples: 4,
    proposals: 5,
    histories: 100,
    stopAtOne: true,
  },
  cost: "A step: queries · answers predictions (queries · samples where likelihoods are not known); over a table O(queries · answers · labels). Calibration: (L + 1) · histories predictions",
  limits: [
    "Coverage is promised for random histories; on those that the method makes itself it has to be measured.",
    "With a predictor that is calibrated the plain entropy asks fewer questions; the conformal criterion pays where confidence is wrong by a systematic factor.",
    "A table takes answers to be independent given the entity.",
    "Greedy: one question ahead.",
  ],
  commands: [
    "surprisal ask --play otter",
    "surprisal ask --simulate --no-report",
    "surprisal ask node_modules/vega-datasets/data/penguins.json --entity Species --simulate --no-report",
  ],
  functions: [
    "nextQuestion",
    "informationPursuit",
    "attributeTable",
    "languageModelQuestions",
    "withTemperature",
    "splitConformalThreshold",
    "predictionSet",
    "conformalEntropyBound",
  ],
  tags: ["active learning", "20 questions", "conformal prediction", "decision support", "language models"],
};
