import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Random } from "../../src/core/random.ts";
import { type BenchResult, fittedExponent, median, millisecondsOf, rounded } from "./bench.ts";
import { correlated } from "./data.ts";
import { ScikitLearn } from "./scikit-learn.ts";

/** Rows, and how often both sides run. */
const plan = [
  { n: 1_000, runs: 41 },
  { n: 10_000, runs: 21 },
  { n: 100_000, runs: 9 },
  { n: 1_000_000, runs: 3 },
];

const peakMemory = fileURLToPath(new URL("./peak-memory.ts", import.meta.url));

export interface Contest {
  method: "ksg" | "ross";
  task: "regression" | "classif";
  /** What the peer gets as y. */
  target(y: Float64Array): Float64Array;
  /** One estimate, from unscaled columns to the value. */
  estimate(x: Float64Array, y: Float64Array): number;
  /** A function that gives the value under a new order of rows. */
  permuter(x: Float64Array, y: Float64Array): (order: Int32Array) => number;
}

/** Both sides take turns on the same data; every run is a fresh call, after a few to warm up. */
export async function againstScikitLearn(contest: Contest): Promise<BenchResult> {
  const { method, task, target, estimate, permuter } = contest;
  const peer = await ScikitLearn.start();
  const random = new Random(1);
  const rows: BenchResult["rows"] = [];
  const ours: number[] = [];
  try {
    for (const { n, runs } of plan) {
      const columns = correlated(n, random);
      const x = columns.x;
      const y = target(columns.y);
      const evaluate = permuter(x, y);
      const peerRun = peer.load(task, x, y);
      const times = { ours: [] as number[], permutation: [] as number[], peer: [] as number[] };
      let value = 0;
      let peerValue = 0;
      for (let run = -Math.min(3, runs - 1); run < runs; run++) {
        const order = random.permutation(n);
        const ms = millisecondsOf(() => {
          value = estimate(x, y);
        });
        const permutation = millisecondsOf(() => evaluate(order));
        const other = await peerRun();
        peerValue = other.value;
        if (run < 0) continue;
        times.ours.push(ms);
        times.permutation.push(permutation);
        times.peer.push(other.ms);
      }
      ours.push(median(times.ours));
      rows.push({
        n,
        "surprisal, ms": rounded(median(times.ours)),
        "scikit-learn, ms": rounded(median(times.peer)),
        "times faster": rounded(median(times.peer) / median(times.ours)),
        "one permutation, ms": rounded(median(times.permutation)),
        "difference of values, nats": Number(Math.abs(value - peerValue).toExponential(1)),
        runs,
      });
    }
  } finally {
    peer.close();
  }
  const exponent = fittedExponent(
    plan.map(({ n }) => n),
    ours,
  );
  const most = plan[plan.length - 1].n;
  const peak = execFileSync(process.execPath, [...process.execArgv, peakMemory, method, `${most}`], {
    encoding: "utf8",
  });
  return {
    rows,
    findings: [
      `Time grows as n to the power ${exponent.toFixed(2)} from ${plan[0].n} to ${most} rows.`,
      `One pair of ${most} rows in a process of its own: at most ${Math.round(JSON.parse(peak).megabytes)} MB resident.`,
    ],
    peers: peer.versions,
  };
}
