// Whole training steps, ours and PyTorch's, in turns: `npx tsx bench/engine/run.ts [model…] [--steps 30] [--threads 2]`.
// Processor time is the fairer figure on a machine that does other work too.
import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface, type Interface } from "node:readline";
import { models } from "./models.ts";

const here = new URL(".", import.meta.url).pathname;

/** Milliseconds, processor milliseconds, loss and peak memory in MB of one step. */
type Answer = [wall: number, processor: number, loss: number, memory: number];

class Side {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  constructor(command: string, args: string[]) {
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  async step(): Promise<Answer> {
    this.#process.stdin!.write("step\n");
    const { value } = await this.#answers.next();
    return String(value).split(" ").map(Number) as Answer;
  }

  end(): void {
    this.#process.stdin!.end();
  }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function compare(name: string, steps: number, threads: number): Promise<void> {
  const cores = ["-c", Array.from({ length: threads }, (_, i) => i).join()];
  const ours = new Side("taskset", [...cores, process.execPath, "--import", "tsx", `${here}worker.ts`, name]);
  const torch = new Side("taskset", [
    ...cores,
    "/usr/bin/python3",
    `${here}models.py`,
    name,
    String(threads),
  ]);
  const rows: { ours: Answer; torch: Answer }[] = [];
  for (let i = 0; i < steps + 3; i++) rows.push({ ours: await ours.step(), torch: await torch.step() });
  ours.end();
  torch.end();
  const measured = rows.slice(3);
  const column = (side: "ours" | "torch", i: number) => median(measured.map((row) => row[side][i]));
  const ratio = median(measured.map((row) => row.ours[0] / row.torch[0]));
  const last = measured[measured.length - 1];
  console.log(
    `${name}: ours ${column("ours", 0).toFixed(1)} ms (processor ${column("ours", 1).toFixed(1)}), ` +
      `PyTorch ${column("torch", 0).toFixed(1)} ms (${column("torch", 1).toFixed(1)}), ratio of medians ` +
      `${(column("ours", 0) / column("torch", 0)).toFixed(2)}, median ratio ${ratio.toFixed(2)}, ` +
      `processor ratio ${(column("ours", 1) / column("torch", 1)).toFixed(2)}; memory ${last.ours[3].toFixed(0)} and ` +
      `${last.torch[3].toFixed(0)} MB; loss ${last.ours[2].toFixed(4)} and ${last.torch[2].toFixed(4)}`,
  );
}

const args = process.argv.slice(2);

function option(name: string, fallback: number): number {
  const at = args.indexOf(name);
  return at === -1 ? fallback : Number(args.splice(at, 2)[1]);
}

const steps = option("--steps", 30);
const threads = option("--threads", availableParallelism());
for (const name of args.length > 0 ? args : Object.keys(models)) await compare(name, steps, threads);
