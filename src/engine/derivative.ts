// Functions with a derivative of their own. jax-js derives everything from its primitives; for a softmax or a layer
// norm that gives a dozen equations where three do, and for a sigmoid it can give NaN far from 0. A rule here states
// the directional derivative, in array functions that are differentiable again, so derivatives of every order are
// right; and the function itself is recorded as one equation under its name, for which lowering/named.ts has a native
// operator.
//
// This file alone knows the records by which jax-js 0.1.25 represents values under its transformations: pairs of a
// value and its tangent (grad, jvp), values with a batch axis (vmap), known values during a reverse gradient.
import { type JaxArray, jax } from "./runtime.ts";
import type { Tensor } from "./tensor.ts";
import { currentTrace, inTrace, operand, Trace, traced } from "./trace.ts";

/** A function of tensors, independent along all axes but the last ones. */
export interface DerivativeRule {
  /** Name of its equation; without one, the definition is recorded. */
  readonly name?: string;
  /** The function in plain array functions, without constant tensors. */
  define(...inputs: Tensor[]): Tensor[];
  /**
   * The directional derivatives of the results along tangents of the inputs, linear in them; `undefined` for results
   * without one, such as positions. Second derivatives need those of every result that `push` uses.
   */
  push(
    inputs: readonly Tensor[],
    results: readonly Tensor[],
    tangents: readonly Tensor[],
  ): readonly (Tensor | undefined)[];
}

/** Applies a function that has its own derivative. */
export function applyRule(rule: DerivativeRule, ...inputs: Tensor[]): Tensor[] {
  if (!currentTrace()) return rule.define(...inputs);
  return applyToArrays(rule, inputs.map(operand)).map(traced);
}

interface Record {
  readonly _trace: { readonly main: { readonly level: number; readonly globalData: unknown } };
  readonly constructor: new (trace: unknown, ...parts: unknown[]) => JaxArray;
}

type Pair = Record & { readonly primal: JaxArray; readonly tangent: JaxArray };
type Batched = Record & { readonly val: JaxArray; readonly batchDim: number | null };
type Partial = Record & { readonly pval: { readonly val: JaxArray | null } };

function applyToArrays(rule: DerivativeRule, inputs: readonly JaxArray[]): JaxArray[] {
  const records = inputs as unknown as readonly Record[];
  const top = records.reduce((a, b) => (b._trace.main.level > a._trace.main.level ? b : a));
  const isTop = (record: Record) => record._trace.main === top._trace.main;
  if ("tangent" in top) {
    return pushForward(
      rule,
      top as Pair,
      inputs.map((input, i) =>
        isTop(records[i]) ? (records[i] as Pair) : { primal: input, tangent: zerosLike(input) },
      ),
    );
  }
  if ("batchDim" in top) {
    return overBatch(
      rule,
      top as Batched,
      inputs.map((input, i) =>
        isTop(records[i]) ? (records[i] as Batched) : { val: input, batchDim: null },
      ),
    );
  }
  if ("pval" in top) {
    const known = inputs.map((input, i) => (isTop(records[i]) ? (records[i] as Partial).pval.val : input));
    return known.every((value) => value !== null)
      ? applyToArrays(
          rule,
          known.map((value) => value!.ref),
        )
      : rule.define(...inputs.map(traced)).map(operand);
  }
  return rule.name === undefined
    ? rule.define(...inputs.map(traced)).map(operand)
    : recorded(rule)(...inputs);
}

function pushForward(
  rule: DerivativeRule,
  top: Pair,
  pairs: readonly { readonly primal: JaxArray; readonly tangent: JaxArray }[],
): JaxArray[] {
  const results = applyToArrays(
    rule,
    pairs.map(({ primal }) => primal.ref),
  );
  const tangents = rule.push(
    pairs.map(({ primal }) => traced(primal)),
    results.map(traced),
    pairs.map((pair) => traced(pair.tangent)),
  );
  return results.map((result, i) => {
    const tangent = tangents[i];
    return new top.constructor(top._trace, result, tangent ? operand(tangent) : zerosLike(result));
  });
}

function overBatch(
  rule: DerivativeRule,
  top: Batched,
  values: readonly { readonly val: JaxArray; readonly batchDim: number | null }[],
): JaxArray[] {
  const { numpy } = jax();
  if (values.every(({ batchDim }) => batchDim === null)) {
    return applyToArrays(
      rule,
      values.map(({ val }) => val.ref),
    );
  }
  const size = top._trace.main.globalData as number;
  const fronted = values.map(({ val, batchDim }) =>
    batchDim === null
      ? numpy.broadcastTo(numpy.expandDims(val.ref, 0), [size, ...val.shape])
      : numpy.moveaxis(val.ref, batchDim, 0),
  );
  return applyToArrays(rule, fronted).map((result) => new top.constructor(top._trace, result, 0));
}

function zerosLike(array: JaxArray): JaxArray {
  return jax().numpy.zerosLike(array.ref);
}

const recordings = new Map<DerivativeRule, (...inputs: JaxArray[]) => JaxArray[]>();
/** Constants of the recorded definitions live as long as the definitions. */
const definitions = new Trace();

function recorded(rule: DerivativeRule): (...inputs: JaxArray[]) => JaxArray[] {
  let recording = recordings.get(rule);
  if (!recording) {
    const body = (...inputs: JaxArray[]) =>
      inTrace(definitions, () => rule.define(...inputs.map(traced)).map(operand));
    Object.defineProperty(body, "name", { value: rule.name });
    recording = jax().jit(body as never) as unknown as (...inputs: JaxArray[]) => JaxArray[];
    recordings.set(rule, recording);
  }
  return recording;
}
