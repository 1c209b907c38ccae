import { InputError } from "./errors.ts";

/** A discrete variable: row i has the value `levels[codes[i]]`. */
export interface Codes {
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** Whatever can sensibly be read as a discrete variable. */
export type CodesLike = Codes | ArrayLike<string> | ArrayLike<boolean> | ArrayLike<number>;

export function isCodes(value: unknown): value is Codes {
  return typeof value === "object" && value !== null && "codes" in value && "levels" in value;
}

/**
 * Reads strings, booleans or integers as {@link Codes}; levels are in order of first appearance.
 *
 * @throws InputError for a fraction, a NaN or a missing value, and for codes outside their levels
 * @example
 * import { asCodes } from "surprisal/core";
 * const c = asCodes(["yes", "no", "yes"]);
 * // c.codes is [0, 1, 0], c.levels is ["yes", "no"]
 */
export function asCodes(value: CodesLike, where = "asCodes"): Codes {
  if (isCodes(value)) {
    for (const code of value.codes) {
      if (code >= 0 && code < value.levels.length) continue;
      throw new InputError({
        code: "code-out-of-range",
        where,
        problem: "a code has no level",
        expected: `codes from 0 to ${value.levels.length - 1}`,
        got: code,
      });
    }
    return value;
  }
  const codes = new Int32Array(value.length);
  const index = new Map<string | number | boolean, number>();
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (
      typeof item === "number"
        ? !Number.isInteger(item)
        : typeof item !== "string" && typeof item !== "boolean"
    ) {
      throw new InputError({
        code: "not-discrete",
        where,
        problem: `row ${i} is not a discrete value`,
        expected: "strings, booleans or integers",
        got: item === undefined ? "nothing" : item,
      });
    }
    let code = index.get(item);
    if (code === undefined) index.set(item, (code = index.size));
    codes[i] = code;
  }
  return { codes, levels: [...index.keys()].map(String) };
}

/** The chosen rows, in the given order; levels are kept, also those that no longer occur. */
export function takeCodes(c: Codes, rows: ArrayLike<number>): Codes {
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = c.codes[rows[i]];
  return { codes, levels: c.levels };
}

/** How often each level occurs. */
export function levelCounts(c: Codes): Float64Array {
  const counts = new Float64Array(c.levels.length);
  for (const code of c.codes) counts[code]++;
  return counts;
}

/**
 * Several discrete variables as one: a level for each combination that occurs, in order of first appearance.
 */
export function joinCodes(...parts: readonly Codes[]): Codes {
  return parts.reduce((left, right) => {
    const index = new Map<number, number>();
    const levels: string[] = [];
    const codes = new Int32Array(left.codes.length);
    for (let i = 0; i < codes.length; i++) {
      const key = left.codes[i] * right.levels.length + right.codes[i];
      let code = index.get(key);
      if (code === undefined) {
        index.set(key, (code = index.size));
        levels.push(`${left.levels[left.codes[i]]} | ${right.levels[right.codes[i]]}`);
      }
      codes[i] = code;
    }
    return { codes, levels };
  });
}
