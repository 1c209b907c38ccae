import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { surprisal, temporaryFolder } from "./run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the README shows what its first command prints", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, words] = /^npx surprisal (measure .*)$/m.exec(readme)!;
  const [, shown] = /prints\n\n```text\n([\s\S]*?)\n```/.exec(readme)!;
  const cwd = temporaryFolder();
  symlinkSync(join(root, "node_modules"), join(cwd, "node_modules"));
  const { code, stdout } = await surprisal(words.split(" "), { cwd });
  expect(code).toBe(0);
  expect(stdout.trimEnd()).toBe(shown);
});
