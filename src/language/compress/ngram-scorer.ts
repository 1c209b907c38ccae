import { wordInformation } from "../model/model.ts";
import type { WordScorer } from "./scorer.ts";
import { splitWords } from "./words.ts";

/** The share that the words seen so far in the text have in the probability of the next one. */
const cacheShare = 0.2;

/**
 * The tier without a model to load: −log2 of the probability of a word, four parts the shipped English trigram given the
 * words before it, one part how often it occurred in this text so far. What a text repeats says little; what neither
 * English nor the text leads to expect says much. Marks that are not words count half.
 *
 * @example
 * import { ngramScorer } from "surprisal/language";
 * const { bits } = await (await ngramScorer()).score("The ship sails. The ship sails at noon.");
 */
export async function ngramScorer(): Promise<WordScorer> {
  return {
    name: "ngram",
    async score(text, options) {
      const { starts, ends } = splitWords(text);
      const bits = gather(ends, await wordInformation(text, options));
      const seen = new Map<string, number>();
      const keep = new Float64Array(bits.length);
      for (let i = 0; i < bits.length; i++) {
        const word = text.slice(starts[i], ends[i]).toLowerCase();
        const before = seen.get(word) ?? 0;
        seen.set(word, before + 1);
        // As a factor of the trigram's probability, which may itself be too small for a double.
        const gain = before === 0 ? 0 : ((cacheShare * before) / i) * 2 ** bits[i];
        bits[i] -= Number.isFinite(gain)
          ? Math.log2(1 - cacheShare + gain)
          : bits[i] + Math.log2((cacheShare * before) / i);
        keep[i] = isMark(word) ? bits[i] / 2 : bits[i];
      }
      return { starts, ends, keep, bits };
    },
  };
}

/** The information of words that may be longer or shorter than the model's: a piece goes where its end lies. */
function gather(ends: Int32Array, pieces: { ends: Int32Array; bits: Float64Array }): Float64Array {
  const bits = new Float64Array(ends.length);
  let word = 0;
  for (let piece = 0; piece < pieces.ends.length; piece++) {
    while (word < ends.length - 1 && ends[word] < pieces.ends[piece]) word++;
    bits[word] += pieces.bits[piece];
  }
  return bits;
}

/** Gives a scorer that only says what to keep the information of its words under the n-gram tier. */
export async function withInformation(scorer: WordScorer): Promise<WordScorer> {
  const ngram = await ngramScorer();
  return {
    name: scorer.name,
    async score(text, options) {
      const scores = await scorer.score(text, options);
      if (scores.bits) return scores;
      const { ends, bits = new Float64Array(ends.length) } = await ngram.score(text, options);
      return { ...scores, bits: gather(scores.ends, { ends, bits }) };
    },
  };
}

function isMark(word: string): boolean {
  const code = word.charCodeAt(0);
  if (word.length === 1 && code < 128) return !/\w/.test(word);
  return code > 127 && !/[\p{L}\p{N}]/u.test(word);
}
