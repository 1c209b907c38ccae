// Functions of ours that arrive as one equation each, under their own name, and have a native operator.
import type { Equation } from "../program.ts";
import type { Context, Rule } from "./context.ts";
import { castValue } from "./context.ts";
import { reshapeView } from "./shape.ts";
import {
  alignTo,
  expandValue,
  materialize,
  reshapeValue,
  type View,
  viewInOrder,
  viewOfFull,
} from "./view.ts";

const unary =
  (operator: string): Rule =>
  (context, [x]) => [context.elementwise(operator, [x], x.type, x.shape)];

/** An operator along the last axis: the other axes may be stored in any order. */
const alongLast =
  (operator: string): Rule =>
  (context, [x]) => {
    const { value, order } = lastInnermost(context, x);
    const out = context.graph.node(
      operator,
      [value],
      { type: x.type, shape: value.shape },
      { attributes: { axis: value.shape.length - 1 } },
    );
    return [viewInOrder(out, x.shape, order)];
  };

function lastInnermost({ graph }: Context, x: View): { value: View["base"]; order: number[] } {
  const last = x.shape.length - 1;
  const order = x.axes
    .flatMap((place, axis) => (place === null || axis === last ? [] : [{ axis, place }]))
    .sort((a, b) => a.place - b.place)
    .map(({ axis }) => axis);
  order.push(last);
  // The last axis is stored even where it only repeats.
  const aligned = alignTo(graph, x, order);
  const lengths = order.map((axis) => x.shape[axis]);
  const ones = lengths.map((length, i) => (i === order.length - 1 && x.axes[last] === null ? 1 : length));
  return { value: expandValue(graph, reshapeValue(graph, aligned, ones), lengths), order };
}

/** Results: the standardised numbers and 1 / √(variance + ε). */
const standardize: Rule = (context, [x], { params }) => {
  const { graph } = context;
  const { value, order } = lastInnermost(context, x);
  const n = x.shape[x.shape.length - 1];
  const lead = value.shape.slice(0, -1);
  const ones = graph.constant(new Float32Array(n).fill(1), "float32", [n]);
  const [y, , scale] = graph.nodeMany(
    "LayerNormalization",
    [value, ones],
    [
      { type: x.type, shape: value.shape },
      { type: x.type, shape: [...lead, 1] },
      { type: x.type, shape: [...lead, 1] },
    ],
    { attributes: { axis: -1, epsilon: { float: Number(params.name.split(" ")[1]) } } },
  );
  const outShape = [...x.shape.slice(0, -1), 1];
  const leadOrder = order.slice(0, -1);
  const scaleBase = graph.node(
    "Reshape",
    [scale, graph.integers(lead)],
    { type: x.type, shape: lead },
    { attributes: { allowzero: 1 } },
  );
  return [viewInOrder(y, x.shape, order), viewInOrder(scaleBase, outShape, leadOrder)];
};

const cumsum: Rule = (context, [x]) => {
  const { value, order } = lastInnermost(context, x);
  const axis = context.graph.constant(BigInt64Array.of(BigInt(value.shape.length - 1)), "int64", []);
  return [
    viewInOrder(
      context.graph.node("CumSum", [value, axis], { type: x.type, shape: value.shape }),
      x.shape,
      order,
    ),
  ];
};

/** Results: the largest of each window, and its place within the plane of the last axes. */
const maxPool: Rule = (context, [x], { params, outBinders }) => {
  const { graph } = context;
  const { window, strides, padding } = JSON.parse(params.name.split(" ")[1]) as PoolGeometry;
  const { shape } = outBinders[0].aval;
  const dims = window.length;
  const lead = x.shape.slice(0, -dims).reduce((a, b) => a * b, 1);
  const plane = x.shape.slice(-dims);
  const planes = materialize(graph, reshapeView(graph, x, [1, lead, ...plane]));
  const outs = shape.slice(-dims);
  const [y, places] = graph.nodeMany(
    "MaxPool",
    [planes],
    [
      { type: x.type, shape: [1, lead, ...outs] },
      { type: "int64", shape: [1, lead, ...outs] },
    ],
    {
      attributes: {
        kernel_shape: window,
        strides,
        pads: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)],
      },
    },
  );
  const perPlane = plane.reduce((a, b) => a * b, 1);
  const size = graph.constant(BigInt64Array.of(BigInt(perPlane)), "int64", []);
  const inPlane = graph.node("Mod", [places, size], { type: "int64", shape: places.shape });
  return [
    reshapeView(graph, viewOfFull(graph, y), shape),
    reshapeView(graph, viewOfFull(graph, castValue(graph, inPlane, "int32")), shape),
  ];
};

interface PoolGeometry {
  readonly window: number[];
  readonly strides: number[];
  readonly padding: [number, number][];
}

interface Named {
  readonly rule: Rule;
  /** Native only in these types. */
  readonly types: readonly string[];
}

const floats = ["float32", "float64"];
const single = ["float32"];

const named: Record<string, Named> = {
  surprisal_relu: { rule: unary("Relu"), types: floats },
  surprisal_tanh: { rule: unary("Tanh"), types: floats },
  surprisal_sigmoid: { rule: unary("Sigmoid"), types: floats },
  surprisal_softmax: { rule: alongLast("Softmax"), types: floats },
  // The double kernel gives finite numbers in a row with a NaN.
  surprisal_logSoftmax: { rule: alongLast("LogSoftmax"), types: single },
  surprisal_standardize: { rule: standardize, types: single },
  surprisal_cumsum: { rule: cumsum, types: floats },
  surprisal_maxPool: { rule: maxPool, types: floats },
};

/** The functions with a native operator of their own. */
export const namedFunctions = Object.keys(named).map((name) => name.replace("surprisal_", ""));

function find(equation: Equation, argument: number): Named | undefined {
  if (equation.primitive !== "jit") return undefined;
  const entry = named[String(equation.params.name).split(" ")[0]];
  const { dtype, shape } = equation.inputs[argument]?.aval ?? { dtype: "", shape: [] };
  return entry?.types.includes(dtype) && !shape.includes(0) && shape[shape.length - 1] !== 1
    ? entry
    : undefined;
}

/** Whether an equation has a native operator of its own and is to stay whole. */
export function isNamed(equation: Equation): boolean {
  return find(equation, equation.params.numConsts ?? 0) !== undefined;
}

/** The rule of an equation that stayed whole, without the constants of its definition. */
export function namedRule(equation: Equation): Rule | undefined {
  return find(equation, 0)?.rule;
}
