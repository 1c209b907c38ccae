import type { Matrix } from "../matrix.ts";
import type { Metric } from "./metric.ts";
import { insert, type NearestLists } from "./nearest.ts";

const leafSize = 16;

/**
 * A balanced k-d tree over the rows of a matrix. Nodes are numbered as in a heap (children of i: 2i + 1, 2i + 2);
 * each covers a run of points, which are stored leaf by leaf, and knows the box around them. Building: O(n log n).
 */
export class KdTree {
  readonly #cols: number;
  readonly #euclidean: boolean;
  /** Row of each stored point. */
  readonly #order: Int32Array;
  readonly #coordinates: Float64Array;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  /** Lowest and highest value of each column, for each node. */
  readonly #boxes: Float64Array;
  readonly #firstLeaf: number;

  // The query in progress.
  readonly #query: Float64Array;
  readonly #radius: Float64Array;
  /** Stored place of the point that asks, or −1 for a point from outside. */
  #self = -1;
  #reach = 0;
  #last = 0;

  constructor(points: Matrix, metric: Metric = "max") {
    const { rows, cols, data } = points;
    let leaves = 1;
    while (rows > leaves * leafSize) leaves *= 2;
    const nodes = 2 * leaves - 1;
    this.#cols = cols;
    this.#euclidean = metric === "euclidean";
    this.#firstLeaf = leaves - 1;
    this.#starts = new Int32Array(nodes);
    this.#ends = new Int32Array(nodes);
    this.#boxes = new Float64Array(2 * cols * nodes);
    this.#order = new Int32Array(rows);
    this.#query = new Float64Array(cols);
    this.#radius = new Float64Array(cols);

    for (let i = 0; i < rows; i++) this.#order[i] = i;
    this.#split(0, 0, rows, boundsOf(points), data, new Float64Array(rows));
    this.#coordinates = new Float64Array(data.length);
    for (let p = 0, to = 0; p < rows; p++) {
      for (let j = 0, from = this.#order[p] * cols; j < cols; j++) this.#coordinates[to++] = data[from++];
    }
    for (let node = nodes - 1; node >= 0; node--) this.#enclose(node);
  }

  /** Adds to list i the points nearest to point i of the tree, itself excluded. */
  searchAll(lists: NearestLists): void {
    const cols = this.#cols;
    for (let leaf = this.#firstLeaf; leaf < this.#starts.length; leaf++) {
      for (let p = this.#starts[leaf]; p < this.#ends[leaf]; p++) {
        this.#begin(this.#coordinates, p * cols, p, this.#order[p], lists);
        // Its own leaf first, then what lies beside the way from there to the root.
        this.#scan(leaf, lists);
        for (let node = leaf; node > 0; node = (node - 1) >> 1) {
          const sibling = node & 1 ? node + 1 : node - 1;
          if (this.#distanceToBox(sibling) < this.#reach) this.#search(sibling, lists);
        }
      }
    }
  }

  /** Adds to list i the points of the tree nearest to row i of `queries`. */
  searchFor(queries: Matrix, lists: NearestLists): void {
    for (let i = 0; i < queries.rows; i++) {
      this.#begin(queries.data, i * this.#cols, -1, i, lists);
      this.#search(0, lists);
    }
  }

  /**
   * For each point i of the tree, how many others differ from it by less than `radii[j][i]` in every column j:
   * points closer in max-norm, or in a box whose sides are given block by block.
   */
  countAll(radii: readonly Float64Array[], out: Int32Array): void {
    const cols = this.#cols;
    for (let p = 0; p < this.#order.length; p++) {
      const row = this.#order[p];
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < cols; j++) {
        this.#query[j] = this.#coordinates[p * cols + j];
        this.#radius[j] = radii[j][row];
        least = Math.min(least, this.#radius[j]);
      }
      // The point itself is inside any box that is not empty.
      out[row] = least > 0 ? this.#count(0) - 1 : 0;
    }
  }

  #begin(from: Float64Array, at: number, self: number, list: number, lists: NearestLists): void {
    for (let j = 0; j < this.#cols; j++) this.#query[j] = from[at + j];
    this.#self = self;
    this.#last = (list + 1) * lists.k - 1;
    this.#reach = lists.distances[this.#last];
  }

  #search(node: number, lists: NearestLists): void {
    if (node >= this.#firstLeaf) {
      this.#scan(node, lists);
      return;
    }
    const left = 2 * node + 1;
    const toLeft = this.#distanceToBox(left);
    const toRight = this.#distanceToBox(left + 1);
    if (toLeft <= toRight) {
      if (toLeft < this.#reach) this.#search(left, lists);
      if (toRight < this.#reach) this.#search(left + 1, lists);
    } else {
      if (toRight < this.#reach) this.#search(left + 1, lists);
      if (toLeft < this.#reach) this.#search(left, lists);
    }
  }

  #scan(leaf: number, lists: NearestLists): void {
    const cols = this.#cols;
    const query = this.#query;
    const coordinates = this.#coordinates;
    const euclidean = this.#euclidean;
    const self = this.#self;
    const end = this.#ends[leaf];
    let reach = this.#reach;
    for (let p = this.#starts[leaf]; p < end; p++) {
      let distance = 0;
      if (euclidean) {
        for (let j = 0, at = p * cols; j < cols && distance < reach; j++, at++) {
          const difference = coordinates[at] - query[j];
          distance += difference * difference;
        }
      } else {
        for (let j = 0, at = p * cols; j < cols && distance < reach; j++, at++) {
          const difference = Math.abs(coordinates[at] - query[j]);
          if (difference > distance) distance = difference;
        }
      }
      if (distance >= reach || p === self) continue;
      insert(lists, this.#last, distance, this.#order[p]);
      reach = lists.distances[this.#last];
    }
    this.#reach = reach;
  }

  /** Not more than the distance to any point of the node: it is computed in the same way, rounding included. */
  #distanceToBox(node: number): number {
    const cols = this.#cols;
    const query = this.#query;
    const boxes = this.#boxes;
    let distance = 0;
    for (let j = 0, at = 2 * cols * node; j < cols; j++, at += 2) {
      const below = boxes[at] - query[j];
      const above = query[j] - boxes[at + 1];
      const outside = Math.max(below, above);
      if (outside <= 0) continue;
      if (this.#euclidean) distance += outside * outside;
      else if (outside > distance) distance = outside;
    }
    return distance;
  }

  #count(node: number): number {
    const cols = this.#cols;
    const query = this.#query;
    const radius = this.#radius;
    const boxes = this.#boxes;
    let inside = true;
    for (let j = 0, at = 2 * cols * node; j < cols; j++, at += 2) {
      const low = query[j] - boxes[at];
      const high = boxes[at + 1] - query[j];
      const r = radius[j];
      if (low >= r || high >= r) inside = false;
      if (-low >= r || -high >= r) return 0;
    }
    if (inside) return this.#ends[node] - this.#starts[node];
    if (node < this.#firstLeaf) return this.#count(2 * node + 1) + this.#count(2 * node + 2);

    const coordinates = this.#coordinates;
    const end = this.#ends[node];
    let count = 0;
    for (let p = this.#starts[node]; p < end; p++) {
      let j = 0;
      for (let at = p * cols; j < cols && Math.abs(coordinates[at] - query[j]) < radius[j]; at++) j++;
      if (j === cols) count++;
    }
    return count;
  }

  /** Halves the points of a node at the median of the column in which its cell is widest. */
  #split(
    node: number,
    start: number,
    end: number,
    cell: Float64Array,
    data: Float64Array,
    keys: Float64Array,
  ): void {
    this.#starts[node] = start;
    this.#ends[node] = end;
    if (node >= this.#firstLeaf) return;
    const cols = this.#cols;
    let widest = 0;
    for (let j = 1; j < cols; j++) {
      if (cell[2 * j + 1] - cell[2 * j] > cell[2 * widest + 1] - cell[2 * widest]) widest = j;
    }
    for (let p = start; p < end; p++) keys[p] = data[this.#order[p] * cols + widest];
    const middle = (start + end) >>> 1;
    selectMiddle(keys, this.#order, start, end - 1, middle);
    const cut = keys[middle];
    const low = cell[2 * widest];
    const high = cell[2 * widest + 1];
    cell[2 * widest + 1] = cut;
    this.#split(2 * node + 1, start, middle, cell, data, keys);
    cell[2 * widest + 1] = high;
    cell[2 * widest] = cut;
    this.#split(2 * node + 2, middle, end, cell, data, keys);
    cell[2 * widest] = low;
  }

  /** The box of a node: around its points, or around the boxes of its children (enclosed before it). */
  #enclose(node: number): void {
    const cols = this.#cols;
    const boxes = this.#boxes;
    const box = 2 * cols * node;
    for (let j = 0; j < cols; j++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      if (node >= this.#firstLeaf) {
        for (let p = this.#starts[node]; p < this.#ends[node]; p++) {
          const value = this.#coordinates[p * cols + j];
          if (value < low) low = value;
          if (value > high) high = value;
        }
      } else {
        const left = 2 * cols * (2 * node + 1) + 2 * j;
        const right = left + 2 * cols;
        low = Math.min(boxes[left], boxes[right]);
        high = Math.max(boxes[left + 1], boxes[right + 1]);
      }
      boxes[box + 2 * j] = low;
      boxes[box + 2 * j + 1] = high;
    }
  }
}

function boundsOf({ data, cols }: Matrix): Float64Array {
  const bounds = new Float64Array(2 * cols);
  for (let j = 0; j < cols; j++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = j; at < data.length; at += cols) {
      if (data[at] < low) low = data[at];
      if (data[at] > high) high = data[at];
    }
    bounds[2 * j] = low;
    bounds[2 * j + 1] = high;
  }
  return bounds;
}

/** Hoare's selection: smaller keys before place `middle`, larger ones after it; `order` moves along. */
function selectMiddle(
  keys: Float64Array,
  order: Int32Array,
  left: number,
  right: number,
  middle: number,
): void {
  while (left < right) {
    const pivot = keys[(left + right) >>> 1];
    let i = left;
    let j = right;
    while (i <= j) {
      while (keys[i] < pivot) i++;
      while (keys[j] > pivot) j--;
      if (i > j) break;
      const key = keys[i];
      keys[i] = keys[j];
      keys[j] = key;
      const row = order[i];
      order[i++] = order[j];
      order[j--] = row;
    }
    if (middle <= j) right = j;
    else if (middle >= i) left = i;
    else return;
  }
}
