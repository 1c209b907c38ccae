import type { Equation } from "../program.ts";
import type { DType } from "../tensor.ts";
import { type Context, type Rule, unsupported } from "./context.ts";
import { joinPads } from "./padding.ts";
import { asin64, atan64, erf64, erfc } from "./special.ts";
import { uniformOf, type View } from "./view.ts";

const isFloat = (type: DType) => type.startsWith("float");

/** Operands cast to the type of the result. */
function promoted(context: Context, inputs: View[], { outBinders }: Equation): View[] {
  return inputs.map((input) => context.cast(input, outBinders[0].aval.dtype));
}

function preferredOf(context: Context, { outBinders }: Equation): readonly number[] | undefined {
  return context.preferred.get(outBinders[0]);
}

interface BinaryOptions {
  /** Operator for booleans. */
  bool?: string;
  /** The result on two numbers, where it can be had at once. */
  fold: (x: number, y: number) => number;
  /** A simpler form when one operand is the same number everywhere. */
  simplify?: (x: View, y: View, a: number | undefined, b: number | undefined) => View | number | undefined;
}

function binary(operator: string, { bool, fold, simplify }: BinaryOptions): Rule {
  return (context, inputs, equation) => {
    const { shape, dtype } = equation.outBinders[0].aval;
    const [x, y] = promoted(context, inputs, equation);
    const [a, b] = [uniformOf(x), uniformOf(y)];
    if (a !== undefined && b !== undefined && isFloat(dtype))
      return [context.uniform(fold(a, b), dtype, shape)];
    const simple = simplify?.(x, y, a, b);
    if (typeof simple === "number") return [context.uniform(simple, dtype, shape)];
    if (simple) return [broadcastView(simple, shape)];
    const name = dtype === "bool" ? (bool ?? unsupported(`${equation.primitive} of booleans`)) : operator;
    return [context.elementwise(name, [x, y], dtype, shape, { preferred: preferredOf(context, equation) })];
  };
}

/** A view repeated to a wider shape. */
function broadcastView(v: View, shape: readonly number[]): View {
  const extra = shape.length - v.shape.length;
  return { ...v, shape, axes: shape.map((_, axis) => (axis < extra ? null : v.axes[axis - extra])) };
}

const unary =
  (operator: string, fold: (x: number) => number): Rule =>
  (context, [x], { outBinders }) => {
    const { dtype, shape } = outBinders[0].aval;
    const number = uniformOf(x);
    if (number !== undefined && isFloat(dtype)) return [context.uniform(fold(number), dtype, shape)];
    return [context.elementwise(operator, [x], dtype, shape)];
  };

const compare: Rule = (context, inputs, equation) => {
  const { shape } = equation.outBinders[0].aval;
  const wide = widest(inputs.map((input) => input.type));
  const type = wide === "bool" ? "int32" : wide;
  const operands = inputs.map((input) => context.cast(input, type));
  const operators: Record<string, string> = { less: "Less", less_equal: "LessOrEqual", equal: "Equal" };
  const { op } = equation.params;
  if (op === "not_equal") {
    const equal = context.elementwise("Equal", operands, "bool", shape);
    return [context.elementwise("Not", [equal], "bool", shape)];
  }
  return [context.elementwise(operators[op], operands, "bool", shape)];
};

const order: readonly DType[] = ["bool", "uint32", "int32", "float32", "float64"];

/** The type that holds operands of several; literal numbers of the program are float32 and fit any float. */
function widest(types: readonly DType[]): DType {
  return order[Math.max(...types.map((type) => order.indexOf(type)))];
}

/** Comparison operands are not cast by the program: a weakly typed one takes the other's type. */
const compareWeak: Rule = (context, inputs, equation) => {
  const weak = equation.inputs.map((atom) => atom.aval.weakType);
  if (weak[0] === weak[1]) return compare(context, inputs, equation);
  const strong = inputs[weak[0] ? 1 : 0].type;
  const target = strong === "bool" ? "uint32" : strong;
  return compare(
    context,
    inputs.map((input, i) => (weak[i] ? context.cast(input, target) : input)),
    equation,
  );
};

