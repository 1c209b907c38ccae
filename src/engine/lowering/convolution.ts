import type { Context, Rule } from "./context.ts";
import type { Value } from "./graph.ts";
import { padView } from "./padding.ts";
import { reshapeView, sliceView } from "./shape.ts";
import { materialize, padRank, reshapeValue, type View, viewOfFull } from "./view.ts";

const sizeOf = (lengths: readonly number[]) => lengths.reduce((a, b) => a * b, 1);

interface Geometry {
  vmapDims: number;
  strides: number[];
  padding: [number, number][];
  lhsDilation: number[];
  rhsDilation: number[];
}

/** d − 1 zeros between neighbours along an axis. */
export function dilate(context: Context, x: View, axis: number, d: number): View {
  const length = x.shape[axis];
  if (d === 1 || length <= 1) return x;
  const apart = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const split = reshapeView(context.graph, x, apart);
  const padded = padView(
    context,
    split,
    apart.map((_, i): [number, number] => [0, i === axis + 1 ? d - 1 : 0]),
  );
  const joined = reshapeView(
    context.graph,
    padded,
    x.shape.map((old, i) => (i === axis ? length * d : old)),
  );
  return sliceView(context, joined, [{ axis, start: 0, end: (length - 1) * d + 1 }]);
}

const conv: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const geometry = equation.params as Geometry;
  const v = geometry.vmapDims;
  let [x, kernel] = inputs.map((input) => context.cast(input, dtype));
  geometry.lhsDilation.forEach((d, i) => {
    x = dilate(context, x, v + 2 + i, d);
  });
  // What ONNX calls padding must not be negative.
  const cut = geometry.padding.map(([before, after]): [number, number] => [
    Math.min(0, before),
    Math.min(0, after),
  ]);
  x = padView(context, x, [...x.shape.slice(0, v + 2).map((): [number, number] => [0, 0]), ...cut]);
  const padding = geometry.padding.map(([before, after]): [number, number] => [
    Math.max(0, before),
    Math.max(0, after),
  ]);
  const many = sizeOf(shape.slice(0, v));
  const [n, o] = [shape[v], shape[v + 1]];
  const space = shape.slice(v + 2);
  const ndim = shape.length;
  [x, kernel] = [padRank(x, ndim), padRank(kernel, ndim)];
  const mapped = Array.from({ length: v }, (_, i) => i);
  const run = dtype === "float32" && space.length > 0 ? convNode : convByProduct;
  const spec = { ...geometry, padding };
  if (mapped.every((axis) => kernel.axes[axis] === null)) {
    // One kernel for all: the mapped axes join the batch.
    const joined = reshapeView(context.graph, wide(context, x, shape, v), [
      many * n,
      ...x.shape.slice(v + 1),
    ]);
    const k = reshapeView(context.graph, first(kernel, v), kernel.shape.slice(v));
    const out = run(context, joined, k, 1, spec, [many * n, o, ...space]);
    return [reshapeView(context.graph, out, shape)];
  }
  // Otherwise each mapped element is a group of channels.
  const c = x.shape[v + 1];
  const front = move(wide(context, x, shape, v), v);
  const channels = reshapeView(context.graph, front, [n, many * c, ...x.shape.slice(v + 2)]);
  const kernels = reshapeView(context.graph, wide(context, kernel, shape, v), [
    many * o,
    ...kernel.shape.slice(v + 1),
  ]);
  const out = run(context, channels, kernels, many, spec, [n, many * o, ...space]);
  const apart = reshapeView(context.graph, out, [n, ...shape.slice(0, v), o, ...space]);
  return [back(apart, v)];
};

/** The mapped axes at the lengths that both operands have together. */
function wide(_: Context, x: View, shape: readonly number[], v: number): View {
  return { ...x, shape: x.shape.map((length, i) => (i < v ? shape[i] : length)) };
}

/** The first of each mapped axis, along which the value repeats. */
function first(x: View, v: number): View {
  return { ...x, shape: x.shape.slice(v), axes: x.axes.slice(v) };
}

function permuted(x: View, order: readonly number[]): View {
  return { ...x, shape: order.map((i) => x.shape[i]), axes: order.map((i) => x.axes[i]) };
}

/** [mapped…, n, …] as [n, mapped…, …]. */
function move(x: View, v: number): View {
  const order = x.shape.map((_, i) => i);
  order.splice(v, 1);
  order.unshift(v);
  return permuted(x, order);
}

/** [n, mapped…, …] as [mapped…, n, …]. */
function back(x: View, v: number): View {
  const order = x.shape.map((_, i) => i);
  order.shift();
  order.splice(v, 0, 0);
  return permuted(x, order);
}

type Spec = Omit<Geometry, "lhsDilation">;

function convNode(
  { graph }: Context,
  x: View,
  kernel: View,
  group: number,
  { strides, padding, rhsDilation }: Spec,
  shape: readonly number[],
): View {
  const value = graph.node(
    "Conv",
    [materialize(graph, x), materialize(graph, kernel)],
    { type: x.type, shape },
    {
      attributes: {
        strides,
        dilations: rhsDilation,
        pads: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)],
        group,
        kernel_shape: kernel.shape.slice(2),
      },
    },
  );
  return viewOfFull(graph, value);
}

/** The types without a convolution: every tap of the window is a strided slice, and the taps a matrix product. */
function convByProduct(
  context: Context,
  x: View,
  kernel: View,
  group: number,
  { strides, padding, rhsDilation }: Spec,
  shape: readonly number[],
): View {
  const { graph } = context;
  const type = x.type;
  const [n, o, ...space] = shape;
  const window = kernel.shape.slice(2);
  const c = kernel.shape[1];
  const taps = sizeOf(window);
  const padded = padView(context, x, [[0, 0], [0, 0], ...padding]);
  const parts: Value[] = [];
  for (let tap = 0; tap < taps; tap++) {
    let rest = tap;
    const ranges = window
      .map((length, i) => ({ length, i }))
      .reverse()
      .map(({ length, i }) => {
        const start = (rest % length) * rhsDilation[i];
        rest = Math.floor(rest / length);
        return { axis: 2 + i, start, end: start + (space[i] - 1) * strides[i] + 1, step: strides[i] };
      });
    parts.push(
      materialize(
        graph,
        reshapeView(graph, sliceView(context, padded, ranges), [n, group, c, 1, sizeOf(space)]),
      ),
    );
  }
  const columns =
    parts.length === 1
      ? parts[0]
      : graph.node(
          "Concat",
          parts,
          { type, shape: [n, group, c, taps, sizeOf(space)] },
          { attributes: { axis: 3 } },
        );
  const left = reshapeValue(graph, materialize(graph, kernel), [1, group, o / group, c * taps]);
  const right = reshapeValue(graph, columns, [n, group, c * taps, sizeOf(space)]);
  const value = graph.node("MatMul", [left, right], { type, shape: [n, group, o / group, sizeOf(space)] });
  return reshapeView(graph, viewOfFull(graph, value), shape);
}

export const convolutionRules: Record<string, Rule> = { conv };
