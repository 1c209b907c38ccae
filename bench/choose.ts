import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { normaliseRatios, ratiosOf } from "../src/language/choose/calibrate.ts";
import { comparePrompts, type TaskMethod } from "../src/language/choose/choose.ts";
import { instanceScores, readScores, taskScores } from "../src/language/choose/scores.ts";
import { readTensor } from "../src/language/choose/tensor.ts";
import { promptWorld } from "../src/language/choose/worlds.ts";
import { type Bench, type BenchResult, median, millisecondsOf, rounded } from "./support/bench.ts";

const peer = fileURLToPath(new URL("./peers/prompt_scores.py", import.meta.url));
const python = process.env.PYTHON ?? "python3";
const shape = { prompts: 100, inputs: 1000, choices: 4 };
const task = [
  "MI",
  "MI_AG",
  "GE",
  "GE_M",
  "LE",
  "MDL_M",
  "ZLP",
  "ZPM",
  "ZMV",
] as const satisfies TaskMethod[];
const runs = 15;

interface Peer {
  python: string;
  numpy: string;
  seconds: number[];
  scores: Record<(typeof task)[number], number[]>;
  calibrated: number;
}

export const bench: Bench = {
  id: "choose",
  title: `All scores of ${shape.prompts} prompts for ${shape.inputs} inputs and ${shape.choices} choices, one thread, against numpy`,
  async run(): Promise<BenchResult> {
    const { tensor } = promptWorld(1, shape);
    const peers = peerOn(readTensor(tensor, "bench").log);
    let scores = new Map<string, Float64Array>();
    let calibrated = 0;
    const ours: number[] = [];
    for (let run = -3; run < runs; run++) {
      const ms = millisecondsOf(() => {
        const dense = readTensor(tensor, "bench");
        const reading = readScores(dense, {}, "bench");
        scores = new Map(task.map((method) => [method, taskScores(reading, method)]));
        for (const method of ["MDL", "MI_AL", "MI_AGL"] as const) instanceScores(reading, method);
        const ratios = ratiosOf(dense, reading.p, "cbm", "bench");
        calibrated = normaliseRatios(ratios, dense.choices, "softmax")[0];
      });
      if (run >= 0) ours.push(ms);
    }
    const difference = Math.max(
      Math.abs(calibrated - peers.calibrated),
      ...task.flatMap((method) =>
        peers.scores[method].map((value, t) => Math.abs(value - scores.get(method)![t])),
      ),
    );
    const started = performance.now();
    await comparePrompts(tensor);
    const whole = performance.now() - started;
    const theirs = 1000 * median(peers.seconds);
    return {
      rows: [
        {
          what: "12 scores and the calibrated probabilities",
          "surprisal, ms": rounded(median(ours)),
          "numpy, ms": rounded(theirs),
          "times as fast": rounded(theirs / median(ours)),
          "largest difference": Number(difference.toExponential(1)),
          runs,
        },
      ],
      findings: [
        `A whole comparison with intervals from 1,000 resamples and all pairs of prompts takes ${rounded(whole / 1000)} s.`,
      ],
      peers: { python: peers.python, numpy: peers.numpy },
    };
  },
};

function peerOn(log: Float64Array): Peer {
  const folder = mkdtempSync(join(tmpdir(), "surprisal-bench-"));
  try {
    const file = join(folder, "log");
    writeFileSync(file, Buffer.from(log.buffer));
    const { prompts, inputs, choices } = shape;
    const words = [peer, file, ...[prompts, inputs, choices, runs].map(String)];
    return JSON.parse(execFileSync(python, words, { encoding: "utf8" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
