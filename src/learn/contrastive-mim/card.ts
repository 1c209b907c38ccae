import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "contrastive-mim",
  title: "cMIM: codes, reconstructions and samples without labels or augmentations",
  summary:
    "One model of rows or token sequences that gives an embedding of each, rebuilds it, draws new ones, and scores how unusual one is; as autoencoder, VAE, A-MIM or cMIM.",
  job: "learn",
  papers: [
    {
      authors: "M. Livne",
      title:
        "cMIM: a contrastive mutual information framework for unified generative and discriminative representation learning",
      year: 2025,
      venue: "arXiv",
      id: "arXiv:2502.19642",
    },
    {
      authors: "M. Livne",
      title:
        "Contrastive mutual information learning: toward robust representations without positive-pair augmentations",
      year: 2025,
      venue: "arXiv",
      id: "arXiv:2509.21511",
    },
    {
      authors: "M. Livne, K. Swersky, D. J. Fleet",
      title: "SentenceMIM: a latent variable language model",
      year: 2020,
      venue: "arXiv",
      id: "arXiv:2003.02645",
    },
  ],
  inputs:
    "n × D numbers (Gaussian likelihood), n × D numbers from 0 to 1 (Bernoulli), or n sequences of tokens",
  output:
    "mean and log σ of each row's code, reconstructions, samples, informative embeddings, the loss and its parts in nats a row, and an ONNX file",
  defaults: {
    objective: "cmim",
    likelihood: "gaussian",
    latentDim: 16,
    hidden: "[400]; [256] for sequences",
    temperature: 0.1,
    minLogScale: -6,
    minOutputLogScale: -3,
    standardize: true,
    learningRate: 0.001,
    batchSize: 128,
    epochs: 100,
    validationShare: 0,
    seed: 0,
  },
  cost: "a forward and backward pass of both networks and O(B² K) a step of B rows; memory O(B²) and four times the parameters; compiling for sequences grows with the longest",
  limits: [
    "At our scale cMIM finds no more classes than A-MIM: the contrastive term only spreads the directions of codes.",
    "Informative embeddings of a layered decoder know no more than the code; random features of the same width help a linear reader as much.",
    "With a small temperature and many latent dimensions the contrastive term is near 0 from the start: that is right.",
    "σ at its floor is where A-MIM and cMIM end: read it as a setting, not as a certainty.",
    "Samples of the prior may lie farther out than the codes of the data; a scale below 1 brings them closer.",
  ],
  commands: [
    "surprisal learn contrastive-mim node_modules/vega-datasets/data/seattle-weather.csv --label weather -o model/",
    "surprisal encode model/ node_modules/vega-datasets/data/seattle-weather.csv -o codes.npy",
  ],
  functions: [
    "contrastiveMIM",
    "loadContrastiveMIM",
    "evaluateEmbeddings",
    "informativeEmbedding",
    "contrastiveLogProb",
    "knnAccuracy",
    "linearProbe",
    "randomFeatures",
  ],
  tags: ["representation learning", "autoencoder", "contrastive", "generation", "embedding"],
};
