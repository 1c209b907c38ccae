import type { Codes } from "../../core/codes.ts";

/** A discrete variable for counting: codes below `levels`; the alphabet may be larger than what can occur. */
export interface Symbols {
  readonly codes: Int32Array;
  readonly levels: number;
  readonly alphabet: number;
}

export function symbols(c: Codes): Symbols {
  return { codes: c.codes, levels: c.levels.length, alphabet: c.levels.length };
}

/** Two variables as one: a code for each combination that occurs, an alphabet of all combinations. */
export function pair(a: Symbols, b: Symbols): Symbols {
  const index = new Map<number, number>();
  const codes = new Int32Array(a.codes.length);
  for (let i = 0; i < codes.length; i++) {
    const key = a.codes[i] * b.levels + b.codes[i];
    let code = index.get(key);
    if (code === undefined) {
      code = index.size;
      index.set(key, code);
    }
    codes[i] = code;
  }
  return { codes, levels: index.size, alphabet: a.alphabet * b.alphabet };
}

export function tally({ codes, levels }: Symbols): Float64Array {
  const counts = new Float64Array(levels);
  for (const code of codes) counts[code]++;
  return counts;
}
