import { InputError } from "../../core/errors.ts";
import { apply } from "../apply.ts";
import { broadcastShape } from "../check.ts";
import { applyRule, type DerivativeRule } from "../derivative.ts";
import { type JaxArray, jax } from "../runtime.ts";
import { asTensor, type DType, describe, type Operand, Tensor } from "../tensor.ts";
import { asCount, asFloat, cast, isBool, isFloat } from "./promotion.ts";

type Unary = (x: JaxArray) => JaxArray;
type Binary = (x: JaxArray, y: JaxArray) => JaxArray;

function unary(x: Operand, f: Unary): Tensor {
  return apply([x], f);
}

function binary(name: string, x: Operand, y: Operand, f: Binary): Tensor {
  return apply(together(name, [x, y]), f as (...arrays: JaxArray[]) => JaxArray);
}

/** Operands whose shapes fit together. jax-js 0.1.25 cannot differentiate the broadcast of length 1 to length 0. */
function together(name: string, operands: readonly Operand[]): readonly Operand[] {
  const shape = broadcastShape(name, operands);
  if (!shape.includes(0)) return operands;
  return operands.map((x) => (x instanceof Tensor ? apply([x], (a) => numpy().broadcastTo(a, shape)) : x));
}

const numpy = () => jax().numpy;

/** A function of real numbers. */
function real(x: Operand, f: Unary): Tensor {
  return unary(asFloat(x), f);
}

/** What stays as it is where it is whole already. */
function whole(x: Operand, f: Unary): Tensor {
  return isFloat(x) ? unary(x, f) : asTensor(x);
}

/** Booleans as 0 and 1 where both are: not every executor orders or divides them. */
function ordered(name: string, x: Operand, y: Operand, f: Binary): Tensor {
  return isBool(x) && isBool(y) ? binary(name, asCount(x), asCount(y), f) : binary(name, x, y, f);
}

function refuseBooleans(name: string, operands: readonly Operand[]): void {
  if (!operands.every(isBool)) return;
  throw new InputError({
    code: "bad-dtype",
    where: name,
    problem: "booleans have no difference",
    expected: "numbers",
    got: operands.map(describe).join(" and "),
    hint: "use notEqual, or astype first",
  });
}

/** x + y. */
export function add(x: Operand, y: Operand): Tensor {
  return binary("add", x, y, (a, b) => numpy().add(a, b));
}

/** x − y. */
export function sub(x: Operand, y: Operand): Tensor {
  refuseBooleans("sub", [x, y]);
  return binary("sub", x, y, (a, b) => numpy().subtract(a, b));
}

/** x · y, element by element. */
export function mul(x: Operand, y: Operand): Tensor {
  return binary("mul", x, y, (a, b) => numpy().multiply(a, b));
}

/** x / y; a float also for integers. */
export function div(x: Operand, y: Operand): Tensor {
  return binary("div", asFloat(x), asFloat(y), (a, b) => numpy().trueDivide(a, b));
}

/** The larger of x and y. */
export function maximum(x: Operand, y: Operand): Tensor {
  return binary("maximum", x, y, (a, b) => numpy().maximum(a, b));
}

/** The smaller of x and y. */
export function minimum(x: Operand, y: Operand): Tensor {
  return binary("minimum", x, y, (a, b) => numpy().minimum(a, b));
}

/** The remainder of x / y with the sign of y. */
export function remainder(x: Operand, y: Operand): Tensor {
  return binary("remainder", asCount(x), asCount(y), (a, b) => numpy().remainder(a, b));
}

/** x / y rounded down. */
export function floorDivide(x: Operand, y: Operand): Tensor {
  const [a, b] = [asCount(x), asCount(y)];
  return binary("floorDivide", likeInteger(a, b), likeInteger(b, a), (p, q) => numpy().floorDivide(p, q));
}

/** A whole number beside a tensor of integers as one of them, so that integers stay exact. */
function likeInteger(x: Operand, other: Operand): Operand {
  const fits = typeof x === "number" && Number.isInteger(x) && other instanceof Tensor && !isFloat(other);
  return fits ? astype(x, other.dtype) : x;
}

/**
 * x to the power y, a float unless x is whole and y a whole number from 0 given as a JavaScript number. NaN where x
 * is negative and y not whole; 1 where y is 0.
 */
