import { fromData, type Tensor } from "../../../engine/tensor.ts";
import { chunkStarts } from "./chunk.ts";
import { featuresPerWord, type TableSizes, type Vocabulary, writeFeatures } from "./features.ts";
import type { Inputs } from "./network.ts";
import type { Words } from "./words.ts";

/** Words `from` to `to` of a text, at most as many as the network reads at once. */
export interface Window {
  readonly words: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** The windows of a text of at most `length` words, ending with sentences where there are any. */
export function windowsOf(text: string, words: Words, length: number): Window[] {
  const starts = chunkStarts(text, words, { maxTokens: length });
  return starts.map((from, i) => ({ words: words.texts, from, to: starts[i + 1] ?? words.texts.length }));
}

/** Windows as a batch of `count` × `length` words; missing windows are padding. */
export function batchOf(
  windows: readonly Window[],
  {
    count,
    length,
    sizes,
    vocabulary,
  }: { count: number; length: number; sizes: TableSizes; vocabulary: Vocabulary },
): Inputs {
  const features = new Int32Array(count * length * featuresPerWord);
  const mask = new Float32Array(count * length);
  windows.forEach(({ words, from, to }, w) => {
    writeFeatures(words, from, to, sizes, vocabulary, features, w * length * featuresPerWord);
    mask.fill(1, w * length, w * length + to - from);
  });
  return {
    features: fromData(features, [count, length, featuresPerWord], "int32"),
    mask: fromData(mask, [count, length], "float32"),
  };
}

/** Labels as a batch of the same shape. */
export function labelsOf(
  windows: readonly (Window & { readonly labels: readonly boolean[] })[],
  length: number,
): Tensor {
  const data = new Float32Array(windows.length * length);
  windows.forEach(({ labels, from, to }, w) => {
    for (let i = from; i < to; i++) data[w * length + i - from] = labels[i] ? 1 : 0;
  });
  return fromData(data, [windows.length, length], "float32");
}
