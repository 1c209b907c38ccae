// Layers are pairs: `init(key)` draws parameters, `apply(params, x)` computes. A model is a plain function that calls
// them, and its parameters are a plain object of theirs.
//
//   const hidden = dense(784, 512, { name: "hidden", initialiser: heUniform });
//   const out = dense(512, 10, { name: "out" });
//   const params = { hidden: hidden.init(slice(keys, 0)), out: out.init(slice(keys, 1)) };
//   const model = (p: typeof params, x: Tensor) => out.apply(p.out, relu(hidden.apply(p.hidden, x)));

export {
  type Attention,
  type AttentionInputs,
  type AttentionParams,
  multiHeadAttention,
} from "./attention.ts";
export { type Conv2dOptions, type Conv2dParams, conv2d } from "./conv2d.ts";
export { type DenseOptions, type DenseParams, dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { type EmbeddingOptions, type EmbeddingParams, embedding } from "./embedding.ts";
export { type Gru, type GruParams, gru } from "./gru.ts";
export type { Layer, LayerOptions } from "./layer.ts";
export { type LayerNormOptions, type LayerNormParams, layerNorm } from "./layer-norm.ts";
