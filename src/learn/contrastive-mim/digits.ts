import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { matrix } from "../../core/matrix.ts";
import type { Labelled } from "./generators.ts";

/** Where Debian's python3-sklearn puts 1797 handwritten digits of 8 × 8 pixels (UCI, optical recognition). */
const path = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";
const pixels = 64;
const brightest = 16;

/** The handwritten digits with pixels from 0 to 1 where they are installed, or why they are not there. */
export async function handwrittenDigits(): Promise<Labelled | { readonly missing: string }> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    return { missing: `${path} cannot be read; it belongs to Debian's package python3-sklearn` };
  }
  const lines = gunzipSync(bytes).toString("utf8").trim().split("\n");
  const x = matrix(lines.length, pixels);
  const labels = new Int32Array(lines.length);
  for (const [i, line] of lines.entries()) {
    const values = line.split(",").map(Number);
    labels[i] = values[pixels];
    for (let j = 0; j < pixels; j++) x.data[i * pixels + j] = values[j] / brightest;
  }
  return { x, labels };
}
