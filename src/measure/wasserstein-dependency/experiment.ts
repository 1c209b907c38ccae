import type { Experiment, ExperimentResult, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { inParts } from "../../core/experiment-parts.ts";
import { asMatrix, type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { criticDependency } from "./critic.ts";
import { glyphWords, letterProbe } from "./glyph-words.ts";
import { againstProduct, blockDistances } from "./samples.ts";
import type { Lipschitz } from "./training.ts";
import { transport } from "./transport.ts";
import { trainPairEncoder, wassersteinDependency } from "./wasserstein-dependency.ts";

const seeds = 5;

export const experiment: Experiment = {
  id: "wasserstein-dependency",
  async run({ quick = false, signal, onProgress } = {}) {
    const parts: [label: string, () => Promise<ExperimentResult> | ExperimentResult][] = [
      ["exact values", () => ({ rows: exactValues() })],
      ["floor", () => ({ rows: floors(quick ? 4 : 20) })],
      ["independence", () => independence(quick ? 4 : 20)],
      ["critic on a sample", () => belowExact(quick ? 60 : 400, signal)],
    ];
    if (!quick) {
      parts.push(
        ["critics", () => critics(signal)],
        ["four factors, few pairs", () => fewPairs(signal)],
        ["eight factors", () => eightFactors(signal)],
      );
    }
    return inParts("wasserstein-dependency", Object.fromEntries(parts), { signal, onProgress });
  },
};

const inOrder = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const exact = (x: Matrix, y: Matrix, metric: "l1" | "l2") =>
  againstProduct(blockDistances(x, y, metric), inOrder(x.rows));

function exactValues(): ExperimentRow[] {
  let worst = 0;
  for (const m of [2, 3, 5, 8]) {
    const identity = matrix(m, m);
    for (let i = 0; i < m; i++) identity.data[i * m + i] = 1;
    worst = Math.max(worst, Math.abs(exact(identity, identity, "l2") - Math.SQRT2 * (1 - 1 / m)));
    worst = Math.max(worst, Math.abs(exact(identity, identity, "l1") - 2 * (1 - 1 / m)));
  }
  for (const k of [1, 2, 3]) {
    const bits = matrix(2 ** k, k);
    for (let i = 0; i < bits.rows; i++) for (let b = 0; b < k; b++) bits.data[i * k + b] = (i >> b) & 1;
    worst = Math.max(worst, Math.abs(exact(bits, bits, "l1") - k / 2));
  }
  return [
    {
      claim:
        "copies of categories and of bits have the exact values √2 (1 − 1/m), 2 (1 − 1/m) and, by l1, k/2",
      reported: "closed forms",
      measured: `largest deviation ${worst.toExponential(1)}`,
      tolerance: "1e-12: rounding of some hundred operations",
      holds: worst <= 1e-12,
    },
  ];
}

/** Independent normal pairs against as many fresh pairs of independent normals: what a sample alone makes of nothing. */
function floors(repeats: number): ExperimentRow[] {
  return [
    [200, 0.32],
    [400, 0.22],
  ].map(([n, reported]) => {
    const values: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const random = new Random(repeat).split(`floor ${n}`);
      const points = Float64Array.from({ length: 4 * n }, () => random.normal());
      const costs = new Float64Array(n * n);
      for (let j = 0; j < n; j++) {
        for (let i = 0; i < n; i++) {
          const [p, q] = [2 * i, 2 * (n + j)];
          costs[j * n + i] = Math.hypot(points[p] - points[q], points[p + 1] - points[q + 1]);
        }
      }
      values.push(transport(costs, n, n).cost);
    }
    const { mean, sd } = summary(values);
    return {
      claim: `two independent samples of ${n} normal pairs are far apart though nothing depends`,
      reported: `about ${reported}`,
      measured: `${mean.toFixed(3)} (sd ${sd.toFixed(3)}, ${repeats} samples)`,
      tolerance: `${(4 * sd + 0.005).toFixed(3)}: 4 standard deviations of the one reported sample, and its rounding`,
      holds: Math.abs(mean - reported) <= 4 * sd + 0.005,
    };
  });
}

async function independence(repeats: number): Promise<ExperimentResult> {
  const values: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const random = new Random(repeat).split("independence");
    const [x, y] = [0, 1].map(() => Array.from({ length: 25 }, () => random.normal()));
    values.push((await wassersteinDependency(x, y, { shuffles: 20, seed: repeat })).corrected);
  }
  const { mean, sd } = summary(values);
  const error = sd / Math.sqrt(repeats);
  return {
    rows: [
      {
        claim: "less its mean over shuffles the value of independent rows is 0 (n = 25)",
        reported: "0 within 2 standard deviations",
        measured: `${mean.toFixed(4)} ± ${error.toFixed(4)}`,
        tolerance: `${(4 * error).toFixed(4)}: 4 standard errors`,
        holds: Math.abs(mean) <= 4 * error,
      },
    ],
  };
}

