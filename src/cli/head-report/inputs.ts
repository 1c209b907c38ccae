import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { didYouMean } from "../../core/suggest.ts";
import { readArray, readArrays, readSafetensors } from "../../data/index.ts";

interface Stored {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** `x.npy`, `arrays.npz:name` or `weights.safetensors:name`; the name may be left out where there is only one array. */
async function readStored(place: string): Promise<Stored> {
  const [, path, name] = /^(.*\.(?:npy|npz|safetensors))(?::(.+))?$/i.exec(place) ?? [];
  if (path === undefined) {
    throw new InputError({
      code: "unknown-format",
      where: place,
      problem: "not an array this command reads",
      expected: "x.npy, arrays.npz:name or weights.safetensors:name",
    });
  }
  if (/\.npy$/i.test(path)) return readArray(path);
  const arrays: Record<string, Stored> = /\.npz$/i.test(path)
    ? await readArrays(path)
    : Object.fromEntries((await readSafetensors(path)).tensors);
  const known = Object.keys(arrays);
  const chosen = name ?? (known.length === 1 ? known[0] : undefined);
  if (chosen !== undefined && Object.hasOwn(arrays, chosen)) return arrays[chosen];
  throw new InputError({
    code: "unknown-array",
    where: path,
    problem: chosen === undefined ? "several arrays; say which" : "no array of this name",
    expected: `${path}:name with one of ${known.slice(0, 8).join(", ")}${known.length > 8 ? ", …" : ""}`,
    got: name,
    hint: name === undefined ? undefined : didYouMean(name, known),
  });
}

export async function readMatrix(place: string): Promise<Matrix> {
  const { shape, data } = await readStored(place);
  if (shape.length !== 2) {
    throw new InputError({
      code: "shape-mismatch",
      where: place,
      problem: "not a table of numbers",
      expected: "two axes",
      got: `[${shape.join(", ")}]`,
    });
  }
  const out = matrix(shape[0], shape[1]);
  for (let i = 0; i < data.length; i++) out.data[i] = Number(data[i]);
  return out;
}

export async function readVector(place: string): Promise<Float64Array> {
  const { data } = await readStored(place);
  return Float64Array.from(data, Number);
}

/** The tokens that followed each context: one column or axis is the next, a second the one after it. */
export async function readFollowing(place: string): Promise<{ next: Int32Array; future?: Int32Array }> {
  const { shape, data } = await readStored(place);
  const columns = shape.length === 2 ? shape[1] : 1;
  if (shape.length > 2 || columns < 1) {
    throw new InputError({
      code: "shape-mismatch",
      where: place,
      problem: "not tokens of contexts",
      expected: "n tokens, or n × 2 for the token after the next as well",
      got: `[${shape.join(", ")}]`,
    });
  }
  const take = (column: number) =>
    Int32Array.from({ length: shape[0] }, (_, i) => Number(data[i * columns + column]));
  return columns === 1 ? { next: take(0) } : { next: take(0), future: take(1) };
}
