// Data whose classes are known, as the comparison of objectives uses them.
import { type Matrix, matrix } from "../../core/matrix.ts";

/** Rows and the class of each. */
export interface Labelled {
  readonly x: Matrix;
  readonly labels: Int32Array;
}

/**
 * Tommy Ettinger's mulberry32: uniform numbers in [0, 1). Not for statistics; the reference tables were made with it, and
 * other implementations get the same rows.
 */
export function mulberry32(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers, one from each two uniform ones (Box & Muller). */
export function normalsFrom(uniform: () => number): () => number {
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}

const side = 8;
const pixels = side * side;
const prototypes = 10;

/**
 * G-PROTO: ten random 8 × 8 pictures of bits, each row one of them moved by up to one pixel either way (around the
 * edges), with 5 % of the pixels flipped.
 */
export function shiftedPrototypes(seed: number, n = 2000): Labelled {
  const r = mulberry32(seed);
  const bits = Float64Array.from({ length: prototypes * pixels }, () => Number(r() < 0.35));
  const x = matrix(n, pixels);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    labels[i] = Math.floor(prototypes * r());
    const dx = Math.floor(3 * r()) - 1;
    const dy = Math.floor(3 * r()) - 1;
    for (let a = 0; a < side; a++) {
      for (let b = 0; b < side; b++) {
        const from = ((a + dy + side) % side) * side + ((b + dx + side) % side);
        const bit = bits[labels[i] * pixels + from];
        x.data[i * pixels + a * side + b] = r() < 0.05 ? 1 - bit : bit;
      }
    }
  }
  return { x, labels };
}

const clusters = 8;

/** Eight clusters on a line in the plane, half a unit apart, with noise of deviation 0.08. */
export function eightClusters(seed: number, n: number): Labelled {
  const r = mulberry32(seed);
  const normal = normalsFrom(r);
  const x = matrix(n, 2);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    labels[i] = Math.floor(clusters * r());
    x.data[2 * i] = (labels[i] - (clusters - 1) / 2) / 2 + 0.08 * normal();
    x.data[2 * i + 1] = 0.08 * normal();
  }
  return { x, labels };
}
