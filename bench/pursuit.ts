import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../src/core/random.ts";
import {
  attributeTable,
  type Criterion,
  conformalEntropyBound,
  informationPursuit,
} from "../src/language/pursuit/pursuit.ts";
import { type Bench, type BenchResult, median, rounded } from "./support/bench.ts";

const script = fileURLToPath(new URL("./peers/information_pursuit.py", import.meta.url));
const python = process.env.PYTHON ?? "/usr/bin/python3";
const plan = [
  { queries: 85, labels: 50, runs: 501 },
  { queries: 85, labels: 500, runs: 101 },
  { queries: 1000, labels: 1000, runs: 11 },
];
const alpha = 0.1;
const cases = 100;

interface Peer {
  python: string;
  numpy: string;
  entropy: { seconds: number[]; values: number[] };
  conformal: { seconds: number[]; values: number[] };
}

function peerOn(task: object): Peer {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  try {
    const file = join(folder, "task.json");
    writeFileSync(file, JSON.stringify(task));
    return JSON.parse(execFileSync(python, [script, file], { encoding: "utf8", maxBuffer: 1 << 28 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A whole step of ours: the posterior of a history of one turn, all uncertainties, the set, the choice. */
async function run(): Promise<BenchResult> {
  const rows: BenchResult["rows"] = [];
  let peers: BenchResult["peers"] = {};
  for (const { queries, labels, runs } of plan) {
    const random = new Random(1);
    const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);
    const yes = Array.from({ length: labels }, () =>
      Array.from({ length: queries }, () => Math.min(0.97, Math.max(0.03, random.beta(0.35, 0.35)))),
    );
    const table = attributeTable({
      labels: names("y", labels),
      queries: names("q", queries),
      values: yes.map((row) => row.map((p) => ({ yes: p, no: 1 - p }))),
    });
    const history = [{ query: "q0", answer: "yes" }];
    const posterior = Array.from(table.predict(history));
    const threshold = 1 / labels;
    const peer = peerOn({ queries, labels, runs, threshold, posterior, yes: yes.flat() });
    peers = { python: peer.python, numpy: peer.numpy };
    for (const criterion of ["entropy", "conformal"] as const satisfies Criterion[]) {
      const calibration = { alpha, thresholds: [threshold, threshold, threshold], n: cases };
      const pursuit = informationPursuit({ ...table, criterion, alpha, calibration, stopAtOne: false });
      const times: number[] = [];
      let step = await pursuit.next(history);
      for (let turn = -20; turn < runs; turn++) {
        const start = performance.now();
        step = await pursuit.next(history);
        if (turn >= 0) times.push(performance.now() - start);
      }
      const difference = Math.max(
        ...step.uncertainties.map(({ query, bits }) => {
          const value = peer[criterion].values[Number(query.slice(1))];
          return Math.abs(bits - (criterion === "entropy" ? value : boundOf(value, labels)));
        }),
      );
      const numpy = 1000 * median(peer[criterion].seconds);
      rows.push({
        queries,
        labels,
        criterion,
        "surprisal, ms": rounded(median(times)),
        "numpy, ms": rounded(numpy),
        "times faster": rounded(numpy / median(times)),
        "difference, bits": Number(difference.toExponential(1)),
        runs,
      });
    }
  }
  return {
    rows,
    findings: [
      "Ours is a whole step from a history, with the posterior, the prediction set and the choice; numpy computes the uncertainties from a posterior that is given.",
    ],
    peers,
  };
}

/** The bound in bits from a mean size. */
function boundOf(size: number, labels: number): number {
  const whole = Math.floor(size);
  const sizes = [whole, whole + 1].filter((value) => value <= labels);
  const weights = sizes.map((value) => (value === whole ? whole + 1 - size : size - whole));
  return conformalEntropyBound(sizes, labels, alpha, cases, { unit: "bits", weights });
}

export const bench: Bench = {
  id: "pursuit",
  title: "One step of information pursuit over a table of yes/no queries, one thread, against numpy",
  run,
};
