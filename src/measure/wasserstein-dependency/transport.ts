import { InputError } from "../../core/errors.ts";

/** The cheapest way to give every column to a row when each row takes equally many. */
export interface Transport {
  /** Mean cost of a column: the transport cost between uniform weights. */
  cost: number;
  rowOf: Int32Array;
  /** Dual prices: cost(r, c) ≥ rowPrice[r] + columnPrice[c] everywhere, with equality where c goes to r. */
  rowPrice: Float64Array;
  columnPrice: Float64Array;
}

/**
 * Exact optimal transport between uniform weights on `rows` and on `columns` points, where `columns` is a multiple of
 * `rows`: an assignment in which each row takes columns / rows columns. Columns enter one by one along shortest augmenting
 * paths over the rows (Jonker & Volgenant 1987, with a capacity for rows); the prices prove that nothing is cheaper.
 *
 * Cost: O(rows · columns²) at worst, memory of the costs.
 *
 * @param costs column by column: the cost of (r, c) is `costs[c * rows + r]`
 */
export function transport(costs: Float64Array, rows: number, columns: number): Transport {
  const capacity = columns / rows;
  if (!Number.isInteger(capacity) || costs.length !== rows * columns) {
    throw new InputError({
      code: "shape-mismatch",
      where: "transport",
      problem: "columns cannot be shared out equally",
      expected: `a multiple of ${rows} columns, with a cost for each row and column`,
      got: columns,
    });
  }
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const rowOf = new Int32Array(columns).fill(-1);
  const taken = new Int32Array(columns);
  const placeOf = new Int32Array(columns);
  const load = new Int32Array(rows);
  const distance = new Float64Array(rows);
  const via = new Int32Array(rows);
  const isDone = new Uint8Array(rows);
  const done = new Int32Array(rows);

  for (let entering = 0; entering < columns; entering++) {
    isDone.fill(0);
    let count = 0;
    for (let r = 0; r < rows; r++) {
      distance[r] = costs[entering * rows + r] - rowPrice[r];
      via[r] = entering;
    }
    let end = nearest(distance, isDone);
    while (load[end] === capacity) {
      isDone[end] = 1;
      done[count++] = end;
      for (let slot = end * capacity; slot < (end + 1) * capacity; slot++) {
        const c = taken[slot];
        const reach = distance[end] - columnPrice[c];
        for (let r = 0; r < rows; r++) {
          if (isDone[r] === 1) continue;
          const along = reach + costs[c * rows + r] - rowPrice[r];
          if (along < distance[r]) {
            distance[r] = along;
            via[r] = c;
          }
        }
      }
      end = nearest(distance, isDone);
    }
    const length = distance[end];
    for (let i = 0; i < count; i++) {
      const r = done[i];
      const slack = length - distance[r];
      rowPrice[r] -= slack;
      for (let slot = r * capacity; slot < (r + 1) * capacity; slot++) columnPrice[taken[slot]] += slack;
    }
    columnPrice[entering] = length;
    // Along the path each row hands the column it was reached by to its successor and takes another in its place.
    let row = end;
    let place = row * capacity + load[row]++;
    for (;;) {
      const column = via[row];
      const before = rowOf[column];
      const freed = placeOf[column];
      rowOf[column] = row;
      taken[place] = column;
      placeOf[column] = place;
      if (before === -1) break;
      row = before;
      place = freed;
    }
  }
  let total = 0;
  for (let c = 0; c < columns; c++) total += costs[c * rows + rowOf[c]];
  return { cost: total / columns, rowOf, rowPrice, columnPrice };
}

function nearest(distance: Float64Array, isDone: Uint8Array): number {
  let best = -1;
  for (let r = 0; r < distance.length; r++) {
    if (isDone[r] === 0 && (best === -1 || distance[r] < distance[best])) best = r;
  }
  return best;
}
