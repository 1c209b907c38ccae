import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { matrix } from "../src/core/matrix.ts";
import { Random } from "../src/core/random.ts";
import { facilityLocation, maximize, similarities } from "../src/decide/submodular/submodular.ts";
import { type Bench, fittedExponent, median, rounded } from "./support/bench.ts";
import type { SparseSelection } from "./support/sparse-selection.ts";

const python = process.env.PYTHON ?? "/usr/bin/python3";
const script = fileURLToPath(new URL("./peers/facility_location.py", import.meta.url));
const worker = fileURLToPath(new URL("./support/sparse-selection.ts", import.meta.url));

const n = 5000;
const k = 500;
const d = 64;
const turns = 5;
/** `BENCH_MOST=20000` ends the curve earlier. */
const most = Number(process.env.BENCH_MOST ?? 1_000_000);
const sizes = [10_000, 30_000, 100_000, 300_000, 1_000_000].filter((rows) => rows <= most);

interface Answer {
  seconds: number;
  value: number;
  evaluations: number;
  chosen: number[];
}

export const bench: Bench = {
  id: "facility-location",
  title: `Facility location: dense, n = ${n}, k = ${k}, against a numpy lazy greedy; neighbours up to n = ${most}`,
  async run() {
    const dense = await againstNumpy();
    const sparse = sizes.map(sparseSelection);
    const times = sparse.map(({ seconds }) => seconds);
    const growth =
      sizes.length > 1
        ? [
            `Neighbours: time grows as n^${fittedExponent(sizes, times).toFixed(2)} from ${sizes[0]} to ${sizes.at(-1)} rows.`,
          ]
        : [];
    return {
      rows: [
        ...dense.rows,
        ...sparse.map(({ rows, neighbourSeconds, chooseSeconds, megabytes, evaluations }) => ({
          case: `neighbours, n = ${rows}, d = 512, k = ${k}`,
          "similarities, s": rounded(neighbourSeconds),
          "choosing, s": rounded(chooseSeconds),
          "numpy, s": "–",
          "peak memory, MB": Math.round(megabytes),
          evaluations,
        })),
      ],
      findings: [
        ...dense.findings,
        ...growth,
        "Of the peak memory the rows themselves, 512 numbers in single precision, take 2 kB each.",
      ],
      peers: dense.peers,
    };
  },
};

async function againstNumpy() {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value ?? '{"error":"numpy ended"}');
  try {
    const peers: Record<string, string> = await next();
    const random = new Random(1);
    const rows = matrix(
      n,
      d,
      Float64Array.from({ length: n * d }, () => random.normal()),
    );
    const start = performance.now();
    const s = similarities(rows);
    const similaritySeconds = (performance.now() - start) / 1000;
    const file = join(folder, "similarities");
    const { values } = s.column(0);
    writeFileSync(file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    const ours: number[] = [];
    const theirs: number[] = [];
    let last: Answer | undefined;
    let ranking = await maximize(facilityLocation(s), k);
    for (let turn = 0; turn < turns; turn++) {
      child.stdin.write(`${JSON.stringify({ file, n, k })}\n`);
      last = (await next()) as Answer;
      theirs.push(last.seconds);
      const begin = performance.now();
      ranking = await maximize(facilityLocation(s), k);
      ours.push((performance.now() - begin) / 1000);
    }
    const same = last?.chosen.every((row, t) => row === ranking.indices[t]);
    const ratio = median(ours) / median(theirs);
    return {
      peers,
      rows: [
        {
          case: `dense, n = ${n}, k = ${k}`,
          "similarities, s": rounded(similaritySeconds),
          "choosing, s": rounded(median(ours)),
          "numpy, s": rounded(median(theirs)),
          "peak memory, MB": Math.round(process.resourceUsage().maxRSS / 1024),
          evaluations: ranking.evaluations,
        },
      ],
      findings: [
        `Dense: ${ratio.toFixed(2)} × the time of numpy (medians of ${turns} runs in turns, table in memory on both sides); ${same ? "the same rows in the same order" : `values ${ranking.value} and ${last?.value}`}.`,
      ],
    };
  } finally {
    child.stdin.end();
    rmSync(folder, { recursive: true });
  }
}

/** In a process of its own, for its peak memory. */
function sparseSelection(rows: number): SparseSelection {
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", worker, String(rows), String(k)],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`n = ${rows}: ${stderr}`);
  return JSON.parse(stdout);
}
