import { requireKnown } from "../check.ts";
import { add, mul, sub } from "../functions/elementwise.ts";
import type { Tree } from "../tensor.ts";
import {
  type LearningRate,
  nextStep,
  noSteps,
  type Optimiser,
  rateOf,
  requireRate,
  requireShare,
  zerosLikeTree,
  zip,
} from "./optimiser.ts";

export interface SgdOptions {
  /** Default 0.01. */
  learningRate?: LearningRate;
}

/**
 * Stochastic gradient descent: θ ← θ − η g.
 *
 * @throws InputError when the learning rate is not positive
 */
export function sgd(options: SgdOptions = {}): Optimiser {
  requireKnown("sgd", options, ["learningRate"]);
  const { learningRate = 0.01 } = options;
  requireRate("sgd", learningRate);
  return {
    init: () => ({ step: noSteps() }),
    update: <P extends Tree>(params: P, gradient: P, state: ReturnType<Optimiser["init"]>) => {
      const rate = rateOf(learningRate, state);
      const [next] = zip("sgd", [params, gradient], (p, g) => [sub(p, mul(g, rate(p.dtype)))]);
      return [next as P, { step: nextStep(state) }];
    },
  };
}

export interface MomentumOptions {
  /** Default 0.01. */
  learningRate?: LearningRate;
  /** How much of the velocity stays from step to step. Default 0.9. */
  decay?: number;
  /** Look ahead along the velocity (Sutskever et al., 2013). Default false. */
  nesterov?: boolean;
}

/**
 * Gradient descent with momentum: v ← μ v + g, θ ← θ − η v; with `nesterov` θ ← θ − η (g + μ v).
 *
 * @throws InputError when the learning rate is not positive or the decay not from 0 to below 1
 */
export function momentum(options: MomentumOptions = {}): Optimiser {
  requireKnown("momentum", options, ["learningRate", "decay", "nesterov"]);
  const { learningRate = 0.01, decay = 0.9, nesterov = false } = options;
  requireRate("momentum", learningRate);
  requireShare("momentum", "decay", decay);
  return {
    init: (params) => ({ step: noSteps(), velocity: zerosLikeTree(params) }),
    update: <P extends Tree>(params: P, gradient: P, state: ReturnType<Optimiser["init"]>) => {
      const rate = rateOf(learningRate, state);
      const [next, velocity] = zip("momentum", [params, gradient, state.velocity], (p, g, v) => {
        const moved = add(mul(v, decay), g);
        const direction = nesterov ? add(mul(moved, decay), g) : moved;
        return [sub(p, mul(direction, rate(p.dtype))), moved] as const;
      });
      return [next as P, { step: nextStep(state), velocity }];
    },
  };
}
