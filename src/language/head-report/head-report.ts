/**
 * A report on a softmax head, p(w | h) = softmax(W h + b), from hidden states and the output matrix of any language
 * model or classifier.
 *
 * Y. Zhang, "A Markov Categorical Framework for Language Modeling", 2025, arXiv 2507.19247. Computed is what the paper
 * makes computable: the categorical entropy of the head (section 4), the information surplus (eq. 4.1–4.2), the
 * pulled-back Fisher metric (theorem 6.1), predictive-similarity kernels and their alignment with the representation
 * (section 7), and the solvable model of theorem 7.6. The paper reports no measurement; composition of kernels is a
 * matrix product, and that training aligns representations is a hypothesis, which the experiment tests.
 *
 * Departures: the Hellinger distance is Σ(√p − √q)² throughout (the paper mixes two normalisations); the surplus
 * conditions on the next token W_t, not on the last one.
 *
 * Cost O(n V d) time in blocks of contexts and tokens, O(V d) memory; eigenvalues O(d³); pairs only among the first
 * 512 contexts.
 */
import { InputError } from "../../core/errors.ts";
import type { Interval, Warning } from "../../core/estimate.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import { normalQuantile } from "../../core/special/normal.ts";
import { duplicateRowShare, standardDeviation } from "../../core/statistics.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { contextWeights } from "./alignment.ts";
import { categoricalEntropy } from "./categorical-entropy.ts";
import { type Divergence, klDivergence, renyiOrder, requireDistributions } from "./distributions.ts";
import { type HeadPass, headPass } from "./head-pass.ts";
import {
  asHead,
  type Head,
  metricSpectrum,
  nextTokenDistribution,
  type Spectrum,
} from "./pullback-metric.ts";
import { type Comparison, compare, varianceAlong } from "./representation.ts";
import { asTokens, type InformationSurplus, surplusIn } from "./surplus.ts";
import { draftAcceptance, probeSurplus } from "./surplus-probe.ts";

export {
  centredKernelAlignment,
  type SpectralModel,
  spectralModel,
} from "./alignment.ts";
export { categoricalEntropy } from "./categorical-entropy.ts";
export { type Divergence, divergence } from "./distributions.ts";
export { predictiveSimilarity, type SimilarityKind } from "./predictive-similarity.ts";
export { metricSpectrum, pathSensitivity, pullbackMetric, type Spectrum } from "./pullback-metric.ts";
export {
  type FiniteSource,
  type InformationSurplus,
  informationSurplus,
  type ObservedContexts,
  type SurplusOptions,
} from "./surplus.ts";

export interface HeadInput {
  /** n × d hidden states: the vectors that are multiplied by W, after any last layer norm. */
  H: MatrixLike;
  /** V × d output matrix, one row per token. */
  W: MatrixLike;
  /** V biases. Default none. */
  b?: ArrayLike<number>;
  /** Weights of the contexts, summing to one. Default equal. */
  mu?: ArrayLike<number>;
  /** n × V true next-token probabilities, where they are known. */
  P?: MatrixLike;
  /** The token that followed each context: codes from 0, rows of W. */
  next?: ArrayLike<number>;
  /** The token after that one, for the surplus. */
  future?: ArrayLike<number>;
}

export interface HeadReportOptions extends LongRunning {
  /** Of the categorical entropy. Default `"kl"`: Shannon's entropy. */
  divergence?: Divergence;
  /** Of entropies and losses. Default `"nats"`. The metric stays in nats per squared unit. */
  unit?: Unit;
  /** How many of the most sensitive directions are looked at. Default 10. */
  directions?: number;
  /** Default 0. */
  seed?: number;
}

/** A mean over contexts with its uncertainty, as if contexts were independent. */
export interface MeanOverContexts {
  readonly value: number;
  readonly interval: Interval;
}

