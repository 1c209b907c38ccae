import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "loki",
  title: "Loki: labels a classifier never saw, from a map of the labels",
  summary:
    "Predictions over a whole label space from the probabilities of some labels, which labels can ever be predicted that way, and which class to observe next.",
  job: "select",
  papers: [
    {
      authors: "N. Roberts, X. Li, D. Adila, S. Cromp, T.-H. Huang, J. Zhao, F. Sala",
      title: "Geometry-aware adaptation for pretrained models",
      year: 2023,
      venue: "NeurIPS 2023",
      id: "arXiv:2307.12226",
    },
  ],
  inputs:
    "n × K probabilities (or scores, or logits) of K observed labels; N labels with distances: a graph, a tree, a matrix, coordinates or an order",
  output:
    "a label for each row with its expected squared distance, before and after; the locus; the classes to observe next",
  defaults: { input: "probabilities", temperature: 1, top: 1, method: "auto", candidates: 200 },
  cost: "O(n K N) time, O(K N) memory. Locus: O(N) for trees with equal edges, O(K² N log N) for pairs, O(K² N²) and more for linear programs",
  limits: [
    "It lowers the expected squared distance and may lower the accuracy: judge it by distances.",
    "Probabilities that are too smooth pull every mean to the centre: fit a temperature on held-out rows.",
    "Where all labels are equally far apart nothing is gained: it is argmax.",
    "The distances are taken as they are; that near labels look alike to the classifier is an assumption.",
  ],
  commands: [
    "surprisal relabel test/fixtures/relabel/cities.csv --metric test/fixtures/relabel/cities.json --truth city",
  ],
  functions: [
    "relabel",
    "frechetVariances",
    "meanSquaredDistance",
    "fitTemperature",
    "locus",
    "locusCover",
    "nextClasses",
    "concentratedClasses",
    "labelSpaceFromGraph",
    "labelSpaceFromParents",
    "labelSpaceFromMatrix",
    "labelSpaceFromEmbeddings",
    "labelSpaceFromOrder",
    "labelSpaceFromJson",
  ],
  tags: ["zero-shot", "label metric", "Fréchet mean", "taxonomy", "active learning"],
};
