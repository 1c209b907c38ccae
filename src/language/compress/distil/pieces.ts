// Word pieces of a published tokenizer with their places in the text, which tokenizers do not tell: what stands between
// white space is tokenized on its own, as the tokenizers of both model families do, and pieces are found again in it.
import type { Tokenizer } from "@huggingface/tokenizers";
import { InputError } from "../../../core/errors.ts";

/** Words of a text, and the ids of the pieces of each. */
export interface Pieces {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

/** How pieces are marked: those that continue a word (WordPiece), or those that begin one (SentencePiece). */
export type Marks = ({ readonly continues: string } | { readonly begins: string }) & {
  /** The piece that stands for what the vocabulary lacks. */
  readonly unknown?: string;
};

interface TokenizerModel {
  readonly type?: string;
  readonly continuing_subword_prefix?: string;
  readonly unk_token?: string;
  readonly unk_id?: number | null;
  readonly vocab?: Readonly<Record<number, readonly [string, number]>>;
}

/** What a tokenizer.json says of its marks. */
export function marksOf(where: string, json: unknown): Marks {
  const { model } = json as { model?: TokenizerModel };
  if (model?.type === "WordPiece") {
    return { continues: model.continuing_subword_prefix ?? "##", unknown: model.unk_token };
  }
  if (model?.type === "Unigram") return { begins: "▁", unknown: model.vocab?.[model.unk_id ?? -1]?.[0] };
  throw new InputError({
    code: "unsupported-tokenizer",
    where,
    problem: "LLMLingua-2 models have another kind of tokenizer",
    expected: "WordPiece (BERT) or Unigram (XLM-RoBERTa)",
    got: model?.type,
  });
}

/** A word within a stretch without white space. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly ids: readonly number[];
}

/** Cuts texts into words of pieces; what it has seen is remembered. */
export function pieceReader(tokenizer: Tokenizer, marks: Marks): (text: string) => Pieces {
  const known = new Map<string, readonly Part[]>();
  const partsOf = (stretch: string) => {
    let parts = known.get(stretch);
    if (!parts) {
      const { ids, tokens } = tokenizer.encode(stretch, { add_special_tokens: false });
      parts = partsIn(stretch, tokens, ids, marks);
      known.set(stretch, parts);
    }
    return parts;
  };
  return (text) => {
    const starts: number[] = [];
    const ends: number[] = [];
    const ids: (readonly number[])[] = [];
    for (const { index, 0: stretch } of text.matchAll(/\S+/g)) {
      for (const part of partsOf(stretch)) {
        starts.push(index + part.from);
        ends.push(index + part.to);
        ids.push(part.ids);
      }
    }
    return {
      starts: Int32Array.from(starts),
      ends: Int32Array.from(ends),
      texts: starts.map((start, i) => text.slice(start, ends[i])),
      ids,
    };
  };
}

const punctuation = /^[!-/:-@[-`{-~]$/;

/** Pieces put together to words; one word where they cannot be found in the stretch. */
function partsIn(
  stretch: string,
  tokens: readonly string[],
  ids: readonly number[],
  marks: Marks,
): readonly Part[] {
  const whole = [{ from: 0, to: stretch.length, ids }];
  const begins: number[] = [];
  const pieces: string[] = [];
  for (const [i, token] of tokens.entries()) {
    // A mark is taken off once and exactly: "#1" after "##" is a piece of its own.
    if ("continues" in marks) {
      const isMarked = token.startsWith(marks.continues) && token.length > marks.continues.length;
      pieces.push(isMarked ? token.slice(marks.continues.length) : token);
      if (!isMarked || i === 0) begins.push(i);
    } else {
      const isMarked = token.startsWith(marks.begins);
      pieces.push(isMarked ? token.slice(marks.begins.length) : token);
      if (isMarked || i === 0 || punctuation.test(token)) begins.push(i);
    }
  }
  if (begins.length < 2) return whole;
  const places = placesOf(stretch, pieces, marks.unknown);
  if (!places) return whole;
  // Two words at one place, as after a mark alone, are one.
  const firsts = begins.filter((first, b) => b === 0 || places[first] > places[begins[b - 1]]);
  return firsts.map((first, b) => ({
    from: b === 0 ? 0 : places[first],
    to: b + 1 < firsts.length ? places[firsts[b + 1]] : stretch.length,
    ids: ids.slice(first, firsts[b + 1] ?? ids.length),
  }));
}

/** Where each piece begins, if all can be found one after the other, whatever case and accents became. */
function placesOf(stretch: string, pieces: readonly string[], unknown?: string): number[] | undefined {
  const places: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    places.push(at);
    if (piece === unknown) {
      unknownRun.lastIndex = at;
      at += unknownRun.exec(stretch)?.[0].length ?? 0;
      continue;
    }
    const wanted = plain(piece);
    let found = "";
    while (at < stretch.length && found.length < wanted.length) {
      const character = String.fromCodePoint(stretch.codePointAt(at)!);
      found += plain(character);
      at += character.length;
    }
    if (found !== wanted) return undefined;
  }
  return places;
}

/** What one unknown piece stands for: letters and digits up to the next sign, or one sign. */
const unknownRun = /[\p{L}\p{N}\p{M}]+|./uy;

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
