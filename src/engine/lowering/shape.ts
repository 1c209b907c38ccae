import type { Context, Rule } from "./context.ts";
import type { Graph, Value } from "./graph.ts";
import {
  alignTo,
  expandValue,
  reshapeValue,
  storeAxes,
  storedOrder,
  type View,
  view,
  viewInOrder,
} from "./view.ts";

const transpose: Rule = (_, [x], { params }) => {
  const perm: number[] = params.perm;
  return [
    view(
      x.base,
      perm.map((axis) => x.shape[axis]),
      perm.map((axis) => x.axes[axis]),
    ),
  ];
};

const broadcast: Rule = (_, [x], { params }) => {
  const shape: number[] = params.shape;
  let next = 0;
  const axes = shape.map((_, axis) => (params.axis.includes(axis) ? null : x.axes[next++]));
  return [view(x.base, shape, axes)];
};

const reshape: Rule = ({ graph }, [x], { params }) => [reshapeView(graph, x, params.shape)];

interface Group {
  from: number[];
  to: number[];
}

/** Which axes of the old shape make which axes of the new one; axes of length 1 take part in neither. */
function groupsOf(from: readonly number[], to: readonly number[]): Group[] {
  const olds = from.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const news = to.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const groups: Group[] = [];
  while (olds.length > 0 || news.length > 0) {
    const group: Group = { from: [], to: [] };
    let [a, b] = [1, 1];
    do {
      if (a <= b && olds.length > 0) {
        group.from.push(olds[0]);
        a *= from[olds.shift()!];
      } else {
        group.to.push(news[0]);
        b *= to[news.shift()!];
      }
    } while (a !== b);
    groups.push(group);
  }
  return groups;
}

export function reshapeView(graph: Graph, x: View, shape: readonly number[]): View {
  const groups = groupsOf(x.shape, shape);
  const repeats = ({ from }: Group) => from.every((axis) => x.axes[axis] === null);
  const mixed = groups.filter((group) => !repeats(group) && group.from.some((axis) => x.axes[axis] === null));
  // An axis that repeats, merged with one that does not, has to be stored.
  const grown =
    mixed.length > 0
      ? storeAxes(
          graph,
          x,
          mixed.flatMap(({ from }) => from),
        )
      : undefined;
  let stored = grown ? viewInOrder(grown.value, x.shape, grown.order) : x;
  const apart = groups.some(({ from }) => !repeats({ from, to: [] }) && !areNeighbours(stored, from));
  if (apart) {
    const order = stored.shape.flatMap((_, axis) => (stored.axes[axis] === null ? [] : [axis]));
    stored = viewInOrder(alignTo(graph, stored, order), stored.shape, order);
  }
  const inOrder = groups
    .filter((group) => group.from.some((axis) => stored.axes[axis] !== null))
    .sort((a, b) => stored.axes[a.from[0]]! - stored.axes[b.from[0]]!);
  const order = inOrder.flatMap(({ to }) => to);
  const base = reshapeValue(
    graph,
    stored.base,
    order.map((axis) => shape[axis]),
  );
  return viewInOrder(base, shape, order);
}

function areNeighbours(x: View, axes: readonly number[]): boolean {
  return axes.every((axis, i) => i === 0 || x.axes[axis] === x.axes[axes[i - 1]]! + 1);
}

/** A part of each axis, with a step. */
export function sliceView(
  context: Context,
  x: View,
  ranges: readonly { axis: number; start: number; end: number; step?: number }[],
): View {
  const { graph } = context;
  const shape = [...x.shape];
  for (const { axis, start, end, step = 1 } of ranges)
    shape[axis] = Math.max(0, Math.ceil((end - start) / step));
  const stored = ranges.filter(
    ({ axis, start, end, step = 1 }) =>
      x.axes[axis] !== null && !(start === 0 && end === x.shape[axis] && step === 1),
  );
  if (stored.length === 0) return view(x.base, shape, x.axes);
  const order = storedOrder(x);
  const part = partOfConcatenation(x, stored);
  if (part) return dropOnes(graph, part, shape, order);
  const value = graph.node(
    "Slice",
    [
      x.base,
      graph.integers(stored.map(({ start }) => start)),
      graph.integers(stored.map(({ end }) => end)),
      graph.integers(stored.map(({ axis }) => x.axes[axis]!)),
      graph.integers(stored.map(({ step = 1 }) => step)),
    ],
    { type: x.type, shape: order.map((axis) => shape[axis]) },
  );
  return dropOnes(graph, value, shape, order);
}

