import { add, concatenate, mul, random, slice, sub, type Tensor } from "../../engine/index.ts";

/** Pairs of a batch, and of its first rows with later ones: none of them with its own partner. */
export interface Points {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Pairs of the product: row i has the x of the next row and the y of the row after that. */
export function productPoints({ x, y }: Points): Points {
  return { x: rolled(x, 1), y: rolled(y, 2) };
}

/** Points on the straight lines between pairs and pairs of the product, at a uniform share of the way. */
export function between(joint: Points, product: Points, key: Tensor): Points {
  const share = random.uniform(key, [joint.x.shape[0], 1]);
  const mix = (a: Tensor, b: Tensor) => add(mul(share, a), mul(sub(1, share), b));
  return { x: mix(joint.x, product.x), y: mix(joint.y, product.y) };
}

function rolled(x: Tensor, by: number): Tensor {
  const rows = x.shape[0];
  return concatenate([slice(x, [by, rows]), slice(x, [0, by])]);
}
