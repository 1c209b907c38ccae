import { Heap } from "./heap.ts";
import { crumb } from "./information.ts";
import { Cells } from "./joint.ts";

/**
 * The greedy of Kocaoglu et al.: the most likely outcomes left on both sides are paired with all the mass that fits,
 * until nothing is left. O((n + m) log(n + m)), at most n + m − 1 cells.
 */
export function greedyCells(px: Float64Array, py: Float64Array): Cells {
  const [a, b] = [px.slice(), py.slice()];
  const [left, right] = [Heap.ofPositive(a), Heap.ofPositive(b)];
  const cells = new Cells(px.length, py.length, left.size + right.size);
  while (left.size > 0 && right.size > 0) {
    const [i, j] = [left.top, right.top];
    const mass = Math.min(a[i], b[j]);
    cells.add(i, j, mass);
    take(left, a, i, mass, px[i]);
    take(right, b, j, mass, py[j]);
  }
  for (; left.size > 0; left.pop()) cells.addRest("x", left.top, a[left.top]);
  for (; right.size > 0; right.pop()) cells.addRest("y", right.top, b[right.top]);
  return cells;
}

function take(heap: Heap, left: Float64Array, index: number, mass: number, atFirst: number): void {
  left[index] -= mass;
  if (left[index] > crumb * atFirst) {
    heap.settle();
    return;
  }
  left[index] = 0;
  heap.pop();
}

/** A coupling of any number of distributions: cell c has probability `p[c]` at `indices[k][c]` of distribution k. */
export interface ManyCells {
  readonly indices: Int32Array[];
  readonly p: Float64Array;
}

/** The greedy for K distributions: in each the most likely outcome left, all the mass that fits into every one. */
export function greedyManyCells(distributions: readonly Float64Array[]): ManyCells {
  const left = distributions.map((p) => p.slice());
  const heaps = left.map(Heap.ofPositive);
  const most = heaps.reduce((sum, heap) => sum + heap.size, 0);
  const indices = distributions.map(() => new Int32Array(most));
  const lastCell = distributions.map((p) => new Int32Array(p.length).fill(-1));
  const p = new Float64Array(most);
  let count = 0;
  while (heaps.every((heap) => heap.size > 0)) {
    const mass = Math.min(...heaps.map((heap, k) => left[k][heap.top]));
    for (const [k, heap] of heaps.entries()) {
      const top = heap.top;
      indices[k][count] = top;
      lastCell[k][top] = count;
      take(heap, left[k], top, mass, distributions[k][top]);
    }
    p[count++] = mass;
  }
  const end = count - 1;
  for (const [k, heap] of heaps.entries()) {
    while (heap.size > 0) {
      const index = heap.pop();
      if (lastCell[k][index] >= 0) {
        p[lastCell[k][index]] += left[k][index];
        continue;
      }
      for (const own of indices) own[count] = own[end];
      indices[k][count] = index;
      p[count++] = left[k][index];
    }
  }
  return { indices: indices.map((own) => own.slice(0, count)), p: p.slice(0, count) };
}