export interface HeadReport extends Comparison {
  readonly unit: Unit;
  readonly divergence: Divergence;
  readonly contexts: number;
  readonly dimension: number;
  readonly vocabulary: number;
  /** Mean categorical entropy of the head; in `unit` for KL and Rényi, else the plain number. */
  readonly categoricalEntropy: MeanOverContexts;
  /** Shannon entropy of the head in `unit`, the same as the categorical entropy by KL. */
  readonly entropy: MeanOverContexts;
  /** −log p of the tokens that followed. With `next`. */
  readonly crossEntropy?: MeanOverContexts;
  /** Cross-entropy less entropy: above 0 the head is surer than it may be. With `next`. */
  readonly calibrationGap?: number;
  /** Mean KL(P ‖ p) and mean entropy of the data. With `P`. */
  readonly klToData?: number;
  readonly dataEntropy?: number;
  /** Of the pulled-back metric averaged over contexts. */
  readonly metric: Omit<Spectrum, "directions">;
  /** Share of the hidden states' variance inside the first k sensitive directions, at place k − 1. */
  readonly varianceInSensitive: Float64Array;
  readonly surplus?: InformationSurplus;
  /**
   * Mean Σ min(p, q) of the head p one token later and the probe's q: how often its draft of the token after the next
   * would be accepted. When the contexts follow each other in a text.
   */
  readonly draftAcceptance?: number;
  readonly warnings: readonly Warning[];
}

/**
 * Measures a softmax head: how random it is, to which directions of the hidden state it is sensitive, whether hidden
 * states lie as their predictions do, and, with the tokens that followed, how well it is calibrated and how much the
 * hidden states know beyond the next token.
 *
 * @throws InputError when shapes do not fit, numbers are not finite, weights or rows of P are no distributions, or
 * there are fewer than two contexts
 * @throws StoppedError when the signal fires
 * @source Zhang 2025
 * @example
 * import { headReport } from "surprisal/language";
 * const H = [[1, 0], [0, 1], [-1, 0], [0.5, 0.5]];
 * const W = [[2, 0], [0, 2], [-2, -2]];
 * const report = await headReport({ H, W, next: [0, 1, 2, 0] }, { unit: "bits" });
 * report.categoricalEntropy.value; // 0.762 bits
 */
export async function headReport(input: HeadInput, options: HeadReportOptions = {}): Promise<HeadReport> {
  const where = "headReport";
  const unit = asUnit(options.unit, where);
  const { divergence = "kl", directions = 10 } = options;
  const order = renyiOrder(divergence, where);
  const head = asHead(input.W, input.b, where);
  const H = asMatrix(input.H, `${where}: H`);
  requireStates(H, head.W.cols, where);
  const mu = contextWeights(input.mu, H.rows, where);
  const next = input.next === undefined ? undefined : asTokens(input.next, H.rows, `${where}: next`);
  if (next) requireInVocabulary(next, head.W.rows, `${where}: next`);
  const truth = input.P === undefined ? undefined : asTruth(input.P, H.rows, head.W.rows, where);

  const pass = await headPass(head, H, mu, powerFor(divergence, order), options);
  const inUnit = (nats: number) => fromNats(nats, unit);
  const entropy = meanOver(pass.entropy.map(inUnit), mu);
  const shannon = divergence === "kl" || order === 1;
  const data = truth && againstTruth(head, H, truth, mu);
  const losses = next && lossesOf(head, H, pass, next).map(inUnit);
  const crossEntropy = losses && meanOver(losses, mu);
  const spectrum = metricSpectrum(pass.meanMetric);
  const count = Math.min(directions, H.cols, Math.max(1, H.rows - 2));
  const compared = compare(H, mu, pass, spectrum, count, truth);
  const { directions: _, ...metric } = spectrum;
  return {
    unit,
    divergence,
    contexts: H.rows,
    dimension: H.cols,
    vocabulary: head.W.rows,
    categoricalEntropy: shannon ? entropy : meanOver(categorical(pass, divergence, order, inUnit), mu),
    entropy,
    ...(crossEntropy && { crossEntropy, calibrationGap: crossEntropy.value - entropy.value }),
    ...(data && { klToData: inUnit(data.kl), dataEntropy: inUnit(data.entropy) }),
    metric,
    varianceInSensitive: varianceAlong(H, mu, spectrum.directions, count),
    ...compared,
    ...(next && input.future !== undefined && (await beyondNext(head, H, next, input.future, options))),
    warnings: warningsOf(H),
  };
}

/** What the hidden states know beyond the next token, and how good a draft of it would be. */
async function beyondNext(
  head: Head,
  H: Matrix,
  next: Int32Array,
  future: ArrayLike<number>,
  { unit, seed, signal, onProgress }: HeadReportOptions,
): Promise<Pick<HeadReport, "surplus" | "draftAcceptance">> {
  const w1 = asTokens(future, H.rows, "headReport: future");
  requireInVocabulary(w1, head.W.rows, "headReport: future");
  const { drafts, ...surplus } = await probeSurplus(H, next, w1, { seed, signal, onProgress });
  const acceptance = draftAcceptance(head, H, next, w1, drafts);
  return {
    surplus: surplusIn(asUnit(unit, "headReport"), "probe", surplus),
    ...(acceptance !== undefined && { draftAcceptance: acceptance }),
  };
}

