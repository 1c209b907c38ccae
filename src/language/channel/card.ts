import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "channel",
  title: "Compressor–predictor: what a compression tells about its text",
  summary:
    "Which compressor keeps most of a text, in bits and in bits per token, with bounds on both sides, without labels and without running the large model.",
  job: "choose",
  papers: [
    {
      authors: "S. He, A. Narayan, I. S. Khare, S. W. Linderman, C. Ré, D. Biderman",
      title: "An information theoretic perspective on agentic system design",
      year: 2025,
      venue: "arXiv",
      id: "arXiv:2512.21720",
    },
  ],
  inputs:
    "N texts, M compressions of each by every compressor, and a language model that scores a given continuation; or the N × M × N log-likelihoods themselves",
  output:
    "bits I(X;Z) with an interval over contexts, a leave-one-out bound from above and a mark where it says only “at least”; bits per token; distortion by rate, score by bits, factors, costs",
  defaults: { unit: "nats", bootstrap: 1000, level: 0.95, seed: 0 },
  cost: "N² M scorings; the estimate O(N² M) time and memory",
  limits: [
    "Near ln N it says only “at least”: unlike texts are told apart by a few words, so take many, or texts that resemble each other.",
    "With another model than the compressor's own the value is a lower bound on average, and nothing bounds from above.",
    "A compressor that always writes the same is measured by how well its outputs can be told apart, not by its sampling.",
    "It counts all information about which text it was, also what no question asks for.",
    "Values for different numbers of contexts, and bits per token of different tokenizers, cannot be compared.",
  ],
  commands: ["surprisal channel docs/examples/chunks.jsonl --compress 5%,10%,20%,40%"],
  functions: [
    "estimateCompressionMI",
    "scoreCompressions",
    "rankCompressions",
    "fitRateDistortion",
    "distortionAt",
    "correlateCells",
    "regressScore",
    "analyseFactors",
    "generationFlops",
    "callCost",
    "choosePipeline",
  ],
  tags: ["mutual information", "InfoNCE", "summaries", "rate-distortion", "language models"],
};
