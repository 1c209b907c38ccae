import { InvalidArgumentError } from "commander";

/** Collects an option that may be given several times; the commas in it are taken apart once columns are known. */
export function names(text: string, before: string[] = []): string[] {
  return [...before, text];
}

export function wholeNumber(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`expected a whole number, got "${text}".`);
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`expected a number, got "${text}".`);
}

/** The command line that gives the same answer again, quoted for a shell. */
export function repeatCommand(fixed: readonly string[], given: readonly string[], seed: number): string {
  const rest = given.filter((word, i) => !(i === given.indexOf(fixed[1]) && word === fixed[1]));
  const seeded = rest.some((word) => word === "--seed" || word.startsWith("--seed="));
  return ["surprisal", ...fixed, ...rest, ...(seeded ? [] : ["--seed", String(seed)])].map(quoted).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