const where: Rule = (context, [condition, ...branches], equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const fixed = uniformOf(condition);
  const [x, y] = branches.map((branch) => context.cast(branch, dtype));
  if (fixed !== undefined) return [broadcastView(fixed ? x : y, shape)];
  const [a, b] = [uniformOf(x), uniformOf(y)];
  if (a !== undefined && a === b) return [context.uniform(a, dtype, shape)];
  if (a === 1 && b === 0) return [broadcastView(context.cast(condition, dtype), shape)];
  if (dtype === "bool") {
    const both = context.elementwise("And", [condition, x], "bool", shape);
    const not = context.elementwise("Not", [condition], "bool", condition.shape);
    const other = context.elementwise("And", [not, y], "bool", shape);
    return [context.elementwise("Or", [both, other], "bool", shape)];
  }
  const type = dtype === "uint32" ? "int32" : dtype;
  const chosen = context.elementwise(
    "Where",
    [condition, context.cast(x, type), context.cast(y, type)],
    type,
    shape,
    { preferred: preferredOf(context, equation) },
  );
  return [context.cast(chosen, dtype)];
};

const negate: Rule = (context, [x], { outBinders }) => {
  const { dtype, shape } = outBinders[0].aval;
  const number = uniformOf(x);
  if (number !== undefined && isFloat(dtype)) return [context.uniform(-number, dtype, shape)];
  if (dtype === "uint32")
    return [context.elementwise("Sub", [context.uniform(0, "uint32", []), x], dtype, shape)];
  if (x.base.source.kind === "node" && x.base.source.operator === "Neg") {
    return [{ ...x, base: x.base.source.inputs[0]! }];
  }
  return [context.elementwise("Neg", [x], dtype, shape)];
};

/** x + (−y) is x − y. */
const add: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const [x, y] = promoted(context, inputs, equation);
  for (const [kept, negated] of [
    [x, y],
    [y, x],
  ]) {
    const { source } = negated.base;
    if (source.kind !== "node" || source.operator !== "Neg") continue;
    const positive = { ...negated, base: source.inputs[0]! };
    return [
      context.elementwise("Sub", [kept, positive], dtype, shape, {
        preferred: preferredOf(context, equation),
      }),
    ];
  }
  const joined = joinPads(context, x, y);
  return joined ? [joined] : plainAdd(context, inputs, equation);
};

const plainAdd = binary("Add", {
  bool: "Or",
  fold: (x, y) => x + y,
  simplify: (x, y, a, b) => (a === 0 ? y : b === 0 ? x : undefined),
});

/** x · (1 / y) is x / y. */
const multiply: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const [x, y] = promoted(context, inputs, equation);
  const [a, b] = [uniformOf(x), uniformOf(y)];
  if (a === undefined && b === undefined) {
    for (const [kept, inverse] of [
      [x, y],
      [y, x],
    ]) {
      const { source } = inverse.base;
      if (source.kind !== "node" || source.operator !== "Reciprocal") continue;
      const divisor = { ...inverse, base: source.inputs[0]! };
      return [
        context.elementwise("Div", [kept, divisor], dtype, shape, {
          preferred: preferredOf(context, equation),
        }),
      ];
    }
  }
  return plainMultiply(context, inputs, equation);
};

const plainMultiply = binary("Mul", {
  bool: "And",
  fold: (x, y) => x * y,
  simplify: (x, y, a, b) => (a === 0 || b === 0 ? 0 : a === 1 ? y : b === 1 ? x : undefined),
});

const idiv: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const [x, y] = promoted(context, inputs, equation);
  const quotient = context.elementwise("Div", [x, y], dtype, shape);
  if (!isFloat(dtype)) return [quotient];
  const size = context.elementwise(
    "Floor",
    [context.elementwise("Abs", [quotient], dtype, shape)],
    dtype,
    shape,
  );
  return [
    context.elementwise("Mul", [size, context.elementwise("Sign", [quotient], dtype, shape)], dtype, shape),
  ];
};

const mod: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  return [
    context.elementwise("Mod", promoted(context, inputs, equation), dtype, shape, {
      attributes: { fmod: 1 },
    }),
  ];
};

