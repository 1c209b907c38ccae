import type { Scores } from "./tensor.ts";

/**
 * The prompts that the confidence filter keeps: those in the cluster with the larger centre when the prompts'
 * confidences, Σ over inputs of the largest minus the second largest probability, fall into two. All are kept where they
 * do not differ.
 */
export function confidentPrompts(p: Float64Array, { prompts, inputs, choices }: Scores): boolean[] {
  const confidence = new Float64Array(prompts);
  for (let t = 0, at = 0; t < prompts; t++) {
    for (let x = 0; x < inputs; x++) {
      let first = 0;
      let second = 0;
      for (let y = 0; y < choices; y++, at++) {
        if (p[at] > first) {
          second = first;
          first = p[at];
        } else if (p[at] > second) second = p[at];
      }
      confidence[t] += first - second;
    }
  }
  const least = upperCluster(confidence);
  return Array.from(confidence, (value) => value >= least);
}

/**
 * The smallest value of the upper of two clusters with the least sum of squares: in one dimension clusters are
 * neighbours in order, so that trying every split of the sorted values is exact.
 */
export function upperCluster(values: Float64Array): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  if (sorted[0] === sorted[n - 1]) return sorted[0];
  const total = sorted.reduce((a, b) => a + b, 0);
  let best = Number.NEGATIVE_INFINITY;
  let least = sorted[0];
  // Least squares within is most squared centres between: Σ n_k c_k².
  for (let size = 1, below = sorted[0]; size < n; below += sorted[size++]) {
    if (sorted[size] === sorted[size - 1]) continue;
    const between = below ** 2 / size + (total - below) ** 2 / (n - size);
    if (between > best) {
      best = between;
      least = sorted[size];
    }
  }
  return least;
}
