// The decoder over plain typed arrays, one token at a time, with the keys and values of earlier tokens kept: for
// generation, where a compiled program would compute the whole window again for every token. Sums in double precision.
import type { Tensor } from "../../../engine/index.ts";
import { normEpsilon, type Parameters, rotations, type Sizes } from "./network.ts";

type Weights = Float32Array;

interface PlainBlock {
  readonly attentionNorm: Weights;
  readonly query: Weights;
  readonly key: Weights;
  readonly value: Weights;
  readonly output: Weights;
  readonly feedForwardNorm: Weights;
  readonly gate: Weights;
  readonly up: Weights;
  readonly down: Weights;
  /** [context, width] each. */
  readonly keys: Float64Array;
  readonly values: Float64Array;
}

/** Reads tokens of one window. Cost of a token: O(parameters + layers · width · tokens before). */
export class CachedDecoder {
  readonly #sizes: Sizes;
  readonly #embedding: Weights;
  readonly #outputNorm: Weights;
  readonly #blocks: PlainBlock[];
  readonly #cos: Weights;
  readonly #sin: Weights;
  readonly #x: Float64Array;
  readonly #normed: Float64Array;
  readonly #query: Float64Array;
  readonly #mixed: Float64Array;
  readonly #gate: Float64Array;
  readonly #up: Float64Array;
  readonly #scores: Float64Array;
  #position = 0;

  constructor(params: Parameters, sizes: Sizes) {
    const { width, heads, hidden, context } = sizes;
    this.#sizes = sizes;
    this.#embedding = weightsOf(params.embedding);
    this.#outputNorm = weightsOf(params.outputNorm);
    this.#blocks = params.blocks.map((block) => ({
      attentionNorm: weightsOf(block.attentionNorm),
      query: weightsOf(block.query),
      key: weightsOf(block.key),
      value: weightsOf(block.value),
      output: weightsOf(block.output),
      feedForwardNorm: weightsOf(block.feedForwardNorm),
      gate: weightsOf(block.gate),
      up: weightsOf(block.up),
      down: weightsOf(block.down),
      keys: new Float64Array(context * width),
      values: new Float64Array(context * width),
    }));
    ({ cos: this.#cos, sin: this.#sin } = rotations(context, width / heads));
    [this.#x, this.#normed, this.#query, this.#mixed] = [0, 0, 0, 0].map(() => new Float64Array(width));
    [this.#gate, this.#up] = [0, 0].map(() => new Float64Array(hidden));
    this.#scores = new Float64Array(context);
  }

  reset(): void {
    this.#position = 0;
  }

  /** Reads a token. */
  push(token: number): void {
    const { width } = this.#sizes;
    const x = this.#x;
    x.set(this.#embedding.subarray(token * width, (token + 1) * width));
    for (const block of this.#blocks) {
      this.#attend(block);
      this.#feedForward(block);
    }
    this.#position++;
  }

  /** log p of every token of the vocabulary after what was read. */
  logprobs(): Float64Array {
    const { vocabularySize, width } = this.#sizes;
    const h = this.#normed;
    rmsNorm(this.#x, this.#outputNorm, h);
    const out = new Float64Array(vocabularySize);
    for (let v = 0, at = 0; v < vocabularySize; v++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += h[j] * this.#embedding[at++];
      out[v] = sum;
    }
    return logSoftmaxInPlace(out);
  }

  #attend(block: PlainBlock): void {
    const { width, heads } = this.#sizes;
    const headWidth = width / heads;
    const position = this.#position;
    const at = position * width;
    rmsNorm(this.#x, block.attentionNorm, this.#normed);
    const query = this.#query.fill(0);
    const key = block.keys.subarray(at, at + width).fill(0);
    addProduct(this.#normed, block.query, query);
    addProduct(this.#normed, block.key, key);
    addProduct(this.#normed, block.value, block.values.subarray(at, at + width).fill(0));
    this.#rotate(query);
    this.#rotate(key);
    const mixed = this.#mixed.fill(0);
    const scores = this.#scores;
    const scale = 1 / Math.sqrt(headWidth);
    for (let offset = 0; offset < width; offset += headWidth) {
      let top = Number.NEGATIVE_INFINITY;
      for (let t = 0; t <= position; t++) {
        let sum = 0;
        for (let j = offset; j < offset + headWidth; j++) sum += query[j] * block.keys[t * width + j];
        scores[t] = sum * scale;
        if (scores[t] > top) top = scores[t];
      }
      let total = 0;
      for (let t = 0; t <= position; t++) total += scores[t] = Math.exp(scores[t] - top);
      for (let t = 0; t <= position; t++) {
        const weight = scores[t] / total;
        for (let j = offset; j < offset + headWidth; j++) mixed[j] += weight * block.values[t * width + j];
      }
    }
    addProduct(mixed, block.output, this.#x);
  }

  #rotate(x: Float64Array): void {
    const { width, heads } = this.#sizes;
    const headWidth = width / heads;
    const from = this.#position * headWidth;
    for (let j = 0; j < width; j += 2) {
      const place = from + (j % headWidth);
      const [a, b] = [x[j], x[j + 1]];
      x[j] = a * this.#cos[place] - b * this.#sin[place];
      x[j + 1] = b * this.#cos[place] + a * this.#sin[place];
    }
  }

  #feedForward(block: PlainBlock): void {
    rmsNorm(this.#x, block.feedForwardNorm, this.#normed);
    const gate = this.#gate.fill(0);
    const up = this.#up.fill(0);
    addProduct(this.#normed, block.gate, gate);
    addProduct(this.#normed, block.up, up);
    for (let i = 0; i < gate.length; i++) gate[i] = (gate[i] / (1 + Math.exp(-gate[i]))) * up[i];
    addProduct(gate, block.down, this.#x);
  }
}

/** Logits to log-probabilities, in place. */
export function logSoftmaxInPlace(logits: Float64Array): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i] > top) top = logits[i];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i] - top);
  const shift = top + Math.log(total);
  for (let i = 0; i < logits.length; i++) logits[i] -= shift;
  return logits;
}

function weightsOf(tensor: Tensor): Weights {
  return tensor.data as Weights;
}

function rmsNorm(x: Float64Array, factors: Weights, out: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  const scale = 1 / Math.sqrt(sum / x.length + normEpsilon);
  for (let i = 0; i < x.length; i++) out[i] = x[i] * scale * factors[i];
}

/** out += x W, with W [inputs, outputs]. */
function addProduct(x: Float64Array, w: Weights, out: Float64Array): void {
  const outputs = out.length;
  for (let i = 0, at = 0; i < x.length; i++) {
    const factor = x[i];
    for (let o = 0; o < outputs; o++) out[o] += factor * w[at++];
  }
}
