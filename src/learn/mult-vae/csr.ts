/**
 * A sparse matrix by rows: row u has `values[e]` in column `indices[e]` for e from `offsets[u]` to `offsets[u + 1] − 1`,
 * columns ascending. A row is a user, a column an item.
 */
export interface CsrMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly offsets: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** The matrix with these entries; entries at the same place are added up. */
export function csrFromEntries(
  rows: number,
  cols: number,
  row: ArrayLike<number>,
  col: ArrayLike<number>,
  value?: ArrayLike<number>,
): CsrMatrix {
  const byColumn = orderBy(col, cols, identity(row.length));
  const order = orderBy(row, rows, byColumn);
  const offsets = new Int32Array(rows + 1);
  const indices = new Int32Array(row.length);
  const values = new Float64Array(row.length);
  let size = 0;
  for (const e of order) {
    const [u, i, x] = [row[e], col[e], value ? value[e] : 1];
    if (offsets[u + 1] > 0 && indices[size - 1] === i) {
      values[size - 1] += x;
    } else {
      offsets[u + 1]++;
      indices[size] = i;
      values[size++] = x;
    }
  }
  for (let u = 0; u < rows; u++) offsets[u + 1] += offsets[u];
  return { rows, cols, offsets, indices: indices.slice(0, size), values: values.slice(0, size) };
}

/** One row per list of columns, with ones in it. */
export function csrFromLists(lists: readonly ArrayLike<number>[], cols: number): CsrMatrix {
  const size = lists.reduce((sum, list) => sum + list.length, 0);
  const [row, col] = [new Int32Array(size), new Int32Array(size)];
  let e = 0;
  lists.forEach((list, u) => {
    for (let i = 0; i < list.length; i++) {
      row[e] = u;
      col[e++] = list[i];
    }
  });
  return csrFromEntries(lists.length, cols, row, col);
}

/** The chosen rows, in the given order. */
export function csrRows(m: CsrMatrix, rows: ArrayLike<number>): CsrMatrix {
  const offsets = new Int32Array(rows.length + 1);
  for (let u = 0; u < rows.length; u++) {
    offsets[u + 1] = offsets[u] + m.offsets[rows[u] + 1] - m.offsets[rows[u]];
  }
  const indices = new Int32Array(offsets[rows.length]);
  const values = new Float64Array(offsets[rows.length]);
  for (let u = 0; u < rows.length; u++) {
    const [from, to] = [m.offsets[rows[u]], m.offsets[rows[u] + 1]];
    indices.set(m.indices.subarray(from, to), offsets[u]);
    values.set(m.values.subarray(from, to), offsets[u]);
  }
  return { rows: rows.length, cols: m.cols, offsets, indices, values };
}

/** The chosen columns, ascending, renumbered from 0. */
export function csrColumns(m: CsrMatrix, columns: ArrayLike<number>): CsrMatrix {
  const renumbered = new Int32Array(m.cols).fill(-1);
  for (let j = 0; j < columns.length; j++) renumbered[columns[j]] = j;
  const offsets = new Int32Array(m.rows + 1);
  const indices = new Int32Array(m.indices.length);
  const values = new Float64Array(m.indices.length);
  let size = 0;
  for (let u = 0; u < m.rows; u++) {
    for (let e = m.offsets[u]; e < m.offsets[u + 1]; e++) {
      const j = renumbered[m.indices[e]];
      if (j < 0) continue;
      indices[size] = j;
      values[size++] = m.values[e];
    }
    offsets[u + 1] = size;
  }
  return {
    rows: m.rows,
    cols: columns.length,
    offsets,
    indices: indices.slice(0, size),
    values: values.slice(0, size),
  };
}

/** Rows and columns exchanged. */
export function csrTranspose(m: CsrMatrix): CsrMatrix {
  return csrFromEntries(m.cols, m.rows, m.indices, rowOfEntries(m), m.values);
}

/** The columns of one row: a view. */
export function rowIndices(m: CsrMatrix, row: number): Int32Array {
  return m.indices.subarray(m.offsets[row], m.offsets[row + 1]);
}

/** In how many rows each column occurs. */
export function columnCounts(m: CsrMatrix): Float64Array {
  const counts = new Float64Array(m.cols);
  for (const i of m.indices) counts[i]++;
  return counts;
}

/** XᵀX, dense and row-major. Cost: the sum of squared row lengths. */
export function gram(m: CsrMatrix): Float64Array {
  const out = new Float64Array(m.cols * m.cols);
  for (let u = 0; u < m.rows; u++) {
    const [from, to] = [m.offsets[u], m.offsets[u + 1]];
    for (let e = from; e < to; e++) {
      const [at, x] = [m.indices[e] * m.cols, m.values[e]];
      for (let f = from; f < to; f++) out[at + m.indices[f]] += x * m.values[f];
    }
  }
  return out;
}

function rowOfEntries(m: CsrMatrix): Int32Array {
  const row = new Int32Array(m.indices.length);
  for (let u = 0; u < m.rows; u++) row.fill(u, m.offsets[u], m.offsets[u + 1]);
  return row;
}

function identity(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, e) => e);
}

/** A stable counting sort of `order` by key. */
function orderBy(key: ArrayLike<number>, levels: number, order: Int32Array): Int32Array {
  const next = new Int32Array(levels + 1);
  for (let e = 0; e < key.length; e++) next[key[e] + 1]++;
  for (let k = 0; k < levels; k++) next[k + 1] += next[k];
  const out = new Int32Array(order.length);
  for (const e of order) out[next[key[e]]++] = e;
  return out;
}
