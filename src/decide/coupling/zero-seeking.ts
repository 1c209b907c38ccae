import { Heap } from "./heap.ts";
import { crumb } from "./information.ts";
import { Cells } from "./joint.ts";
import { SortedList } from "./sorted-list.ts";

/**
 * The greedy that looks for outcomes whose masses match, so that one cell uses up both: always the pair with the
 * smallest difference. The paper's appendix names it; its details are ours. The two of such a pair are neighbours when
 * the masses of both sides are sorted together, so that only neighbours are compared: O((n + m)^1.5) in the worst case.
 */
export function zeroSeekingCells(px: Float64Array, py: Float64Array): Cells {
  const n = px.length;
  const atFirst = new Float64Array(n + py.length);
  atFirst.set(px);
  atFirst.set(py, n);
  const masses = atFirst.slice();
  const present = atFirst.map((mass) => (mass > 0 ? 1 : 0));
  const order = Int32Array.from(masses.keys()).filter((i) => masses[i] > 0);
  order.sort((i, j) => masses[j] - masses[i] || i - j);
  const sorted = new SortedList(masses);

  // Every pair that ever were neighbours: the two of each, and minus their difference as the key.
  const pairs = new Int32Array(10 * order.length);
  const keys = new Float64Array(5 * order.length);
  const candidates = new Heap(keys);
  let count = 0;
  const compare = (i: number, j: number) => {
    if (i < 0 || j < 0 || i < n === j < n) return;
    pairs[2 * count] = Math.min(i, j);
    pairs[2 * count + 1] = Math.max(i, j);
    keys[count] = -Math.abs(masses[i] - masses[j]);
    candidates.push(count++);
  };
  for (const index of order) sorted.insert(index);
  for (const index of order) compare(index, sorted.after(index));

  const cells = new Cells(n, py.length, order.length);
  while (candidates.size > 0) {
    const candidate = candidates.pop();
    const [i, j] = [pairs[2 * candidate], pairs[2 * candidate + 1]];
    const difference = masses[i] - masses[j];
    if (present[i] === 0 || present[j] === 0 || -Math.abs(difference) !== keys[candidate]) continue;
    const mass = Math.min(masses[i], masses[j]);
    cells.add(i, j - n, mass);
    for (const index of [i, j]) {
      const [before, after] = [sorted.before(index), sorted.after(index)];
      sorted.remove(index);
      present[index] = 0;
      compare(before, after);
    }
    const rest = difference > 0 ? i : j;
    if (!(Math.abs(difference) > crumb * atFirst[rest])) continue;
    masses[rest] = Math.abs(difference);
    present[rest] = 1;
    sorted.insert(rest);
    compare(sorted.before(rest), rest);
    compare(rest, sorted.after(rest));
  }
  for (const index of order) {
    if (present[index] === 0) continue;
    if (index < n) cells.addRest("x", index, masses[index]);
    else cells.addRest("y", index - n, masses[index]);
  }
  return cells;
}
