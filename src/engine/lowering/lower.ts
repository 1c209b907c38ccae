// From a recorded function to an ONNX graph.
import { type Atom, constantOf, isLiteral, type Program } from "../program.ts";
import type { Tensor } from "../tensor.ts";
import { Context, type Rule, unsupported } from "./context.ts";
import { contractionRules } from "./contraction.ts";
import { inline, live, preferredOrders } from "./control.ts";
import { convolutionRules } from "./convolution.ts";
import { elementwiseRules } from "./elementwise.ts";
import { gatherScatterRules } from "./gather-scatter.ts";
import type { Graph } from "./graph.ts";
import { isNamed, namedRule } from "./named.ts";
import { foldFactors } from "./optimize.ts";
import { paddingRules } from "./padding.ts";
import { poolingRules } from "./pooling.ts";
import { randomBitsRules } from "./random-bits.ts";
import { reduceRules } from "./reduce.ts";
import { shapeRules } from "./shape.ts";
import { sortRules } from "./sort.ts";
import { materialize, type View, viewInOrder, viewOfFull } from "./view.ts";

/** Rules by the file they are in. */
export const families = {
  elementwise: elementwiseRules,
  reduce: reduceRules,
  contraction: contractionRules,
  shape: shapeRules,
  padding: paddingRules,
  "gather-scatter": gatherScatterRules,
  sort: sortRules,
  convolution: convolutionRules,
  pooling: poolingRules,
  "random-bits": randomBitsRules,
};

const rules: Record<string, Rule> = Object.assign({}, ...Object.values(families));

export interface Lowered {
  readonly graph: Graph;
  /** Which inputs of the function the graph takes, in order; the others are not needed. */
  readonly usedInputs: readonly number[];
}

export interface LowerOptions {
  /** Only operators of the ONNX standard, for a file that every runtime reads. */
  portable?: boolean;
}

/** Writes a program as a graph. Throws `Unsupported` where ONNX has no form for it. */
export function lower(program: Program, options: LowerOptions = {}): Lowered {
  const equations = live(inline(program.equations, isNamed));
  const context = new Context(preferredOrders(equations), options.portable ?? false);
  const { graph } = context;
  const values = new Map<Atom, View>();
  const used = new Set<Atom>([...equations.eqns.flatMap(({ inputs }) => inputs), ...equations.outs]);
  const constants = program.constants.length;
  const usedInputs: number[] = [];
  equations.inBinders.forEach((variable, i) => {
    if (!used.has(variable)) return;
    if (i < constants) {
      values.set(variable, constantView(context, constantOf(program, i)));
      return;
    }
    usedInputs.push(i - constants);
    values.set(variable, viewOfFull(graph, graph.input(variable.aval.dtype, variable.aval.shape)));
  });
  const read = (atom: Atom): View =>
    isLiteral(atom) ? context.uniform(atom.value, atom.aval.dtype, []) : values.get(atom)!;
  for (const equation of equations.eqns) {
    const rule =
      rules[equation.primitive] ??
      namedRule(equation) ??
      unsupported(`ONNX has no operator for ${equation.primitive}`);
    const { outBinders } = equation;
    // What has no elements needs no computation, and some native operators cannot bear it.
    const empty = outBinders.map(({ aval }) =>
      aval.shape.includes(0) ? context.uniform(0, aval.dtype, aval.shape) : undefined,
    );
    const results = empty.includes(undefined) ? rule(context, equation.inputs.map(read), equation) : [];
    outBinders.forEach((variable, i) => {
      values.set(variable, empty[i] ?? results[i]);
    });
  }
  graph.outputs = equations.outs.map((atom) => {
    const view = context.cast(read(atom), atom.aval.dtype);
    return materialize(graph, view);
  });
  return { graph: options.portable ? graph : foldFactors(graph), usedInputs };
}

/** A known tensor: one number if it is the same everywhere, else its numbers without axes of length 1. */
function constantView(context: Context, tensor: Tensor): View {
  const { data, shape, dtype } = tensor;
  const first = data[0];
  let isUniform = data.length > 0;
  for (let i = 1; isUniform && i < data.length; i++) isUniform = Object.is(data[i], first);
  if (isUniform) return context.uniform(first, dtype, shape);
  const kept = shape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const base = context.graph.constant(
    data,
    dtype,
    kept.map((axis) => shape[axis]),
  );
  return viewInOrder(base, shape, kept);
}
