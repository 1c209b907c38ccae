import { profileOfSorted } from "./bounds.ts";
import { crumb, descending, phi, slack } from "./information.ts";
import { Cells } from "./joint.ts";

/**
 * The coupling of least entropy. The entropy is concave on the polytope of couplings, so that a corner is best, and a
 * corner is a forest: peeling leaves, it is reached by picking a cell at a time and giving it all that fits. Depth first
 * over these picks; a state (the masses left, up to their order) that was reached as cheaply before is left, and so is
 * one whose profile bound cannot beat the best. Exponential in n + m.
 *
 * @param start a coupling to beat
 */
export function exactCells(px: Float64Array, py: Float64Array, start: Cells): Cells {
  const a = Float64Array.from(descending(px), (i) => px[i]);
  const b = Float64Array.from(descending(py), (j) => py[j]);
  const cheapest = new Map<string, number>();
  const picks: [row: number, col: number, mass: number][] = [];
  let best = start.entropy();
  let found: typeof picks | undefined;

  const visit = (cost: number) => {
    const [left, right] = [positive(a), positive(b)];
    if (left.length === 0 || right.length === 0) {
      if (cost < best - slack) {
        best = cost;
        found = picks.slice();
      }
      return;
    }
    if (cost + profileOfSorted(left, right) >= best - slack) return;
    const key = keyOf(left, right);
    if ((cheapest.get(key) ?? Number.POSITIVE_INFINITY) <= cost + slack) return;
    cheapest.set(key, cost);
    for (let i = 0; i < a.length; i++) {
      if (a[i] === 0 || isRepeated(a, i)) continue;
      for (let j = 0; j < b.length; j++) {
        if (b[j] === 0 || isRepeated(b, j)) continue;
        const [massA, massB] = [a[i], b[j]];
        const mass = Math.min(massA, massB);
        a[i] = massA - mass > crumb ? massA - mass : 0;
        b[j] = massB - mass > crumb ? massB - mass : 0;
        picks.push([i, j, mass]);
        visit(cost + phi(mass));
        picks.pop();
        a[i] = massA;
        b[j] = massB;
      }
    }
  };
  visit(0);
  if (!found) return start;

  const [orderX, orderY] = [descending(px), descending(py)];
  const cells = new Cells(px.length, py.length, found.length);
  for (const [i, j, mass] of found) cells.add(orderX[i], orderY[j], mass);
  return cells;
}

/** The masses that are left, ascending. */
function positive(masses: Float64Array): Float64Array {
  return masses.filter((mass) => mass > 0).sort();
}

/** Whether an earlier outcome has as much left: picking it instead comes to the same. */
function isRepeated(masses: Float64Array, index: number): boolean {
  for (let earlier = 0; earlier < index; earlier++) {
    if (Math.abs(masses[earlier] - masses[index]) <= crumb) return true;
  }
  return false;
}

function keyOf(a: Float64Array, b: Float64Array): string {
  const part = (masses: Float64Array) => Array.from(masses, (mass) => Math.round(mass * 1e12)).join();
  return `${part(a)};${part(b)}`;
}
