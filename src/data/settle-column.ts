/** From what came out of the database to a column whose type is decided. */
import { parseDates } from "./dates.ts";
import type { RawColumn } from "./fetch.ts";
import type { ReadingNotes } from "./reading-notes.ts";
import type { Leaf } from "./relation.ts";
import type { Column } from "./table.ts";

/** Texts that stand for "no value", besides blanks. */
const markers = new Set("NA N/A n/a #N/A <NA> nan NaN NAN -nan null NULL Null None NONE ? .".split(" "));

/** Above this, neighbouring whole numbers are no longer told apart. */
const largestExact = 2 ** 53;

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const infinite = /^[+-]?inf(inity)?$/i;
const thousandsComma = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const decimalComma = /^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?(e[+-]?\d+)?$/i;

/**
 * Decides the type of a column.
 *
 * @param mayBeCode whether numbers were written with zeros in front
 * @returns `"as-text"` when the column must be read again as text because numbers and other texts are mixed in it,
 * `"nested"` when it holds JSON objects or arrays
 */
export function settleColumn(
  raw: RawColumn,
  notes: ReadingNotes,
  mayBeCode = false,
): Column | "as-text" | "nested" {
  const { leaf, numbers, codes, levels = [] } = raw;
  if (leaf.isJson && levels.some((level) => level.startsWith("{") || level.startsWith("["))) return "nested";
  if (leaf.kind === "date") {
    notes.add("fact", "dates", "dates are days since 1970-01-01", leaf.name);
    return numberColumn(leaf.name, numbers!, notes, "date");
  }
  if (leaf.kind === "seconds") notes.add("fact", "times", "times are seconds", leaf.name);
  if (!codes) return numberColumn(leaf.name, numbers!, notes);
  if (!numbers) return settleText(raw, codes, levels, notes);

  const others = levels.filter((level) => !isMissing(level));
  if (others.length === 0 && !mayBeCode) {
    noteMarkers(leaf.name, codes, levels, notes);
    return numberColumn(leaf.name, numbers, notes, "number", raw.absent);
  }
  return raw.absent === numbers.length ? settleText(raw, codes, levels, notes) : "as-text";
}

/** @param absent how many numbers are NaN because nothing was written, where that is known */
function numberColumn(
  name: string,
  numbers: Float64Array,
  notes: ReadingNotes,
  type: "number" | "date" = "number",
  absent?: number,
): Column {
  let missing = 0;
  let infinities = 0;
  let isLong = false;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    if (Number.isNaN(value)) missing++;
    else if (!Number.isFinite(value)) {
      numbers[i] = Number.NaN;
      infinities++;
    } else if (value >= largestExact || value <= -largestExact) isLong ||= Number.isInteger(value);
  }
  if (absent !== undefined) noteMarker(name, "NaN", missing - absent, notes);
  if (infinities > 0)
    notes.add("problem", "infinite-values", "infinite values read as missing", name, infinities);
  if (isLong) {
    notes.add("hint", "long-integers", "whole numbers beyond 2^53 lose their last digits", name);
  }
  return { name, type, numbers, missing: missing + infinities };
}

function settleText(
  { leaf }: RawColumn,
  codes: Int32Array,
  levels: readonly string[],
  notes: ReadingNotes,
): Column {
  const { name } = leaf;
  const values = tidy(codes, levels, isMissing);
  const typed =
    values.levels.length === 0 ? allMissing(name, codes.length) : settleTyped(leaf, values, notes);
  if (typed) {
    noteMarkers(name, codes, levels, notes);
    return typed;
  }
  const words = tidy(codes, levels, isMissingWord);
  noteMarkers(name, codes, levels, notes, isMissingWord);
  if (words.isTrimmed) notes.add("fact", "blanks-trimmed", "blanks around values do not count", name);
  const missing = count(words.codes, (code) => code < 0);
  return { name, type: "text", codes: words.codes, levels: words.levels, missing };
}

interface TidyText {
  codes: Int32Array;
  levels: string[];
  isTrimmed: boolean;
}

/** Without blanks around the levels, and without those that stand for no value. */
function tidy(codes: Int32Array, levels: readonly string[], isGap: (level: string) => boolean): TidyText {
  const kept: string[] = [];
  const keptCodes = new Map<string, number>();
  let isTrimmed = false;
  const renamed = levels.map((level) => {
    if (isGap(level)) return -1;
    const text = level.trim();
    isTrimmed ||= text !== level;
    let code = keptCodes.get(text);
    if (code === undefined) keptCodes.set(text, (code = kept.push(text) - 1));
    return code;
  });
  return { codes: codes.map((code) => (code < 0 ? -1 : renamed[code])), levels: kept, isTrimmed };
}

