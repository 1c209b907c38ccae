import type { Context, Rule } from "./context.ts";
import type { Value } from "./graph.ts";
import { dropOnes, sliceView } from "./shape.ts";
import { storeAxes, type View, view } from "./view.ts";

/** Zeros around; a negative width cuts off. */
export function padView(context: Context, x: View, widths: readonly (readonly [number, number])[]): View {
  if (x.shape.includes(0)) {
    return context.uniform(
      0,
      x.type,
      x.shape.map((length, axis) => length + widths[axis][0] + widths[axis][1]),
    );
  }
  const cut = sliceView(
    context,
    x,
    widths.map(([before, after], axis) => ({
      axis,
      start: Math.max(0, -before),
      end: x.shape[axis] + Math.min(0, after),
    })),
  );
  const grown = widths.flatMap(([before, after], axis) => (before > 0 || after > 0 ? [axis] : []));
  if (grown.length === 0) return cut;
  const { graph } = context;
  const { value, order } = storeAxes(graph, cut, grown);
  const shape = cut.shape.map(
    (length, axis) => length + Math.max(0, widths[axis][0]) + Math.max(0, widths[axis][1]),
  );
  const padded = graph.node(
    "Pad",
    [
      value,
      graph.integers([
        ...order.map((axis) => Math.max(0, widths[axis][0])),
        ...order.map((axis) => Math.max(0, widths[axis][1])),
      ]),
    ],
    { type: x.type, shape: order.map((axis) => shape[axis]) },
  );
  return dropOnes(graph, padded, shape, order);
}

/**
 * The sum of two values that are zero outside neighbouring parts of one axis, as the derivatives of two slices are:
 * the parts put together.
 */
export function joinPads(context: Context, x: View, y: View): View | undefined {
  const { graph } = context;
  const [a, b] = [padOf(x.base), padOf(y.base)];
  const aligned = x.shape.join() === y.shape.join() && x.axes.join() === y.axes.join();
  if (!a || !b || !aligned || a.axis !== b.axis) return undefined;
  const [first, second] = a.before <= b.before ? [a, b] : [b, a];
  const end = first.before + first.inner.shape[a.axis];
  if (end !== second.before) return undefined;
  const parts = [first.inner, second.inner].flatMap((part) => partsOf(part, a.axis));
  const whole = x.base.shape;
  const length = first.inner.shape[a.axis] + second.inner.shape[a.axis];
  const shape = whole.map((old, i) => (i === a.axis ? length : old));
  const joined = graph.node("Concat", parts, { type: x.type, shape }, { attributes: { axis: a.axis } });
  const after = whole[a.axis] - first.before - length;
  if (first.before === 0 && after === 0) return view(joined, x.shape, x.axes);
  const widths = [first.before, after].flatMap((width) => whole.map((_, i) => (i === a.axis ? width : 0)));
  const base = graph.node("Pad", [joined, graph.integers(widths)], { type: x.type, shape: whole });
  return view(base, x.shape, x.axes);
}

/** What lies inside of zeros put around along a single axis. */
function padOf({ source }: Value): { inner: Value; axis: number; before: number } | undefined {
  if (source.kind !== "node" || source.operator !== "Pad") return undefined;
  const [inner, widths] = source.inputs;
  const data = widths!.source.kind === "constant" ? Array.from(widths!.source.data, Number) : [];
  const ndim = inner!.shape.length;
  const padded = inner!.shape.flatMap((_, i) => (data[i] > 0 || data[i + ndim] > 0 ? [i] : []));
  return padded.length === 1 ? { inner: inner!, axis: padded[0], before: data[padded[0]] } : undefined;
}

function partsOf(value: Value, axis: number): Value[] {
  const { source } = value;
  const isJoined = source.kind === "node" && source.operator === "Concat" && source.attributes.axis === axis;
  return isJoined ? (source.inputs as Value[]) : [value];
}

const pad: Rule = (context, [x], { params }) => [padView(context, x, params.width)];

export const paddingRules: Record<string, Rule> = { pad };
