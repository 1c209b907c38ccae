// Functions that ONNX Runtime lacks in float64, from ones it has.
import type { DType } from "../tensor.ts";
import type { Context } from "./context.ts";
import type { View } from "./view.ts";

/** Small arithmetic on views of one shape. */
function arithmetic(context: Context, shape: readonly number[], type: DType) {
  const number = (value: number) => context.uniform(value, type, []);
  const apply = (operator: string, ...operands: (View | number)[]): View =>
    context.elementwise(
      operator,
      operands.map((operand) => (typeof operand === "number" ? number(operand) : operand)),
      type,
      shape,
    );
  const compare = (operator: string, x: View, y: number): View =>
    context.elementwise(operator, [x, number(y)], "bool", shape);
  const where = (condition: View, x: View | number, y: View | number): View =>
    context.elementwise(
      "Where",
      [condition, ...[x, y].map((operand) => (typeof operand === "number" ? number(operand) : operand))],
      type,
      shape,
    );
  return { apply, compare, where };
}

/** The arc tangent of the float32 version, corrected once: tan(y − y₀) = (x cos y₀ − sin y₀) / (cos y₀ + x sin y₀). */
export function atan64(context: Context, x: View): View {
  const { apply } = arithmetic(context, x.shape, "float64");
  const first = context.cast(
    context.elementwise("Atan", [context.cast(x, "float32")], "float32", x.shape),
    "float64",
  );
  const [sin, cos] = [apply("Sin", first), apply("Cos", first)];
  // Division by 1 + |x| keeps infinite arguments finite.
  const scale = apply("Add", apply("Abs", x), 1);
  const [a, b] = [apply("Div", x, scale), apply("Div", 1, scale)];
  const { compare, where } = arithmetic(context, x.shape, "float64");
  const infinite = compare("Greater", apply("Abs", x), 1e300);
  const ratio = apply(
    "Div",
    apply("Sub", apply("Mul", a, cos), apply("Mul", b, sin)),
    apply("Add", apply("Mul", b, cos), apply("Mul", a, sin)),
  );
  return where(infinite, apply("Mul", apply("Sign", x), Math.PI / 2), apply("Add", first, ratio));
}

/** asin x = atan(x / √((1 − x)(1 + x))). */
export function asin64(context: Context, x: View): View {
  const { apply } = arithmetic(context, x.shape, "float64");
  const cosine = apply("Sqrt", apply("Mul", apply("Sub", 1, x), apply("Add", x, 1)));
  return atan64(context, apply("Div", x, cosine));
}

export function erf64(context: Context, x: View): View {
  const { apply, compare, where } = arithmetic(context, x.shape, "float64");
  const size = apply("Abs", x);
  const small = compare("Less", size, 0.5);
  const tail = apply("Mul", apply("Sign", x), apply("Sub", 1, tailOf(context, size)));
  return where(small, series(context, where(small, x, 0)), tail);
}

/** 1 − erf x without cancellation for large x. */
export function erfc(context: Context, x: View): View {
  const { apply, compare, where } = arithmetic(context, x.shape, x.type);
  const tail = tailOf(context, apply("Abs", x));
  const outer = where(compare("Less", x, 0), apply("Sub", 2, tail), tail);
  const small = compare("Less", apply("Abs", x), 0.5);
  return where(small, apply("Sub", 1, series(context, where(small, x, 0))), outer);
}

/** erf x = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), for |x| < 1/2. */
function series(context: Context, x: View): View {
  const { apply } = arithmetic(context, x.shape, x.type);
  const terms = x.type === "float64" ? 14 : 8;
  const square = apply("Mul", x, x);
  let factorial = 1;
  const coefficients = Array.from({ length: terms }, (_, n) => {
    if (n > 0) factorial *= n;
    return (n % 2 === 0 ? 2 : -2) / Math.sqrt(Math.PI) / (factorial * (2 * n + 1));
  });
  return apply("Mul", x, horner(apply, square, coefficients));
}

function horner(
  apply: (name: string, ...of: (View | number)[]) => View,
  x: View,
  coefficients: number[],
): View {
  const [last, ...rest] = [...coefficients].reverse();
  let sum: View | number = last;
  for (const coefficient of rest) sum = apply("Add", apply("Mul", x, sum), coefficient);
  return sum as View;
}

/**
 * erfc x for x ≥ 0 as t exp(−x² + p(t)) with t = 2 / (2 + x): a Chebyshev series of the logarithm whose
 * coefficients are computed here, from a continued fraction, when first needed.
 */
function tailOf(context: Context, x: View): View {
  const { apply } = arithmetic(context, x.shape, x.type);
  const t = apply("Div", 2, apply("Add", x, 2));
  const u = apply("Sub", apply("Mul", t, 2), 1);
  const coefficients = chebyshev();
  const used = x.type === "float64" ? coefficients.length : 14;
  // Clenshaw's recurrence.
  let [b1, b2]: [View | number, View | number] = [0, 0];
  const twice = apply("Mul", u, 2);
  for (let k = used - 1; k > 0; k--) {
    [b1, b2] = [apply("Add", apply("Sub", apply("Mul", twice, b1), b2), coefficients[k]), b1];
  }
  const p = apply("Add", apply("Sub", apply("Mul", u, b1), b2), coefficients[0]);
  return apply("Mul", t, apply("Exp", apply("Sub", p, apply("Mul", x, x))));
}

let chebyshevCoefficients: number[] | undefined;

/** log(erfc(x) e^{x²} / t) on t in (0, 1] as a Chebyshev series in 2t − 1. */
function chebyshev(): number[] {
  if (chebyshevCoefficients) return chebyshevCoefficients;
  const n = 64;
  const samples = Array.from({ length: n }, (_, j) => {
    const u = Math.cos((Math.PI * (j + 0.5)) / n);
    const t = (u + 1) / 2;
    return Math.log(scaledErfc(2 / t - 2) / t);
  });
  chebyshevCoefficients = Array.from({ length: 32 }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += samples[j] * Math.cos((Math.PI * k * (j + 0.5)) / n);
    return (sum * (k === 0 ? 1 : 2)) / n;
  });
  return chebyshevCoefficients;
}

/** e^{x²} erfc x: the power series of erf for small x, else Lentz's continued fraction. */
function scaledErfc(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 200; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
      if (term < 1e-18 * sum) break;
    }
    return Math.exp(x * x) - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 300; k > 0; k--) fraction = k / 2 / (x + fraction);
  return 1 / (Math.sqrt(Math.PI) * (x + fraction));
}
