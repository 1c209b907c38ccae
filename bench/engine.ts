// Whole training steps, ours and PyTorch's, in turns, each pair in a moment when the machine has nothing else to do:
// next to other work, two threads mostly measure who waits for whom.
import { join } from "node:path";
import { models } from "./engine/models.ts";
import { quietMoment } from "./engine/quiet.ts";
import { Side, type Step } from "./engine/side.ts";
import { type Bench, median, rounded } from "./support/bench.ts";

const here = join(import.meta.dirname, "engine");
const warmUp = 3;
const steps: Record<string, number> = { mlp: 40, transformer: 20, cnn: 20, "mult-vae": 12 };
/** How long to wait for quiet moments for one row, in milliseconds. */
const patience = 90_000;
const targets: Record<string, number> = { mlp: 1, transformer: 1, cnn: 1.5, "mult-vae": 1 };

interface Row extends Record<string, string | number> {
  model: string;
  threads: number;
  "ratio of times": number;
  "ratio of memory": number;
  "first step, ms": number;
}

async function compare(model: string, threads: number): Promise<{ row: Row; torch: string }> {
  const cores = ["-c", Array.from({ length: threads }, (_, i) => i).join()];
  const ours = new Side("taskset", [
    ...cores,
    process.execPath,
    "--import",
    "tsx",
    join(here, "worker.ts"),
    model,
  ]);
  const peer = new Side("taskset", [
    ...cores,
    "/usr/bin/python3",
    join(here, "models.py"),
    model,
    String(threads),
  ]);
  try {
    const first = Number(await ours.line());
    const torch = await peer.line();
    const taken: { ours: Step; peer: Step }[] = [];
    const deadline = performance.now() + patience;
    let quiet = 0;
    for (let i = 0; i < warmUp + steps[model]; i++) {
      // Threads of the one side may go on waiting busily for a while; the other side's turn comes after that.
      const before = await quietMoment(deadline);
      const own = await ours.step();
      const between = await quietMoment(deadline);
      taken.push({ ours: own, peer: await peer.step() });
      if (i >= warmUp && before && between) quiet++;
    }
    const counted = taken.slice(warmUp);
    const of = (side: "ours" | "peer", what: keyof Step) => median(counted.map((one) => one[side][what]));
    const last = counted[counted.length - 1];
    const row: Row = {
      model,
      threads,
      "surprisal, ms": rounded(of("ours", "milliseconds")),
      "PyTorch, ms": rounded(of("peer", "milliseconds")),
      "ratio of times": rounded(of("ours", "milliseconds") / of("peer", "milliseconds")),
      "ratio of processor times": rounded(of("ours", "processor") / of("peer", "processor")),
      "surprisal, MB": Math.round(last.ours.megabytes),
      "PyTorch, MB": Math.round(last.peer.megabytes),
      "ratio of memory": rounded(last.ours.megabytes / last.peer.megabytes),
      "first step, ms": Math.round(first),
      steps: counted.length,
      "in quiet moments": quiet,
    };
    return { row, torch };
  } finally {
    ours.end();
    peer.end();
  }
}

export const bench: Bench = {
  id: "engine",
  title: "Whole training steps with Adam, ours and PyTorch's in turns",
  async run() {
    const rows: Row[] = [];
    let version = "";
    for (const threads of [1, 2]) {
      for (const model of Object.keys(models)) {
        const { row, torch } = await compare(model, threads);
        rows.push(row);
        version = torch;
      }
    }
    const findings = rows.map((row) => {
      const [ratio, memory] = [row["ratio of times"], row["ratio of memory"]];
      // The project's targets are for two cores.
      const verdict = (value: number, target: number) =>
        row.threads === 2 ? ` (target ${target}: ${value <= target ? "met" : "missed"})` : "";
      return (
        `${row.model} on ${row.threads} thread${row.threads > 1 ? "s" : ""}: ${ratio} of PyTorch's time` +
        `${verdict(ratio, targets[row.model])}, ${memory} of its memory${verdict(memory, 1.5)}, first step ` +
        `${row["first step, ms"]} ms${row.model === "mlp" ? verdict(row["first step, ms"], 1000) : ""}; ` +
        `${row["in quiet moments"]} of ${row.steps} steps while the machine had nothing else to do`
      );
    });
    return { rows, findings, peers: { torch: version } };
  },
};