/** Texts that are all numbers, dates or truth values, as such. */
function settleTyped(leaf: Leaf, { codes, levels }: TidyText, notes: ReadingNotes): Column | undefined {
  const { name } = leaf;
  if (leaf.kind === "loose") {
    const values = parseNumbers(name, levels, leaf.commaIsDecimal ?? false, notes);
    if (values) return spread(name, "number", codes, values, notes);
    noteStrayText(name, codes, levels, notes);
  }
  const dates = parseDates(levels);
  if (dates) {
    notes.add("fact", "dates", "dates are days since 1970-01-01", name);
    if (dates.isAmbiguous) notes.add("problem", "ambiguous-dates", "dates were read as month/day/year", name);
    return spread(name, "date", codes, dates.days, notes);
  }
  const lower = levels.map((level) => level.toLowerCase());
  if (!lower.every((level) => level === "true" || level === "false")) return undefined;
  const truth = Int32Array.from(codes, (code) => (code < 0 ? -1 : Number(lower[code] === "true")));
  const missing = count(codes, (code) => code < 0);
  return { name, type: "boolean", codes: truth, levels: ["false", "true"], missing };
}

function allMissing(name: string, rows: number): Column {
  return { name, type: "number", numbers: new Float64Array(rows).fill(Number.NaN), missing: rows };
}

function spread(
  name: string,
  type: "number" | "date",
  codes: Int32Array,
  values: ArrayLike<number>,
  notes: ReadingNotes,
): Column {
  const numbers = Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : values[code]));
  return numberColumn(name, numbers, notes, type);
}

/** Texts as numbers when all of them are, in one way of writing. */
function parseNumbers(
  name: string,
  texts: readonly string[],
  commaIsDecimal: boolean,
  notes: ReadingNotes,
): Float64Array | undefined {
  const all = (pattern: RegExp) => texts.every((text) => pattern.test(text) || infinite.test(text));
  if (all(plainNumber)) {
    if (isCode(texts)) {
      notes.add("fact", "leading-zeros", "kept as text because of leading zeros", name);
      return undefined;
    }
    return Float64Array.from(texts, toNumber);
  }
  const withComma = texts.filter((text) => text.includes(","));
  if (withComma.length === 0) return undefined;
  const isThousands = !commaIsDecimal && withComma.every((text) => thousandsComma.test(text));
  if (isThousands && texts.every((text) => thousandsComma.test(text) || plainNumber.test(text))) {
    notes.add("fact", "thousands-comma", "commas separate thousands", name);
    return Float64Array.from(texts, (text) => toNumber(text.replaceAll(",", "")));
  }
  if (all(decimalComma)) {
    notes.add("fact", "decimal-comma", "the comma is the decimal mark", name);
    return Float64Array.from(texts, (text) => toNumber(text.replaceAll(".", "").replace(",", ".")));
  }
  return undefined;
}

function toNumber(text: string): number {
  return infinite.test(text) ? Number.POSITIVE_INFINITY : Number(text);
}

/** Digits of one length, some with a leading zero: a postal code or the like. */
function isCode(texts: readonly string[]): boolean {
  return (
    texts.some((text) => /^0\d/.test(text)) &&
    texts.every((text) => /^\d+$/.test(text) && text.length === texts[0].length)
  );
}

/** Says why a column that is mostly numbers was not read as numbers. */
function noteStrayText(
  name: string,
  codes: Int32Array,
  levels: readonly string[],
  notes: ReadingNotes,
): void {
  const isNumber = levels.map((level) => plainNumber.test(level));
  const present = count(codes, (code) => code >= 0);
  const stray = count(codes, (code) => code >= 0 && !isNumber[code]);
  if (stray === 0 || stray * 2 >= present) return;
  const row = codes.findIndex((code) => code >= 0 && !isNumber[code]);
  const first = JSON.stringify(levels[codes[row]].slice(0, 40));
  const text = `of ${present} values are not numbers, first ${first} in row ${row + 1}: read as text`;
  notes.add("problem", "mixed-column", text, name, stray);
}

function isMissing(level: string): boolean {
  const text = level.trim();
  return text === "" || markers.has(text);
}

/** Among words, "None" is more often an answer than a gap. */
function isMissingWord(level: string): boolean {
  return isMissing(level) && level.trim().toLowerCase() !== "none";
}

function noteMarkers(
  name: string,
  codes: Int32Array,
  levels: readonly string[],
  notes: ReadingNotes,
  isGap = isMissing,
): void {
  const marked = levels.map((level) => (isMissing(level) ? level.trim() : ""));
  if (marked.every((marker) => marker === "")) return;
  const counts = new Map<string, number>();
  for (const code of codes) {
    if (code >= 0 && marked[code] !== "") counts.set(marked[code], (counts.get(marked[code]) ?? 0) + 1);
  }
  for (const [marker, times] of counts) {
    if (isGap(marker)) noteMarker(name, marker, times, notes);
    else notes.add("fact", "none-kept", `${JSON.stringify(marker)} kept as a value`, name, times);
  }
}

function noteMarker(name: string, marker: string, times: number, notes: ReadingNotes): void {
  if (times > 0)
    notes.add("fact", "missing-marker", `${JSON.stringify(marker)} read as missing`, name, times);
}

function count(codes: Int32Array, holds: (code: number) => boolean): number {
  let n = 0;
  for (let i = 0; i < codes.length; i++) if (holds(codes[i])) n++;
  return n;
}