export function power(x: Operand, y: Operand): Tensor {
  if (typeof y !== "number") {
    return where(
      equal(y, 0),
      1,
      binary("power", asFloat(x), asFloat(y), (a, b) => numpy().power(a, b)),
    );
  }
  if (Number.isInteger(y) && Math.abs(y) <= 64) return integerPower(x, y);
  return applyRule(powerRule(y), asTensor(asFloat(x)))[0];
}

/** The derivative y x^(y − 1), which is right at 0 too where that of exp(y log x) is not. */
function powerRule(y: number): DerivativeRule {
  return {
    define: (x) => [apply([x], (a) => numpy().power(a, y))],
    push: ([x], _, [dx]) => [mul(dx, mul(power(x, y - 1), y))],
  };
}

function integerPower(x: Operand, exponent: number): Tensor {
  if (exponent < 0) return reciprocal(integerPower(x, -exponent));
  if (exponent === 0) return add(mul(x, 0), 1);
  if (exponent === 1) return mul(x, 1);
  const half = integerPower(x, Math.floor(exponent / 2));
  return exponent % 2 === 0 ? mul(half, half) : mul(mul(half, half), x);
}

/** −x. */
export function negative(x: Operand): Tensor {
  refuseBooleans("negative", [x]);
  return unary(x, (a) => numpy().negative(a));
}

/** 1 / x. */
export function reciprocal(x: Operand): Tensor {
  return real(x, (a) => numpy().reciprocal(a));
}

/** eˣ. */
export function exp(x: Operand): Tensor {
  return real(x, (a) => numpy().exp(a));
}

/** Kahan's way: the rounding of u = eˣ is made up for by that of log u. */
const expm1Rule: DerivativeRule = {
  define: (x) => {
    const near = where(less(abs(x), 0.5), x, 0.25);
    const u = exp(near);
    const change = sub(u, 1);
    const small = where(equal(u, 1), near, mul(change, div(near, log(u))));
    return [where(less(abs(x), 0.5), small, sub(exp(x), 1))];
  },
  push: ([x], _, [dx]) => [mul(dx, exp(x))],
};

/** eˣ − 1, accurate near 0. */
export function expm1(x: Operand): Tensor {
  return applyRule(expm1Rule, asTensor(asFloat(x)))[0];
}

/** Natural logarithm. */
export function log(x: Operand): Tensor {
  return real(x, (a) => numpy().log(a));
}

/** Kahan's way: with u = 1 + x rounded, log(u) · x / (u − 1). */
const log1pRule: DerivativeRule = {
  define: (x) => {
    const u = add(x, 1);
    const change = sub(u, 1);
    const isTiny = equal(change, 0);
    const isHuge = greater(u, 1e30);
    const ratio = div(where(isHuge, 1, x), where(logicalOr(isTiny, isHuge), 1, change));
    return [where(isTiny, x, mul(log(u), ratio))];
  },
  push: ([x], _, [dx]) => [div(dx, add(x, 1))],
};

/** log(1 + x), accurate near 0. */
export function log1p(x: Operand): Tensor {
  return applyRule(log1pRule, asTensor(asFloat(x)))[0];
}

/** Square root. */
export function sqrt(x: Operand): Tensor {
  return real(x, (a) => numpy().sqrt(a));
}

/** x². */
export function square(x: Operand): Tensor {
  return unary(x, (a) => numpy().square(a));
}

/** |x|. */
export function abs(x: Operand): Tensor {
  return unary(x, (a) => numpy().absolute(a));
}

/** −1, 0 or 1. */
export function sign(x: Operand): Tensor {
  if (isFloat(x)) return unary(x, (a) => numpy().sign(a));
  const { dtype } = asTensor(x);
  const positive = astype(greater(x, 0), dtype);
  return dtype === "int32" ? sub(positive, astype(less(x, 0), dtype)) : positive;
}

/** Rounded down. */
export function floor(x: Operand): Tensor {
  return whole(x, (a) => numpy().floor(a));
}

/** Rounded up. */
export function ceil(x: Operand): Tensor {
  return whole(x, (a) => numpy().ceil(a));
}

