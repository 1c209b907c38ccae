// Weights in half precision: saved with two bytes a number, read back as float32 by the safetensors reader.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../../data/atomic.ts";
import { mapTree } from "../../../engine/index.ts";
import { fromData, type Tree } from "../../../engine/tensor.ts";

/** Weights rounded to numbers that half precision has. */
export function toHalf<P extends Tree>(params: P): P {
  return mapTree(params, ({ data, shape, dtype }) =>
    fromData(Float32Array.from(data, rounded), shape, dtype),
  );
}

/** Rewrites the weights file of a saved model, whose numbers are rounded already, with F32 as F16. */
export async function halvePrecision(folder: string): Promise<void> {
  const path = join(folder, "model.safetensors");
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE(0));
  type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
  const header: Record<string, Entry> = JSON.parse(bytes.subarray(8, 8 + length).toString("utf8"));
  const numbers = bytes.subarray(8 + length);
  const pieces: Uint8Array[] = [];
  let end = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = entry.data_offsets;
    const data = new Float32Array(numbers.buffer.slice(numbers.byteOffset + from, numbers.byteOffset + to));
    const halves = Uint16Array.from(data, halfBits);
    pieces.push(new Uint8Array(halves.buffer));
    entry.dtype = "F16";
    entry.data_offsets = [end, end + halves.byteLength];
    end += halves.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, " ");
  text.copy(padded);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(padded.length));
  await writeFileAtomic(path, [size, padded, ...pieces]);
}

/** Smallest normal and largest half. */
const smallest = 2 ** -14;
const largest = 65504;

/** The nearest half, ties to even. */
function rounded(x: number): number {
  const size = Math.abs(x);
  const step = size < smallest ? 2 ** -24 : 2 ** (Math.floor(Math.log2(size)) - 10);
  const steps = size / step;
  const below = Math.floor(steps);
  const rest = steps - below;
  const whole = rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
  return Math.sign(x) * Math.min(whole * step, largest);
}

/** The bits of a number that is a half. */
function halfBits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size < smallest) return sign | (size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}
