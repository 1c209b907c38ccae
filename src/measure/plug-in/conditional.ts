import type { Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import {
  asCorrection,
  type DiscreteEntropyOptions,
  pair,
  type Symbols,
  symbols,
  tally,
} from "../entropy/entropy.ts";
import type { PointEstimate } from "../estimator.ts";
import { inOrder, jointReader, pointEstimate, rowsByCode } from "./joint-counts.ts";

/**
 * Conditional mutual information of discrete variables from counts, in nats:
 * I(X;Y|Z) = H(X,Z) + H(Y,Z) − H(X,Y,Z) − H(Z), each entropy with the given correction.
 *
 * `"shrinkage"` shrinks the table of X, Y and Z (all product cells) and takes the margins of that.
 *
 * @returns a point estimate; with correction `"none"` also the contribution of each row
 * @throws InputError when the variables differ in length or have no rows, or for an unknown correction
 */
export function discreteConditionalMutualInformation(
  x: Codes,
  y: Codes,
  z: Codes,
  options: DiscreteEntropyOptions = {},
): PointEstimate {
  const where = "discreteConditionalMutualInformation";
  const correction = asCorrection(options.correction, where);
  const n = x.codes.length;
  if (n === 0 || y.codes.length !== n || z.codes.length !== n) {
    throw new InputError({
      code: n === 0 ? "too-few-rows" : "unequal-lengths",
      where,
      problem: n === 0 ? "nothing was counted" : "variables differ in their number of rows",
      expected: n === 0 ? "at least one row" : `${n} rows`,
      got: [n, y.codes.length, z.codes.length],
    });
  }
  const [sx, sy, sz] = [symbols(x), symbols(y), symbols(z)];
  const yz = pair(sy, sz);
  const margins = [
    { of: pair(sx, sz), sign: 1 },
    { of: yz, sign: 1 },
    { of: sz, sign: -1 },
  ] as const;
  const reading = jointReader(yz, sx, margins, correction)(inOrder(n));
  const point = pointEstimate(n, reading, correction, [
    { name: "x", of: sx },
    { name: "y", of: sy },
    { name: "z", of: sz },
  ]);
  if (correction === "none") point.local = localValues(sx, sy, sz);
  return point;
}

/**
 * A random order that exchanges rows only with rows of the same stratum: `z[order[i]] = z[i]` for every row.
 *
 */
export function stratifiedPermutation(z: Codes, random: Random): Int32Array {
  const { rows, start } = rowsByCode(symbols(z));
  const shuffled = rows.slice();
  for (let c = 0; c + 1 < start.length; c++) random.shuffle(shuffled.subarray(start[c], start[c + 1]));
  const order = new Int32Array(rows.length);
  for (let r = 0; r < rows.length; r++) order[rows[r]] = shuffled[r];
  return order;
}

/** ln n(x,y,z) n(z) / n(x,z) n(y,z) for each row. */
function localValues(x: Symbols, y: Symbols, z: Symbols): Float64Array {
  const xz = pair(x, z);
  const yz = pair(y, z);
  const xyz = pair(x, yz);
  const [cz, cxz, cyz, cxyz] = [z, xz, yz, xyz].map(tally);
  return Float64Array.from(x.codes, (_, i) =>
    Math.log((cxyz[xyz.codes[i]] * cz[z.codes[i]]) / (cxz[xz.codes[i]] * cyz[yz.codes[i]])),
  );
}
