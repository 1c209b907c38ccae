// What the rules share: the graph being built, constants, and operators applied element by element.
import type { Equation, Variable } from "../program.ts";
import { type DType, newData } from "../tensor.ts";
import { Graph, type NodeOptions, type Value } from "./graph.ts";
import { alignTo, padRank, storedOrder, uniformOf, type View, view, viewInOrder } from "./view.ts";

/** How one primitive is written as graph nodes. */
export type Rule = (context: Context, inputs: View[], equation: Equation) => View[];

/** A primitive, or a case of one, that ONNX cannot express. */
export class Unsupported extends Error {}

export class Context {
  readonly graph = new Graph();
  /** For values whose consumers would like their axes in an order: that order. */
  readonly preferred: ReadonlyMap<Variable, readonly number[]>;

  /** Only operators of the ONNX standard. */
  readonly portable: boolean;

  constructor(preferred: ReadonlyMap<Variable, readonly number[]>, portable: boolean) {
    this.preferred = preferred;
    this.portable = portable;
  }

  /** One number everywhere. */
  uniform(value: number, type: DType, shape: readonly number[]): View {
    const base = this.graph.constant(
      newData(type, 1).fill(type === "bool" ? Number(value !== 0) : value),
      type,
      [],
    );
    return view(
      base,
      shape,
      shape.map(() => null),
    );
  }

  cast(v: View, type: DType): View {
    if (v.type === type) return v;
    const number = uniformOf(v);
    if (number !== undefined) {
      return this.uniform(
        type.startsWith("float") || type === "bool" ? number : Math.trunc(number),
        type,
        v.shape,
      );
    }
    return view(castValue(this.graph, v.base, type), v.shape, v.axes);
  }

  /** An operator with broadcasting, in whatever storage order moves the fewest numbers. */
  elementwise(
    operator: string,
    views: readonly View[],
    type: DType,
    shape: readonly number[],
    options: NodeOptions & { preferred?: readonly number[] } = {},
  ): View {
    const padded = views.map((v) => padRank(v, shape.length));
    const layout = chooseLayout(padded, shape, options.preferred);
    const values = padded.map((v) => alignTo(this.graph, v, layout));
    const base = this.graph.node(
      operator,
      values,
      { type, shape: layout.map((axis) => shape[axis]) },
      options,
    );
    return viewInOrder(base, shape, layout);
  }
}

export function castValue(graph: Graph, value: Value, type: Value["type"]): Value {
  if (value.type === type) return value;
  const codes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11, uint32: 12 };
  return graph.node("Cast", [value], { type, shape: value.shape }, { attributes: { to: codes[type] } });
}

function chooseLayout(
  views: readonly View[],
  shape: readonly number[],
  preferred?: readonly number[],
): number[] {
  const stored = shape.flatMap((_, axis) => (views.some((v) => v.axes[axis] !== null) ? [axis] : []));
  if (stored.length < 2) return stored;
  const orders = views.map(storedOrder);
  const candidates = orders.map((order) => complete(order, stored));
  if (preferred) candidates.unshift(preferred.filter((axis) => stored.includes(axis)));
  let best = candidates[0];
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const rank = new Map(candidate.map((axis, i) => [axis, i]));
    let moved = 0;
    orders.forEach((order, i) => {
      const fits = order.every((axis, k) => k === 0 || rank.get(order[k - 1])! < rank.get(axis)!);
      if (!fits) moved += views[i].base.shape.reduce((a, b) => a * b, 1);
    });
    if (moved < least) {
      least = moved;
      best = candidate;
    }
  }
  return best;
}

/** An order of some axes with the others put in before the next higher axis. */
function complete(order: readonly number[], all: readonly number[]): number[] {
  const result = [...order];
  for (const axis of all) {
    if (result.includes(axis)) continue;
    const at = result.findIndex((other) => other > axis);
    result.splice(at === -1 ? result.length : at, 0, axis);
  }
  return result;
}

export function unsupported(what: string): never {
  throw new Unsupported(what);
}
