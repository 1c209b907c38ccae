import { InputError } from "../../core/errors.ts";
import type { KeptText } from "./kept-text.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { free } from "./units.ts";

/** Texts that share one budget. */
export interface Shared {
  texts: readonly KeptText[];
  /** The text as it would be sent. */
  render(): string;
  tokenizer: Tokenizer;
  budget: number;
  /** Tokens of the whole, by `tokenizer.count`. */
  planned: number;
  /** Tokens of the whole as they bind: `planned` unless the tokenizer confirms. */
  confirmed: number;
  dropConsecutive: boolean;
  signal?: AbortSignal;
}

/**
 * Takes out words in ascending order of their score, later ones first among equals, until the text fits the budget.
 *
 * Every budget walks the same path, so a smaller one keeps a subset of what a larger one keeps. The result is counted
 * as a whole before it is given; where the running count was too low, the walk goes on.
 *
 * @returns the tokens of the result
 * @throws InputError budget-below-protected when what must stay needs more
 */
export async function fitBudget(shared: Shared): Promise<number> {
  const { texts, budget, tokenizer, signal } = shared;
  const order = removalOrder(texts);
  let running = shared.planned;
  let target = Math.floor((budget * shared.planned) / Math.max(1, shared.confirmed));
  let next = 0;
  if (shared.dropConsecutive) for (const text of texts) running -= dropRepeats(text);
  for (;;) {
    for (; running > target && next < order.length; next++) {
      const text = texts[order.owner(next)];
      const i = order.unit(next);
      if (!text.has(i)) continue;
      running -= text.remove(i);
      if (shared.dropConsecutive) running -= dropRepeat(text, text.after(i));
    }
    const result = shared.render();
    const tokens = await countConfirmed(tokenizer, result, signal);
    if (tokens <= budget) return tokens;
    if (next === order.length) throw tooSmall(budget, tokens);
    target = Math.min(running - 1, Math.floor((running * budget) / tokens));
  }
}

export async function countConfirmed(
  tokenizer: Tokenizer,
  text: string,
  signal?: AbortSignal,
): Promise<number> {
  if (text === "") return 0;
  return tokenizer.confirm ? tokenizer.confirm(text, { signal }) : tokenizer.count(text);
}

/** A force token right after an equal one goes; returns the tokens saved. */
function dropRepeat(text: KeptText, i: number): number {
  let saved = 0;
  for (let q = i; q >= 0 && isRepeat(text, q); ) {
    const after = text.after(q);
    saved += text.remove(q);
    q = after;
  }
  return saved;
}

function dropRepeats(text: KeptText): number {
  let saved = 0;
  const size = text.units.starts.length;
  for (let i = 1; i < size; i++) if (text.has(i) && isRepeat(text, i)) saved += text.remove(i);
  return saved;
}

function isRepeat(text: KeptText, i: number): boolean {
  const { token } = text.units;
  const p = text.before(i);
  return token[i] >= 0 && p >= 0 && token[p] === token[i];
}

interface RemovalOrder {
  length: number;
  owner(place: number): number;
  unit(place: number): number;
}

function removalOrder(texts: readonly KeptText[]): RemovalOrder {
  const sizes = texts.map(({ units }) => units.starts.length);
  const offsets = [0];
  for (const size of sizes) offsets.push(offsets[offsets.length - 1] + size);
  const keep = new Float64Array(offsets[offsets.length - 1]);
  const candidates = new Uint32Array(keep.length);
  let length = 0;
  texts.forEach((text, t) => {
    keep.set(text.units.keep, offsets[t]);
    for (let i = 0; i < sizes[t]; i++) {
      if (text.units.status[i] === free && text.has(i)) candidates[length++] = offsets[t] + i;
    }
  });
  const order = candidates.subarray(0, length).sort((a, b) => keep[a] - keep[b] || b - a);
  const owners = new Uint32Array(texts.length > 1 ? length : 0);
  if (texts.length > 1) {
    const ownerOf = new Uint32Array(keep.length);
    sizes.forEach((size, t) => {
      ownerOf.fill(t, offsets[t], offsets[t] + size);
    });
    for (let place = 0; place < length; place++) owners[place] = ownerOf[order[place]];
  }
  return {
    length,
    owner: (place) => (texts.length > 1 ? owners[place] : 0),
    unit: (place) => order[place] - (texts.length > 1 ? offsets[owners[place]] : 0),
  };
}

function tooSmall(budget: number, needed: number): InputError {
  return new InputError({
    code: "budget-below-protected",
    where: "compressPrompt",
    problem: `protected spans and forced words alone need ${needed} tokens`,
    expected: `a budget of at least ${needed}`,
    got: budget,
  });
}
