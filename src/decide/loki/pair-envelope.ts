/** How a label fares: never the mean, a mean beside others, or the only one for some weights. */
export const reachable = 1;
export const identifiable = 2;

/** Equal up to rounding, relative to the largest squared distance at hand. */
export const tolerance = 1e-9;

/**
 * Marks the labels that are Fréchet means of two observed ones. With weights 1 − s and s the variance of a label is
 * (1 − s) a + s b, where a and b are its squared distances to the two: the labels of least variance for some s are on
 * the lower left hull of the points (a, b), which goes from (0, D) to (D, 0). O(N + m log m) for the m points below
 * the line between those two.
 *
 * @param marks 0, {@link reachable} or {@link identifiable} for each label; raised, never lowered
 * @returns how many labels became reachable
 */
export function markPair(
  first: Float64Array,
  second: Float64Array,
  between: number,
  marks: Uint8Array,
): number {
  const slack = tolerance * between;
  const below: number[] = [];
  for (let y = 0; y < first.length; y++) if (first[y] + second[y] <= between + slack) below.push(y);
  below.sort((y, z) => first[y] - first[z] || second[y] - second[z] || y - z);

  const hull: number[] = [];
  for (const y of below) {
    if (hull.length > 0 && second[y] >= second[hull[hull.length - 1]] - slack) continue;
    while (hull.length > 1 && !isBelowChord(first, second, hull, y, slack)) hull.pop();
    hull.push(y);
  }

  let added = 0;
  let at = 0;
  for (const y of below) {
    while (at + 1 < hull.length - 1 && first[hull[at + 1]] < first[y]) at++;
    const [left, right] = [hull[at], hull[Math.min(at + 1, hull.length - 1)]];
    if (second[y] > chordAt(first, second, left, right, first[y]) + slack) continue;
    if (marks[y] === 0) {
      marks[y] = reachable;
      added++;
    }
  }
  for (const y of hull) if (isAlone(first, second, below, y, slack)) marks[y] = identifiable;
  return added;
}

/** Whether the last point of the hull stays a corner when the hull goes on to y. */
function isBelowChord(
  first: Float64Array,
  second: Float64Array,
  hull: readonly number[],
  y: number,
  slack: number,
): boolean {
  const [last, before] = [hull[hull.length - 1], hull[hull.length - 2]];
  return second[last] < chordAt(first, second, before, y, first[last]) - slack;
}

function chordAt(
  first: Float64Array,
  second: Float64Array,
  left: number,
  right: number,
  place: number,
): number {
  const width = first[right] - first[left];
  if (width <= 0) return Math.min(second[left], second[right]);
  return second[left] + ((second[right] - second[left]) * (place - first[left])) / width;
}

/** No other label at the same place, up to rounding. `below` is sorted by the first distance. */
function isAlone(
  first: Float64Array,
  second: Float64Array,
  below: readonly number[],
  y: number,
  slack: number,
): boolean {
  let low = 0;
  let high = below.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (first[below[middle]] < first[y] - slack) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < below.length && first[below[i]] <= first[y] + slack; i++) {
    if (below[i] !== y && Math.abs(second[below[i]] - second[y]) <= slack) return false;
  }
  return true;
}
