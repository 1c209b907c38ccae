/** A comparison that `npm run bench` can run. */
export interface Bench {
  /** Its file's name. */
  id: string;
  title: string;
  run(): Promise<BenchResult>;
}

export interface BenchResult {
  /** One table; every row has the same keys. */
  rows: Record<string, string | number>[];
  /** What the table comes to, one sentence each. */
  findings: string[];
  /** Versions of what was compared with. */
  peers: Record<string, string>;
}

/** Times one call, in milliseconds. */
export function millisecondsOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The slope of log time over log n by least squares: 1 means twice the time for twice the rows. */
export function fittedExponent(sizes: readonly number[], times: readonly number[]): number {
  const x = sizes.map(Math.log);
  const y = times.map(Math.log);
  const [meanX, meanY] = [x, y].map((values) => values.reduce((sum, v) => sum + v, 0) / values.length);
  const covariance = x.reduce((sum, v, i) => sum + (v - meanX) * (y[i] - meanY), 0);
  return covariance / x.reduce((sum, v) => sum + (v - meanX) ** 2, 0);
}

/** Four significant digits at most. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
