import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "../src/core/random.ts";
import { estimateCompressionMI, scoreCompressions } from "../src/language/channel/channel.ts";
import { type LanguageModel, openLanguageModel } from "../src/language/model/model.ts";
import {
  type Bench,
  type BenchResult,
  fittedExponent,
  median,
  millisecondsOf,
  rounded,
} from "./support/bench.ts";

const peer = fileURLToPath(new URL("./peers/log_sum_exp.py", import.meta.url));
const chunks = new URL("../docs/examples/chunks.jsonl", import.meta.url);
const python = process.env.PYTHON ?? "python3";
const runs = 5;

interface Peer {
  python: string;
  numpy: string;
  scipy: string;
  seconds: number[];
  value: number;
}

function tensor(n: number, m: number): Float64Array[][] {
  const random = new Random(1);
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: m }, () =>
      Float64Array.from({ length: n }, (__, l) => -300 + 10 * random.normal() + (i === l ? 25 : 0)),
    ),
  );
}

function peerOn(ll: readonly (readonly Float64Array[])[]): Peer {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  try {
    const file = join(folder, "ll");
    writeFileSync(file, Buffer.concat(ll.flat().map((row) => Buffer.from(row.buffer))));
    const words = [peer, file, String(ll.length), String(ll[0].length), String(runs)];
    return JSON.parse(execFileSync(python, words, { encoding: "utf8" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Estimates without an interval, as the peer. */
function estimates(): { rows: BenchResult["rows"]; peers: BenchResult["peers"] } {
  let peers: BenchResult["peers"] = {};
  const rows = [
    [64, 2],
    [256, 4],
    [1024, 2],
  ].map(([n, m]) => {
    const ll = tensor(n, m);
    const other = peerOn(ll);
    peers = { python: other.python, numpy: other.numpy, scipy: other.scipy };
    let value = 0;
    const times = Array.from({ length: runs + 1 }, () =>
      millisecondsOf(() => {
        value = estimateCompressionMI(ll, { bootstrap: 0 }).value;
      }),
    ).slice(1);
    const [ours, theirs] = [median(times), 1000 * median(other.seconds)];
    return {
      what: "estimate",
      N: n,
      M: m,
      ms: rounded(ours),
      "peer, ms": rounded(theirs),
      "times the peer's speed": rounded(theirs / ours),
      "difference, nats": Number(Math.abs(value - other.value).toExponential(1)),
    };
  });
  return { rows, peers };
}

/** Scorings by the built-in model, context after context; and compression after compression for comparison. */
async function scorings(): Promise<{ rows: BenchResult["rows"]; exponent: number; perSecond: number }> {
  const lm = await openLanguageModel();
  const texts = readFileSync(chunks, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { text: string }).text);
  const rows: BenchResult["rows"] = [];
  const sizes = [12, 24, 48];
  const times: number[] = [];
  let perSecond = 0;
  for (const n of sizes) {
    const contexts = texts.slice(0, n);
    const compressions = contexts.map((text) => [text.split(" ").slice(0, 12).join(" ")]);
    const ordered: number[] = [];
    const scattered: number[] = [];
    for (let run = 0; run < 3; run++) {
      let start = performance.now();
      await scoreCompressions(lm, contexts, compressions);
      ordered.push(performance.now() - start);
      start = performance.now();
      await byCompression(lm, contexts, compressions);
      scattered.push(performance.now() - start);
    }
    const [ours, other] = [median(ordered), median(scattered)];
    times.push(ours);
    perSecond = (1000 * n * n) / ours;
    rows.push({
      what: "scoring, 12 words",
      N: n,
      M: 1,
      ms: rounded(ours),
      "peer, ms": rounded(other),
      "times the peer's speed": rounded(other / ours),
      "difference, nats": "—",
    });
  }
  return { rows, exponent: fittedExponent(sizes, times), perSecond };
}

async function byCompression(
  lm: LanguageModel,
  contexts: readonly string[],
  compressions: readonly (readonly string[])[],
): Promise<void> {
  for (const [text] of compressions)
    for (const context of contexts) await lm.scoreContinuation(`${context}\n\n`, text);
}

export const bench: Bench = {
  id: "channel",
  title:
    "Information of compressions: the estimate against numpy and scipy on the same numbers, scoring by context against scoring by compression",
  async run(): Promise<BenchResult> {
    const { rows, peers } = estimates();
    const scored = await scorings();
    return {
      rows: [...rows, ...scored.rows],
      findings: [
        `Scoring grows as N to the power ${scored.exponent.toFixed(2)}: every compression is scored under every context.`,
        `${Math.round(scored.perSecond)} scorings a second with the built-in model at N = 48, one thread.`,
      ],
      peers,
    };
  },
};
