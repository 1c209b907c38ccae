// Optimisers are pure: `init(params)` gives a state, `update(params, gradient, state)` the next parameters and state.
//
//   const optimiser = clipped(adamw({ learningRate: cosine({ peak: 1e-3, steps: 10_000 }) }), 1);
//   let state = optimiser.init(params);
//   [params, state] = optimiser.update(params, gradient, state);

export { type AdamOptions, type AdamWOptions, adam, adamw } from "./adam.ts";
export { clipByGlobalNorm, clipped, globalNorm } from "./clip.ts";
export { movingAverage } from "./moving-average.ts";
export type { LearningRate, Optimiser, OptimiserState } from "./optimiser.ts";
export { type Ravelled, ravel, ravelled } from "./ravel.ts";
export { type MomentumOptions, momentum, type SgdOptions, sgd } from "./sgd.ts";
