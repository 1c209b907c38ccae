/**
 * n-gram models of texts: Kneser–Ney over words, characters or bytes.
 *
 * Words are what WordScanner finds; white space between them is not modelled, a newline ends one text and begins the
 * next. Words rarer than `minCount` become one class, which shares its probability among spellings.
 */
import { InputError } from "../../../core/errors.ts";
import { pacer } from "../../../core/pace.ts";
import type { LongRunning } from "../../../core/progress.ts";
import { type UnitModel, unitModel } from "../unit-model.ts";
import { kneserNey, NgramCounter, type NgramCounts, newText } from "./kneser-ney.ts";
import { Spelling } from "./spelling.ts";
import type { BackoffModel } from "./trie.ts";
import { byteUnits, countVocabulary, type TextUnit, type Units, VocabularyUnits } from "./units.ts";

export interface NgramOptions extends LongRunning {
  /** Length of the longest n-grams, 2 to 5. @default 3 */
  readonly order?: number;
  /** @default "word" */
  readonly unit?: TextUnit;
  /**
   * Words and characters seen less often become the class of unknown ones; with 1 nothing unknown is expected, and a
   * text that holds something has probability 0. Bytes have no use for it. @default 2
   */
  readonly minCount?: number;
  /** Reads capital letters as small ones. Not for bytes. @default false */
  readonly lowerCase?: boolean;
  /** One discount between 0 and 1 for all counts, instead of three per order estimated from counts of counts. */
  readonly discount?: number;
}

/** A trained n-gram model. */
export interface Ngram extends UnitModel {
  readonly counts: NgramCounts;
  readonly predictor: BackoffModel;
  /** How unknown words are spelt, in a model of words that expects some. */
  readonly spelling?: Spelling;
}

/** The model that counts give. */
export function ngramOf(units: Units, counts: NgramCounts, spelling?: Spelling, name?: string): Ngram {
  return unitModel({
    name: name ?? `${units.kind} ${counts.order}-gram`,
    units,
    predictor: kneserNey(counts),
    spelling,
    counts,
  });
}

/**
 * Trains an interpolated modified Kneser–Ney model (Chen & Goodman 1999).
 *
 * @param texts one text or several; n-grams do not reach from one into the next
 * @returns probabilities that sum to one over the vocabulary after every context
 * @throws InputError for options out of range, and when there is nothing in the texts
 * @example
 * import { trainNgram } from "surprisal/language";
 * const model = await trainNgram("the cat sat\nthe cat ran\n", { order: 2, minCount: 1 });
 * const { sum } = await model.scoreContinuation("the", " cat");
 */
export async function trainNgram(
  texts: string | readonly string[],
  options: NgramOptions = {},
): Promise<Ngram> {
  const where = "trainNgram";
  const { order = 3, unit = "word", minCount = 2, lowerCase = false, discount, signal, onProgress } = options;
  requireOptions(where, { order, minCount, discount });
  const list = typeof texts === "string" ? [texts] : texts;
  const pace = pacer(signal, where);
  const vocabulary =
    unit === "byte" ? undefined : countVocabulary(unit, list, { fold: lowerCase, least: minCount });
  const open = minCount > 1;
  const units =
    unit === "byte" || vocabulary === undefined ? byteUnits : new VocabularyUnits(unit, vocabulary, open);
  const firstEvent = unit === "word" ? 0 : 1;
  const counter = new NgramCounter({
    order,
    size: units.size,
    firstEvent,
    open: open || unit === "byte",
    discount,
  });
  let read = 0;
  for (const [i, text] of list.entries()) {
    onProgress?.({ done: i, total: list.length, label: "counting" });
    for (const part of partsOf(text)) {
      const pieces = units.encode(part);
      counter.read(pieces.ids, pieces.count);
      read += pieces.count;
      await pace();
    }
    counter.read(endOf(text, unit));
  }
  if (read === 0) {
    throw new InputError({
      code: "empty",
      where,
      problem: "the texts hold nothing to learn from",
      got: list.length,
    });
  }
  onProgress?.({ done: list.length, total: list.length });
  const spelling = vocabulary && unit === "word" && open ? Spelling.learn(list, vocabulary) : undefined;
  return ngramOf(units, counter.finish(), spelling);
}

/** Pieces of a long text, cut after newlines. */
function* partsOf(text: string): Generator<string> {
  const length = 1 << 20;
  for (let from = 0; from < text.length; ) {
    const newline = text.length - from <= length ? -1 : text.indexOf("\n", from + length);
    const to = newline < 0 ? text.length : newline + 1;
    yield text.slice(from, to);
    from = to;
  }
}

/** A text of words ends with a newline, also where none is written. */
function endOf(text: string, unit: TextUnit): Int32Array {
  return unit === "word" && !/\n\s*$/.test(text) ? Int32Array.of(0) : Int32Array.of(newText);
}

function requireOptions(
  where: string,
  { order, minCount, discount }: { order: number; minCount: number; discount?: number },
): void {
  const refuse = (option: string, expected: string, got: unknown): never => {
    throw new InputError({ code: "bad-option", where, problem: `${option} will not do`, expected, got });
  };
  if (!(Number.isInteger(order) && order >= 2 && order <= 5)) refuse("order", "2, 3, 4 or 5", order);
  if (!(Number.isInteger(minCount) && minCount >= 1)) refuse("minCount", "a whole number from 1", minCount);
  if (discount !== undefined && !(discount >= 0 && discount <= 1)) {
    refuse("discount", "a number from 0 to 1", discount);
  }
}
