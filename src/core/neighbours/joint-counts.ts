import { hstack, type Matrix, takeRows } from "../matrix.ts";
import { Line } from "./line.ts";
import { justAbove } from "./metric.ts";
import { kthDistances, nearestNeighbours, reachWithin } from "./neighbours.ts";
import { Plane } from "./plane.ts";
import { RangeCounter } from "./range-counter.ts";

/** What {@link jointCounts} finds for each row i of x; overwritten by the next call. */
export interface JointCounts {
  /** Distance to the k-th nearest other row in the joint space: the larger of the distances in x and in y. */
  readonly radii: Float64Array;
  /** Number of other rows near row i of x. */
  readonly nearX: Int32Array;
  /** Number of other rows near the row of y that it is paired with. */
  readonly nearY: Int32Array;
}

/**
 * Prepares many pairings of the rows of x with the rows of y, in max-norm: the returned function pairs row i of x with
 * row `order[i]` of y. What depends on x or y alone is done once.
 *
 * One column against one takes O(n) for each pairing, up to ten columns together O(n log n), more O(n² d).
 *
 * @param nearness `"joint"`: near means closer (strictly) than the k-th neighbour in the joint space; `"own"`: near in x
 *   means at most as far as any of the k joint neighbours is in x, and likewise in y
 */
export function jointCounts(
  x: Matrix,
  y: Matrix,
  k: number,
  nearness: "joint" | "own",
): (order: Int32Array) => JointCounts {
  const prepare = x.cols === 1 && y.cols === 1 ? betweenColumns : betweenMatrices;
  return prepare(x, y, k, nearness === "own");
}

/** Both columns are sorted once, and a pairing is a permutation of sorted positions. */
function betweenColumns(x: Matrix, y: Matrix, k: number, own: boolean): (order: Int32Array) => JointCounts {
  const n = x.rows;
  const lineX = new Line(x.data);
  const lineY = new Line(y.data);
  const rowOf = lineX.order;
  const positionInY = lineY.positions();
  const plane = new Plane(lineX.values, lineY.values, k);
  const partner = new Int32Array(n);
  const reach = new Float64Array(n);
  const neighbours = own ? new Int32Array(n * k) : undefined;
  const radii = new Float64Array(n);
  const nearX = new Int32Array(n);
  const nearY = new Int32Array(n);
  return (order) => {
    for (let a = 0; a < n; a++) partner[a] = positionInY[order[rowOf[a]]];
    plane.search(partner, reach, neighbours);
    for (let a = 0; a < n; a++) {
      let radiusX = reach[a];
      let radiusY = reach[a];
      if (neighbours) {
        radiusX = radiusY = 0;
        for (let place = a * k; place < (a + 1) * k; place++) {
          const other = neighbours[place];
          radiusX = Math.max(radiusX, Math.abs(lineX.values[other] - lineX.values[a]));
          radiusY = Math.max(radiusY, Math.abs(lineY.values[partner[other]] - lineY.values[partner[a]]));
        }
        radiusX = justAbove(radiusX);
        radiusY = justAbove(radiusY);
      }
      const row = rowOf[a];
      radii[row] = reach[a];
      nearX[row] = lineX.countCloser(a, radiusX);
      nearY[row] = lineY.countCloser(partner[a], radiusY);
    }
    return { radii, nearX, nearY };
  };
}

function betweenMatrices(x: Matrix, y: Matrix, k: number, own: boolean): (order: Int32Array) => JointCounts {
  const counterX = new RangeCounter(x);
  const counterY = new RangeCounter(y);
  const radiiOfY = new Float64Array(y.rows);
  return (order) => {
    const paired = takeRows(y, order);
    const { radii, radiiX, radiiY } = own ? ownRadii(x, paired, k) : sharedRadii(x, paired, k);
    for (let i = 0; i < order.length; i++) radiiOfY[order[i]] = radiiY[i];
    const nearInY = counterY.countCloser(radiiOfY);
    return { radii, nearX: counterX.countCloser(radiiX), nearY: order.map((row) => nearInY[row]) };
  };
}

function sharedRadii(x: Matrix, y: Matrix, k: number) {
  const radii = kthDistances(hstack(x, y), k);
  return { radii, radiiX: radii, radiiY: radii };
}

function ownRadii(x: Matrix, y: Matrix, k: number) {
  const neighbours = nearestNeighbours(hstack(x, y), k);
  const radii = new Float64Array(x.rows);
  for (let i = 0; i < radii.length; i++) radii[i] = neighbours.distances[(i + 1) * k - 1];
  const [radiiX, radiiY] = [x, y].map((block) => reachWithin(block, neighbours).map(justAbove));
  return { radii, radiiX, radiiY };
}
