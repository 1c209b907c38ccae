import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "diffusion-spectral-entropy",
  title: "Diffusion spectral entropy: modes of a layer, and what they say about a label",
  summary:
    "How many modes the activations of a layer have, and how much less there are within a class, without bins and without training.",
  job: "watch",
  papers: [
    {
      authors:
        "D. Liao, C. Liu, B. W. Christensen, A. Tong, G. Huguet, G. Wolf, M. Nickel, I. Adelstein, S. Krishnaswamy",
      title:
        "Assessing Neural Network Representations During Training Using Noise-Resilient Diffusion Spectral Entropy",
      year: 2024,
      venue: "58th Annual Conference on Information Sciences and Systems (CISS)",
      id: "2312.04823",
    },
  ],
  inputs: "a matrix of numbers (n × d), and for mutual information n classes, n numbers or n vectors",
  output:
    "nats, from 0 to ln n; mutual information with a permutation p-value and the value that chance gives",
  defaults: { sigma: "median", t: 1, mode: "reference", maxRows: 1000, repetitions: 5, permutations: 20 },
  cost: "O(n² d) for distances, O(n³) for eigenvalues; 6 n³ / C² with C classes, 4 times that with permutations",
  limits: [
    "The value depends on the number of rows and on sigma: compare like with like, and look at the affinity quartiles in the diagnostics.",
    "At a fixed sigma it grows with the scale of the activations; at the median width it can fall where the other rises.",
    'Mode "reference" is what the paper\'s code computes, "anisotropic" what its text says: their values differ.',
    "The mutual information is no Shannon information; noise within classes in many dimensions can make it rise with wrong labels.",
  ],
  commands: ["surprisal papers show diffusion-spectral-entropy"],
  functions: [
    "diffusionSpectralEntropy",
    "diffusionSpectralMutualInformation",
    "classicShannonEntropy",
    "classicShannonMutualInformation",
    "informationPlane",
  ],
  tags: ["entropy", "representations", "training", "kernel", "spectrum"],
};
