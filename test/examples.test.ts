import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { docstringExamples, type Example, pageExamples } from "../scripts/examples.ts";
import { readJson, typescriptFiles } from "../scripts/files.ts";
import { root } from "../scripts/rooms.ts";

/** Every ```ts block of the README and the guides, and every @example of a docstring, as it stands there. */
const pages = ["README.md", "CONTRIBUTING.md", ...pagesIn("docs")]
  .map((page) => join(root, page))
  .filter(existsSync);
const sources = typescriptFiles(join(root, "src")).filter((path) => !path.endsWith(".test.ts"));
const examples: Example[] = [...pages.flatMap(pageExamples), ...sources.flatMap(docstringExamples)];

/** "surprisal/measure" → src/measure/index.ts, as package.json says. */
const entryPoints = new Map(
  Object.entries(
    readJson<{ exports: Record<string, { default?: string }> }>(join(root, "package.json")).exports,
  )
    .filter(([, target]) => target.default !== undefined)
    .map(([name, { default: built }]) => [
      name.replace(/^\./, "surprisal"),
      join(root, (built ?? "").replace("./dist/", "src/").replace(/\.js$/, ".ts")),
    ]),
);

const folder = mkdtempSync(join(mkdirs(join(root, ".cache")), "examples-"));
const start = process.cwd();

// Examples may read files of node_modules and write their own: both happen in a folder of theirs.
beforeAll(() => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  for (const [i, example] of examples.entries()) writeFileSync(file(i), runnable(example));
  process.chdir(folder);
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterAll(() => {
  process.chdir(start);
  rmSync(folder, { recursive: true, force: true });
});

test("there are examples", () => {
  expect(examples.length).toBeGreaterThan(0);
});

test("every example imports what it shows", () => {
  expect(examples.filter(({ code }) => !/^import .* from "surprisal/ms.test(code)).map(nameOf)).toEqual([]);
});

test("every example compiles", () => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const lenient = { ...options, noUnusedLocals: false };
  const program = ts.createProgram(
    examples.map((_, i) => file(i)),
    lenient,
  );
  const messages = examples.flatMap((example, i) => {
    const source = program.getSourceFile(file(i));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(
      ({ messageText }) => `${nameOf(example)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
  expect(messages).toEqual([]);
});

describe("an example runs:", () => {
  test.each(examples.map((example, i) => [nameOf(example), i] as const))("%s", async (_, i) => {
    await import(pathToFileURL(file(i)).href);
  });
});

function runnable({ code }: Example): string {
  const imports = code.replace(/from "(surprisal(?:\/[\w-]+)?)"/g, (line, name: string) => {
    const path = entryPoints.get(name);
    return path ? `from ${JSON.stringify(path)}` : line;
  });
  return `${imports}\nexport {};\n`;
}

function nameOf({ path, line, of }: Example): string {
  return `${relative(root, path)}:${line}${of ? ` ${of}` : ""}`;
}

function file(i: number): string {
  return join(folder, `example-${i}.ts`);
}

function pagesIn(place: string): string[] {
  return readdirSync(join(root, place))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(place, name));
}

function mkdirs(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}
