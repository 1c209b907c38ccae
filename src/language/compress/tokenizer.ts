import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { unreadable } from "../../data/unreadable.ts";
import type { LanguageModel } from "../model/model.ts";
import { splitWords } from "./words.ts";

/** Counts tokens as the model that will read the prompt does. */
export interface Tokenizer {
  readonly name: string;
  /** Tokens of a text, without begin and end marks. */
  count(text: string): number;
  /**
   * The count that binds when it can only be asked for, such as an endpoint's: `count` then plans, and what this says
   * of the result stays within the budget.
   */
  confirm?(text: string, options?: { signal?: AbortSignal }): Promise<number>;
}

const encodings = {
  o200k: () => import("gpt-tokenizer/encoding/o200k_base"),
  cl100k: () => import("gpt-tokenizer/encoding/cl100k_base"),
};

/** Names that {@link openTokenizer} knows, besides paths. */
export const tokenizerNames = [...Object.keys(encodings), "words"];

/**
 * A tokenizer by name: `"o200k"` (GPT-4o and later), `"cl100k"` (GPT-4, GPT-3.5), `"words"` (no vocabulary), or the
 * path of a Hugging Face `tokenizer.json`.
 *
 * Special tokens written in the text count as plain text. Letters without any break are counted in slices of
 * two hundred, because byte-pair merging takes quadratic time in their length.
 *
 * @throws InputError unknown-tokenizer, with the nearest name; missing-file; ReachError when the file cannot be read
 * @example
 * import { openTokenizer } from "surprisal/language";
 * const { count } = await openTokenizer("o200k");
 * count("The council will vote on item 15."); // 9
 */
export async function openTokenizer(name = "o200k"): Promise<Tokenizer> {
  const plain = name.replace(/_base$/, "");
  if (plain === "words") return { name: "words", count: (text) => splitWords(text).starts.length };
  if (plain in encodings) {
    const { countTokens } = await encodings[plain as keyof typeof encodings]();
    const asText = { disallowedSpecial: new Set<string>() };
    return { name: plain, count: bySpaces(inSlices((text) => countTokens(text, asText))) };
  }
  if (/[\\/]|\.json$/.test(name)) return fileTokenizer(name);
  throw new InputError({
    code: "unknown-tokenizer",
    where: "openTokenizer",
    problem: "no tokenizer of this name",
    expected: `${tokenizerNames.join(", ")} or the path of a tokenizer.json`,
    got: name,
    hint: didYouMean(plain, tokenizerNames),
  });
}

/** The tokens of a language model itself: planned with o200k, confirmed by the model. */
export async function modelTokenizer(model: LanguageModel): Promise<Tokenizer> {
  const { count } = await openTokenizer();
  return {
    name: model.name,
    count,
    confirm: (text, options) => (text === "" ? Promise.resolve(0) : model.countTokens(text, options)),
  };
}

/** Texts from which on words that come again are counted once. */
const longText = 10_000;
/** V8 copies slices up to this length; a longer one would keep the whole text alive. */
const longestKept = 12;
const mostKept = 200_000;

/**
 * Counts a long text between its spaces. Both encodings begin a piece at a single space between visible characters, so
 * that the parts add up to the whole; a part that comes again is looked up.
 */
function bySpaces(count: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  const ofPart = (part: string): number => {
    if (part.length > longestKept) return count(part);
    const before = known.get(part);
    if (before !== undefined) return before;
    const tokens = count(part);
    if (known.size < mostKept) known.set(part, tokens);
    return tokens;
  };
  return (text) => {
    if (text.length < longText) return count(text);
    let total = 0;
    let from = 0;
    for (let i = text.indexOf(" ", 1); i >= 0; i = text.indexOf(" ", i + 1)) {
      if (!isVisible(text.charCodeAt(i - 1)) || !isVisible(text.charCodeAt(i + 1))) continue;
      total += ofPart(text.slice(from, i));
      from = i;
    }
    return total + ofPart(text.slice(from));
  };
}

/** ASCII only: what is a space beyond it is for the encoding to say. */
function isVisible(code: number): boolean {
  return code > 32 && code < 127;
}

const longestRun = 200;
const run = new RegExp(String.raw`[\p{L}\p{M}]{${longestRun}}`, "gu");

function inSlices(count: (text: string) => number): (text: string) => number {
  return (text) => {
    if (!mayHoldRun(text)) return count(text);
    let total = 0;
    let from = 0;
    for (const match of text.matchAll(run)) {
      const to = match.index + match[0].length;
      total += count(text.slice(from, to));
      from = to;
    }
    return total + count(text.slice(from));
  };
}

/** Looks at few characters: backwards from where a run that began here would end. */
function mayHoldRun(text: string): boolean {
  for (let from = 0; from + longestRun <= text.length; ) {
    let i = from + longestRun - 1;
    while (i >= from && mayBeLetter(text.charCodeAt(i))) i--;
    if (i < from) return true;
    from = i + 1;
  }
  return false;
}

function mayBeLetter(code: number): boolean {
  return code > 127 || (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

async function fileTokenizer(path: string): Promise<Tokenizer> {
  const file = (await isFolder(path)) ? join(path, "tokenizer.json") : path;
  const [{ Tokenizer }, definition, settings] = await Promise.all([
    import("@huggingface/tokenizers"),
    readJson(file),
    readJson(join(dirname(file), "tokenizer_config.json")).catch(() => ({})),
  ]);
  try {
    const tokenizer = new Tokenizer(definition, settings);
    return {
      name: path,
      count: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length,
    };
  } catch (cause) {
    throw new InputError({
      code: "unreadable-tokenizer",
      where: "openTokenizer",
      problem: `not a tokenizer that can be used: ${(cause as Error).message}`,
      expected: "a Hugging Face tokenizer.json",
      got: path,
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function readJson(path: string): Promise<object> {
  const text = await readFile(path, "utf8").catch(async (error) => {
    throw await unreadable(path, error);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError({
      code: "unreadable-tokenizer",
      where: "openTokenizer",
      problem: "not JSON",
      expected: "a Hugging Face tokenizer.json",
      got: path,
    });
  }
}
