import { ofNothing } from "../program.ts";
import type { DType } from "../tensor.ts";
import { type Context, type Rule, unsupported } from "./context.ts";
import { storedOrder, type View, viewInOrder } from "./view.ts";

const operators: Record<string, string> = {
  Add: "ReduceSum",
  Mul: "ReduceProd",
  Max: "ReduceMax",
  Min: "ReduceMin",
};

/** Types in which ONNX Runtime reduces; others are cast there and back. */
function workingType(type: DType, op: string): DType {
  if (type === "uint32") return op === "Max" || op === "Min" ? "float64" : "int32";
  return type;
}

/** Adds up (multiplies, …) axes; along an axis that only repeats this is arithmetic on one copy. */
export function reduceView(context: Context, x: View, op: string, axes: readonly number[]): View {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  if (x.shape.includes(0)) return context.uniform(ofNothing(op, x.type), x.type, shape);
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const repeats = axes.reduce((n, axis) => n * (x.axes[axis] === null ? x.shape[axis] : 1), 1);
  const stored = axes.filter((axis) => x.axes[axis] !== null);
  if (x.type === "bool") {
    const as = op === "Add" ? "Max" : op === "Mul" ? "Min" : op;
    return reduceStored(context, x, as, stored, kept, shape);
  }
  const reduced = reduceStored(context, x, op, stored, kept, shape);
  if (repeats === 1 || op === "Max" || op === "Min") return reduced;
  if (op === "Add") {
    return context.elementwise("Mul", [reduced, context.uniform(repeats, x.type, [])], x.type, shape);
  }
  if (op === "Mul") {
    const type = x.type === "uint32" ? "float64" : x.type;
    const power = context.elementwise(
      "Pow",
      [context.cast(reduced, type), context.uniform(repeats, type, [])],
      type,
      shape,
    );
    return context.cast(power, x.type);
  }
  return unsupported(`reduction ${op}`);
}

function reduceStored(
  context: Context,
  x: View,
  op: string,
  stored: readonly number[],
  kept: readonly number[],
  shape: readonly number[],
): View {
  const { graph } = context;
  const order = storedOrder(x).filter((axis) => kept.includes(axis));
  const asShape = order.map((axis) => kept.indexOf(axis));
  if (stored.length === 0) return viewInOrder(x.base, shape, asShape);
  const working = context.cast(x, workingType(x.type, op));
  const value = graph.node(
    operators[op] ?? unsupported(`reduction ${op}`),
    [working.base, graph.integers(stored.map((axis) => x.axes[axis]!).sort((a, b) => a - b))],
    { type: working.type, shape: order.map((axis) => x.shape[axis]) },
    { attributes: { keepdims: 0 } },
  );
  return context.cast(viewInOrder(value, shape, asShape), x.type);
}

export const reduceRules: Record<string, Rule> = {
  reduce: (context, [x], { params }) => [reduceView(context, x, params.op, params.axis)],
};
