import { InputError } from "../../core/errors.ts";
import { asMatrix } from "../../core/matrix.ts";

/** The error of another function, as one about this file. */
export function withPlace<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError && !error.where.startsWith(where)) {
      error.message = error.message.replace(error.where, where);
    }
    throw error;
  }
}

export function requireRecord(value: unknown, where: string, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw malformed(where, `${what} is not an object`, "names with values", value);
}

export function requireDistinct(names: readonly string[], where: string, what: string): void {
  const seen = new Set<string>();
  const twice = names.find((name) => seen.has(name) || !seen.add(name));
  if (twice === undefined) return;
  throw new InputError({
    code: "duplicate-names",
    where,
    problem: `${what} names a label twice`,
    expected: "each once",
    got: twice,
  });
}

export function list(value: unknown, where: string, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(where, `${what} is not a list`, "a list", value);
}

export function ids(value: unknown, where: string, what: string): string[] {
  return list(value, where, what).map((item, i) => id(item, where, `${what}[${i}]`));
}

export function id(value: unknown, where: string, what: string): string {
  if (typeof value === "string" || (typeof value === "number" && Number.isFinite(value)))
    return String(value);
  throw malformed(where, `${what} is not a name`, "a text or a number", value);
}

export function numberRows(value: unknown, where: string, what: string): number[][] {
  const rows = list(value, where, what).map((row, i) => list(row, where, `${what}[${i}]`) as number[]);
  asMatrix(rows, `${where}: ${what}`);
  return rows;
}

export function malformed(where: string, problem: string, expected: string, got: unknown): InputError {
  return new InputError({
    code: "bad-metric",
    where,
    problem,
    expected,
    got: got === undefined ? "nothing" : got,
  });
}
