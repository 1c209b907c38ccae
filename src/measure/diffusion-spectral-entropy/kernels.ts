/**
 * The two loops in which a symmetric matrix spends its time on the way to tridiagonal form, in WebAssembly with two
 * numbers an instruction: plain JavaScript takes three times as long (measured at n = 1,000).
 */
import {
  add,
  addSumAt,
  type Code,
  countUp,
  load,
  loadTwice,
  multiply,
  number,
  plus,
  store,
  subtract,
  times,
  wasmFunction,
  wasmModule,
  zeros,
} from "./wasm.ts";

/** Rows and columns that are worked on together. */
export const strip = 4;

const rows = [0, 1, 2, 3];
const bytes = 8;
const scaled = (count: Code): Code => times(count, number(bytes));

/**
 * y += A x for the trailing rows and columns of a symmetric A of which the blocks of 4 × 4 on the diagonal and the
 * entries right of them are there. Takes the addresses of A's first trailing diagonal entry, of x and y there, the
 * number of trailing rows (a multiple of 4) and the length of A's rows.
 */
const symmetricTimes = wasmFunction("symmetricTimes", 5, ([a, x, y, n, length], address, pair) => {
  const [stride, corner, end, xs, ys, shift, entry, i] = rows.concat(rows).map(address);
  const row = rows.map(() => address());
  const sums = rows.map(pair);
  const factors = rows.map(pair);
  const values = rows.map(pair);
  const readRow = rows.map((r) => values[r].set(load(plus(row[r].get, shift.get))));
  const accumulate = (other: Code) =>
    rows.map((r) => sums[r].set(add(sums[r].get, multiply(values[r].get, other))));
  return [
    stride.set(scaled(length.get)),
    corner.set(a.get),
    xs.set(x.get),
    ys.set(y.get),
    end.set(scaled(n.get)),
    countUp(i, number(0), end.get, number(strip * bytes), [
      row[0].set(corner.get),
      ...rows.slice(1).map((r) => row[r].set(plus(row[r - 1].get, stride.get))),
      ...rows.map((r) => sums[r].set(zeros)),
      ...rows.map((r) => factors[r].set(loadTwice(xs.get, r * bytes))),
      countUp(shift, number(0), number(strip * bytes), number(2 * bytes), [
        ...readRow,
        ...accumulate(load(plus(xs.get, shift.get))),
      ]),
      countUp(shift, number(strip * bytes), subtractAddress(end.get, i.get), number(2 * bytes), [
        ...readRow,
        ...accumulate(load(plus(xs.get, shift.get))),
        entry.set(plus(ys.get, shift.get)),
        store(
          entry.get,
          rows.reduce<Code>((sum, r) => add(sum, multiply(values[r].get, factors[r].get)), load(entry.get)),
        ),
      ]),
      ...rows.map((r) => addSumAt(ys.get, sums[r].get, r * bytes)),
      xs.set(plus(xs.get, number(strip * bytes))),
      ys.set(plus(ys.get, number(strip * bytes))),
      corner.set(plus(plus(row[0].get, times(stride.get, number(strip))), number(strip * bytes))),
    ]),
  ];
});

function subtractAddress(a: Code, b: Code): Code {
  return [...a, ...b, 0x6b];
}

/**
 * A −= P Qᵀ for the trailing rows and columns, blocks of 4 × 4 on and right of the diagonal. P and Q are packed: for
 * each four trailing rows, depth × 4 numbers. Takes the addresses of A's first trailing entry, of P and Q, the number
 * of trailing rows, the length of A's rows, and the depth.
 */
const subtractProduct = wasmFunction("subtractProduct", 6, ([a, p, q, n, length, depth], address, pair) => {
  const [stride, size, end, i, j, k, left, right, block] = Array.from({ length: 9 }, address);
  const first = address();
  const start = address();
  const row = rows.map(() => address());
  const low = rows.map(pair);
  const high = rows.map(pair);
  const [factor, rightLow, rightHigh] = [pair(), pair(), pair()];
  return [
    stride.set(scaled(length.get)),
    size.set(times(depth.get, number(strip * bytes))),
    end.set(scaled(n.get)),
    block.set(p.get),
    first.set(q.get),
    start.set(a.get),
    countUp(i, number(0), end.get, number(strip * bytes), [
      right.set(first.get),
      row[0].set(start.get),
      ...rows.slice(1).map((r) => row[r].set(plus(row[r - 1].get, stride.get))),
      countUp(j, i.get, end.get, number(strip * bytes), [
        ...rows.flatMap((r) => [low[r].set(load(row[r].get)), high[r].set(load(row[r].get, 2 * bytes))]),
        left.set(block.get),
        countUp(k, number(0), size.get, number(strip * bytes), [
          rightLow.set(load(right.get)),
          rightHigh.set(load(right.get, 2 * bytes)),
          ...rows.flatMap((r) => [
            factor.set(loadTwice(left.get, r * bytes)),
            low[r].set(subtract(low[r].get, multiply(factor.get, rightLow.get))),
            high[r].set(subtract(high[r].get, multiply(factor.get, rightHigh.get))),
          ]),
          left.set(plus(left.get, number(strip * bytes))),
          right.set(plus(right.get, number(strip * bytes))),
        ]),
        ...rows.flatMap((r) => [
          store(row[r].get, low[r].get),
          store(row[r].get, high[r].get, 2 * bytes),
          row[r].set(plus(row[r].get, number(strip * bytes))),
        ]),
      ]),
      block.set(plus(block.get, size.get)),
      first.set(plus(first.get, size.get)),
      start.set(plus(plus(start.get, times(stride.get, number(strip))), number(strip * bytes))),
    ]),
  ];
});

/** The little of WebAssembly's interface that is used; the project is typed without a browser. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** The loops at work on a memory; every position is counted in numbers from its start. */
export interface Kernels {
  readonly memory: Float64Array;
  symmetricTimes(a: number, x: number, y: number, n: number, length: number): void;
  subtractProduct(a: number, p: number, q: number, n: number, length: number, depth: number): void;
}

let compiled: object | undefined;

/** Kernels over a fresh memory of so many numbers, all 0. */
export function kernels(numbers: number): Kernels {
  compiled ??= new WebAssembly.Module(wasmModule([symmetricTimes, subtractProduct]));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((numbers * bytes) / 65_536) });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const run = exports as Record<"symmetricTimes" | "subtractProduct", (...words: number[]) => void>;
  return {
    memory: new Float64Array(memory.buffer),
    symmetricTimes: (a, x, y, n, length) => run.symmetricTimes(bytes * a, bytes * x, bytes * y, n, length),
    subtractProduct: (a, p, q, n, length, depth) =>
      run.subtractProduct(bytes * a, bytes * p, bytes * q, n, length, depth),
  };
}
