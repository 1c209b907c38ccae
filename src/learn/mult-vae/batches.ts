import type { Random } from "../../core/random.ts";
import { tensor } from "../../engine/index.ts";
import type { CsrMatrix } from "./csr.ts";
import type { Batch } from "./network.ts";

/** Memory for one dense batch, used again for every one; rows stay sparse until they are in a batch. */
export interface BatchMemory {
  readonly input: Float32Array;
  readonly target: Float32Array;
  readonly noise: Float32Array;
}

export function batchMemory(rows: number, items: number, latentDim: number): BatchMemory {
  return {
    input: new Float32Array(rows * items),
    target: new Float32Array(rows * items),
    noise: new Float32Array(rows * latentDim),
  };
}

/**
 * The users' rows as a training batch: input of length 1 with each click dropped with probability `dropout` and the
 * rest divided by 1 − dropout, target undropped, noise normal (none when `latentDim` is 0). Everything random comes from
 * `random`.
 */
export function trainingBatch(
  clicks: CsrMatrix,
  users: Int32Array,
  dropout: number,
  latentDim: number,
  random: Random,
  memory: BatchMemory,
): Batch {
  const items = clicks.cols;
  const rows = users.length;
  const input = memory.input.subarray(0, rows * items).fill(0);
  const target = memory.target.subarray(0, rows * items).fill(0);
  const noise = memory.noise.subarray(0, rows * latentDim);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [clicks.offsets[users[row]], clicks.offsets[users[row] + 1]];
    let square = 0;
    for (let e = from; e < to; e++) square += clicks.values[e] ** 2;
    const scale = 1 / (Math.sqrt(square) * (1 - dropout));
    for (let e = from; e < to; e++) {
      const at = row * items + clicks.indices[e];
      target[at] = clicks.values[e];
      if (random.uniform() >= dropout) input[at] = clicks.values[e] * scale;
    }
  }
  for (let e = 0; e < noise.length; e++) noise[e] = random.normal();
  return {
    input: tensor(input, { shape: [rows, items] }),
    target: tensor(target, { shape: [rows, items] }),
    noise: latentDim > 0 ? tensor(noise, { shape: [rows, latentDim] }) : null,
  };
}

/** The rows `from` to `to` of a sparse matrix, dense, followed by empty rows up to `height`. */
export function denseRows(m: CsrMatrix, from: number, to: number, height = to - from): Float32Array {
  const out = new Float32Array(height * m.cols);
  for (let u = from; u < to; u++) {
    for (let e = m.offsets[u]; e < m.offsets[u + 1]; e++) {
      out[(u - from) * m.cols + m.indices[e]] = m.values[e];
    }
  }
  return out;
}
