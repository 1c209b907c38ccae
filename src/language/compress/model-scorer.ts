import { throwIfStopped } from "../../core/errors.ts";
import { type LanguageModel, requireCapabilities } from "../model/model.ts";
import type { WordScorer } from "./scorer.ts";
import { windowsOf } from "./windows.ts";
import { splitWords } from "./words.ts";

/** Characters given to the model at once; a longer text is cut at a line, a sentence or a word. */
const windowLength = 6000;
/** Windows asked for at a time; the model limits how many run. */
const together = 8;
/** What a word that the model holds impossible counts. */
const mostBits = 64;

/**
 * Self-information under a causal language model (selective context): −log2 p(word | what stands before it).
 *
 * A token's information goes to the word that its last character belongs to. Long texts are scored in windows of 6,000
 * characters, each without the ones before.
 *
 * @throws InputError missing-capability when the model cannot score a text
 * @example
 * import { compressPrompt, modelScorer, openLanguageModel } from "surprisal/language";
 * const model = await openLanguageModel({ model: "builtin" });
 * await compressPrompt(modelScorer(model), "A long text that says little, and says it twice.", { rate: 0.5 });
 */
export function modelScorer(model: LanguageModel): WordScorer {
  requireCapabilities("modelScorer", model, ["scoreText"]);
  return {
    name: `model:${model.name}`,
    async score(text, { signal, onProgress } = {}) {
      const { starts, ends } = splitWords(text);
      const bits = new Float64Array(starts.length);
      const windows = windowsOf(text, windowLength);
      for (let w = 0; w < windows.length; w += together) {
        throwIfStopped(signal, "modelScorer");
        onProgress?.({ done: w, total: windows.length, label: "windows scored" });
        const asked = windows.slice(w, w + together);
        const answers = await Promise.all(
          asked.map(({ from, to }) => model.scoreText(text.slice(from, to), { signal })),
        );
        answers.forEach(({ tokens }, k) => {
          let word = firstWord(ends, asked[k].from);
          let at = asked[k].from;
          for (const { token, logprob } of tokens) {
            at += token.length;
            const last = at - (token.length - token.trimEnd().length) - 1;
            while (word < starts.length - 1 && ends[word] <= last) word++;
            if (word < starts.length) bits[word] += Math.min(-logprob / Math.LN2, mostBits);
          }
        });
      }
      return { starts, ends, keep: bits, bits };
    },
  };
}

function firstWord(ends: Int32Array, from: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}
