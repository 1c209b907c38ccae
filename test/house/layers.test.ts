import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkLayers } from "../../scripts/check-layers.ts";
import { root } from "../../scripts/rooms.ts";

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "surprisal-layers-"));
  write("src/core/matrix.ts", "export const a = 1;\n");
  write("src/measure/estimator.ts", 'import "../core/matrix.ts";\n');
  write("src/measure/ksg/ksg.ts", 'import "../estimator.ts";\nimport "./tree.ts";\n');
  write("src/measure/ksg/tree.ts", 'import type { Matrix } from "../../core/matrix.ts";\n');
});
afterEach(() => rmSync(base, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}

function problemsOf(path: string, text: string): string[] {
  write(path, text);
  return checkLayers(base).problems;
}

test("this repository keeps its layers", () => {
  expect(checkLayers(root).problems).toEqual([]);
});

test("imports that go down are fine, also between a room's own files", () => {
  expect(checkLayers(base).problems).toEqual([]);
  expect(problemsOf("src/learn/mist/mist.ts", 'import "../../measure/ksg/ksg.ts";\n')).toEqual([]);
});

test("an import that goes up is caught: static, type-only, re-exported and dynamic", () => {
  const forms = ["import", "import type { A } from", "export * from", "const later = () => import("];
  for (const form of forms) {
    const end = form.endsWith("(") ? ");" : ";";
    expect(problemsOf("src/core/up.ts", `${form} "../measure/ksg/ksg.ts"${end}\n`)).toEqual([
      'src/core/up.ts: imports "../measure/ksg/ksg.ts": core may not use measure',
    ]);
  }
});

test("neighbours of one rank may not import each other", () => {
  write("src/decide/pool/pool.ts", "export {};\n");
  const [problem] = problemsOf("src/learn/mist/mist.ts", 'import "../../decide/pool/pool.ts";\n');
  expect(problem).toContain("learn may not use decide");
});

test("from another room only the main file may be imported", () => {
  const [problem] = problemsOf("src/measure/gao/gao.ts", 'import "../ksg/tree.ts";\n');
  expect(problem).toContain("from another room only its main file ksg.ts");
  expect(problemsOf("src/measure/gao/gao.ts", 'import "../ksg/ksg.ts";\n')).toEqual([]);
});

test("an import of a file that does not exist is caught, also in a test", () => {
  const [problem] = problemsOf("src/core/matrix.test.ts", 'import "./gone.ts";\n');
  expect(problem).toBe('src/core/matrix.test.ts: imports "./gone.ts": no such file');
});

test("tests may import any layer", () => {
  expect(problemsOf("src/core/matrix.test.ts", 'import "../measure/ksg/tree.ts";\n')).toEqual([]);
});

test("core may use ml-matrix and Node's modules, nothing else", () => {
  expect(problemsOf("src/core/a.ts", 'import "ml-matrix";\nimport "node:fs/promises";\n')).toEqual([]);
  const [problem] = problemsOf("src/core/a.ts", 'import "commander";\n');
  expect(problem).toContain("core imports only node: modules and ml-matrix");
});

test("an import leaving src and an unknown layer are caught", () => {
  write("scripts/a.ts", "export {};\n");
  expect(problemsOf("src/core/a.ts", 'import "../../scripts/a.ts";\n')[0]).toContain("outside src");
  write("src/core/a.ts", "export {};\n");
  expect(problemsOf("src/misc/a.ts", 'import "../core/a.ts";\n')[0]).toContain("unknown layer misc");
});

test("a file over 600 lines fails, one over 300 is noted, a generated one may be any length", () => {
  write("src/core/long.ts", "// line\n".repeat(601));
  write("src/core/middling.ts", "// line\n".repeat(301));
  write("src/core/list.generated.ts", "// line\n".repeat(1000));
  const { problems, notes } = checkLayers(base);
  expect(problems).toEqual(["src/core/long.ts: 601 lines; at most 600, one idea a file"]);
  expect(notes).toEqual(["src/core/middling.ts: 301 lines; over 300 is worth a split"]);
});
