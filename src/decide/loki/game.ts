/**
 * The value of a zero-sum game: max over distributions w of min over columns m of Σ_k w_k payoff[k, m], by the simplex
 * method on the column player's linear program, which starts feasible. Dantzig's rule, then Bland's, which cannot
 * cycle. O(K · M) a pivot; usually some multiples of K pivots.
 *
 * @param payoff K × M, row-major, scaled so that its entries are of order 1
 * @param floor the search ends as soon as the value is known to be below this, and returns a number that is
 */
export function gameValue(payoff: Float64Array, K: number, M: number, floor: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const entry of payoff) if (entry < least) least = entry;
  // All entries positive: the value is then 1 / max{Σ q : A q ≤ 1, q ≥ 0}.
  const shift = 1 - least;
  const width = M + K + 1;
  const right = width - 1;
  const tableau = new Float64Array((K + 1) * width);
  const basis = new Int32Array(K);
  for (let k = 0; k < K; k++) {
    for (let m = 0; m < M; m++) tableau[k * width + m] = payoff[k * M + m] + shift;
    tableau[k * width + M + k] = 1;
    tableau[k * width + right] = 1;
    basis[k] = M + k;
  }
  const costs = tableau.subarray(K * width);
  costs.fill(-1, 0, M);
  const patience = 20 * (K + 10);
  for (let pivots = 0; ; pivots++) {
    const enter = entering(costs, right, pivots > patience);
    if (enter < 0) return 1 / costs[right] - shift;
    const leave = leaving(tableau, basis, K, width, enter);
    // Cannot happen without rounding: the program is bounded.
    if (leave < 0) return 1 / costs[right] - shift;
    pivot(tableau, K, width, leave, enter);
    basis[leave] = enter;
    if (costs[right] * (floor + shift) > 1) return 1 / costs[right] - shift;
  }
}

const rounding = 1e-11;

function entering(costs: Float64Array, columns: number, first: boolean): number {
  let best = -1;
  let lowest = -rounding;
  for (let m = 0; m < columns; m++) {
    if (costs[m] >= lowest) continue;
    if (first) return m;
    lowest = costs[m];
    best = m;
  }
  return best;
}

/** Equal limits: the lowest variable leaves. */
function leaving(tableau: Float64Array, basis: Int32Array, K: number, width: number, enter: number): number {
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < K; k++) {
    const entry = tableau[k * width + enter];
    if (entry <= rounding) continue;
    const limit = tableau[k * width + width - 1] / entry;
    if (limit > lowest || (limit === lowest && basis[k] > basis[best])) continue;
    lowest = limit;
    best = k;
  }
  return best;
}

function pivot(tableau: Float64Array, K: number, width: number, leave: number, enter: number): void {
  const own = tableau.subarray(leave * width, (leave + 1) * width);
  const scale = 1 / own[enter];
  for (let m = 0; m < width; m++) own[m] *= scale;
  for (let k = 0; k <= K; k++) {
    if (k === leave) continue;
    const row = tableau.subarray(k * width, (k + 1) * width);
    const factor = row[enter];
    if (factor === 0) continue;
    for (let m = 0; m < width; m++) row[m] -= factor * own[m];
  }
}