/** Rounded to the nearest whole number, halves to the even one. */
export function round(x: Operand): Tensor {
  return whole(x, (a) => numpy().rint(a));
}

/** Sine of x in radians. */
export function sin(x: Operand): Tensor {
  return real(x, (a) => numpy().sin(a));
}

/** Cosine of x in radians. */
export function cos(x: Operand): Tensor {
  return real(x, (a) => numpy().cos(a));
}

/** Inverse sine, from −π/2 to π/2. */
export function arcsin(x: Operand): Tensor {
  return real(x, (a) => numpy().asin(a));
}

/** Inverse tangent, from −π/2 to π/2. */
export function arctan(x: Operand): Tensor {
  return real(x, (a) => numpy().atan(a));
}

const tanhRule: DerivativeRule = {
  name: "surprisal_tanh",
  define: (x) => [apply([x], (a) => jax().numpy.tanh(a))],
  push: (_, [y], [dx]) => [mul(dx, sub(1, square(y)))],
};

/** Hyperbolic tangent. */
export function tanh(x: Operand): Tensor {
  return applyRule(tanhRule, asTensor(asFloat(x)))[0];
}

/** Error function. */
export function erf(x: Operand): Tensor {
  return real(x, (a) => jax().lax.erf(a));
}

/** 1 − erf(x), accurate for large x. */
export function erfc(x: Operand): Tensor {
  return real(x, (a) => jax().lax.erfc(a));
}

/** x held between two bounds; either may be left out. */
export function clip(x: Operand, low?: Operand, high?: Operand): Tensor {
  const raised = low === undefined ? x : maximum(x, low);
  return high === undefined ? (raised instanceof Tensor ? raised : mul(raised, 1)) : minimum(raised, high);
}

/** x where the condition holds, else y. */
export function where(condition: Operand, x: Operand, y: Operand): Tensor {
  return apply(together("where", [condition, x, y]), (c, a, b) => numpy().where(c, a, b));
}

/** x = y. */
export function equal(x: Operand, y: Operand): Tensor {
  return binary("equal", x, y, (a, b) => numpy().equal(a, b));
}

/** x ≠ y. */
export function notEqual(x: Operand, y: Operand): Tensor {
  return binary("notEqual", x, y, (a, b) => numpy().notEqual(a, b));
}

/** x < y. */
export function less(x: Operand, y: Operand): Tensor {
  return ordered("less", x, y, (a, b) => numpy().less(a, b));
}

/** x ≤ y. */
export function lessEqual(x: Operand, y: Operand): Tensor {
  return ordered("lessEqual", x, y, (a, b) => numpy().lessEqual(a, b));
}

/** x > y. */
export function greater(x: Operand, y: Operand): Tensor {
  return ordered("greater", x, y, (a, b) => numpy().greater(a, b));
}

/** x ≥ y. */
export function greaterEqual(x: Operand, y: Operand): Tensor {
  return ordered("greaterEqual", x, y, (a, b) => numpy().greaterEqual(a, b));
}

/** Both true. */
export function logicalAnd(x: Operand, y: Operand): Tensor {
  return binary("logicalAnd", x, y, (a, b) => numpy().logicalAnd(a, b));
}

/** Either true. */
export function logicalOr(x: Operand, y: Operand): Tensor {
  return binary("logicalOr", x, y, (a, b) => numpy().logicalOr(a, b));
}

/** Not true. */
export function logicalNot(x: Operand): Tensor {
  return unary(x, (a) => numpy().logicalNot(a));
}

/** True where x is neither NaN nor infinite. */
export function isfinite(x: Operand): Tensor {
  return unary(x, (a) => numpy().isfinite(a));
}

/** True where x is NaN. */
export function isnan(x: Operand): Tensor {
  return unary(x, (a) => numpy().isnan(a));
}

/**
 * The same numbers as another element type; floats are cut towards zero for integers, and what does not fit there (NaN
 * too) gives any number.
 */
export function astype(x: Operand, dtype: DType): Tensor {
  if (x instanceof Tensor && x.dtype === dtype) return x;
  return cast(x, dtype);
}

/** x with derivative zero. */
export function stopGradient(x: Operand): Tensor {
  return unary(x, (a) => jax().lax.stopGradient(a));
}
