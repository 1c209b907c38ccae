// The objectives as pure functions of tensors: float32 in training, float64 in tests.
import {
  add,
  div,
  exp,
  eye,
  log1p,
  matmul,
  maximum,
  mean,
  mul,
  negative,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  zeros,
} from "../../engine/index.ts";
import { leastNorm } from "./contrastive-log-prob.ts";

/** What is minimised: see the table in contrastive-mim.ts. `"mim"` is A-MIM. */
export type Objective = "ae" | "vae" | "mim" | "cmim";

/** Parts of the loss by name, of one row or averaged over rows, in nats. */
export interface Parts<T> {
  /** −log p(x|z). */
  readonly recon: T;
  /** log q(z|x); 0 for an autoencoder, whose code has no noise. */
  readonly logQ: T;
  /** log P(z) under the standard normal. */
  readonly logPrior: T;
  /** log p(k = 1|z, x); 0 where there is no other row. */
  readonly logContrast: T;
  /** The sum of the parts times their weights. */
  readonly total: T;
}

/** What each part is multiplied by in the total. */
export type Weights = Readonly<Record<Exclude<keyof Parts<number>, "total">, number>>;

export const partNames = ["recon", "logQ", "logPrior", "logContrast"] as const;

/** The posterior of each row: mean and log σ, B × K; no log σ for an autoencoder. */
export type Posterior = { readonly mean: Tensor; readonly logScale: Tensor | null };

/** Beta is the weight of a VAE's rate. */
export function weightsOf(objective: Objective, beta: number): Weights {
  switch (objective) {
    case "ae":
      return { recon: 1, logQ: 0, logPrior: 0, logContrast: 0 };
    case "vae":
      return { recon: 1, logQ: beta, logPrior: -beta, logContrast: 0 };
    case "mim":
      return { recon: 1, logQ: -0.5, logPrior: -0.5, logContrast: 0 };
    case "cmim":
      return { recon: 1, logQ: -0.5, logPrior: -0.5, logContrast: -1 };
  }
}

/** log σ, not below the floor: MIM and cMIM would make σ ever smaller. */
export function withFloor(logScale: Tensor, floor: number): Tensor {
  return maximum(logScale, floor);
}

/** z = μ + σε and its log-probabilities, one number a row. */
export type Latent = { readonly z: Tensor; readonly logQ: Tensor; readonly logPrior: Tensor };

export function sampleLatent({ mean: mu, logScale }: Posterior, noise: Tensor): Latent {
  const k = mu.shape[1];
  const constant = 0.5 * k * Math.log(2 * Math.PI);
  const logNormal = (standard: Tensor) => negative(add(mul(sum(square(standard), 1), 0.5), constant));
  if (!logScale) return { z: mu, logQ: mul(sum(mu, 1), 0), logPrior: logNormal(mu) };
  const z = add(mu, mul(exp(logScale), noise));
  // (z − μ)/σ is ε: the same value and derivatives, without the rounding of z.
  return { z, logQ: sub(logNormal(noise), sum(logScale, 1)), logPrior: logNormal(z) };
}

/** `contrastiveLogProb` on tensors. */
export function contrast(z: Tensor, temperature: number): Tensor {
  const rows = z.shape[0];
  if (rows < 2) return zeros([rows], z.dtype);
  const unit = div(z, sqrt(maximum(sum(square(z), 1, { keepdims: true }), leastNorm ** 2)));
  const similarity = matmul(unit, transpose(unit));
  const others = mul(sub(1, eye(rows, rows, z.dtype)), 1 / (rows - 1));
  const ratios = mul(exp(mul(sub(similarity, 1), 1 / temperature)), others);
  return negative(log1p(sum(ratios, 1)));
}

/** The mean over rows of each part, and their weighted sum. */
export function averaged(rows: Omit<Parts<Tensor>, "total">, weights: Weights): Parts<Tensor> {
  const means = {
    recon: mean(rows.recon),
    logQ: mean(rows.logQ),
    logPrior: mean(rows.logPrior),
    logContrast: mean(rows.logContrast),
  };
  const total = partNames
    .filter((name) => weights[name] !== 0)
    .map((name) => mul(means[name], weights[name]))
    .reduce((a, b) => add(a, b));
  return { ...means, total };
}
