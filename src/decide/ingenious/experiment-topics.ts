import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

const topics = 40;
const sharedWords = 40;
const topicWords = 6;
const words = sharedWords + topics * topicWords;
const sentenceWords = 10;
const width = 16;
const rate = 0.1;

/** Sentences of ten words, one after the other. */
export interface Corpus {
  readonly sentences: number;
  readonly tokens: Int32Array;
}

/**
 * Topics as often as Zipf's law with exponent 1.2 says. A word is shared with probability 0.3; else it is of the topic,
 * and with probability 0.8 the one that follows the last word of the topic in an order of the topic's own.
 */
export function topicCorpora(n: number, seed: number): { train: Corpus; test: Corpus } {
  const random = new Random(seed).split("topics");
  const next = Array.from({ length: topics }, () => random.permutation(topicWords));
  const weights = Float64Array.from({ length: topics }, (_, t) => (t + 1) ** -1.2);
  const draw = (chosen: ArrayLike<number>): Corpus => {
    const tokens = new Int32Array(chosen.length * sentenceWords);
    for (let s = 0; s < chosen.length; s++) writeSentence(chosen[s], next, random, tokens, s * sentenceWords);
    return { sentences: chosen.length, tokens };
  };
  return {
    train: draw(Int32Array.from({ length: n }, () => random.categorical(weights))),
    test: draw(Int32Array.from({ length: 10 * topics }, (_, i) => i % topics)),
  };
}

function writeSentence(
  topic: number,
  next: readonly Int32Array[],
  random: Random,
  out: Int32Array,
  at: number,
): void {
  let last = -1;
  for (let k = 0; k < sentenceWords; k++) {
    if (random.uniform() < 0.3) {
      out[at + k] = random.integer(sharedWords);
      continue;
    }
    last = last >= 0 && random.uniform() < 0.8 ? next[topic][last] : random.integer(topicWords);
    out[at + k] = sharedWords + topic * topicWords + last;
  }
}

/** A log-bilinear bigram model: softmax of U e(previous word) + b over all words. */
export class BigramModel {
  readonly #embedding: Float64Array;
  readonly #output: Float64Array;
  readonly #bias: Float64Array;
  readonly #scores = new Float64Array(words);
  readonly #gradient = new Float64Array(width);

  constructor(seed: number, from?: BigramModel) {
    if (from) {
      this.#embedding = from.#embedding.slice();
      this.#output = from.#output.slice();
      this.#bias = from.#bias.slice();
      return;
    }
    const random = new Random(seed).split("model");
    const normals = () =>
      Float64Array.from({ length: words * width }, () => random.normal() / Math.sqrt(width));
    this.#embedding = normals();
    this.#output = normals();
    this.#bias = new Float64Array(words);
  }

  copy(): BigramModel {
    return new BigramModel(0, this);
  }

  /** −ln p(word | previous), leaving the probabilities in the scores. */
  #surprisal(previous: number, word: number): number {
    const [scores, output, bias] = [this.#scores, this.#output, this.#bias];
    const e = this.#embedding.subarray(previous * width, (previous + 1) * width);
    let most = Number.NEGATIVE_INFINITY;
    for (let v = 0, at = 0; v < words; v++) {
      let score = bias[v];
      for (let k = 0; k < width; k++) score += output[at++] * e[k];
      scores[v] = score;
      if (score > most) most = score;
    }
    let sum = 0;
    for (let v = 0; v < words; v++) sum += scores[v] = Math.exp(scores[v] - most);
    for (let v = 0; v < words; v++) scores[v] /= sum;
    return -Math.log(scores[word]);
  }

  /** A step of gradient descent for each word of the sentences. */
  train({ tokens }: Corpus, sentences: ArrayLike<number>): void {
    const [output, bias, gradient, scores] = [this.#output, this.#bias, this.#gradient, this.#scores];
    for (let s = 0; s < sentences.length; s++) {
      const start = sentences[s] * sentenceWords;
      for (let k = 1; k < sentenceWords; k++) {
        const [previous, word] = [tokens[start + k - 1], tokens[start + k]];
        this.#surprisal(previous, word);
        const e = this.#embedding.subarray(previous * width, (previous + 1) * width);
        gradient.fill(0);
        for (let v = 0, at = 0; v < words; v++) {
          const error = scores[v] - (v === word ? 1 : 0);
          const move = rate * error;
          bias[v] -= move;
          for (let k = 0; k < width; k++, at++) {
            gradient[k] += error * output[at];
            output[at] -= move * e[k];
          }
        }
        for (let k = 0; k < width; k++) e[k] -= rate * gradient[k];
      }
    }
  }

  /** Cross-entropy in nats a word. */
  test({ tokens, sentences }: Corpus): number {
    let sum = 0;
    for (let s = 0; s < sentences; s++) {
      for (let k = 1; k < sentenceWords; k++) {
        const at = s * sentenceWords + k;
        sum += this.#surprisal(tokens[at - 1], tokens[at]);
      }
    }
    return sum / (sentences * (sentenceWords - 1));
  }

  /** The mean embedding of each sentence. */
  features({ tokens, sentences }: Corpus): Matrix {
    const out = matrix(sentences, width);
    for (let s = 0; s < sentences; s++) {
      for (let k = 0; k < sentenceWords; k++) {
        const e = tokens[s * sentenceWords + k] * width;
        for (let j = 0; j < width; j++) out.data[s * width + j] += this.#embedding[e + j] / sentenceWords;
      }
    }
    return out;
  }
}