/** The power of p whose sum gives the categorical entropy, where one is needed. */
function powerFor(divergence: Divergence, order: number | undefined): number | undefined {
  if (divergence === "tv") return 2;
  if (divergence === "hellinger") return 1.5;
  if (divergence === "chi2") return 0;
  return order === undefined || order === 1 ? undefined : 2 - order;
}

/** Of each context: the closed forms of {@link categoricalEntropy} from sums of powers. */
function categorical(
  { powerSum }: HeadPass,
  divergence: Divergence,
  order: number | undefined,
  inUnit: (nats: number) => number,
): Float64Array {
  if (divergence === "tv") return powerSum.map((sum) => 1 - sum);
  if (divergence === "hellinger") return powerSum.map((sum) => 2 * (1 - sum));
  if (divergence === "chi2") return powerSum.map((sum) => sum - 1);
  return powerSum.map((sum) => inUnit(Math.log(sum) / (order! - 1)));
}

function meanOver(values: Float64Array, mu: Float64Array): MeanOverContexts {
  let [value, effective] = [0, 0];
  for (let i = 0; i < mu.length; i++) value += mu[i] * values[i];
  for (const weight of mu) effective += weight * weight;
  const half = normalQuantile(0.975) * standardDeviation(values) * Math.sqrt(effective);
  const how = "normal, of a mean over contexts taken as independent";
  return { value, interval: { low: value - half, high: value + half, level: 0.95, how } };
}

function lossesOf({ W, b }: Head, H: Matrix, { logNormalizer }: HeadPass, next: Int32Array): Float64Array {
  return logNormalizer.map((logZ, i) => {
    const w = next[i];
    let logit = b[w];
    for (let k = 0; k < W.cols; k++) logit += W.data[w * W.cols + k] * H.data[i * W.cols + k];
    return logZ - logit;
  });
}

function againstTruth(head: Head, H: Matrix, P: Matrix, mu: Float64Array): { kl: number; entropy: number } {
  let [kl, entropy] = [0, 0];
  for (let i = 0; i < H.rows; i++) {
    const truth = P.data.subarray(i * P.cols, (i + 1) * P.cols);
    const p = nextTokenDistribution(head, H.data.subarray(i * H.cols, (i + 1) * H.cols));
    kl += mu[i] * klDivergence(truth, p);
    entropy += mu[i] * categoricalEntropy(truth);
  }
  return { kl, entropy };
}

function warningsOf(H: Matrix): Warning[] {
  const share = duplicateRowShare(H);
  if (share === 0) return [];
  const message = `${(100 * share).toFixed(1)} % of the contexts repeat a hidden state; repeats raise the alignment`;
  return [{ code: "repeated-contexts", message }];
}

function requireStates(H: Matrix, d: number, where: string): void {
  if (H.cols !== d) {
    throw new InputError({
      code: "shape-mismatch",
      where: `${where}: H`,
      problem: "hidden states and output matrix do not fit; W has one row per token, H one per context",
      expected: `${d} columns, as W`,
      got: H.cols,
    });
  }
  if (H.rows < 2) {
    throw new InputError({
      code: "too-few-rows",
      where: `${where}: H`,
      problem: "too few contexts",
      expected: "at least 2",
      got: H.rows,
    });
  }
}

function requireInVocabulary(tokens: Int32Array, V: number, where: string): void {
  const outside = tokens.find((token) => token >= V);
  if (outside === undefined) return;
  throw new InputError({
    code: "not-a-token",
    where,
    problem: "a token outside the vocabulary",
    expected: `numbers below ${V}`,
    got: outside,
  });
}

function asTruth(P: MatrixLike, n: number, V: number, where: string): Matrix {
  const truth = asMatrix(P, `${where}: P`);
  if (truth.rows !== n || truth.cols !== V) {
    throw new InputError({
      code: "shape-mismatch",
      where: `${where}: P`,
      problem: "not one distribution over tokens per context",
      expected: `${n} × ${V}`,
      got: `${truth.rows} × ${truth.cols}`,
    });
  }
  requireDistributions(truth, `${where}: P`);
  return truth;
}
