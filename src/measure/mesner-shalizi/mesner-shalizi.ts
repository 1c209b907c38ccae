/**
 * Conditional mutual information of numbers, categories and mixtures: Mesner & Shalizi, "Conditional mutual
 * information estimation for mixed, discrete and continuous data", IEEE Trans. Inf. Theory 67, 2021 (arXiv
 * 1912.03387), algorithm 1:
 *
 *   Î(X;Y|Z) = mean of ψ(k̃ᵢ) − ψ(n_xz,i) − ψ(n_yz,i) + ψ(n_z,i),
 *
 * with ρᵢ the distance to the k-th nearest other row in (x, y, z) by max-norm, k̃ᵢ = k, or the number of twins where
 * ρᵢ = 0, and n the numbers of other rows at most ρᵢ away in each subspace. Deviations: the mean is not clamped at
 * zero; categories have the discrete metric (0 inside a level, infinite between levels), so neighbours are sought
 * among rows with the same categories, as many as there are up to k; rows alone with their categories are left out.
 *
 * Cost: O(n log n) up to about ten columns, O(n² d) beyond.
 */
import { type Codes, isCodes, joinCodes } from "../../core/codes.ts";
import { hstack, type Matrix, takeRows } from "../../core/matrix.ts";
import { justAbove, kthDistances, RangeCounter } from "../../core/neighbours/index.ts";
import { digammaTable } from "../../core/special.ts";
import { type PointEstimate, rowsOf, type Variable } from "../estimator.ts";

/**
 * Î(X;Y|Z) in nats for any mixture of kinds.
 *
 * @param options `k` neighbours (default 5)
 */
export function mesnerShalizi(
  x: Variable,
  y: Variable,
  z: Variable,
  { k = 5 }: { k?: number } = {},
): PointEstimate {
  const n = rowsOf(x);
  const radii = new Float64Array(n);
  const near = new Int32Array(n);
  for (const { rows, points } of groups(x, y, z)) findNeighbours(rows, points, k, radii, near);
  const counts = [[x, z], [y, z], [z]].map((parts) => countWithin(parts, radii));

  const psi = digammaTable(n);
  const local = new Float64Array(n);
  let sum = 0;
  let used = 0;
  const [nxz, nyz, nz] = counts;
  for (let i = 0; i < n; i++) {
    if (near[i] === 0) continue;
    used++;
    sum += local[i] = psi[near[i]] - psi[nxz[i]] - psi[nyz[i]] + psi[nz[i]];
  }
  const warnings =
    used === n
      ? []
      : [
          {
            code: "rare-combinations",
            message: `${n - used} rows are alone with their combination of categories and were left out`,
          },
        ];
  return { value: used === 0 ? Number.NaN : sum / used, n: used, local, warnings, diagnostics: { k } };
}

/** Writes each row's radius and how many rows it holds; a row alone in its group keeps 0 rows. */
function findNeighbours(
  rows: Int32Array,
  points: Matrix | undefined,
  k: number,
  radii: Float64Array,
  near: Int32Array,
): void {
  const others = rows.length - 1;
  if (others === 0) return;
  if (!points) {
    for (const row of rows) near[row] = others;
    return;
  }
  const distances = kthDistances(points, Math.min(k, others));
  const twins = new RangeCounter(points).countCloser(new Float64Array(rows.length).fill(justAbove(0)));
  for (const [i, row] of rows.entries()) {
    radii[row] = distances[i];
    near[row] = distances[i] === 0 ? twins[i] : Math.min(k, others);
  }
}

/** Number of other rows at most the radius away from each row in the given variables together. */
function countWithin(parts: readonly Variable[], radii: Float64Array): Int32Array {
  const counts = new Int32Array(radii.length);
  for (const { rows, points } of groups(...parts)) {
    if (!points) {
      for (const row of rows) counts[row] = rows.length - 1;
      continue;
    }
    const reach = Float64Array.from(rows, (row) => justAbove(radii[row]));
    const inside = new RangeCounter(points).countCloser(reach);
    for (const [i, row] of rows.entries()) counts[row] = inside[i];
  }
  return counts;
}

/** Rows that agree in all categories, with their numbers; no points where all variables are categories. */
function groups(...parts: readonly Variable[]): { rows: Int32Array; points?: Matrix }[] {
  const categories = parts.filter(isCodes);
  const numbers = parts.filter((part): part is Matrix => !isCodes(part));
  const all = numbers.length === 0 ? undefined : hstack(...numbers);
  if (categories.length === 0) {
    return [{ rows: Int32Array.from({ length: rowsOf(parts[0]) }, (_, i) => i), points: all }];
  }
  return rowsByLevel(joinCodes(...categories)).map((rows) => ({ rows, points: all && takeRows(all, rows) }));
}

function rowsByLevel({ codes, levels }: Codes): Int32Array[] {
  const sizes = new Int32Array(levels.length);
  for (const code of codes) sizes[code]++;
  const out = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (let i = 0; i < codes.length; i++) out[codes[i]][sizes[codes[i]]++] = i;
  return out.filter((rows) => rows.length > 0);
}
