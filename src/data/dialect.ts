import { InputError } from "../core/errors.ts";

/** How a delimited text is written, as told from its beginning. */
export interface Dialect {
  delimiter: string;
  /** Lines before the header (or before the data when there is none). */
  skip: number;
  hasHeader: boolean;
  /** Names of the columns; `undefined` where the header is blank or missing. */
  names: (string | undefined)[];
}

interface DelimitedRecord {
  fields: string[];
  /** Line it starts on, from 0. */
  line: number;
}

/** Tried in this order; a comma comes last because it is also a decimal mark. */
const delimiters = ["\t", ";", "|", ","];
const recordsLookedAt = 200;
/** Share of records that must have as many fields as the header for a delimiter to be believed at once. */
const agreement = 0.9;

/**
 * Finds the delimiter and the header of a text.
 *
 * @param head the beginning of the text, without byte-order mark
 * @param isWhole whether `head` is all of it; otherwise its last record may be cut and is not used
 * @param preferred delimiter that is right by the file's name
 */
export function detectDialect(head: string, isWhole: boolean, where: string, preferred?: string): Dialect {
  const candidates = delimiters.map((delimiter) => {
    const records = readRecords(head, delimiter, isWhole);
    return { delimiter, ...agreementOf(records), records };
  });
  const several = candidates.filter(({ width }) => width > 1);
  const best =
    several.find(({ delimiter }) => delimiter === preferred) ??
    several.find(({ share, preamble }) => share >= agreement && preamble === 0) ??
    several.find(({ share }) => share >= agreement) ??
    several.sort((a, b) => b.share - a.share)[0] ??
    candidates.findLast(({ records }) => records.every(({ fields }) => fields.length === 1)) ??
    candidates[candidates.length - 1];
  const records = best.records.slice(best.preamble);
  if (records.length === 0) {
    throw new InputError({
      code: "malformed-csv",
      where,
      problem: "no line of a table in it",
      got: head.slice(0, 60),
    });
  }
  const hasHeader = looksLikeHeader(records);
  const names = records[0].fields.map((field) =>
    hasHeader && field.trim() !== "" ? field.trim() : undefined,
  );
  return { delimiter: best.delimiter, skip: best.preamble === 0 ? 0 : records[0].line, hasHeader, names };
}

/**
 * The usual number of fields, how many records have it, and how many records come before the table: remarks that
 * start with # or hold one field.
 */
function agreementOf(records: readonly DelimitedRecord[]): {
  width: number;
  share: number;
  preamble: number;
} {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  let usual = 0;
  for (const [width, count] of counts) if (count > (counts.get(usual) ?? 0)) usual = width;
  let preamble = 0;
  while (preamble < records.length && isRemark(records[preamble].fields, usual)) preamble++;
  // one text over a column of decimal commas is its name, not a remark
  if (records[preamble]?.fields.some(isNumeric) && !records[0].fields[0].startsWith("#")) preamble = 0;
  if (usual <= 1) return { width: records[0]?.fields.length ?? 1, share: 0, preamble: 0 };
  const rest = records.slice(preamble);
  const header = rest[0]?.fields.length ?? 0;
  // a header with another number of fields than the rows speaks against the delimiter
  const width = Math.max(header, 1);
  const share = rest.filter(({ fields }) => fields.length === width).length / Math.max(1, rest.length);
  return { width, share: header === usual ? share : share / 2, preamble };
}

function isRemark(fields: readonly string[], usual: number): boolean {
  return fields.length !== usual && (fields.length === 1 || fields[0].startsWith("#"));
}

/** Records of a delimited text with double quotes; blank lines are passed over. */
function readRecords(text: string, delimiter: string, isWhole: boolean): DelimitedRecord[] {
  const records: DelimitedRecord[] = [];
  let at = 0;
  let line = 0;
  while (at < text.length && records.length < recordsLookedAt) {
    const fields: string[] = [];
    const startLine = line;
    let isClosed = false;
    for (;;) {
      const field = readField(text, at, delimiter);
      fields.push(field.value);
      line += field.lines;
      at = field.end;
      if (at >= text.length) {
        isClosed = isWhole && field.isClosed;
        break;
      }
      if (text[at] === delimiter) {
        at++;
        continue;
      }
      at += text.startsWith("\r\n", at) ? 2 : 1;
      line++;
      isClosed = true;
      break;
    }
    const isBlank = fields.length === 1 && fields[0] === "";
    if (isClosed && !isBlank) records.push({ fields, line: startLine });
  }
  return records;
}

/** One field from `start`; `end` is at the delimiter, the line end or the end of the text. */
function readField(text: string, start: number, delimiter: string) {
  let at = start;
  while (text[at] === " ") at++;
  if (text[at] !== '"') {
    at = start;
    while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
    return { value: text.slice(start, at), end: at, lines: 0, isClosed: true };
  }
  let value = "";
  let lines = 0;
  for (at++; at < text.length; at++) {
    if (text[at] === '"') {
      if (text[at + 1] !== '"') break;
      at++;
    }
    if (text[at] === "\n") lines++;
    value += text[at];
  }
  const isClosed = text[at] === '"';
  at++;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
  return { value, end: at, lines, isClosed };
}

/**
 * Whether the first record names the columns: it does not when one of its fields is a number, unless another field is
 * text over a column of numbers.
 */
function looksLikeHeader(records: readonly DelimitedRecord[]): boolean {
  const [first, ...rest] = records;
  const numeric = first.fields.map(isNumeric);
  if (!numeric.includes(true)) return true;
  return first.fields.some((field, j) => {
    const below = rest.map(({ fields }) => fields[j]?.trim() ?? "").filter((value) => value !== "");
    return !numeric[j] && field.trim() !== "" && below.length > 0 && below.every(isNumeric);
  });
}

function isNumeric(field: string): boolean {
  return /^\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?\s*$/i.test(field);
}
