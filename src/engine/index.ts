// The engine: differentiable programs over tensors.
//
// A `Tensor` is an immutable n-dimensional array. Outside a trace it owns a plain typed array: nothing to free.
// The functions below have NumPy's names and rules (broadcasting, axes, float32 by default; float64 when asked).
// Parameters are plain nested objects and arrays of tensors; `grad`, `valueAndGrad`, `vmap`, `jvp` and `compile`
// take and return such trees.
//
//   const loss = (p, x, y) => mean(square(sub(add(matmul(x, p.w), p.b), y)));
//   const [value, gradient] = valueAndGrad(loss)(params, x, y);      // gradient.w, gradient.b
//
// A function of tensors must not read their numbers (`data`, `item`) and must not depend on anything that changes
// between calls, because it may be recorded once and replayed. Called directly, array functions compute at once on
// Wasm (some tenths of a millisecond each); `compile` runs a whole function natively and is the way to train:
//
//   const step = compile((p, rate, x, y) => {
//     const [value, gradient] = valueAndGrad(loss)(p, x, y);
//     return [value, { w: sub(p.w, mul(gradient.w, rate)), b: sub(p.b, mul(gradient.b, rate)) }];
//   }, { donate: [0] });
//   [value, params] = await step(params, 0.1, x, y);                 // the old params' memory is reused
//
// How it works: jax-js records (`program.ts`), lowering/ writes the recording as an ONNX graph, native.ts runs it in
// ONNX Runtime; where that is not possible, program.ts computes the recording on Wasm, and `step.explain()` says why.
// Functions with a derivative of their own (softmax, gelu, attention …) state it in functions/ through derivative.ts.

export { loadModel, saveModel } from "./checkpoint/model.ts";
export {
  type Compiled,
  type CompileOptions,
  compile,
  type ExecutorName,
  type Explanation,
} from "./compile.ts";
export * from "./custom-gradient/index.ts";
export * from "./export/index.ts";
export * from "./fit/index.ts";
export * from "./functions/activations.ts";
export { type AttentionOptions, attention } from "./functions/attention.ts";
export * from "./functions/contraction.ts";
export * from "./functions/convolution.ts";
export * from "./functions/creation.ts";
export * from "./functions/elementwise.ts";
export * from "./functions/indexing.ts";
export * as linalg from "./functions/linalg.ts";
export * as random from "./functions/random.ts";
export * from "./functions/reductions.ts";
export * from "./functions/shape.ts";
export * as initialisers from "./initialisers.ts";
export * as layers from "./layers/index.ts";
export { lbfgs, lbfgsAsync } from "./lbfgs/lbfgs.ts";
export * as optimisers from "./optimisers/index.ts";
export * as schedules from "./schedules.ts";
export {
  type DataArray,
  type DType,
  type NestedNumbers,
  type Operand,
  type Shape,
  Tensor,
  type Tree,
} from "./tensor.ts";
export { grad, jvp, valueAndGrad, vmap } from "./transforms.ts";
export { type FlatTree, flatten, mapTree } from "./tree.ts";
