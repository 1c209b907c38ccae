import { diagonal, logSumExp, mean, mul, sub, sum, type Tensor, trace } from "../../engine/index.ts";

/** CPC: mean Sᵢᵢ − mean log Σⱼ exp Sᵢⱼ, the pair itself among the j. */
export function contrastive(scores: Tensor): Tensor {
  return mean(sub(diagonal(scores), logSumExp(scores, 1)));
}

/** The Kantorovich dual of I_W: mean Sᵢᵢ − mean Sᵢⱼ over i ≠ j. */
export function dual(scores: Tensor): Tensor {
  const size = scores.shape[0];
  const own = trace(scores);
  return sub(mul(own, 1 / size), mul(sub(sum(scores), own), 1 / (size * (size - 1))));
}
