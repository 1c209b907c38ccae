// How a value of the program is stored in the graph. The stored array leaves out every axis of length 1 and every
// axis along which the value only repeats, and may have its axes in another order: so transposing, broadcasting and
// adding or dropping axes of length 1 cost nothing, and a contraction never sees a materialised broadcast.
import type { DType } from "../tensor.ts";
import type { Graph, Value } from "./graph.ts";

export interface View {
  readonly type: DType;
  readonly shape: readonly number[];
  /** The stored array; none of its lengths is 1. */
  readonly base: Value;
  /** For each axis its place in the stored array, or null where that has length 1 or repeats. */
  readonly axes: readonly (number | null)[];
}

export function view(base: Value, shape: readonly number[], axes: readonly (number | null)[]): View {
  return { type: base.type as DType, shape, base, axes };
}

/** The one number of a constant value that is the same everywhere. */
export function uniformOf({ base }: View): number | undefined {
  if (base.source.kind !== "constant" || base.shape.length > 0) return undefined;
  return Number(base.source.data[0]);
}

/** Axes that are stored, in the order in which they are stored. */
export function storedOrder({ axes }: View): number[] {
  return axes
    .flatMap((place, axis) => (place === null ? [] : [{ axis, place }]))
    .sort((a, b) => a.place - b.place)
    .map(({ axis }) => axis);
}

/** The same view with more axes in front, along which it repeats. */
export function padRank(v: View, ndim: number): View {
  const extra = ndim - v.shape.length;
  if (extra === 0) return v;
  const ones = Array.from({ length: extra }, () => 1);
  return view(v.base, [...ones, ...v.shape], [...ones.map(() => null), ...v.axes]);
}

/** A view of a stored array whose axes are `order` of a value of this shape. */
export function viewInOrder(base: Value, shape: readonly number[], order: readonly number[]): View {
  const axes: (number | null)[] = shape.map(() => null);
  order.forEach((axis, place) => {
    axes[axis] = place;
  });
  return view(base, shape, axes);
}

/** A value stored in full, axis by axis, as a view. */
export function viewOfFull(graph: Graph, value: Value): View {
  const kept = value.shape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const base = reshapeValue(
    graph,
    value,
    kept.map((axis) => value.shape[axis]),
  );
  return viewInOrder(base, value.shape, kept);
}

/** The value stored in full: every axis in order, repeated where it repeats. */
export function materialize(graph: Graph, v: View): Value {
  const order = v.shape.flatMap((_, axis) => (v.axes[axis] === null ? [] : [axis]));
  const aligned = alignTo(graph, v, order);
  const withOnes = v.shape.map((length, axis) => (v.axes[axis] === null ? 1 : length));
  return expandValue(graph, reshapeValue(graph, aligned, withOnes), v.shape);
}

/** The stored array with the stored axes of `v` in the order of `layout`, length 1 for other axes of the layout. */
export function alignTo(graph: Graph, v: View, layout: readonly number[]): Value {
  const own = layout.filter((axis) => v.axes[axis] !== null);
  const base = transposeValue(
    graph,
    v.base,
    own.map((axis) => v.axes[axis]!),
  );
  const lengths = layout.map((axis) => (v.axes[axis] === null ? 1 : v.shape[axis]));
  while (lengths.length > own.length && lengths[0] === 1) lengths.shift();
  return reshapeValue(graph, base, lengths);
}

/** The same value with these axes stored although they repeat (or have length 1). */
export function storeAxes(
  graph: Graph,
  v: View,
  needed: readonly number[],
): { value: Value; order: number[] } {
  const order = v.shape.flatMap((_, axis) => (v.axes[axis] !== null || needed.includes(axis) ? [axis] : []));
  const own = order.filter((axis) => v.axes[axis] !== null);
  const base = transposeValue(
    graph,
    v.base,
    own.map((axis) => v.axes[axis]!),
  );
  const ones = order.map((axis) => (v.axes[axis] === null ? 1 : v.shape[axis]));
  const value = expandValue(
    graph,
    reshapeValue(graph, base, ones),
    order.map((axis) => v.shape[axis]),
  );
  return { value, order };
}

export function reshapeValue(graph: Graph, value: Value, shape: readonly number[]): Value {
  if (value.shape.join() === shape.join()) return value;
  const { source } = value;
  if (source.kind === "constant") return graph.constant(source.data, value.type, shape);
  if (source.kind === "node" && source.operator === "Reshape")
    return reshapeValue(graph, source.inputs[0]!, shape);
  return graph.node(
    "Reshape",
    [value, graph.integers(shape)],
    { type: value.type, shape },
    { attributes: { allowzero: 1 } },
  );
}

export function transposeValue(graph: Graph, value: Value, order: readonly number[]): Value {
  if (order.every((place, i) => place === i)) return value;
  const { source } = value;
  if (source.kind === "node" && source.operator === "Transpose") {
    const inner = source.attributes.perm as readonly number[];
    return transposeValue(
      graph,
      source.inputs[0]!,
      order.map((place) => inner[place]),
    );
  }
  const shape = order.map((place) => value.shape[place]);
  return graph.node("Transpose", [value], { type: value.type, shape }, { attributes: { perm: order } });
}

export function expandValue(graph: Graph, value: Value, shape: readonly number[]): Value {
  if (value.shape.join() === shape.join()) return value;
  return graph.node("Expand", [value, graph.integers(shape)], { type: value.type, shape });
}
