/** How likely each context is as the source of a compression, when all are equally likely before. */
export interface Confusions {
  /** Indices of the contexts shown. */
  readonly contexts: readonly number[];
  /** Rows: where a compression comes from; columns: where it may come from. */
  readonly posterior: readonly (readonly number[])[];
  /** The likeliest wrong sources. */
  readonly pairs: readonly { readonly from: number; readonly to: number; readonly share: number }[];
}

const mostContextsShown = 20;
const mostPairs = 12;

/** The posterior over sources, of the contexts that are mixed up most. */
export function confusionsOf(ll: readonly (readonly Float64Array[])[]): Confusions {
  const n = ll.length;
  const posterior = ll.map((row) => {
    const sum = new Float64Array(n);
    for (const values of row) {
      const largest = values.reduce((a, b) => Math.max(a, b));
      const weights = values.map((value) => Math.exp(value - largest));
      const total = weights.reduce((a, b) => a + b);
      for (let l = 0; l < n; l++) sum[l] += weights[l] / total / row.length;
    }
    return sum;
  });
  const pairs = posterior
    .flatMap((row, from) => Array.from(row, (share, to) => ({ from, to, share })))
    .filter(({ from, to, share }) => from !== to && share > 0.01)
    .sort((a, b) => b.share - a.share)
    .slice(0, mostPairs);
  // Pairs stay together: contexts enter in the order of the likeliest mistakes.
  const mixed = posterior
    .flatMap((row, from) => Array.from(row, (share, to) => ({ from, to, share })))
    .filter(({ from, to }) => from !== to)
    .sort((a, b) => b.share - a.share)
    .flatMap(({ from, to }) => [from, to]);
  const shown = [...new Set(mixed)].slice(0, mostContextsShown).sort((a, b) => a - b);
  return {
    contexts: shown,
    posterior: shown.map((i) => shown.map((l) => Number(posterior[i][l].toPrecision(4)))),
    pairs,
  };
}
