import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What one step took, and the most memory the process has used so far. */
export interface Step {
  readonly milliseconds: number;
  readonly processor: number;
  readonly loss: number;
  readonly megabytes: number;
}

/** A process that takes training steps when told to. */
export class Side {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** The next line the process writes. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#process.spawnargs.join(" ")} ended early`);
    return value;
  }

  async step(): Promise<Step> {
    this.#process.stdin!.write("step\n");
    const [milliseconds, processor, loss, megabytes] = (await this.line()).split(" ").map(Number);
    return { milliseconds, processor, loss, megabytes };
  }

  end(): void {
    this.#process.stdin!.end();
  }
}
