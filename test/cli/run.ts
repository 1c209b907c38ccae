import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { Random } from "../../src/core/random.ts";

export const command = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A temporary folder that goes when the tests of the file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the command as a shell would. */
export function surprisal(
  words: readonly string[],
  {
    cwd,
    input,
    open,
    during,
  }: {
    cwd: string;
    input?: string | Buffer;
    /** Input after which standard input stays open. */
    open?: string;
    during?: (child: ChildProcess) => void;
  },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...words], {
      cwd,
      env: { ...process.env, NO_COLOR: "1" },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (part) => out.push(part));
    child.stderr.on("data", (part) => err.push(part));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
    if (open === undefined) child.stdin.end(input);
    else child.stdin.write(open);
    during?.(child);
  });
}

/** A table with a numeric and a categorical target, informative, weak and useless columns, and an identifier. */
export function writeTable(path: string, rows = 300, seed = 1): void {
  const random = new Random(seed);
  const lines = ["id,strong,weak,noise,colour,constant,value,label"];
  for (let i = 0; i < rows; i++) {
    const strong = random.normal();
    const weak = random.normal();
    const value = strong + 0.4 * weak + 0.5 * random.normal();
    const colour = value > 0.5 ? "red" : random.uniform() < 0.5 ? "green" : "blue";
    const numbers = [strong, weak, random.normal()].map((v) => v.toFixed(5));
    lines.push([i + 1, ...numbers, colour, 7, value.toFixed(5), value > 0 ? "yes" : "no"].join(","));
  }
  writeFileSync(path, `${lines.join("\n")}\n`);
}
