// Data distillation for prompt compression: a teacher shortens texts, and what it kept becomes a label for each word.
//
// Pan et al. (2024), LLMLingua-2: Data distillation for efficient and faithful task-agnostic prompt compression, ACL
// Findings 2024, arXiv 2403.12968, sections 3 and 4. Implemented: chunks that end with sentences, the instruction (in
// our words), alignment of lemmas with a sliding window (algorithm 1), variation, hitting and matching rate, alignment
// gap, the two filters, the bidirectional token classifier with masked cross-entropy.
//
// Deviations: the classifier is trained from scratch and small, over words with vectors for known words and hashed
// letters for unknown ones, where the paper fine-tunes a large pretrained encoder over word pieces; learnt distances
// stand for positions; the epoch is chosen by cross-entropy, not accuracy; gradients are clipped to 1 (10). Repaired:
// what the reference code does to the last label, to clipping, to padding and to equal variation rates.
//
// Cost: a teacher call a chunk; alignment O(words · window) at worst; training O(words · width² · layers) an epoch.
import { InputError } from "../../../core/errors.ts";
import { pacer } from "../../../core/pace.ts";
import type { LongRunning } from "../../../core/progress.ts";
import type { LanguageModel } from "../../model/model.ts";
import { type Alignment, labelByAlignment } from "./align.ts";
import { chunkStarts, chunkTexts } from "./chunk.ts";
import { english } from "./english.ts";
import type { Teacher } from "./rules.ts";
import { distillationInstruction, languageModelTeacher } from "./teacher.ts";
import { wordsOf } from "./words.ts";

export { type Alignment, type AlignmentOptions, labelByAlignment } from "./align.ts";
export { type ClassifierCard, TokenClassifierCompressor, type WordProbability } from "./classifier.ts";
export { type ClassifierScores, evaluateClassifier } from "./evaluation.ts";
export { type Dropped, type FilterOptions, filterDistilled } from "./filter.ts";
export { type DistilFindings, distilFindings, type QualityRate, type ShownChunk } from "./findings.ts";
export type { ClassifierOptions, TrainingRun } from "./options.ts";
export { openLlmlingua2, type PublishedCompressor, type PublishedOptions } from "./published.ts";
export { type RuleTeacherOptions, ruleTeacher, type Teacher } from "./rules.ts";
export { distillationInstruction } from "./teacher.ts";
export type { LabelledText, TrainingRecord } from "./training.ts";
export { type Words, wordsOf } from "./words.ts";

export interface DistilOptions extends LongRunning {
  /** Most tokens of a chunk. Default 512. */
  chunkTokens?: number;
  /** Tokens of a word for the teacher. Default: every word is one. */
  tokensOf?: (word: string) => number;
  /** What a language model is told; `{text}` stands for the chunk. Default {@link distillationInstruction}. */
  instruction?: string;
  /** How far from the last match a word is looked for. Default 400. */
  window?: number;
  /** Calls of the teacher at a time. Default 8. */
  concurrency?: number;
}

/** A chunk, what the teacher made of it, and a label for each of its words. */
export interface DistilledRow extends Alignment {
  /** Which document it is from, and which of its chunks it is, from 0. */
  readonly document: number;
  readonly chunk: number;
  readonly text: string;
  readonly compressed: string;
}

/**
 * Has a teacher shorten documents chunk by chunk and labels each word by whether it was kept.
 *
 * @param teacher a language model that generates, or any function from text to shorter text such as `ruleTeacher`
 * @throws InputError when there are no words, or the model cannot generate; StoppedError once the signal has fired
 * @see Pan et al. (2024), sections 3.1 to 3.3
 * @example
 * import { distil, ruleTeacher } from "surprisal/language";
 * const docs = ["The council will vote on item 15. It is to join the green program."];
 * const [row] = await distil(docs, ruleTeacher(docs, { shares: [] }));
 * row.compressed; // "council vote item 15 join green program"
 * row.matchingRate; // 7 of 16
 */
export async function distil(
  docs: readonly string[],
  teacher: LanguageModel | Teacher,
  options: DistilOptions = {},
): Promise<DistilledRow[]> {
  const {
    chunkTokens = 512,
    tokensOf,
    instruction = distillationInstruction,
    window,
    concurrency = 8,
  } = options;
  const { signal, onProgress } = options;
  const chunks = docs.flatMap((doc, document) => {
    const words = wordsOf(doc);
    const starts = chunkStarts(doc, words, { maxTokens: chunkTokens, tokensOf });
    return chunkTexts(doc, words, starts).map((text, chunk) => ({ document, chunk, text }));
  });
  if (chunks.length === 0) {
    throw new InputError({
      code: "empty",
      where: "distil",
      problem: "no words to compress",
      got: docs.length,
    });
  }
  const asked = "generate" in teacher ? languageModelTeacher(teacher, instruction) : teacher;
  const label = await labeller(window);
  const rows = new Array<DistilledRow>(chunks.length);
  const pace = pacer(signal, "distil");
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < chunks.length) {
      const i = next++;
      await pace();
      const compressed = await asked.compress(chunks[i].text, i, signal);
      rows[i] = { ...chunks[i], compressed, ...label(chunks[i].text, compressed) };
      onProgress?.({ done: ++done, total: chunks.length, label: `${asked.name} shortens` });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, chunks.length) }, work));
  return rows;
}

/**
 * Labels pairs of a text and a compression of it that one already has.
 *
 * @throws InputError when a pair has no words in its original
 * @example
 * import { labelPairs } from "surprisal/language";
 * const [row] = await labelPairs([{ original: "We have met twice.", compressed: "met twice" }]);
 * row.labels; // [false, false, true, true, false]
 */
export async function labelPairs(
  pairs: readonly { original: string; compressed: string }[],
  { window }: Pick<DistilOptions, "window"> = {},
): Promise<DistilledRow[]> {
  const label = await labeller(window);
  return pairs.map(({ original, compressed }, document) => ({
    document,
    chunk: 0,
    text: original,
    compressed,
    ...label(original, compressed),
  }));
}

/** Alignment of lemmas. Commas take no part, as in the paper's code; they are never kept. */
async function labeller(window?: number): Promise<(text: string, compressed: string) => Alignment> {
  const { lemma } = await english();
  const isWord = (word: string) => word !== ",";
  return (text, compressed) => {
    const { texts } = wordsOf(text);
    const alignment = labelByAlignment(texts.filter(isWord), wordsOf(compressed).texts.filter(isWord), {
      window,
      normalize: lemma,
    });
    let at = 0;
    return { ...alignment, labels: texts.map((word) => isWord(word) && alignment.labels[at++]) };
  };
}
