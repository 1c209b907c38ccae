import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../peers/scikit_learn.py", import.meta.url));
const python = process.env.PYTHON ?? "/usr/bin/python3";

/** scikit-learn in a process that stays open, so that its runs and ours can take turns. */
export class ScikitLearn {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  #versions: Record<string, string> = {};

  private constructor(process: ChildProcess, lines: Interface) {
    this.#process = process;
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Starts Python; `PYTHON` names another one than Debian's. */
  static async start(): Promise<ScikitLearn> {
    const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
    const peer = new ScikitLearn(child, createInterface({ input: child.stdout! }));
    try {
      peer.#versions = await peer.#read();
    } catch {
      throw new Error(`${python} cannot import sklearn: install Debian's python3-sklearn, or set PYTHON`);
    }
    return peer;
  }

  get versions(): Record<string, string> {
    return this.#versions;
  }

  /** Hands over a pair of columns; the returned function times one call on them. */
  load(
    task: "regression" | "classif",
    x: Float64Array,
    y: Float64Array,
  ): () => Promise<{ ms: number; value: number }> {
    const file = join(this.#folder, `${task}-${x.length}`);
    writeFileSync(file, Buffer.concat([Buffer.from(x.buffer), Buffer.from(y.buffer)]));
    return async () => {
      this.#process.stdin!.write(`${JSON.stringify({ task, n: x.length, file })}\n`);
      const { seconds, value } = await this.#read<{ seconds: number; value: number }>();
      return { ms: 1000 * seconds, value };
    };
  }

  close(): void {
    this.#process.stdin!.end();
    rmSync(this.#folder, { recursive: true });
  }

  async #read<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("scikit-learn ended");
    return JSON.parse(value);
  }
}
