import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "choose",
  title: "Prompt selection without labels",
  summary:
    "Which of several prompts for a task is the best, from a model's answers to unlabelled inputs, and which prompts cannot be told apart from it.",
  job: "choose",
  papers: [
    {
      authors: "S. Yang, J. Kim, J. Jang, S. Ye, H. Lee, M. Seo",
      title: "Improving Probability-based Prompt Selection Through Unified Evaluation and Analysis",
      year: 2024,
      venue: "Transactions of the ACL 12",
      id: "2305.14877",
    },
  ],
  inputs:
    "a tensor of log-probabilities [prompt][input][choice], or templates, inputs and a language model; right answers only to judge with",
  output: "nats (entropies) or shares (votes), one score for each prompt or each prompt and input; answers",
  defaults: {
    method: "MI",
    calibration: "cbm",
    calibrate: "answer",
    normalization: "softmax",
    filter: false,
    eps: 1e-7,
    mode: "all-tokens",
    resamples: 1000,
    level: 0.95,
  },
  cost: "O(T X Y) for all scores of T prompts, X inputs, Y choices; O(B T X Y + B T²) for intervals; collecting asks the model T X questions",
  limits: [
    "A prompt that is surely wrong scores as high as one that is surely right: the scores see how much answers depend on inputs, not whether they fit.",
    "Errors that all prompts share deceive every method, voting ones most.",
    "Calibration by the batch assumes that labels are about equally frequent; it harms where one label truly dominates.",
    "A model that cannot do the task under any prompt has no good prompt; all scores are then near 0.",
  ],
  commands: [
    "surprisal choose docs/examples/choose/prompts.yaml --inputs docs/examples/choose/tickets.jsonl --labels topic",
    "surprisal choose docs/examples/choose/prompts.yaml --inputs docs/examples/choose/tickets.jsonl --dry-run",
  ],
  functions: [
    "collectScores",
    "comparePrompts",
    "promptScores",
    "selectPrompt",
    "calibrate",
    "answerQuality",
  ],
  tags: ["prompts", "language models", "calibration", "mutual information", "unlabelled"],
};
