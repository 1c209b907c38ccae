import { InputError } from "../../core/errors.ts";
import type { WordScores } from "./scorer.ts";
import { sentencesOf } from "./sentences.ts";
import { splitWords } from "./words.ts";

/** How many times its score a word gains in a sentence that shares every rare word with the question. */
const weight = 4;

/** What a neighbour of a relevant sentence inherits. */
const nearby = 0.5;

/**
 * Scores of words given a question: score · (1 + 4·relevance of its sentence).
 *
 * The relevance of a sentence is the share of the question's information that it carries: Σ idf of the question's
 * words in it / Σ idf of all the question's words found in the text, idf = log2(sentences / sentences with the word);
 * words count as equal when they agree up to a plural, -ed or -ing ending. A sentence beside a relevant one gets half
 * of that one's relevance. Time O(words).
 */
export function informByQuestion(text: string, scores: WordScores, question: string): WordScores {
  const wanted = new Set(stemsOf(question));
  if (wanted.size === 0) {
    throw new InputError({
      code: "empty-question",
      where: "compressPrompt",
      problem: "a question needs at least one word",
      got: question,
    });
  }
  const { starts, ends } = scores;
  const sentence = sentencesOf(text, scores);
  const count = sentence.length === 0 ? 0 : sentence[sentence.length - 1] + 1;
  const seenIn = new Map<string, number>();
  const found: { stem: string; sentence: number }[] = [];
  const last = new Map<string, number>();
  for (let i = 0; i < starts.length; i++) {
    const stem = stemOf(text.slice(starts[i], ends[i]));
    if (!wanted.has(stem) || last.get(stem) === sentence[i]) continue;
    last.set(stem, sentence[i]);
    seenIn.set(stem, (seenIn.get(stem) ?? 0) + 1);
    found.push({ stem, sentence: sentence[i] });
  }
  const idf = (stem: string) => Math.log2((count + 1) / (seenIn.get(stem) ?? 0));
  const total = [...seenIn.keys()].reduce((sum, stem) => sum + idf(stem), 0);
  if (total === 0) return scores;
  const own = new Float64Array(count);
  for (const hit of found) own[hit.sentence] += idf(hit.stem) / total;
  const keep = scores.keep.map((score, i) => {
    const s = sentence[i];
    const relevance = Math.max(own[s], nearby * (own[s - 1] ?? 0), nearby * (own[s + 1] ?? 0));
    return score * (1 + weight * relevance);
  });
  return { ...scores, keep };
}

function stemsOf(text: string): string[] {
  const { starts, ends } = splitWords(text);
  return Array.from(starts, (start, i) => text.slice(start, ends[i]))
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .map(stemOf);
}

function stemOf(word: string): string {
  const lower = word.toLowerCase().replace(/['’]s$/, "");
  return lower.length > 4 ? lower.replace(/(?:ies|es|s|ed|ing)$/, "") : lower;
}
