import { type Codes, isCodes, levelCounts } from "../../core/codes.ts";
import type { Matrix } from "../../core/matrix.ts";
import { classCounts } from "../../core/neighbours/class-counts.ts";
import { jointCounts } from "../../core/neighbours/joint-counts.ts";
import { rowsOf, type Variable } from "../estimator.ts";
import { countTwins, equalRows } from "./equal-rows.ts";

/** k̃, n_x and n_y of each row i of x, the row itself included. */
export interface MixtureCounts {
  near: Int32Array;
  nearX: Int32Array;
  nearY: Int32Array;
}

/** For each row i of x: ρ, and the other rows that are closer in x and y (categories: in the same level). */
interface Distances {
  radii: Float64Array;
  nearX?: Int32Array;
  nearY?: Int32Array;
}

/**
 * Prepares many pairings of row i of x with row order[i] of y. The result of the returned function is overwritten by
 * its next call.
 */
export function mixtureCounts(x: Variable, y: Variable, k: number): (order: Int32Array) => MixtureCounts {
  const n = rowsOf(x);
  const search = distances(x, y, k);
  const equalX = equalRows(x);
  const equalY = equalRows(y);
  const near = new Int32Array(n);
  const nearX = new Int32Array(n);
  const nearY = new Int32Array(n);
  return (order) => {
    const found = search(order);
    if (found.radii.includes(0)) countTwins(equalX, equalY, order, near);
    for (let i = 0; i < n; i++) {
      const twinsInX = equalX.sizes[equalX.group[i]];
      const twinsInY = equalY.sizes[equalY.group[order[i]]];
      const apart = found.radii[i] > 0;
      nearX[i] = apart && found.nearX ? found.nearX[i] + 1 : twinsInX;
      nearY[i] = apart && found.nearY ? found.nearY[i] + 1 : twinsInY;
      if (!apart) continue;
      near[i] = k;
      if (isCodes(x)) near[i] = Math.min(k, twinsInX - 1);
      if (isCodes(y)) near[i] = Math.min(k, twinsInY - 1);
    }
    return { near, nearX, nearY };
  };
}

function distances(x: Variable, y: Variable, k: number): (order: Int32Array) => Distances {
  if (isCodes(x)) {
    if (!isCodes(y)) return toClasses(y, x, k);
    const radii = new Float64Array(x.codes.length);
    return () => ({ radii });
  }
  return isCodes(y) ? fromClasses(x, y, k) : jointCounts(x, y, k, "joint");
}

/** Row i of the points has the class of row order[i]. */
function fromClasses(points: Matrix, classes: Codes, k: number): (order: Int32Array) => Distances {
  const count = classCounts(points, levelCounts(classes), k);
  return (order) => {
    const { radii, closer } = count(order.map((row) => classes.codes[row]));
    return { radii, nearX: closer };
  };
}

/** Row order[i] of the points has the class of row i. */
function toClasses(points: Matrix, classes: Codes, k: number): (order: Int32Array) => Distances {
  const count = classCounts(points, levelCounts(classes), k);
  const labels = new Int32Array(points.rows);
  return (order) => {
    for (let i = 0; i < order.length; i++) labels[order[i]] = classes.codes[i];
    const { radii, closer } = count(labels);
    return {
      radii: Float64Array.from(order, (row) => radii[row]),
      nearY: order.map((row) => closer[row]),
    };
  };
}
