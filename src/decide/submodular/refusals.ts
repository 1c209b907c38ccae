import { InputError } from "../../core/errors.ts";
import type { Similarities } from "./similarities.ts";

/** Throws unless the items themselves are what is represented. */
export function requireSquare(s: Similarities, where: string): void {
  if (s.represented === s.items) return;
  throw new InputError({
    code: "not-square",
    where,
    problem: "needs similarities of the items with each other",
    expected: `${s.items} × ${s.items}`,
    got: `${s.represented} × ${s.items}`,
  });
}

/** Throws unless a parameter is a finite number of at least 0. */
export function requireNotNegative(value: number, where: string): void {
  if (value >= 0 && value < Number.POSITIVE_INFINITY) return;
  throw new InputError({
    code: "bad-option",
    where,
    problem: "not usable",
    expected: "a finite number of at least 0",
    got: value,
  });
}

export function requireRepresented(s: Similarities, rows: number, where: string): void {
  if (s.represented === rows) return;
  throw mismatch(where, `${rows} rows`, s.represented);
}

export function requireItems(s: Similarities, items: number, where: string): void {
  if (s.items === items) return;
  throw mismatch(where, `${items} items`, s.items);
}

function mismatch(where: string, expected: string, got: number): InputError {
  return new InputError({
    code: "shape-mismatch",
    where,
    problem: "the tables do not fit together",
    expected,
    got,
  });
}
