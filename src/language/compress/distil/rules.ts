// A teacher without a language model: it ranks the words of a chunk by what they are and how much they say, and keeps
// the first of that order. A classifier distilled from it learns content words, names and numbers, not understanding.
//
//   priority(w) = min(−ln frequency of w in the documents, 10) + preference(part of speech) − 3 [seen a moment ago]
//
// in nats: a rare noun before a common one, a noun before a verb before an adverb before an article, names, numbers and
// negations before most, and nothing twice within 60 words.
import { InputError } from "../../../core/errors.ts";
import { english, type PartOfSpeech } from "./english.ts";
import { wordsOf } from "./words.ts";

/** Shortens a text by leaving words out. */
export interface Teacher {
  readonly name: string;
  /** @param chunk number of the chunk, from 0 */
  compress(text: string, chunk: number, signal?: AbortSignal): Promise<string>;
}

export interface RuleTeacherOptions {
  /**
   * Shares of a chunk's words to keep, one chunk after the other: a classifier that learns from all depths ranks words.
   * Default [0.2, 0.35, 0.5, 0.65]. `[]` keeps nouns, names, numbers, verbs, adjectives and negations, whatever
   * their share.
   */
  shares?: readonly number[];
}

/** What a part of speech is worth beside the information of the word, in nats. */
const preference: Record<PartOfSpeech, number> = {
  PROPN: 6,
  NUM: 6,
  NOUN: 3,
  VERB: 2,
  ADJ: 2,
  SYM: 2,
  X: 2,
  INTJ: 0,
  ADV: -1,
  PRON: -3,
  ADP: -4,
  SCONJ: -4,
  AUX: -5,
  PART: -5,
  CCONJ: -5,
  DET: -6,
  PUNCT: -6,
  SPACE: -6,
};
const negation = 6;
/** Signs say as much wherever they are: how often does not count. */
const sentenceEnd = 3;
const otherSign = -6;
const repeated = 3;
const momentAgo = 60;
const mostInformation = 10;
const content = new Set<PartOfSpeech>(["PROPN", "NUM", "NOUN", "VERB", "ADJ"]);
const negations = /^(?:no|not|never|none|nothing|nobody|neither|nor|without|except|cannot|.+n['’]t)$/i;

/**
 * A teacher that compresses English by rules: what part of speech a word is, how rare it is in these documents, and
 * whether it was just said. For distilling without a language model.
 *
 * @param docs the documents in which words are counted
 * @throws InputError when a share is not between 0 and 1
 * @example
 * import { ruleTeacher } from "surprisal/language";
 * const teacher = ruleTeacher(["The council will not vote on item 15."], { shares: [] });
 * await teacher.compress("The council will not vote on item 15.", 0); // "council not vote item 15"
 */
export function ruleTeacher(
  docs: readonly string[],
  { shares = [0.2, 0.35, 0.5, 0.65] }: RuleTeacherOptions = {},
): Teacher {
  for (const share of shares) {
    if (share > 0 && share < 1) continue;
    throw new InputError({
      code: "bad-option",
      where: "ruleTeacher",
      problem: "not a share of words to keep",
      expected: "a number between 0 and 1",
      got: share,
    });
  }
  const informationOf = frequencies(docs);
  return {
    name: "rules",
    async compress(text, chunk) {
      const { lemma, tags } = await english();
      const words = wordsOf(text);
      const parts = tags(text, words);
      if (shares.length === 0) {
        return words.texts
          .filter((word, i) => negations.test(word) || parts[i].some((part) => content.has(part)))
          .join(" ");
      }
      const lastAt = new Map<string, number>();
      const priorities = words.texts.map((word, i) => {
        const isContent = parts[i].some((part) => content.has(part));
        let priority = priorityOf(word, parts[i], informationOf(word));
        if (isContent && !/\d/.test(word)) {
          const key = lemma(word);
          const last = lastAt.get(key);
          if (last !== undefined && i - last <= momentAgo) priority -= repeated;
          lastAt.set(key, i);
        }
        return priority;
      });
      const count = Math.round(shares[chunk % shares.length] * priorities.length);
      const order = priorities.map((_, i) => i).sort((a, b) => priorities[b] - priorities[a] || a - b);
      return order
        .slice(0, count)
        .sort((a, b) => a - b)
        .map((i) => words.texts[i])
        .join(" ");
    },
  };
}

function priorityOf(word: string, parts: readonly PartOfSpeech[], information: number): number {
  if (!/[\p{L}\p{N}]/u.test(word)) return /^[.!?]$/.test(word) ? sentenceEnd : otherSign;
  return Math.min(information, mostInformation) + preferenceOf(word, parts);
}

function preferenceOf(word: string, parts: readonly PartOfSpeech[]): number {
  if (negations.test(word)) return negation;
  if (/\d/.test(word)) return preference.NUM;
  return Math.max(...parts.map((part) => preference[part]));
}

/** −ln of the share of a word among all words; a word that is not there counts as one more. */
function frequencies(docs: readonly string[]): (word: string) => number {
  const counts = new Map<string, number>();
  let total = 1;
  for (const doc of docs) {
    for (const word of wordsOf(doc).texts) {
      const key = word.toLowerCase();
      counts.set(key, (counts.get(key) ?? 0) + 1);
      total++;
    }
  }
  return (word) => Math.log(total / (counts.get(word.toLowerCase()) ?? 1));
}
