import type { DType } from "../tensor.ts";
import { type Context, castValue, type Rule } from "./context.ts";
import type { Value } from "./graph.ts";
import { reshapeView } from "./shape.ts";
import { materialize, padRank, reshapeValue, type View, viewOfFull } from "./view.ts";

/** Stands for positions outside of one of several axes; outside of all of them together. */
export const outside = -(2 ** 30);

const sizeOf = (lengths: readonly number[]) => lengths.reduce((a, b) => a * b, 1);

interface Indexing {
  /** Indexed axes first, in the order of the index arrays, then the others. */
  readonly order: number[];
  readonly indexed: number[];
  readonly rest: number[];
}

function indexing(shape: readonly number[], axes: readonly number[]): Indexing {
  const rest = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  return {
    order: [...axes, ...rest],
    indexed: axes.map((axis) => shape[axis]),
    rest: rest.map((axis) => shape[axis]),
  };
}

/**
 * Several index arrays as one position in the indexed axes taken together. The runtime sees that position only, so
 * that counting from the end and staying inside of each axis are seen to here: what is outside becomes a position
 * that the runtime refuses.
 */
function flatIndex(context: Context, indices: readonly View[], lengths: readonly number[]): View {
  const ndim = Math.max(...indices.map(({ shape }) => shape.length));
  const wide = indices.map((index) => padRank(context.cast(index, "int32"), ndim));
  const shape = Array.from({ length: ndim }, (_, axis) =>
    wide.reduce((length, index) => (index.shape[axis] === 1 ? length : index.shape[axis]), 1),
  );
  if (wide.length === 1) return wide[0];
  const number = (value: number) => context.uniform(value, "int32", []);
  let flat: View | undefined;
  let strays: View | undefined;
  wide.forEach((given, i) => {
    const length = number(lengths[i]);
    const op = (name: string, type: DType, ...of: View[]) => context.elementwise(name, of, type, given.shape);
    let index = given;
    if (!isWithin(given.base, lengths[i])) {
      const fromEnd = op("Less", "bool", given, number(0));
      index = op("Where", "int32", fromEnd, op("Add", "int32", given, length), given);
      const isOutside = op(
        "Or",
        "bool",
        op("Less", "bool", index, number(0)),
        op("GreaterOrEqual", "bool", index, length),
      );
      strays = strays ? context.elementwise("Or", [strays, isOutside], "bool", shape) : isOutside;
    }
    const stride = sizeOf(lengths.slice(i + 1));
    const scaled = stride === 1 ? index : op("Mul", "int32", index, number(stride));
    flat = flat ? context.elementwise("Add", [flat, scaled], "int32", shape) : { ...scaled, shape };
  });
  return strays ? context.elementwise("Where", [strays, number(outside), flat!], "int32", shape) : flat!;
}

const moves = new Set(["Cast", "Reshape", "Transpose", "Expand", "Slice"]);

/** Whether whole numbers are known to lie in [0, length). */
function isWithin({ source, index }: Value, length: number): boolean {
  if (source.kind === "constant")
    return source.data.every((one: number | bigint) => one >= 0 && one < length);
  if (source.kind === "input") return false;
  const [x, by] = source.inputs;
  if (moves.has(source.operator)) return isWithin(x!, length);
  // Positions along the last axis, and places within a plane of a max pooling.
  if (source.operator === "TopK") return index === 1 && x!.shape[x!.shape.length - 1] <= length;
  const isRest = source.operator === "Mod" && source.attributes.fmod === undefined;
  return isRest && by!.source.kind === "constant" && Number(by!.source.data[0]) <= length;
}

function permute(x: View, order: readonly number[]): View {
  return { ...x, shape: order.map((axis) => x.shape[axis]), axes: order.map((axis) => x.axes[axis]) };
}

const gather: Rule = (context, [x, ...indices], { params, outBinders }) => {
  const { graph } = context;
  const { axis: axes, outDim } = params as { axis: number[]; outDim: number };
  const { shape } = outBinders[0].aval;
  const { order, indexed, rest } = indexing(x.shape, axes);
  const flat = materialize(graph, flatIndex(context, indices, indexed));
  const indexDims = flat.shape.length;
  // A single indexed axis that keeps its place needs no move.
  if (axes.length === 1 && outDim === axes[0]) {
    const value = graph.node(
      "Gather",
      [materialize(graph, x), flat],
      { type: x.type, shape },
      { attributes: { axis: outDim } },
    );
    return [viewOfFull(graph, value)];
  }
  const table = materialize(graph, reshapeView(graph, permute(x, order), [sizeOf(indexed), ...rest]));
  const rows = graph.node(
    "Gather",
    [table, flat],
    { type: x.type, shape: [...flat.shape, ...rest] },
    { attributes: { axis: 0 } },
  );
  // Index axes go from the front to outDim.
  const result = viewOfFull(graph, rows);
  const places = rest.map((_, i) => indexDims + i);
  places.splice(outDim, 0, ...flat.shape.map((_, i) => i));
  return [permute(result, places)];
};

const scatter: Rule = (context, [updates, ...indices], { params, outBinders }) => {
  const { graph } = context;
  const { axis: axes, outDim, op } = params as { axis: number[]; outDim: number; op: string };
  const { shape } = outBinders[0].aval;
  if (updates.shape.includes(0)) return [context.uniform(0, updates.type, shape)];
  const { order, indexed, rest } = indexing(shape, axes);
  const index = flatIndex(context, indices, indexed);
  const indexDims = index.shape.length;
  const restDims = updates.shape.flatMap((_, i) => (i >= outDim && i < outDim + indexDims ? [] : [i]));
  const front = [...index.shape.map((_, i) => outDim + i), ...restDims];
  const rowCount = sizeOf(index.shape);
  const working = updates.type === "bool" ? "int32" : updates.type;
  const moved = permute(context.cast(updates, working), front);
  const rows = materialize(graph, reshapeView(graph, moved, [rowCount, ...rest]));
  const at = reshapeValue(graph, castValue(graph, materialize(graph, index), "int64"), [rowCount, 1]);
  const zeros = zerosValue(context, working, [sizeOf(indexed), ...rest]);
  const value = graph.node(
    "ScatterND",
    [zeros, at, rows],
    { type: working, shape: zeros.shape },
    { attributes: { reduction: op === "add" ? "add" : "none" } },
  );
  const result = reshapeView(graph, viewOfFull(graph, value), [...indexed, ...rest]);
  const back = shape.map((_, axis) => order.indexOf(axis));
  return [context.cast(permute(result, back), updates.type)];
};

function zerosValue(context: Context, type: View["type"], shape: readonly number[]): Value {
  return materialize(context.graph, context.uniform(0, type, shape));
}

export const gatherScatterRules: Record<string, Rule> = { gather, scatter };