function correlated(n: number, rho: number, random: Random): [Matrix, Matrix] {
  const x = Float64Array.from({ length: n }, () => random.normal());
  const y = x.map((v) => rho * v + Math.sqrt(1 - rho * rho) * random.normal());
  return [asMatrix(x), asMatrix(y)];
}

async function belowExact(steps: number, signal?: AbortSignal): Promise<ExperimentResult> {
  const [x, y] = correlated(80, 0.95, new Random(4));
  const settings = {
    lipschitz: { kind: "spectral", cap: 1 },
    hidden: [16],
    batchSize: 20,
    steps,
    learningRate: 0.01,
  } as const;
  const random = new Random(1);
  const { value } = await criticDependency(x, y, settings, random, { signal });
  const held = random.split("rows").permutation(80).subarray(40);
  const [hx, hy] = [x, y].map((m) => asMatrix(Array.from(held, (row) => m.data[row])));
  const truth = (exact(hx, hy, "l2") * 40) / 39;
  return {
    rows: [
      {
        claim: "a critic of capped layers stays below the exact transport cost of the rows it is judged on",
        reported: "at most 5 % above",
        measured: `${value.toFixed(4)}, exact ${truth.toFixed(4)} (40 rows)`,
        tolerance: "none: duality",
        holds: value <= truth,
      },
    ],
  };
}

/** Closed bounds of I_W for a normal pair: √(2/π) W₂ below, and above the cost of the linear map by a fine sum. */
const normalBounds: Record<string, [low: number, high: number]> = {
  0.3: [0.17174, 0.19048],
  0.6: [0.36149, 0.39895],
  0.9: [0.62354, 0.67945],
};

async function critics(signal?: AbortSignal): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  const run = async (
    rho: number,
    lipschitz: { kind: "spectral"; cap: number } | { kind: "gp"; weight: number },
  ) => {
    const [x, y] = correlated(4000, rho, new Random(6).split(String(rho)));
    const settings = { lipschitz, hidden: [32, 32], batchSize: 64, steps: 900, learningRate: 0.003 };
    const { value, slope } = await criticDependency(x, y, settings, new Random(2), { signal });
    const [low, high] = normalBounds[rho];
    rows.push({
      claim: `a critic held by ${lipschitz.kind === "gp" ? "a gradient penalty" : "capped layers"} finds I_W of a normal pair with ρ = ${rho}`,
      reported: `between ${low} and ${high}`,
      measured: `${value.toFixed(4)} on 2000 held-out rows`,
      tolerance: "from 0.9 of the lower to 1.05 of the upper end, for training and the scatter of rows",
      holds: value >= 0.9 * low && value <= 1.05 * high,
    });
    return slope;
  };
  for (const rho of [0.3, 0.6, 0.9]) await run(rho, { kind: "spectral", cap: 1 });
  const slope = await run(0.6, { kind: "gp", weight: 10 });
  rows.push({
    claim: "under the gradient penalty the slopes between held-out pairs and products lie near 1",
    reported: "concentrated in [0.8, 1.1]",
    measured: `mean ${slope.mean.toFixed(3)}, 99th percentile ${slope.high.toFixed(3)}`,
    tolerance: "the mean inside, the 99th percentile at most 1.1",
    holds: slope.mean >= 0.8 && slope.mean <= 1.1 && slope.high <= 1.1,
  });
  return { rows };
}

