import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../src/core/random.ts";
import { minimumEntropyCoupling } from "../src/decide/coupling/coupling.ts";
import {
  type Bench,
  type BenchResult,
  fittedExponent,
  median,
  millisecondsOf,
  rounded,
} from "./support/bench.ts";

const own = fileURLToPath(import.meta.url);
const peer = fileURLToPath(new URL("./peers/greedy_coupling.py", import.meta.url));
const python = process.env.PYTHON ?? "python3";
const plan = [
  { n: 1_000, runs: 15 },
  { n: 10_000, runs: 7 },
  { n: 100_000, runs: 3 },
];

interface Peer {
  python: string;
  numpy: string;
  heapq: { seconds: number[]; bits: number };
  argmax: { seconds: number[]; bits: number };
}

/** Two distributions that are uniform on the simplex. */
function distributions(n: number): [Float64Array, Float64Array] {
  const random = new Random(1);
  const [p, q] = [0, 1].map(() => random.dirichlet(new Float64Array(n).fill(1)));
  return [p, q];
}

function peerOn(p: Float64Array, q: Float64Array, runs: number): Peer {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  try {
    const file = join(folder, "p-q");
    writeFileSync(file, Buffer.concat([Buffer.from(p.buffer), Buffer.from(q.buffer)]));
    return JSON.parse(execFileSync(python, [peer, file, String(runs)], { encoding: "utf8" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const bench: Bench = {
  id: "coupling",
  title: "Greedy minimum-entropy coupling of two distributions of n outcomes, one thread, against Python",
  async run(): Promise<BenchResult> {
    const rows: BenchResult["rows"] = [];
    const times: number[] = [];
    let peers: BenchResult["peers"] = {};
    for (const { n, runs } of plan) {
      const [p, q] = distributions(n);
      const found = { greedy: [] as number[], best: [] as number[] };
      const bits = { greedy: 0, best: 0, bound: 0 };
      for (let run = -1; run < runs; run++) {
        for (const method of ["greedy", "best"] as const) {
          const ms = millisecondsOf(() => {
            const coupling = minimumEntropyCoupling(p, q, { method, unit: "bits" });
            bits[method] = coupling.entropy;
            bits.bound = coupling.lowerBound;
          });
          if (run >= 0) found[method].push(ms);
        }
      }
      // The argmax of every step over all outcomes takes minutes beyond.
      const other = n > 10_000 ? undefined : peerOn(p, q, Math.min(runs, 3));
      if (other) peers = { python: other.python, numpy: other.numpy };
      const ours = median(found.greedy);
      times.push(ours);
      const times1000 = (method: "heapq" | "argmax") =>
        other ? rounded(1000 * median(other[method].seconds)) : "—";
      rows.push({
        n,
        "greedy, ms": rounded(ours),
        "best, ms": rounded(median(found.best)),
        "heapq, ms": times1000("heapq"),
        "numpy argmax, ms": times1000("argmax"),
        "times faster than heapq": other ? rounded((1000 * median(other.heapq.seconds)) / ours) : "—",
        "greedy, bits": rounded(bits.greedy),
        "best, bits": rounded(bits.best),
        "bound, bits": rounded(bits.bound),
        "difference to heapq, bits": other
          ? Number(Math.abs(bits.greedy - other.heapq.bits).toExponential(1))
          : "—",
        runs,
      });
    }
    const exponent = fittedExponent(
      plan.map(({ n }) => n),
      times,
    );
    const peak = (n: number) =>
      Math.round(
        Number(execFileSync(process.execPath, [...process.execArgv, own, String(n)], { encoding: "utf8" })),
      );
    return {
      rows,
      findings: [
        `Time of the greedy grows as n to the power ${exponent.toFixed(2)}; it includes the bounds and the sorted table.`,
        `One coupling in a process of its own, at most resident: ${plan.map(({ n }) => `${peak(n)} MB at n = ${n}`).join(", ")}.`,
      ],
      peers,
    };
  },
};

// Started by itself in a process of its own: one coupling, then its peak resident memory in MB.
if (process.argv[1] === own) {
  const [p, q] = distributions(Number(process.argv[2]));
  minimumEntropyCoupling(p, q, { method: "greedy" });
  console.log(process.resourceUsage().maxRSS / 1024);
}
