import type { DType } from "../tensor.ts";
import type { Context, Rule } from "./context.ts";
import type { Value } from "./graph.ts";
import { reduceView } from "./reduce.ts";
import { padRank, reshapeValue, storedOrder, transposeValue, type View, view, viewInOrder } from "./view.ts";

const sizeOf = (lengths: readonly number[]) => lengths.reduce((a, b) => a * b, 1);

/**
 * Σ x · y over the last axis. An axis stored in both operands is a batch axis, one stored in only one of them a row
 * or column axis, so that the whole is one matrix product however the program spelt it.
 */
const dot: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  if (dtype === "bool") {
    // Some pair of both: a count above 0.
    const counted = contract(
      context,
      inputs,
      "float32",
      shape,
      context.preferred.get(equation.outBinders[0]),
    );
    return [context.cast(counted, "bool")];
  }
  return [contract(context, inputs, dtype, shape, context.preferred.get(equation.outBinders[0]))];
};

function contract(
  context: Context,
  inputs: readonly View[],
  type: DType,
  shape: readonly number[],
  preferred: readonly number[] | undefined,
): View {
  const ndim = shape.length + 1;
  const [x, y] = inputs.map((input) => padRank(context.cast(input, type), ndim));
  const last = ndim - 1;
  const length = Math.max(x.shape[last], y.shape[last]);
  const [inX, inY] = [x.axes[last] !== null, y.axes[last] !== null];
  if (length === 0) return context.uniform(0, type, shape);
  if (!inX || !inY) return productOfSums(context, x, y, length, shape);
  return matrixProduct(context, x, y, shape, preferred);
}

/** Where only one operand varies along the contracted axis, or none, that one is added up first. */
function productOfSums(context: Context, x: View, y: View, length: number, shape: readonly number[]): View {
  const last = shape.length;
  const [inX, inY] = [x.axes[last] !== null, y.axes[last] !== null];
  const sum = (v: View) => reduceView(context, v, "Add", [last]);
  const drop = (v: View) => view(v.base, v.shape.slice(0, last), v.axes.slice(0, last));
  const product = context.elementwise("Mul", [inX ? sum(x) : drop(x), inY ? sum(y) : drop(y)], x.type, shape);
  if (inX || inY || length === 1) return product;
  return context.elementwise("Mul", [product, context.uniform(length, x.type, [])], x.type, shape);
}

function matrixProduct(
  context: Context,
  x: View,
  y: View,
  shape: readonly number[],
  preferred: readonly number[] | undefined,
): View {
  const last = shape.length;
  const axes = shape.map((_, axis) => axis);
  const both = axes.filter((axis) => x.axes[axis] !== null && y.axes[axis] !== null);
  const rows = storedOrder(x).filter((axis) => axis !== last && !both.includes(axis));
  const columns = storedOrder(y).filter((axis) => axis !== last && !both.includes(axis));
  if (both.length > 0 && rows.length === 0 && columns.length === 0) {
    const product = context.elementwise("Mul", [x, y], x.type, [...shape, x.shape[last]]);
    return reduceView(context, product, "Add", [last]);
  }
  const rank = new Map((preferred ?? axes).map((axis, i) => [axis, i]));
  const first = (group: readonly number[]) => Math.min(...group.map((axis) => rank.get(axis)!));
  const swap = columns.length > 0 && rows.length > 0 && first(columns) < first(rows);
  return swap
    ? product(context, { v: y, own: columns }, { v: x, own: rows }, both, shape)
    : product(context, { v: x, own: rows }, { v: y, own: columns }, both, shape);
}

interface Factor {
  readonly v: View;
  /** Its row or column axes, in stored order. */
  readonly own: readonly number[];
}

