import { InputError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";

/** How far p is from q: one of the f-divergences, or Rényi's of an order (1 gives KL). */
export type Divergence = "kl" | "tv" | "chi2" | "hellinger" | { readonly renyi: number };

/** Rows on the simplex may miss one by this much: what float32 softmaxes over 100,000 tokens leave. */
const sumSlack = 1e-6;

/** Total variation ½ Σ|p − q|. */
function totalVariation(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i] - q[i]);
  return sum / 2;
}

/** The squared Hellinger distance Σ(√p − √q)², between 0 and 2. */
function squaredHellinger(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += (Math.sqrt(p[i]) - Math.sqrt(q[i])) ** 2;
  return sum;
}

/** Σ p ln(p/q) in nats; +∞ where q is 0 and p is not. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] * Math.log(p[i] / q[i]);
  return sum;
}

/**
 * The divergence of p from q in nats (KL, Rényi) or as the plain number it is (total variation, χ², squared
 * Hellinger Σ(√p − √q)²).
 *
 * @throws InputError for an unknown name or a Rényi order that is not positive
 * @example
 * import { divergence } from "surprisal/language";
 * divergence([0.5, 0.5], [0.25, 0.75], "tv"); // 0.25
 */
export function divergence(p: ArrayLike<number>, q: ArrayLike<number>, kind: Divergence): number {
  const order = renyiOrder(kind, "divergence");
  if (order === 1 || kind === "kl") return klDivergence(p, q);
  if (kind === "tv") return totalVariation(p, q);
  if (kind === "hellinger") return squaredHellinger(p, q);
  let sum = 0;
  if (kind === "chi2") {
    for (let i = 0; i < p.length; i++) if (p[i] !== q[i]) sum += (p[i] - q[i]) ** 2 / q[i];
    return sum;
  }
  for (let i = 0; i < p.length; i++) if (p[i] > 0) sum += p[i] ** order! * q[i] ** (1 - order!);
  return Math.log(sum) / (order! - 1);
}

/** The order of a Rényi divergence, undefined for the others; refuses what is neither. */
export function renyiOrder(kind: Divergence, where: string): number | undefined {
  if (typeof kind === "object" && kind !== null && kind.renyi > 0 && Number.isFinite(kind.renyi)) {
    return kind.renyi;
  }
  if (kind === "kl" || kind === "tv" || kind === "chi2" || kind === "hellinger") return undefined;
  throw new InputError({
    code: "unknown-divergence",
    where,
    problem: "unknown divergence",
    expected: '"kl", "tv", "chi2", "hellinger" or { renyi: order > 0 }',
    got: kind,
    hint: "the reverse KL of a head is infinite unless it is certain",
  });
}

/** Refuses rows that are not probabilities. */
export function requireDistributions(P: Matrix, where: string): void {
  for (let i = 0; i < P.rows; i++) {
    let sum = 0;
    for (let w = 0; w < P.cols; w++) {
      const p = P.data[i * P.cols + w];
      if (!(p >= 0)) refuse(where, `row ${i} is not a distribution`, "probabilities from 0 to 1", p);
      sum += p;
    }
    if (Math.abs(sum - 1) > sumSlack) refuse(where, `row ${i} does not sum to 1`, "1 ± 1e-6", sum);
  }
}

function refuse(where: string, problem: string, expected: string, got: number): never {
  throw new InputError({ code: "not-a-distribution", where, problem, expected, got });
}
