import { type Context, castValue, type Rule } from "./context.ts";
import { type View, view, viewOfFull } from "./view.ts";

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/** Threefry-2x32 with 20 rounds (Salmon et al. 2011), one counter per element. */
const randomBits: Rule = (context, [k0, k1], { params, outBinders }) => {
  const { shape } = outBinders[0].aval;
  const drawn = shape.slice(k0.shape.length);
  const key = (k: View): View => ({
    ...k,
    shape: [...k.shape, ...drawn.map(() => 1)],
    axes: [...k.axes, ...drawn.map(() => null)],
  });
  const keys = [key(k0), key(k1)];
  const word = (value: number) => context.uniform(value, "uint32", []);
  const op = (name: string, a: View, b: View, direction?: string) =>
    context.elementwise(
      name,
      [a, b],
      "uint32",
      broadcastShape(a, b),
      direction ? { attributes: { direction } } : {},
    );
  const xor = (a: View, b: View) => op("BitwiseXor", a, b);
  const sum = (a: View, b: View) => op("Add", a, b);
  const rotate = (a: View, by: number) =>
    op("BitwiseOr", op("BitShift", a, word(by), "LEFT"), op("BitShift", a, word(32 - by), "RIGHT"));
  const schedule = [...keys, xor(xor(keys[0], keys[1]), word(0x1bd11bda))];
  let x0 = schedule[0];
  let x1 = sum(counter(context, drawn), schedule[1]);
  for (let block = 0; block < 5; block++) {
    for (const by of rotations[block % 2]) {
      x0 = sum(x0, x1);
      x1 = xor(rotate(x1, by), x0);
    }
    x0 = sum(x0, schedule[(block + 1) % 3]);
    x1 = sum(x1, sum(schedule[(block + 2) % 3], word(block + 1)));
  }
  const bits = params.mode === "xor" ? xor(x0, x1) : params.mode === 0 ? x0 : x1;
  return [
    { ...bits, shape, axes: shape.map((_, i) => bits.axes[bits.axes.length - shape.length + i] ?? null) },
  ];
};

/** 0, 1, 2, … in the shape drawn. */
function counter({ graph }: Context, shape: readonly number[]): View {
  const n = shape.reduce((a, b) => a * b, 1);
  if (n === 1) {
    return view(
      graph.constant(Uint32Array.of(0), "uint32", []),
      shape,
      shape.map(() => null),
    );
  }
  const limit = (value: number) => graph.constant(Int32Array.of(value), "int32", []);
  const range = graph.node("Range", [limit(0), limit(n), limit(1)], { type: "int32", shape: [n] });
  const words = castValue(graph, range, "uint32");
  return viewOfFull(
    graph,
    graph.node(
      "Reshape",
      [words, graph.integers(shape)],
      { type: "uint32", shape },
      { attributes: { allowzero: 1 } },
    ),
  );
}

function broadcastShape(a: View, b: View): number[] {
  const ndim = Math.max(a.shape.length, b.shape.length);
  const length = (v: View, i: number) => v.shape[v.shape.length - ndim + i] ?? 1;
  return Array.from({ length: ndim }, (_, i) => (length(a, i) === 1 ? length(b, i) : length(a, i)));
}

export const randomBitsRules: Record<string, Rule> = { random_bits: randomBits };
