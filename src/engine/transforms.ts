import { InputError } from "../core/errors.ts";
import { mismatch } from "./check.ts";
import { evaluate } from "./program.ts";
import { type JaxArray, jax } from "./runtime.ts";
import { describe, Tensor, type Tree } from "./tensor.ts";
import { currentTrace, operand, traced } from "./trace.ts";
import { type FlatTree, flatten } from "./tree.ts";

/**
 * The derivative of a number with respect to the first argument, a tree of float tensors: a tree like it.
 *
 * @throws InputError when f does not return a single float, or the first argument holds whole numbers
 * @example
 * import { grad, mul, sum, tensor } from "surprisal/engine";
 * const params = { a: tensor([1, 2]), b: tensor([3, 4]) };
 * const slope = grad((p: typeof params) => sum(mul(p.a, p.b)))(params);
 * console.log(slope.a.toArray(), slope.b.toArray()); // [3, 4] and [1, 2]
 */
export function grad<P extends Tree, R extends Tree[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => P {
  const both = valueAndGrad(f);
  return (params, ...rest) => both(params, ...rest)[1];
}

/**
 * The value of f and its derivative with respect to the first argument. With `hasAux`, f returns
 * `[number, more]` and the result is `[[number, more], derivative]`.
 *
 * @throws InputError as {@link grad}
 * @example
 * import { square, sum, type Tensor, tensor, valueAndGrad } from "surprisal/engine";
 * const [value, slope] = valueAndGrad((x: Tensor) => sum(square(x)))(tensor([1, 2]));
 * console.log(value.item(), slope.toArray()); // 5 and [2, 4]
 */
export function valueAndGrad<P extends Tree, R extends Tree[], A extends Tree>(
  f: (params: P, ...rest: R) => readonly [Tensor, A],
  options: { hasAux: true },
): (params: P, ...rest: R) => [[Tensor, A], P];
export function valueAndGrad<P extends Tree, R extends Tree[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => [Tensor, P];
export function valueAndGrad(
  f: (params: Tree, ...rest: Tree[]) => Tensor | readonly [Tensor, Tree],
  options: { hasAux?: boolean } = {},
): (params: Tree, ...rest: Tree[]) => [Tensor | [Tensor, Tree], Tree] {
  const hasAux = options.hasAux ?? false;
  return traceable("grad", (params: Tree, ...rest: Tree[]) => {
    const flat = flatten(params, "grad");
    requireFloats("grad", flat.leaves);
    let aux: FlatTree | undefined;
    const numeric = (...tracers: JaxArray[]): [JaxArray, JaxArray[]] => {
      const result = f(flat.rebuild(tracers.map(traced)), ...rest);
      const [value, more] = hasAux ? (result as readonly [Tensor, Tree]) : [result as Tensor, null];
      requireScalar("grad", value);
      aux = flatten(more, "grad");
      return [operand(value), aux.leaves.map(operand)];
    };
    // jax-js's types ask for one argument per tensor, known statically.
    const differentiated = jax().valueAndGrad(numeric as never, {
      argnums: flat.leaves.map((_, i) => i),
      hasAux: true,
    }) as unknown as (...arrays: JaxArray[]) => [[JaxArray, JaxArray[]], JaxArray[]];
    const [[value, more], gradient] = differentiated(...flat.leaves.map(operand));
    const result = traced(value);
    return [hasAux ? [result, aux!.rebuild(more.map(traced))] : result, flat.rebuild(gradient.map(traced))];
  });
}

/**
 * f over a batch: each mapped argument has one more axis, at position `inAxes` (one number for all arguments, or
 * one per argument, `null` for an argument that is shared). Results have it first.
 *
 * @throws InputError when an argument lacks the axis, or the mapped axes differ in length
 * @example
 * import { dot, tensor, vmap } from "surprisal/engine";
 * const products = vmap(dot, [0, null])(tensor([[1, 2], [3, 4]]), tensor([1, 1]));
 * console.log(products.toArray()); // [3, 7]
 */
export function vmap<A extends Tree[], T extends Tree>(
  f: (...args: A) => T,
  inAxes: number | readonly (number | null)[] = 0,
): (...args: A) => T {
  return traceable("vmap", (...args: A) => {
    const flat = args.map((arg) => flatten(arg, "vmap"));
    const leaves = flat.flatMap((one) => one.leaves);
    const axes = flat.flatMap(({ leaves: own }, i) =>
      own.map(() => (typeof inAxes === "number" ? inAxes : inAxes[i])),
    );
    requireMappedAxes(leaves, axes);
    let out: FlatTree<T> | undefined;
    const numeric = (...tracers: JaxArray[]): JaxArray[] => {
      let next = 0;
      const rebuilt = flat.map((one) => one.rebuild(one.leaves.map(() => traced(tracers[next++]))));
      out = flatten(f(...(rebuilt as A)), "vmap");
      return out.leaves.map(operand);
    };
    const mapped = jax().vmap(numeric as never, axes) as unknown as (...arrays: JaxArray[]) => JaxArray[];
    const results = mapped(...leaves.map(operand));
    return out!.rebuild(results.map(traced));
  });
}

/**
 * The value of f at `primals` and its directional derivative along `tangents` (one per argument).
 *
 * @throws InputError when a tangent is not shaped like its argument
 * @example
 * import { exp, jvp, tensor } from "surprisal/engine";
 * const [value, along] = jvp(exp, [tensor(0)], [tensor(2)]);
 * console.log(value.item(), along.item()); // 1 and 2
 */
export function jvp<A extends Tree[], T extends Tree>(f: (...args: A) => T, primals: A, tangents: A): [T, T] {
  const run = traceable("jvp", (points: A, directions: A): [T, T] => {
    const flat = flatten(points, "jvp");
    const flatDirections = flatten(directions, "jvp");
    requireFloats("jvp", flat.leaves);
    flat.leaves.forEach((leaf, i) => {
      const direction = flatDirections.leaves[i];
      if (direction?.shape.join() !== leaf.shape.join())
        mismatch("jvp", "a tangent like each argument", [leaf, direction]);
    });
    let out: FlatTree<T> | undefined;
    const numeric = (...tracers: JaxArray[]): JaxArray[] => {
      out = flatten(f(...(flat.rebuild(tracers.map(traced)) as A)), "jvp");
      return out.leaves.map(operand);
    };
    const [values, derivatives] = jax().jvp(
      numeric as never,
      flat.leaves.map(operand) as never,
      flatDirections.leaves.map(operand) as never,
    ) as [JaxArray[], JaxArray[]];
    return [out!.rebuild(values.map(traced)), out!.rebuild(derivatives.map(traced))];
  });
  return run(primals, tangents);
}

/** Inside a trace the transformation joins it; outside, it is traced as a whole and computed on Wasm. */
function traceable<A extends Tree[], T extends Tree>(where: string, f: (...args: A) => T): (...args: A) => T {
  return (...args) => (currentTrace() ? f(...args) : evaluate(f, args, where));
}

function requireFloats(where: string, leaves: readonly Tensor[]): void {
  for (const leaf of leaves) {
    if (leaf.dtype.startsWith("float")) continue;
    throw new InputError({
      code: "bad-dtype",
      where,
      problem: "no derivative with respect to whole numbers or booleans",
      expected: "float32 or float64 tensors in the first argument",
      got: leaf.dtype,
    });
  }
}

function requireScalar(where: string, value: Tensor): void {
  if (value instanceof Tensor && value.ndim === 0 && value.dtype.startsWith("float")) return;
  throw new InputError({
    code: "not-scalar",
    where,
    problem: "the function does not return a single float",
    expected: "float32[] or float64[]",
    got: value instanceof Tensor ? describe(value) : value,
  });
}

function requireMappedAxes(leaves: readonly Tensor[], axes: readonly (number | null)[]): void {
  const lengths = leaves.flatMap((leaf, i) => {
    const axis = axes[i];
    if (axis === null || axis === undefined) return [];
    if (axis < 0 || axis >= leaf.ndim) mismatch("vmap", `an axis ${axis} to map over`, [leaf]);
    return [leaf.shape[axis]];
  });
  if (lengths.length === 0 || lengths.some((length) => length !== lengths[0])) {
    mismatch("vmap", "mapped axes of one length", leaves);
  }
}
