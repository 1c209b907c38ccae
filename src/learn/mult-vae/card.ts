import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "mult-vae",
  title: "Mult-VAE: recommendation from clicks",
  summary:
    "What a person with a few clicks wants next, also when they were not there in training, and how many nats the model keeps of them.",
  job: "learn",
  papers: [
    {
      authors: "D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara",
      title: "Variational autoencoders for collaborative filtering",
      year: 2018,
      venue: "WWW 2018",
      id: "arXiv:1802.05814",
    },
    {
      authors: "H. Steck",
      title: "Embarrassingly shallow autoencoders for sparse data",
      year: 2019,
      venue: "WWW 2019",
      id: "arXiv:1905.03375",
    },
  ],
  inputs: "events (user, item), optionally with a rating and a threshold or with a count",
  output:
    "for any history the best items with probabilities, and the rate KL(q(z|x) ‖ p(z)) in nats; Recall@R and NDCG@R of users who were held out, with intervals",
  defaults: {
    kind: "vae",
    hidden: "[600]",
    latentDim: 200,
    dropout: 0.5,
    betaCap: 0.2,
    l2: 0,
    learningRate: 0.001,
    epochs: 200,
    seed: 0,
  },
  cost: "O(users · items · width) an epoch; memory of parameters 2 · items · width, four times that in training. EASE: O(min(users, items)³) time, O(items²) memory",
  limits: [
    "With hundreds of training users a tuned EASE, which ships with it, is usually better: compare on validation users.",
    "Users with huge histories dominate the loss, which is a sum over clicks.",
    "It knows the items of the training users only; a history without any of them gets what is popular, and says so.",
    "Order and time of clicks are not used.",
  ],
  commands: [
    "surprisal learn mult-vae ratings.csv -o model/",
    "surprisal recommend model/ --user 42 --top 20",
  ],
  functions: [
    "interactions",
    "strongGeneralizationSplit",
    "multVae",
    "ease",
    "tunedEase",
    "itemKnn",
    "popularity",
    "evaluate",
    "loadRecommender",
  ],
  tags: ["recommendation", "collaborative filtering", "variational autoencoder", "information bottleneck"],
};