/** Where exactly one operand of a concatenation is cut out again: that operand. */
function partOfConcatenation(
  x: View,
  ranges: readonly { axis: number; start: number; end: number; step?: number }[],
): Value | undefined {
  const { source } = x.base;
  if (source.kind !== "node" || source.operator !== "Concat" || ranges.length !== 1) return undefined;
  const [{ axis, start, end, step = 1 }] = ranges;
  if (x.axes[axis] !== source.attributes.axis || step !== 1) return undefined;
  let at = 0;
  for (const part of source.inputs) {
    const length = part!.shape[x.axes[axis]!];
    if (at === start && at + length === end) return part;
    at += length;
  }
  return undefined;
}

/** A view of a stored array that may have axes of length 1. */
export function dropOnes(
  graph: Graph,
  value: Value,
  shape: readonly number[],
  order: readonly number[],
): View {
  const kept = order.filter((axis) => shape[axis] !== 1);
  const base = reshapeValue(
    graph,
    value,
    kept.map((axis) => shape[axis]),
  );
  return viewInOrder(base, shape, kept);
}

const shrink: Rule = (context, [x], { params }) => {
  const slice: [number, number][] = params.slice;
  return [
    sliceView(
      context,
      x,
      slice.map(([start, end], axis) => ({ axis, start, end })),
    ),
  ];
};

const flip: Rule = (context, [x], { params }) => {
  const { graph } = context;
  const axes: number[] = params.axis.filter((axis: number) => x.axes[axis] !== null && x.shape[axis] > 0);
  if (axes.length === 0) return [x];
  const base = graph.node(
    "Slice",
    [
      x.base,
      graph.integers(axes.map(() => -1)),
      graph.integers(axes.map((axis) => -x.shape[axis] - 1)),
      graph.integers(axes.map((axis) => x.axes[axis]!)),
      graph.integers(axes.map(() => -1)),
    ],
    { type: x.type, shape: x.base.shape },
  );
  return [view(base, x.shape, x.axes)];
};

const concatenate: Rule = (context, inputs, { params, outBinders }) => {
  const { shape, dtype } = outBinders[0].aval;
  const parts = inputs.filter((input) => !input.shape.includes(0)).map((input) => context.cast(input, dtype));
  return [concatenateViews(context, parts, params.axis, shape)];
};

export function concatenateViews(
  context: Context,
  parts: readonly View[],
  axis: number,
  shape: readonly number[],
): View {
  const { graph } = context;
  if (parts.length === 1) return parts[0];
  const needed = shape.flatMap((_, i) =>
    i === axis || parts.some((part) => part.axes[i] !== null) ? [i] : [],
  );
  const [first] = parts;
  // The storage order of the first part that has all the axes, so that most parts need not move.
  const model = parts.find((part) => needed.every((i) => part.axes[i] !== null)) ?? first;
  const order = needed.every((i) => model.axes[i] !== null) ? storedOrder(model) : needed;
  const values = parts.map((part) => {
    const aligned = alignTo(graph, part, order);
    const ones = order.map((i) => (part.axes[i] === null ? 1 : part.shape[i]));
    return expandValue(
      graph,
      reshapeValue(graph, aligned, ones),
      order.map((i) => part.shape[i]),
    );
  });
  const value = graph.node(
    "Concat",
    values,
    { type: first.type, shape: order.map((i) => shape[i]) },
    { attributes: { axis: order.indexOf(axis) } },
  );
  return dropOnes(graph, value, shape, order);
}

const split: Rule = (context, [x], { params }) => {
  const { axis, sizes } = params as { axis: number; sizes: number[] };
  const place = x.axes[axis];
  let start = 0;
  if (place === null || sizes.includes(0)) {
    return sizes.map((size) => {
      const part = sliceView(context, x, [{ axis, start, end: start + size }]);
      start += size;
      return part;
    });
  }
  const { graph } = context;
  const order = storedOrder(x);
  const shapes = sizes.map((size) => x.shape.map((length, i) => (i === axis ? size : length)));
  const values = graph.nodeMany(
    "Split",
    [x.base, graph.integers(sizes)],
    shapes.map((shape) => ({ type: x.type, shape: order.map((i) => shape[i]) })),
    { attributes: { axis: place } },
  );
  return values.map((value, i) => dropOnes(graph, value, shapes[i], order));
};

export const shapeRules: Record<string, Rule> = {
  transpose,
  broadcast,
  reshape,
  shrink,
  flip,
  concatenate,
  split,
};
