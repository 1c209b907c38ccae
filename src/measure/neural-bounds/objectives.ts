import {
  add,
  diagonal,
  div,
  equal,
  exp,
  eye,
  logSumExp,
  mean,
  negative,
  softplus,
  sub,
  sum,
  type Tensor,
  where,
} from "../../engine/index.ts";
import type { BoundName } from "./bounds.ts";

/** What training maximises, for scores [B, B]; MINE's is in `training.ts`, since it remembers earlier batches. */
export function objective(bound: Exclude<BoundName, "mine">, scores: Tensor): Tensor {
  switch (bound) {
    case "infonce":
      return add(mean(sub(diagonal(scores), logSumExp(scores, 1))), Math.log(scores.shape[0]));
    case "donsker-varadhan":
      return sub(mean(diagonal(scores)), logMeanExpOfProducts(scores));
    case "nwj":
      return sub(mean(diagonal(scores)), exp(logMeanExpOfProducts(sub(scores, 1))));
    case "js":
    case "smile":
      return jensenShannon(scores);
  }
}

/** −mean softplus(−Sᵢᵢ) − mean over i ≠ j of softplus(Sᵢⱼ). */
function jensenShannon(scores: Tensor): Tensor {
  const size = scores.shape[0];
  const [own, all] = [diagonal(scores), softplus(scores)];
  const products = div(sub(sum(all), sum(softplus(own))), size * (size - 1));
  return negative(add(mean(softplus(negative(own))), products));
}

/** A score whose exponential is 0. */
const none = -1e30;

/** log of the mean of exp Sᵢⱼ over the B(B − 1) pairs i ≠ j. */
export function logMeanExpOfProducts(scores: Tensor): Tensor {
  const size = scores.shape[0];
  return sub(logSumExp(where(equal(eye(size), 1), none, scores)), Math.log(size * (size - 1)));
}