interface Setting {
  name: string;
  objective: "cpc" | "wpc";
  lipschitz?: Lipschitz;
  seeds: number;
}

const cpc: Setting = { name: "CPC", objective: "cpc", seeds };
const wpc = (cap: number): Setting => ({
  name: `WPC, cap ${cap}`,
  objective: "wpc",
  lipschitz: { kind: "spectral", cap },
  seeds,
});
const penalised = (weight: number): Setting => ({
  name: `WPC, penalty ${weight}`,
  objective: "wpc",
  lipschitz: { kind: "gp", weight },
  seeds: 1,
});

function fewPairs(signal?: AbortSignal): Promise<ExperimentResult> {
  return sweep(
    "4 factors with amplitudes 1, ½, ½, ½, 500 pairs, batches of 16",
    "0.829 and 0.864",
    { amplitudes: [1, 0.5, 0.5, 0.5], pairs: 500, steps: 1500 },
    [cpc, wpc(1.5), wpc(2), wpc(3), penalised(1), penalised(10)],
    signal,
  );
}

function eightFactors(signal?: AbortSignal): Promise<ExperimentResult> {
  return sweep(
    "8 equal factors, fresh pairs, batches of 16",
    "0.532 and 0.561",
    { amplitudes: new Array(8).fill(1), pairs: 1200 * 16, steps: 1200 },
    [cpc, wpc(1.5), wpc(2), wpc(3)],
    signal,
  );
}

/** CPC against WPC on glyph words: share of letters a linear reader gets right, the cap chosen on other words. */
async function sweep(
  words: string,
  reported: string,
  { amplitudes, pairs, steps }: { amplitudes: number[]; pairs: number; steps: number },
  settings: readonly Setting[],
  signal?: AbortSignal,
): Promise<ExperimentResult> {
  const found = [];
  for (const { name, objective, lipschitz, seeds: count } of settings) {
    const [validation, test]: number[][] = [[], []];
    for (let seed = 1; seed <= count; seed++) {
      const draw = (part: string, n: number) => glyphWords(n, amplitudes, new Random(seed).split(part));
      const data = draw("train", pairs);
      const encoder = await trainPairEncoder(data.x, data.y, {
        objective,
        lipschitz,
        hidden: [64],
        embed: 32,
        batchSize: 16,
        steps,
        learningRate: 0.002,
        seed,
        signal,
      });
      const probed = draw("probe", 2000);
      const read = letterProbe(await encoder.encodeX(probed.x), probed);
      const share = async (part: string) => {
        const rows = draw(part, 1000);
        return read(await encoder.encodeX(rows.x), rows);
      };
      validation.push(await share("validation"));
      test.push(await share("test"));
    }
    found.push({ name, objective, validation, test });
  }
  const [plain, ...others] = found;
  const best = others
    .filter(({ test }) => test.length === plain.test.length)
    .reduce((a, b) => (average(b.validation) > average(a.validation) ? b : a));
  const gains = best.test.map((accuracy, i) => accuracy - plain.test[i]);
  const gain = summary(gains);
  const row: ExperimentRow = {
    claim: `WPC reads more letters than CPC: ${words}`,
    reported: `${reported}; at least 0.015 more`,
    measured: `${average(plain.test).toFixed(3)} and ${average(best.test).toFixed(3)} (${best.name}), gain ${gain.mean.toFixed(3)} ± ${(gain.sd / Math.sqrt(gains.length)).toFixed(3)} over ${gains.length} seeds`,
    tolerance: "a mean gain of 0.015",
    holds: gain.mean >= 0.015,
  };
  const table: ExperimentTable = {
    title: `Letters read, ${words}`,
    columns: ["objective", "validation", "test", "seeds"],
    rows: found.map(({ name, validation, test }) => [
      name,
      average(validation).toFixed(3),
      average(test).toFixed(3),
      test.length,
    ]),
  };
  return { rows: [row], tables: [table] };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function summary(values: readonly number[]): { mean: number; sd: number } {
  const mean = average(values);
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
  return { mean, sd };
}
