import { requireKnown } from "../check.ts";
import { ones } from "../functions/creation.ts";
import { add, astype, div, exp, mul, sqrt, square, sub } from "../functions/elementwise.ts";
import type { DType, Tensor, Tree } from "../tensor.ts";
import {
  type LearningRate,
  nextStep,
  noSteps,
  type Optimiser,
  type OptimiserState,
  rateOf,
  requireRate,
  requireShare,
  zerosLikeTree,
  zip,
} from "./optimiser.ts";

export interface AdamOptions {
  /** Default 0.001. */
  learningRate?: LearningRate;
  /** Decay of the mean gradient. Default 0.9. */
  beta1?: number;
  /** Decay of the mean squared gradient. Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  epsilon?: number;
}

/**
 * Adam (Kingma & Ba, 2015, algorithm 1).
 *
 * @throws InputError when the learning rate is not positive or a decay not from 0 to below 1
 */
export function adam(options: AdamOptions = {}): Optimiser {
  return adaptive("adam", options, 0);
}

export interface AdamWOptions extends AdamOptions {
  /** Share of each parameter taken away per step, times the learning rate. Default 0.01. */
  weightDecay?: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter, 2019, algorithm 2): θ ← θ − η (m̂ / (√v̂ + ε) + λ θ).
 *
 * @throws InputError as {@link adam}
 */
export function adamw({ weightDecay = 0.01, ...options }: AdamWOptions = {}): Optimiser {
  requireShare("adamw", "weightDecay", weightDecay);
  return adaptive("adamw", options, weightDecay);
}

/**
 * With c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ the step η (m / c₁) / (√(v / c₂) + ε) is computed as
 * (η √c₂ / c₁) m / (√v + ε √c₂): the corrections touch two numbers instead of every parameter.
 */
function adaptive(where: string, options: AdamOptions, weightDecay: number): Optimiser {
  requireKnown(where, options, ["learningRate", "beta1", "beta2", "epsilon"]);
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  requireRate(where, learningRate);
  requireShare(where, "beta1", beta1);
  requireShare(where, "beta2", beta2);
  return {
    init: (params) => ({ step: noSteps(), mean: zerosLikeTree(params), square: zerosLikeTree(params) }),
    update: <P extends Tree>(params: P, gradient: P, state: OptimiserState) => {
      const step = nextStep(state);
      const rate = rateOf(learningRate, state)("float64");
      const root = sqrt(biasOf(beta2, step));
      const scale = mul(div(root, biasOf(beta1, step)), rate);
      const floor = mul(root, epsilon);
      const kept = typeof rate === "number" ? 1 - rate * weightDecay : sub(1, mul(rate, weightDecay));
      const [next, mean, meanSquare] = zip(
        where,
        [params, gradient, state.mean, state.square],
        (p, g, m, v) => {
          const m1 = add(mul(m, beta1), mul(g, 1 - beta1));
          const v1 = add(mul(v, beta2), mul(square(g), 1 - beta2));
          const move = div(mul(m1, astype(scale, p.dtype)), add(sqrt(v1), astype(floor, p.dtype)));
          return [sub(weightDecay > 0 ? mul(p, castTo(kept, p.dtype)) : p, move), m1, v1] as const;
        },
      );
      return [next as P, { step, mean, square: meanSquare }];
    },
  };
}

function castTo(value: Tensor | number, dtype: DType): Tensor | number {
  return typeof value === "number" ? value : astype(value, dtype);
}

/** 1 − βᵗ. */
function biasOf(beta: number, step: Tensor): Tensor {
  if (beta === 0) return ones([], "float64");
  return sub(1, exp(mul(astype(step, "float64"), Math.log(beta))));
}
