import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "coupling",
  title: "Minimum-entropy coupling, with or without a bottleneck",
  summary:
    "Joins two given distributions so that each outcome of one tells as much as possible of the other, also through a code of limited rate.",
  job: "couple",
  papers: [
    {
      authors: "M. R. Ebrahimi, J. Chen, A. Khisti",
      title: "Minimum Entropy Coupling with Bottleneck",
      year: 2024,
      venue: "NeurIPS",
      id: "arXiv:2410.21666",
    },
    {
      authors: "M. Kocaoglu, A. G. Dimakis, S. Vishwanath, B. Hassibi",
      title: "Entropic causality and greedy minimum entropy coupling",
      year: 2017,
      venue: "ISIT",
    },
    {
      authors: "F. Cicalese, L. Gargano, U. Vaccaro",
      title: "Minimum-entropy couplings and their applications",
      year: 2019,
      venue: "IEEE Transactions on Information Theory 65(6)",
    },
    {
      authors: "S. Compton, D. Katz, B. Qi, K. Greenewald, M. Kocaoglu",
      title: "Minimum-entropy coupling approximation guarantees beyond the majorization barrier",
      year: 2023,
      venue: "AISTATS",
    },
  ],
  inputs: "two lists of probabilities (or counts, with normalize), n and m long; a rate from 0",
  output:
    "the joint distribution as its positive cells, its entropy, a lower bound and the gap in nats; with a rate the encoder p(t | x), the decoder p(y | t) and what arrives",
  defaults: { method: "best", encoder: "best", decoder: "best", normalize: false, unit: "nats" },
  cost: "couplings O((n + m) log(n + m)), the zero-seeking greedy up to O((n + m)^1.5), the optimum by search up to 36 cells; encoders O(n log n), up to 500 symbols with local moves of O(n²) a sweep; memory O(n + m), with a rate O(cells of the joint)",
  limits: [
    "The least entropy is NP-hard to find: beyond 25 cells the answer comes with a bound, not with a proof.",
    "The order of outcomes and what they mean play no part: only the probabilities do.",
    "At a rate near 0 the joint distribution of large tables is nearly dense; over 2²² cells are refused.",
    "The encoder and the decoder are solved one after the other, which need not be the best pair.",
  ],
  commands: [
    "surprisal couple node_modules/vega-datasets/data/population_engineers_hurricanes.csv node_modules/vega-datasets/data/gapminder-health-income.csv --x state,population --y country,population --normalize --rate 3",
  ],
  functions: [
    "minimumEntropyCoupling",
    "coupleMany",
    "entropyBoundedEncoder",
    "couplingWithBottleneck",
    "rateCurve",
    "markovCodingGame",
  ],
  tags: ["coupling", "compression", "steganography", "optimal transport", "majorisation"],
};