function product(
  context: Context,
  left: Factor,
  right: Factor,
  both: readonly number[],
  shape: readonly number[],
): View {
  const { graph } = context;
  const last = shape.length;
  const batch = batchOrder(left.v, right.v, both);
  const lengths = (group: readonly number[]) => group.map((axis) => shape[axis]);
  const [m, n] = [sizeOf(lengths(left.own)), sizeOf(lengths(right.own))];
  const a = asMatrices(context, left, batch, last, "rows");
  const b = asMatrices(context, right, batch, last, "columns");
  const lead = batch.length > 0 ? [sizeOf(lengths(batch))] : [];
  const type = left.v.type;
  const out = { type, shape: [...lead, m, n] };
  const flipped = a.flipped || b.flipped;
  let value: Value;
  const blocks =
    !context.portable && a.flipped && !b.flipped && batch.length === 0 && type === "float32"
      ? blockCount(m, n)
      : 1;
  if (blocks > 1) {
    return viewInOrder(
      reshapeValue(graph, inBlocks(context, a.value, b.value, blocks), lengths([...left.own, ...right.own])),
      shape,
      [...left.own, ...right.own],
    );
  }
  if (flipped && type.startsWith("float") && !context.portable) {
    const attributes = { transA: Number(a.flipped), transB: Number(b.flipped) };
    value = graph.node("FusedMatMul", [a.value, b.value], out, { attributes, domain: "com.microsoft" });
  } else {
    const turned = [a, b].map((side) => (side.flipped ? turn(context, side.value) : side.value));
    value = graph.node("MatMul", turned, out);
  }
  const order = [...batch, ...left.own, ...right.own];
  return viewInOrder(reshapeValue(graph, value, lengths(order)), shape, order);
}

/**
 * Aᵀ B with many rows, as one product per block of rows: ONNX Runtime goes over all rows for every panel of B, and a
 * block of the result stays in the cache meanwhile (a quarter faster from some thousand rows on).
 */
function inBlocks({ graph }: Context, a: Value, b: Value, blocks: number): Value {
  const [inner, m] = a.shape;
  const n = b.shape[1];
  return graph.node(
    "FusedMatMul",
    [reshapeValue(graph, a, [inner, blocks, m / blocks]), reshapeValue(graph, b, [1, inner, n])],
    { type: a.type, shape: [blocks, m / blocks, n] },
    { attributes: { transA: 1, transB: 0, transBatchA: 1, transBatchB: 0 }, domain: "com.microsoft" },
  );
}

const blockRows = 512;

/** Into how many equal blocks of at most some hundred rows to part a result; 1 for not at all. */
function blockCount(m: number, n: number): number {
  if (m < 2 * blockRows || n < 128) return 1;
  for (let count = Math.ceil(m / blockRows); count <= m / 64; count++) if (m % count === 0) return count;
  return 1;
}

function turn(context: Context, value: Value): Value {
  const order = value.shape.map((_, i) => i);
  [order[order.length - 2], order[order.length - 1]] = [order[order.length - 1], order[order.length - 2]];
  return transposeValue(context.graph, value, order);
}

/** The order of the batch axes: that of the factor whose storage begins with them, if one does. */
function batchOrder(x: View, y: View, both: readonly number[]): number[] {
  for (const v of [x, y]) {
    const lead = storedOrder(v).slice(0, both.length);
    if (lead.every((axis) => both.includes(axis))) return lead;
  }
  return [...both];
}

/** A factor as matrices [batch, rows, inner] or [batch, inner, columns]; `flipped` if stored the other way round. */
function asMatrices(
  { graph }: Context,
  { v, own }: Factor,
  batch: readonly number[],
  last: number,
  side: "rows" | "columns",
): { value: Value; flipped: boolean } {
  const stored = storedOrder(v);
  const straight = side === "rows" ? [...batch, ...own, last] : [...batch, last, ...own];
  const turned = side === "rows" ? [...batch, last, ...own] : [...batch, ...own, last];
  const flipped = own.length > 0 && stored.join() === turned.join();
  const order = flipped ? turned : straight;
  const base = transposeValue(
    graph,
    v.base,
    order.map((axis) => v.axes[axis]!),
  );
  const size = sizeOf(own.map((axis) => v.shape[axis]));
  const inner = v.shape[last];
  const matrix = (side === "rows") === flipped ? [inner, size] : [size, inner];
  const lead = batch.length > 0 ? [sizeOf(batch.map((axis) => v.shape[axis]))] : [];
  return { value: reshapeValue(graph, base, [...lead, ...matrix]), flipped };
}

export const contractionRules: Record<string, Rule> = { dot };
