// A function recorded as a list of primitive equations (jax-js's jaxpr), and its plain evaluation on Wasm.
import { erf, erfc } from "../core/special/normal.ts";
import { requirePositions } from "./check.ts";
import { type JaxArray, jax } from "./runtime.ts";
import { type DataArray, type DType, newData, sizeOf, Tensor, type Tree } from "./tensor.ts";
import { inTrace, jaxArray, operand, Trace, toJax, toTensor, traced, withExactLiterals } from "./trace.ts";
import { type FlatTree, flatten } from "./tree.ts";

/** Shape and element type of a value under trace; weak types adopt the other operand's. */
interface AbstractValue {
  readonly shape: number[];
  readonly dtype: DType;
  readonly weakType: boolean;
}

/** A value computed by an equation, or an input. */
export interface Variable {
  readonly id: number;
  readonly aval: AbstractValue;
}

/** A number written in the program. */
export interface Literal {
  readonly value: number;
  readonly aval: AbstractValue;
}

export type Atom = Variable | Literal;

export interface Equation {
  readonly primitive: string;
  readonly inputs: readonly Atom[];
  // biome-ignore lint/suspicious/noExplicitAny: each primitive has its own parameters
  readonly params: Record<string, any>;
  readonly outBinders: readonly Variable[];
}

export interface Equations {
  readonly inBinders: readonly Variable[];
  readonly eqns: readonly Equation[];
  readonly outs: readonly Atom[];
}

/** A recorded function: its equations take the constants first, then the inputs. */
export interface Program<T extends Tree = Tree> {
  readonly equations: Equations;
  /** Known tensors, or arrays that jax-js made while differentiating. */
  readonly constants: (Tensor | JaxArray)[];
  readonly out: FlatTree<T>;
  /** Frees the constants. */
  dispose(): void;
}

export function isLiteral(atom: Atom): atom is Literal {
  return "value" in atom;
}

/** An input of the recorded function; a class of its own because jax-js takes plain objects for trees. */
export class InputType implements AbstractValue {
  readonly shape: number[];
  readonly dtype: DType;
  readonly weakType: boolean;

  constructor(shape: readonly number[], dtype: DType, weakType = false) {
    this.shape = [...shape];
    this.dtype = dtype;
    this.weakType = weakType;
  }
}

/** Records what `f` does to inputs of these types. */
export function record<T extends Tree>(
  f: (inputs: Tensor[]) => T,
  inputs: readonly InputType[],
  where: string,
): Program<T> {
  const trace = new Trace();
  let out: FlatTree<T> | undefined;
  const numeric = (...tracers: JaxArray[]): JaxArray[] => {
    out = flatten(f(tracers.map(traced)), where);
    return out.leaves.map(operand);
  };
  const make = jax().makeJaxpr(numeric as never) as unknown as (...inputs: readonly InputType[]) => {
    jaxpr: { jaxpr: Equations; consts: JaxArray[]; dispose(): void };
  };
  try {
    const { jaxpr } = withExactLiterals(() => inTrace(trace, () => make(...inputs)));
    const constants = jaxpr.consts.map((array) => trace.origin(array) ?? array);
    return {
      equations: jaxpr.jaxpr,
      constants,
      out: out!,
      dispose() {
        // One reference only: constants that jax-js made belong to its caches too.
        for (const constant of constants) if (!(constant instanceof Tensor)) constant.dispose();
        constants.length = 0;
      },
    };
  } finally {
    trace.end();
  }
}

/** Records a function of trees and computes it at once on jax-js's Wasm device. */
export function evaluate<A extends Tree[], T extends Tree>(f: (...args: A) => T, args: A, where: string): T {
  const flat = flatten(args as unknown as Tree, where);
  const types = flat.leaves.map((leaf) => new InputType(leaf.shape, leaf.dtype));
  const program = record((leaves) => f(...(flat.rebuild(leaves) as unknown as A)), types, where);
  try {
    return program.out.rebuild(runInJax(program, flat.leaves));
  } finally {
    program.dispose();
  }
}

/**
 * The numbers of a constant. Those that jax-js made lazily while differentiating are computed on Wasm, a thousand
 * times faster than on the device of the trace.
 */
export function constantOf(program: Program, position: number): Tensor {
  const constant = program.constants[position];
  if (constant instanceof Tensor) return constant;
  const { numpy, DType } = jax();
  const zero = numpy.full([], constant.dtype === DType.Bool ? false : 0, {
    dtype: constant.dtype,
    device: "wasm",
  });
  const known = toTensor(numpy.add(constant, zero));
  program.constants[position] = known;
  return known;
}

/** Computes a recorded program, one equation after the other, on Wasm; `cpu` is jax-js's slow reference. */
export function runInJax(
  program: Program,
  inputs: readonly Tensor[],
  device: "wasm" | "cpu" = "wasm",
): Tensor[] {
  const { defaultDevice } = jax();
  const before = defaultDevice();
  defaultDevice(device);
  try {
    return runOnDevice(program, inputs);
  } finally {
    defaultDevice(before);
  }
}

function runOnDevice(program: Program, inputs: readonly Tensor[]): Tensor[] {
  const constants = program.constants.map((_, i) => toJax(constantOf(program, i)));
  const results = runEquations(program.equations, [...constants, ...inputs.map(toJax)]);
  return results.map(toTensor);
}

