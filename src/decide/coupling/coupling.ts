/**
 * Couplings of given distributions, as dependent as possible, also through a code of limited rate: M. R. Ebrahimi,
 * J. Chen & A. Khisti, "Minimum Entropy Coupling with Bottleneck", NeurIPS 2024, arXiv:2410.21666. With M. Kocaoglu,
 * A. Dimakis, S. Vishwanath & B. Hassibi, "Entropic causality and greedy minimum entropy coupling", ISIT 2017;
 * F. Cicalese, L. Gargano & U. Vaccaro, "Minimum-entropy couplings and their applications", IEEE Transactions on
 * Information Theory 65(6), 2019; S. Compton, D. Katz, B. Qi, K. Greenewald & M. Kocaoglu, "Minimum-entropy coupling
 * approximation guarantees beyond the majorization barrier", AISTATS 2023.
 *
 * - `minimumEntropyCoupling`: min H(X,Y) with both marginals given, by the greedy, the algorithm of Cicalese et al., a
 *   greedy that seeks matching masses, or a search of the corners of the polytope of couplings; three lower bounds.
 *   `coupleMany`: the greedy for K distributions.
 * - `entropyBoundedEncoder`: max I(X;T) with H(T) ≤ R (EBIM), by Algorithm 1, all partitions, the moves of Theorem 3, and
 *   the uniform quantiser (Algorithm 5).
 * - `couplingWithBottleneck`: encoder and decoder one after the other, I(X;Y) ≥ I(X;T) + I(T;Y) − H(T); `rateCurve`.
 * - `markovCodingGame`: messages hidden in the actions of an agent, with a rate limit, on a finite decision process.
 *
 * Deviations: `"best"` takes the best of several methods, in the bottleneck by what arrives at Y. The moves of Theorem 3
 * are followed beyond infinitesimal parts, until H(T) = R. The zero-seeking greedy is only named in the paper; its details
 * are ours. Of the game the variant that compresses the action instead of the message is left out.
 *
 * Cost: couplings O((n + m) log(n + m)), zero-seeking up to O((n + m)^1.5), exact exponential (up to 36 cells); encoders
 * O(n log n), up to 500 symbols with local moves of O(n²) a sweep, all partitions of up to 10 symbols; a step of the game
 * one coupling.
 */
export { type BottleneckCoupling, type BottleneckOptions, couplingWithBottleneck } from "./bottleneck.ts";
export type { CouplingBounds } from "./bounds.ts";
export { asDistribution } from "./distribution.ts";
export {
  type Encoder,
  type EncoderMethod,
  type EncoderOptions,
  encoderMethods,
  entropyBoundedEncoder,
} from "./encoder.ts";
export { type FiniteMdp, gridWorld, type Outcome, type SoftPolicy, softPolicy } from "./finite-mdp.ts";
export { conditionalTable, denseJoint, type Joint, partnerSampler } from "./joint.ts";
export {
  type Episode,
  type MarkovCodingGameOptions,
  type MarkovCodingGameReport,
  type MeanWithError,
  markovCodingGame,
} from "./markov-coding-game.ts";
export {
  type Coupling,
  type CouplingMethod,
  type CouplingOptions,
  coupleMany,
  couplingMethods,
  type ManyCoupling,
  minimumEntropyCoupling,
} from "./minimum-entropy-coupling.ts";
export { type RateCurveOptions, type RatePoint, rateCurve } from "./rate-curve.ts";
