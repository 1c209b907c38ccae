import { InvalidArgumentError } from "commander";
import type { Table } from "../data/table.ts";

/** Collects an option that may be given several times; the commas in it are taken apart once columns are known. */
export function names(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function wholeNumber(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a whole number, got "${text}".`);
}

/** "400,200" */
export function sizes(text: string): number[] {
  return text === "" ? [] : text.split(",").map((size) => wholeNumber(size.trim()));
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`expected a number, got "${text}".`);
}

/** The command line that gives the same answer again, quoted for a shell. */
export function repeatCommand(fixed: readonly string[], given: readonly string[], seed: number): string {
  const file = fixed[fixed.length - 1];
  const rest = given.filter((word, i) => !(word === file && i === given.indexOf(file)));
  const seeded = rest.some((word) => word === "--seed" || word.startsWith("--seed="));
  return ["surprisal", ...fixed, ...rest, ...(seeded ? [] : ["--seed", String(seed)])].map(quoted).join(" ");
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A name may hold commas itself: what is a column as it stands is not taken apart. */
export function columnNames(given: readonly string[], table: Table): string[] {
  const known = new Set(table.columns.map((column) => column.name));
  return given.flatMap((text) =>
    known.has(text)
      ? [text]
      : text
          .split(",")
          .map((name) => name.trim())
          .filter(Boolean),
  );
}
