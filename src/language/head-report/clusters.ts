import { InputError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

const mostRounds = 50;

/**
 * Lloyd's k-means from k-means++ starts: the cluster of each row. O(rounds · n k d). An empty cluster stays empty.
 */
export function clusterRows({ data, rows: n, cols: d }: Matrix, k: number, seed: number): Int32Array {
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new InputError({
      code: "bad-option",
      where: "informationSurplus",
      problem: "clusters will not do",
      expected: `a count from 1 to the ${n} contexts`,
      got: k,
    });
  }
  const distance = (i: number, centre: Float64Array): number => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (data[i * d + j] - centre[j]) ** 2;
    return sum;
  };
  const centres = starts(data, n, d, k, new Random(seed).split("clusters"), distance);
  const codes = new Int32Array(n).fill(-1);
  for (let round = 0, changed = true; changed && round < mostRounds; round++) {
    changed = false;
    for (let i = 0; i < n; i++) {
      let [best, least] = [0, Number.POSITIVE_INFINITY];
      for (let c = 0; c < k; c++) {
        const far = distance(i, centres[c]);
        if (far < least) [best, least] = [c, far];
      }
      if (codes[i] !== best) changed = true;
      codes[i] = best;
    }
    const counts = new Int32Array(k);
    const sums = centres.map(() => new Float64Array(d));
    for (let i = 0; i < n; i++) {
      counts[codes[i]]++;
      for (let j = 0; j < d; j++) sums[codes[i]][j] += data[i * d + j];
    }
    sums.forEach((sum, c) => {
      if (counts[c] > 0) for (let j = 0; j < d; j++) centres[c][j] = sum[j] / counts[c];
    });
  }
  return codes;
}

/** Rows far from the starts already chosen are likelier: in proportion to the squared distance. */
function starts(
  data: Float64Array,
  n: number,
  d: number,
  k: number,
  random: Random,
  distance: (i: number, centre: Float64Array) => number,
): Float64Array[] {
  const row = (i: number) => data.slice(i * d, (i + 1) * d);
  const centres = [row(random.integer(n))];
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  while (centres.length < k) {
    let total = 0;
    for (let i = 0; i < n; i++) total += nearest[i] = Math.min(nearest[i], distance(i, centres.at(-1)!));
    let left = random.uniform() * total;
    let chosen = 0;
    while (chosen < n - 1 && (left -= nearest[chosen]) > 0) chosen++;
    centres.push(row(chosen));
  }
  return centres;
}
