import { entropyOf, slack } from "./information.ts";

/**
 * An encoder of n symbols: symbol x has code `codes[x]`, and at most one symbol is split: `moved` of its probability
 * goes to code `to` instead.
 */
export interface CodeMap {
  readonly codes: Int32Array;
  /** Number of codes, that of a split included. */
  readonly count: number;
  readonly split?: { readonly symbol: number; readonly to: number; readonly moved: number };
  /** H(T), in nats. */
  readonly rate: number;
  /** I(X;T), in nats. */
  readonly information: number;
}

/** Probability of each code of a map without split. */
export function codeMasses(p: Float64Array, codes: Int32Array, count: number): Float64Array {
  const masses = new Float64Array(count);
  for (let x = 0; x < codes.length; x++) masses[codes[x]] += p[x];
  return masses;
}

/** A map without split tells as much as its codes' entropy. */
export function deterministic(p: Float64Array, codes: Int32Array, count: number): CodeMap {
  const rate = count === 1 ? 0 : entropyOf(codeMasses(p, codes, count));
  return { codes: codes.slice(), count, rate, information: rate };
}

/** The map that tells most; the first of equal ones. */
export function mostInformative(maps: readonly CodeMap[]): CodeMap {
  return maps.reduce((best, map) => (map.information > best.information + slack ? map : best));
}

/** Every symbol has a code of its own. */
export function identity(p: Float64Array): CodeMap {
  return deterministic(p, Int32Array.from(p.keys()), p.length);
}

/** All symbols have the same code. */
export function constant(p: Float64Array): CodeMap {
  return deterministic(p, new Int32Array(p.length), 1);
}