type Rules = Record<string, (arrays: JaxArray[], params: Equation["params"]) => JaxArray[]>;

function runEquations(equations: Equations, inputs: readonly JaxArray[]): JaxArray[] {
  const { numpy } = jax();
  const rules = numpy.Array._implRules() as unknown as Rules;
  const values = new Map<Atom, JaxArray>();
  const lastUse = new Map<Atom, number>();
  equations.eqns.forEach((equation, i) => {
    for (const atom of equation.inputs) lastUse.set(atom, i);
  });
  for (const atom of equations.outs) lastUse.set(atom, equations.eqns.length);
  const keep = (variable: Variable, array: JaxArray) => {
    if (lastUse.has(variable)) values.set(variable, array);
    else array.dispose();
  };
  const read = (atom: Atom): JaxArray => (isLiteral(atom) ? literal(atom) : values.get(atom)!.ref);
  equations.inBinders.forEach((variable, i) => {
    keep(variable, inputs[i]);
  });
  equations.eqns.forEach((equation, i) => {
    const arrays = equation.inputs.map(read);
    const results = runEquation(equation, arrays, rules);
    equation.outBinders.forEach((variable, k) => {
      // The rules know nothing of weak types, so that a type may come out wider than recorded.
      const { dtype } = variable.aval;
      keep(variable, results[k].dtype === dtype ? results[k] : rules.cast([results[k]], { dtype })[0]);
    });
    for (const atom of new Set(equation.inputs)) {
      if (isLiteral(atom) || lastUse.get(atom) !== i) continue;
      values.get(atom)!.dispose();
      values.delete(atom);
    }
  });
  const outs = equations.outs.map(read);
  for (const array of values.values()) array.dispose();
  return outs;
}

/** jax-js's Wasm code has these to six digits at best; JavaScript has them in full. */
const exactly: Record<string, (x: number) => number> = {
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  asin: Math.asin,
  atan: Math.atan,
  erf,
  erfc,
};

/** Where jax-js 0.1.25 reads past the end of an operand that is the first part of a longer array. */
const routines = new Set([
  "sort",
  "argsort",
  "scatter",
  "triangular_solve",
  "cholesky",
  "lu",
  "jacobi_eigh",
  "fft",
]);

function copied(array: JaxArray): JaxArray {
  return toJax(toTensor(array));
}

/** Positions from 0; 0.1.25 would read and write beside the array for others. */
function fromStart(positions: JaxArray, length: number): JaxArray {
  const known = toTensor(positions);
  requirePositions("compile", known.data, length);
  const data = known.data.map((position) => (position < 0 ? position + length : position));
  return jaxArray(data, known.shape, known.dtype);
}

function runEquation(
  { primitive, params, outBinders }: Equation,
  arrays: JaxArray[],
  rules: Rules,
): JaxArray[] {
  if (primitive === "jit") return runEquations(params.jaxpr, arrays);
  if (arrays.some(({ size }) => size === 0) && (primitive === "reduce" || primitive === "dot")) {
    // Over no elements 0.1.25 reads whatever lies in memory.
    const { shape, dtype } = outBinders[0].aval;
    const nothing = newData(dtype, sizeOf(shape)).fill(primitive === "dot" ? 0 : ofNothing(params.op, dtype));
    for (const array of arrays) array.dispose();
    return [jaxArray(nothing, shape, dtype)];
  }
  if (primitive === "gather" || primitive === "scatter") {
    const { shape } = primitive === "gather" ? arrays[0] : outBinders[0].aval;
    const [first, ...positions] = arrays;
    arrays = [first, ...positions.map((one, i) => fromStart(one, shape[params.axis[i]]))];
  }
  if (routines.has(primitive)) return rules[primitive](arrays.map(copied), params);
  if (primitive === "dot" && arrays.every(({ shape }) => shape[shape.length - 1] === 1)) {
    // A contraction over one element comes out wrong for some float32 views in 0.1.25; it is a product.
    const [product] = rules.mul(arrays, {});
    return rules.reshape([product], { shape: product.shape.slice(0, -1) });
  }
  const f = exactly[primitive];
  if (!f || !arrays[0].dtype.startsWith("float")) return rules[primitive](arrays, params);
  const [{ shape, dtype }] = arrays;
  const data = arrays[0].dataSync().slice() as DataArray;
  for (let i = 0; i < data.length; i++) data[i] = f(data[i]);
  return [jaxArray(data, shape, dtype as DType)];
}

/** A reduction over no elements. */
export function ofNothing(op: string, type: DType): number {
  if (op === "Add") return 0;
  if (op === "Mul") return 1;
  const [lowest, highest] = { bool: [0, 1], uint32: [0, 2 ** 32 - 1], int32: [-(2 ** 31), 2 ** 31 - 1] }[
    type as string
  ] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return op === "Max" ? lowest : highest;
}

function literal({ value, aval }: Literal): JaxArray {
  const { numpy } = jax();
  const number = aval.dtype === "bool" ? value !== 0 : value;
  if (aval.weakType) return numpy.array(number);
  return numpy.full([], number, { dtype: aval.dtype as never });
}
