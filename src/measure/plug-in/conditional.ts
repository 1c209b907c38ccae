import type { Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Random } from "../../core/random.ts";
import { asCorrection, type DiscreteEntropyOptions, pair, symbols, tally } from "../entropy/entropy.ts";
import type { PointEstimate } from "../estimator.ts";
import { inOrder, jointReader, pointEstimate, type Reading, rowsByCode } from "./joint-counts.ts";

/**
 * Conditional mutual information of discrete variables from counts, in nats:
 * I(X;Y|Z) = H(X,Z) + H(Y,Z) − H(X,Y,Z) − H(Z), each entropy with the given correction.
 *
 * `"shrinkage"` shrinks the table of X, Y and Z (all product cells) and takes the margins of that.
 *
 * @returns a point estimate; with correction `"none"` also the contribution of each row
 * @throws InputError when the variables differ in length or have no rows, or for an unknown correction
 * @example
 * import { asCodes } from "surprisal/core";
 * import { discreteConditionalMutualInformation } from "surprisal/measure";
 *
 * const x = asCodes([0, 0, 1, 1]);
 * const y = asCodes([0, 1, 0, 1]);
 * const z = asCodes([0, 1, 1, 0]);
 * discreteConditionalMutualInformation(x, y, z, { correction: "none" }).value; // ln 2: z is x XOR y
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
  const point = pointEstimate(n, conditionalReader(x, y, z, options)(inOrder(n)), correction, [
    { name: "x", of: symbols(x) },
    { name: "y", of: symbols(y) },
    { name: "z", of: symbols(z) },
  ]);
  if (correction === "none") point.local = localValues(x, y, z);
  return point;
}

/**
 * For conditional permutation tests: the value of {@link discreteConditionalMutualInformation} with row i of y and z
 * paired with row `order[i]` of x, in O(n) and without allocation. The order must stay inside the strata of z, as
 * that of {@link stratifiedPermutation} does.
 */
export function discreteConditionalPermuter(
  x: Codes,
  y: Codes,
  z: Codes,
  options: DiscreteEntropyOptions = {},
): (order: Int32Array) => number {
  const read = conditionalReader(x, y, z, options);
  return (order) => read(order).value;
}

/**
 * A random order that exchanges rows only with rows of the same stratum: `z[order[i]] = z[i]` for every row.
 *
 * @example
 * import { asCodes, Random } from "surprisal/core";
 * import { stratifiedPermutation } from "surprisal/measure";
 *
 * stratifiedPermutation(asCodes(["a", "b", "a", "b"]), new Random(1)); // exchanges 0 with 2 and 1 with 3, or not
 */
export function stratifiedPermutation(z: Codes, random: Random): Int32Array {
  const { rows, start } = rowsByCode(symbols(z));
  const shuffled = rows.slice();
  for (let c = 0; c + 1 < start.length; c++) random.shuffle(shuffled.subarray(start[c], start[c + 1]));
  const order = new Int32Array(rows.length);
  for (let r = 0; r < rows.length; r++) order[rows[r]] = shuffled[r];
  return order;
}

function conditionalReader(
  x: Codes,
  y: Codes,
  z: Codes,
  options: DiscreteEntropyOptions,
): (order: Int32Array) => Reading {
  const [sx, sy, sz] = [symbols(x), symbols(y), symbols(z)];
  const yz = pair(sy, sz);
  const margins = [
    { of: pair(sx, sz), sign: 1 },
    { of: yz, sign: 1 },
    { of: sz, sign: -1 },
  ] as const;
  return jointReader(yz, sx, margins, asCorrection(options.correction, "discreteConditionalPermuter"));
}

/** ln n(x,y,z) n(z) / n(x,z) n(y,z) for each row. */
function localValues(x: Codes, y: Codes, z: Codes): Float64Array {
  const [sx, sy, sz] = [symbols(x), symbols(y), symbols(z)];
  const xz = pair(sx, sz);
  const yz = pair(sy, sz);
  const xyz = pair(sx, yz);
  const [cz, cxz, cyz, cxyz] = [sz, xz, yz, xyz].map(tally);
  return Float64Array.from(x.codes, (_, i) =>
    Math.log((cxyz[xyz.codes[i]] * cz[sz.codes[i]]) / (cxz[xz.codes[i]] * cyz[yz.codes[i]])),
  );
}
