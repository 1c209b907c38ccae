import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { symmetricEigen } from "../src/core/linear-algebra.ts";
import { matrix } from "../src/core/matrix.ts";
import { Random } from "../src/core/random.ts";
import { diffusionSpectralEntropy } from "../src/measure/diffusion-spectral-entropy/diffusion-spectral-entropy.ts";
import { type Bench, type BenchResult, median, millisecondsOf, rounded } from "./support/bench.ts";

const script = fileURLToPath(new URL("./peers/numpy_dse.py", import.meta.url));
const python = process.env.PYTHON ?? "/usr/bin/python3";
const cols = 64;
const plan = [
  { n: 300, runs: 41 },
  { n: 1000, runs: 21 },
  { n: 2000, runs: 5 },
];

/** Both sides take turns on the same activations: after ReLU, half of them are 0. */
async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} cannot import numpy: install Debian's python3-numpy, or set PYTHON`);
    return JSON.parse(value);
  };
  const rows: BenchResult["rows"] = [];
  try {
    const peers = await read();
    const random = new Random(1);
    for (const { n, runs } of plan) {
      const z = matrix(
        n,
        cols,
        Float64Array.from({ length: n * cols }, () => Math.max(0, random.normal())),
      );
      const file = join(folder, String(n));
      writeFileSync(file, Buffer.from(z.data.buffer));
      const sigma = Math.sqrt(cols);
      const times = { ours: [] as number[], peer: [] as number[] };
      let [value, peerValue] = [0, 0];
      for (let turn = -3; turn < runs; turn++) {
        const ms = millisecondsOf(() => {
          value = diffusionSpectralEntropy(z, { sigma, maxRows: n }).value;
        });
        child.stdin.write(`${JSON.stringify({ n, cols, sigma, file })}\n`);
        const other = await read();
        peerValue = other.value;
        if (turn < 0) continue;
        times.ours.push(ms);
        times.peer.push(1000 * other.seconds);
      }
      rows.push({
        n,
        "surprisal, ms": rounded(median(times.ours)),
        "numpy, ms": rounded(median(times.peer)),
        "times numpy": rounded(median(times.ours) / median(times.peer)),
        "difference of values, nats": Number(Math.abs(value - peerValue).toExponential(1)),
        runs,
      });
    }
    const n = 300;
    const random300 = new Random(2);
    const m = matrix(n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) m.data[i * n + j] = m.data[j * n + i] = random300.normal();
    }
    const library = millisecondsOf(() => symmetricEigen(m));
    return {
      rows,
      findings: [
        `ml-matrix, which computes vectors too, takes ${rounded(library)} ms for the eigenvalues of ${n} rows alone.`,
      ],
      peers,
    };
  } finally {
    child.stdin.end();
    rmSync(folder, { recursive: true });
  }
}

export const bench: Bench = {
  id: "diffusion-spectral-entropy",
  title: "Diffusion spectral entropy of n × 64 activations against numpy",
  run,
};
