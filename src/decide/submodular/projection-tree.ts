import type { Random } from "../../core/random.ts";
import type { FeatureRows } from "./feature-similarities.ts";

interface TreeOptions {
  leafSize: number;
  /** Rows count by their direction, not by their length. */
  byAngle: boolean;
  random: Random;
  pace: () => Promise<void> | undefined;
}

/**
 * Partitions the rows by a random projection tree: a set of rows is cut at the median of its projections on the
 * difference of two of its rows, until no part is larger than a leaf. The difference points along where the rows spread.
 */
export async function splitIntoLeaves(
  { data, rows: n, cols }: FeatureRows,
  { leafSize, byAngle, random, pace }: TreeOptions,
): Promise<Int32Array[]> {
  const lengths = new Float64Array(n).fill(byAngle ? 0 : 1);
  for (let i = 0, at = 0; byAngle && i < n; i++) {
    for (let c = 0; c < cols; c++, at++) lengths[i] += data[at] * data[at];
    lengths[i] = Math.sqrt(lengths[i]);
  }
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const scores = new Float64Array(n);
  const direction = new Float64Array(cols);
  const leaves: Int32Array[] = [];
  const parts: [number, number][] = [[0, n]];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const [begin, end] = part;
    if (end - begin <= leafSize) {
      leaves.push(order.slice(begin, end));
      continue;
    }
    const one = order[begin + random.integer(end - begin)];
    const two = order[begin + random.integer(end - begin)];
    for (let c = 0; c < cols; c++) {
      direction[c] =
        one === two
          ? random.normal()
          : data[one * cols + c] / lengths[one] - data[two * cols + c] / lengths[two];
    }
    for (let p = begin; p < end; p++) {
      if (p % 4096 === 0) await pace();
      const i = order[p];
      let sum = 0;
      for (let c = 0, at = i * cols; c < cols; c++, at++) sum += data[at] * direction[c];
      scores[i] = sum / lengths[i];
    }
    const middle = (begin + end) >>> 1;
    order.subarray(begin, end).sort((a, b) => scores[a] - scores[b] || a - b);
    parts.push([begin, middle], [middle, end]);
  }
  return leaves;
}