const bitCombine: Rule = (context, inputs, equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const names: Record<string, string> = { and: "And", or: "Or", xor: "Xor" };
  const name = names[equation.params.op];
  return [
    context.elementwise(
      dtype === "bool" ? name : `Bitwise${name}`,
      promoted(context, inputs, equation),
      dtype,
      shape,
    ),
  ];
};

/** ONNX shifts unsigned numbers only; shifting int32 right copies the sign, that is, divides rounding down. */
const bitShift: Rule = (context, [x, by], equation) => {
  const { shape, dtype } = equation.outBinders[0].aval;
  const left = equation.params.op === "shl";
  const shift = (v: View) =>
    context.elementwise("BitShift", [v, context.cast(by, "uint32")], "uint32", shape, {
      attributes: { direction: left ? "LEFT" : "RIGHT" },
    });
  if (dtype === "uint32") return [shift(x)];
  if (left) return [context.cast(shift(context.cast(x, "uint32")), "int32")];
  const negative = context.elementwise("Less", [x, context.uniform(0, "int32", [])], "bool", x.shape);
  const flipped = context.elementwise("BitwiseNot", [x], "int32", x.shape);
  const size = context.elementwise("Where", [negative, flipped, x], "int32", x.shape);
  const shifted = context.cast(shift(context.cast(size, "uint32")), "int32");
  const restored = context.elementwise("BitwiseNot", [shifted], "int32", shape);
  return [context.elementwise("Where", [negative, restored, shifted], "int32", shape)];
};

/** The number of ones, by adding neighbouring groups of bits. */
const bitCount: Rule = (context, [x], equation) => {
  const { shape } = equation.outBinders[0].aval;
  const word = (n: number) => context.uniform(n, "uint32", []);
  const op = (name: string, a: View, b: View) => context.elementwise(name, [a, b], "uint32", shape);
  const right = (a: View, by: number) =>
    context.elementwise("BitShift", [a, word(by)], "uint32", shape, { attributes: { direction: "RIGHT" } });
  let v = context.cast(x, "uint32");
  v = op("Sub", v, op("BitwiseAnd", right(v, 1), word(0x55555555)));
  v = op("Add", op("BitwiseAnd", v, word(0x33333333)), op("BitwiseAnd", right(v, 2), word(0x33333333)));
  v = op("BitwiseAnd", op("Add", v, right(v, 4)), word(0x0f0f0f0f));
  v = right(op("Mul", v, word(0x01010101)), 24);
  return [context.cast(v, "int32")];
};

const bitcast: Rule = (context, [x], { outBinders }) => {
  const { dtype } = outBinders[0].aval;
  if (isFloat(dtype) || isFloat(x.type)) unsupported(`the bits of ${x.type} as ${dtype}`);
  return [context.cast(x, dtype)];
};

const inDouble =
  (single: Rule, double: (context: Context, x: View) => View): Rule =>
  (context, inputs, equation) =>
    inputs[0].type === "float64" ? [double(context, inputs[0])] : single(context, inputs, equation);

export const elementwiseRules: Record<string, Rule> = {
  add,
  mul: multiply,
  idiv,
  mod,
  min: binary("Min", { bool: "And", fold: Math.min }),
  max: binary("Max", { bool: "Or", fold: Math.max }),
  bit_combine: bitCombine,
  bit_shift: bitShift,
  bit_count: bitCount,
  neg: negate,
  reciprocal: unary("Reciprocal", (x) => 1 / x),
  floor: unary("Floor", Math.floor),
  ceil: unary("Ceil", Math.ceil),
  stop_gradient: (_, [x]) => [x],
  cast: (context, [x], { outBinders }) => [context.cast(x, outBinders[0].aval.dtype)],
  bitcast,
  sin: unary("Sin", Math.sin),
  cos: unary("Cos", Math.cos),
  asin: inDouble(unary("Asin", Math.asin), asin64),
  atan: inDouble(unary("Atan", Math.atan), atan64),
  exp: unary("Exp", Math.exp),
  log: unary("Log", Math.log),
  sqrt: unary("Sqrt", Math.sqrt),
  erf: inDouble((context, [x]) => [context.elementwise("Erf", [x], x.type, x.shape)], erf64),
  erfc: (context, [x]) => [erfc(context, x)],
  compare: compareWeak,
  where,
};
