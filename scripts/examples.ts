import { readFileSync } from "node:fs";

/** A piece of code shown to readers. */
export interface Example {
  path: string;
  /** Line of the file where the code begins, from 1. */
  line: number;
  code: string;
  /** The function whose docstring it is in, or nothing for a page. */
  of?: string;
}

/** The ```ts blocks of a Markdown page. */
export function pageExamples(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((found) => ({
    path,
    line: lineOf(text, found.index) + 1,
    code: found[1],
  }));
}

/** The `@example` of each docstring of a source file; a docstring without code after the tag has none. */
export function docstringExamples(path: string): Example[] {
  const text = readFileSync(path, "utf8");
  const docstrings = text.matchAll(/^ *\/\*\*\n((?: *\*(?!\/).*\n)*) *\*\/\n(.*)$/gm);
  return [...docstrings].flatMap((found) => {
    const [, body, declaration] = found;
    const of = declaration.match(/^export (?:async )?\w+\*? (\w+)/)?.[1];
    const lines = body.split("\n").map((line) => line.replace(/^ *\* ?/, ""));
    return lines.flatMap((line, i) => {
      if (!line.startsWith("@example")) return [];
      const end = lines.findIndex((other, j) => j > i && other.startsWith("@"));
      const code = lines.slice(i + 1, end < 0 ? undefined : end).join("\n");
      return [{ path, line: lineOf(text, found.index) + i + 2, code: stripFence(code), of }];
    });
  });
}

function stripFence(code: string): string {
  return `${code
    .replace(/^```(?:ts)?\n/, "")
    .replace(/\n?```\s*$/, "")
    .trimEnd()}\n`;
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
