import { Random } from "../../core/random.ts";
import { nested, type PromptTensor } from "./tensor.ts";

/** A simulated task: prompts of different skill, bias and temperature, whose errors are partly shared. */
export interface World {
  readonly tensor: PromptTensor;
  readonly truth: Int32Array;
}

export interface WorldOptions {
  readonly prompts?: number;
  readonly inputs?: number;
  readonly choices?: number;
  /** How much of the errors all prompts share; 0 for none, then the independent noise is 1. */
  readonly shared?: number;
  /** Whether prompts prefer some choices whatever the input. */
  readonly biased?: boolean;
}

/**
 * Log-probabilities of a simulated model: Z = (a_t 1[y = c_x] + b_ty + noise ε_txy + shared g_t S_xy) / τ_t with skill
 * a_t ~ U(0, 3), bias b_ty ~ N(0, σ_t²), σ_t ~ U(0, 2.5), gain g_t ~ U(½, 3⁄2), temperature τ_t ~ U(0.3, 2).
 */
export function promptWorld(
  seed: number,
  { prompts = 60, inputs = 200, choices = 4, shared = 1.2, biased = true }: WorldOptions = {},
): World {
  const random = new Random(seed).split("prompt world");
  const noise = shared === 0 ? 1 : 0.7;
  const truth = Int32Array.from({ length: inputs }, () => random.integer(choices));
  const common = Float64Array.from({ length: inputs * choices }, () => random.normal());
  const log = new Float64Array(prompts * inputs * choices);
  for (let t = 0, at = 0; t < prompts; t++) {
    const skill = 3 * random.uniform();
    const spread = biased ? 2.5 * random.uniform() : 0;
    const bias = Float64Array.from({ length: choices }, () => spread * random.normal());
    const temperature = 0.3 + 1.7 * random.uniform();
    const gain = shared * (0.5 + random.uniform());
    for (let x = 0; x < inputs; x++) {
      const start = at;
      let sum = 0;
      for (let y = 0; y < choices; y++, at++) {
        const right = y === truth[x] ? skill : 0;
        const error = noise * random.normal() + gain * common[x * choices + y];
        log[at] = (right + bias[y] + error) / temperature;
        sum += Math.exp(log[at]);
      }
      for (let i = start; i < at; i++) log[i] -= Math.log(sum);
    }
  }
  return { tensor: { logScore: nested(log, prompts, choices) }, truth };
}
