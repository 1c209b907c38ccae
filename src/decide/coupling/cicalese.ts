import { Heap } from "./heap.ts";
import { crumb, descending } from "./information.ts";
import { Cells } from "./joint.ts";

/**
 * The algorithm of Cicalese, Gargano & Vaccaro: both sides are sorted and matched from the least likely pair up. In
 * each pair, the side with mass to spare keeps its rest for a more likely partner; each mass of p ∧ q is thus cut at
 * most once, so that the entropy is at most H(p ∧ q) + 1 bit. O((n + m) log(n + m)).
 */
export function cicaleseCells(px: Float64Array, py: Float64Array): Cells {
  const [orderX, orderY] = [descending(px), descending(py)];
  const pairs = Math.max(orderX.length, orderY.length);
  const cells = new Cells(px.length, py.length, 2 * pairs);
  // Rests of outcomes of one side, which wait for partners on the other.
  const rests = new Float64Array(pairs);
  const waiting = new Heap(rests);
  let total = 0;
  let rowsWait = true;

  const add = (own: number, other: number, mass: number) => {
    if (!(mass > 0)) return;
    if (rowsWait) cells.add(orderX[own], orderY[other], mass);
    else cells.add(orderX[other], orderY[own], mass);
  };
  const wait = (rank: number, rest: number, of: number) => {
    if (!(rest > crumb * of)) return;
    rests[rank] = rest;
    total += rest;
    waiting.push(rank);
  };

  for (let rank = pairs - 1; rank >= 0; rank--) {
    const massX = rank < orderX.length ? px[orderX[rank]] : 0;
    const massY = rank < orderY.length ? py[orderY[rank]] : 0;
    if (waiting.size === 0) {
      rowsWait = massX >= massY;
      total = 0;
    }
    const [own, need] = rowsWait ? [massX, massY] : [massY, massX];
    const flips = own + total < need * (1 - crumb) || rank === 0;
    let filled = 0;
    while (waiting.size > 0 && (flips || own + filled < need * (1 - crumb))) {
      const from = waiting.pop();
      add(from, rank, rests[from]);
      filled += rests[from];
      total -= rests[from];
    }
    const left = need - filled;
    const onDiagonal = left > crumb * need ? Math.min(own, left) : 0;
    add(rank, rank, onDiagonal);
    if (flips) {
      rowsWait = !rowsWait;
      total = 0;
      wait(rank, left - onDiagonal, need);
    } else wait(rank, own - onDiagonal, own);
  }
  return cells;
}
