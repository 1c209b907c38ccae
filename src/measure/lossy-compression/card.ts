import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "lossy-compression",
  title: "Mutual information after lossy compression",
  summary:
    "How much two wide variables (images, embeddings, layers) share, estimated on codes of a few numbers, with checks of what the compressor lost.",
  job: "measure",
  papers: [
    {
      authors: "I. Butakov, A. Tolmachev, S. Malanchuk, A. Neopryatnaya, A. Frolov, K. Andreev",
      title: "Information bottleneck analysis of deep neural networks via lossy compression",
      year: 2024,
      venue: "ICLR",
      id: "2305.08013",
    },
    {
      authors: "T. B. Berrett, R. J. Samworth, M. Yuan",
      title: "Efficient multivariate entropy estimation via k-nearest neighbour distances",
      year: 2019,
      venue: "Annals of Statistics 47(1)",
      id: "1606.00304",
    },
  ],
  inputs: "two matrices of numbers with equal row counts, or one and labels; 200 rows or more",
  output: "nats: a lower bound of the information, with interval, test and self-checks",
  defaults: { compressX: "pcaCompressor(4)", estimator: "ksg", k: 5 },
  cost: "principal components O(n D min(n, D)), an autoencoder minutes; then O(n log n) on the codes",
  limits: [
    "The value is a lower bound: what the compressor loses is not seen, and how much variance it keeps does not tell.",
    "Principal components depend on the scale of the columns: standardise columns of different units first.",
    "On codes of more than about four numbers neighbours fall short of large information.",
    "Weighted entropies (wkl) are far off on curved sets of lower dimension, such as components of images: a second opinion only.",
    "The interval is that of the codes; another fit of an autoencoder would give another code.",
  ],
  commands: [
    'surprisal measure node_modules/vega-datasets/data/cars.json --x "Miles_per_Gallon,Displacement,Horsepower,Weight_in_lbs,Acceleration" --y Origin --estimator pca',
  ],
  functions: [
    "compressedMutualInformation",
    "pcaCompressor",
    "autoencoderCompressor",
    "firstColumnsCompressor",
    "noCompressor",
    "knownInformationImages",
    "mutualInformation",
  ],
  tags: ["mutual information", "high dimension", "images", "information plane", "autoencoder"],
};
