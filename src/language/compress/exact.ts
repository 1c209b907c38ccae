import { InputError } from "../../core/errors.ts";
import type { KeptText } from "./kept-text.ts";
import { removalOrder } from "./removal-order.ts";
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

/** A text and its tokens. */
export interface Counted {
  text: string;
  tokens: number;
}

/**
 * Takes out words in ascending order of their score, later ones first among equals, until the text fits the budget.
 *
 * Every budget walks the same path, so a smaller one keeps a subset of what a larger one keeps. The result is counted
 * as a whole before it is given; where the running count was too low, the walk goes on and trusts it less.
 *
 * @throws InputError budget-below-protected when what must stay needs more
 */
export async function fitBudget(shared: Shared): Promise<Counted> {
  const { texts, budget, tokenizer, signal } = shared;
  const offsets = [0];
  for (const { units } of texts) offsets.push(offsets[offsets.length - 1] + units.starts.length);
  const order = orderOf(texts, offsets);
  const owner = ownerOf(offsets);
  let running = shared.planned;
  let tokens = shared.confirmed;
  let next = 0;
  // Tokens that go, as they bind, for each that goes by the running count.
  let yielded = shared.confirmed / shared.planned;
  let before = running;
  if (shared.dropConsecutive) for (const text of texts) running -= dropRepeats(text);
  for (;;) {
    const target = before - Math.max(1, (tokens - budget) / yielded);
    for (; running > target && next < order.length; next++) {
      const t = owner(order[next]);
      const text = texts[t];
      const i = order[next] - offsets[t];
      running -= text.remove(i);
      if (shared.dropConsecutive) running -= dropRepeat(text, text.after(i));
    }
    const text = shared.render();
    const left = await countConfirmed(tokenizer, text, signal);
    if (left <= budget) return { text, tokens: left };
    if (next === order.length) throw tooSmall(budget, left);
    yielded = Math.max(leastYield, (tokens - left) / Math.max(1, before - running));
    tokens = left;
    before = running;
  }
}

/** So that a running count that is far off costs few counts of the whole. */
const leastYield = 0.1;

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

/** Finds the text in which a place lies; a binary search over their first places. */
function ownerOf(offsets: readonly number[]): (place: number) => number {
  return (place) => {
    let low = 0;
    let high = offsets.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (offsets[middle] <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };
}

/** The free units of all texts in the order in which they go, as places in the texts laid end to end. */
function orderOf(texts: readonly KeptText[], offsets: readonly number[]): Uint32Array {
  const keep = new Float64Array(offsets[texts.length]);
  const candidates = new Uint8Array(keep.length);
  texts.forEach(({ units }, t) => {
    keep.set(units.keep, offsets[t]);
    for (let i = 0; i < units.status.length; i++)
      if (units.status[i] === free) candidates[offsets[t] + i] = 1;
  });
  return removalOrder(keep, (place) => candidates[place] === 1);
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
