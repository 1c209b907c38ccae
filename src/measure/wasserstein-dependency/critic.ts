import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { quantile } from "../../core/statistics.ts";
import { compile, random as keys, type Tensor, tensor } from "../../engine/index.ts";
import { gradientNorms } from "./lipschitz.ts";
import { type Chains, joined, type Network } from "./network.ts";
import { between, type Points, productPoints } from "./points.ts";
import { dual } from "./score-objectives.ts";
import { type Lipschitz, train } from "./training.ts";

export interface CriticSettings {
  lipschitz: Extract<Lipschitz, { kind: "gp" | "spectral" }>;
  hidden: readonly number[];
  batchSize: number;
  steps: number;
  learningRate: number;
}

export interface CriticResult {
  /** Mean score of held-out pairs less that of held-out products, over the slope. */
  value: number;
  /** Scores of held-out pairs and products, [i, j] of xᵢ and yⱼ, in blocks. */
  blocks: readonly Matrix[];
  heldOut: number;
  /** Gradient norms between held-out pairs and products: mean and 99th percentile. */
  slope: { mean: number; high: number };
}

const mostPerBlock = 512;

/**
 * The dual of I_W with a network as critic, trained on one half of the rows and evaluated on the other. A network with
 * capped layers has slope 1 at most; one held by a gradient penalty only about, and its value is divided by the 99th
 * percentile of the slopes that were met.
 */
export async function criticDependency(
  x: Matrix,
  y: Matrix,
  settings: CriticSettings,
  random: Random,
  run: LongRunning,
): Promise<CriticResult> {
  const n = x.rows;
  const order = random.split("rows").permutation(n);
  const [trained, held] = [order.subarray(0, n >> 1), order.subarray(n >> 1)].map((rows) =>
    pointsOf(x, y, rows),
  );
  const isCapped = settings.lipschitz.kind === "spectral";
  const network = joined(x.cols, y.cols, settings.hidden, isCapped ? "sorted" : "smooth");
  const { params } = await train(
    "wassersteinDependency",
    trained,
    { ...settings, network, objective: dual },
    random.split("training"),
    run,
  );
  const blocks = await scoreBlocks(network, params, held);
  const slope = await slopes(network, params, held, random.split("slopes"));
  const scale = isCapped ? 1 : 1 / Math.max(slope.high, 1e-12);
  for (const block of blocks) for (let e = 0; e < block.data.length; e++) block.data[e] *= scale;
  return { value: dualOf(blocks), blocks, heldOut: held.x.shape[0], slope };
}

/** Mean over i of S[i, i] less the mean over i ≠ j. */
function dualOf(blocks: readonly Matrix[]): number {
  let own = 0;
  let all = 0;
  const [{ rows: size }] = blocks;
  for (const { data } of blocks) {
    for (let i = 0; i < size; i++) own += data[i * size + i];
    for (const s of data) all += s;
  }
  return own / (blocks.length * size) - (all - own) / (blocks.length * size * (size - 1));
}

async function scoreBlocks(network: Network, params: Chains, { x, y }: Points): Promise<Matrix[]> {
  const n = x.shape[0];
  const count = Math.ceil(n / mostPerBlock);
  const size = Math.floor(n / count);
  const pairs = compile((p: Chains, left: Tensor, right: Tensor) => network.pairs(p, { x: left, y: right }));
  try {
    const blocks: Matrix[] = [];
    for (let b = 0; b < count; b++) {
      const scores = await pairs(params, rowsOf(x, b * size, size), rowsOf(y, b * size, size));
      blocks.push(matrix(size, size, Float64Array.from(scores.data)));
    }
    return blocks;
  } finally {
    await pairs.dispose();
  }
}

/** Gradient norms of a trained network between pairs and products: mean and 99th percentile. */
export async function slopes(
  network: Network,
  params: Chains,
  points: Points,
  random: Random,
): Promise<{ mean: number; high: number }> {
  const n = Math.min(points.x.shape[0], 4 * mostPerBlock);
  const some = { x: rowsOf(points.x, 0, n), y: rowsOf(points.y, 0, n) };
  const measure = compile((p: Chains, joint: { x: Tensor; y: Tensor }, key: Tensor) => {
    const at = between(joint, productPoints(joint), key);
    return gradientNorms((left, right) => network.rows(p, { x: left, y: right }), at.x, at.y);
  });
  try {
    const norms = Float64Array.from((await measure(params, some, keys.key(random.uint32()))).data);
    return { mean: norms.reduce((sum, v) => sum + v / n, 0), high: quantile(norms, 0.99) };
  } finally {
    await measure.dispose();
  }
}

/** Rows of two matrices as tensors. */
export function pointsOf(x: Matrix, y: Matrix, rows: ArrayLike<number>): { x: Tensor; y: Tensor } {
  const part = (m: Matrix) => {
    const { data, cols } = takeRows(m, rows);
    return tensor(Float32Array.from(data), { shape: [rows.length, cols] });
  };
  return { x: part(x), y: part(y) };
}

function rowsOf(t: Tensor, from: number, count: number): Tensor {
  const cols = t.shape[1];
  return tensor((t.data as Float32Array).slice(from * cols, (from + count) * cols), { shape: [count, cols] });
}
