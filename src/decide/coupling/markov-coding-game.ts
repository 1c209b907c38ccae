import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { mean, variance } from "../../core/statistics.ts";
import { asUnit, fromNats, type Unit } from "../../core/units.ts";
import { couplingWithBottleneck } from "./bottleneck.ts";
import { asDistribution } from "./distribution.ts";
import { type EncoderMethod, encoderMethods } from "./encoder.ts";
import { type FiniteMdp, softPolicy } from "./finite-mdp.ts";
import { greedyCells } from "./greedy.ts";
import { entropyOf, slack } from "./information.ts";
import type { Joint } from "./joint.ts";
import { requireMethod } from "./minimum-entropy-coupling.ts";

export interface MarkovCodingGameOptions extends LongRunning {
  /** Temperature of the policy, from 0. */
  beta: number;
  /** Probability of each message. */
  messagePrior: ArrayLike<number>;
  /** Share of the messages' entropy that a code may carry at each step, from 0 to 1. @default 1: no code */
  rate?: number;
  /** How messages are compressed. @default "greedy" */
  encoder?: EncoderMethod;
  /** @default 200 */
  episodes?: number;
  /** An episode ends after so many steps. @default 1000 */
  maxSteps?: number;
  /** @default 0 */
  seed?: number;
  /** @default "nats" */
  unit?: Unit;
}

export interface Episode {
  readonly message: number;
  /** The receiver's: the likeliest message in the end. */
  readonly estimate: number;
  /** Σ γ^(t+1) r(s_{t+1}). */
  readonly return: number;
  /** States passed through, the start first. */
  readonly states: readonly number[];
  readonly actions: readonly number[];
  /** Entropy of the receiver's belief before each step and at the end. */
  readonly beliefEntropy: readonly number[];
  /** Belief in the message that was sent, before each step and at the end. */
  readonly beliefInMessage: readonly number[];
}

/** A mean with its standard error. */
export interface MeanWithError {
  readonly mean: number;
  readonly standardError: number;
}

export interface MarkovCodingGameReport {
  readonly episodes: readonly Episode[];
  readonly return: MeanWithError;
  /** Share of episodes in which the receiver's estimate is the message. */
  readonly accuracy: MeanWithError;
  readonly steps: MeanWithError;
  /** Entropy of the belief at the end. */
  readonly beliefEntropy: MeanWithError;
  /** What a step told: entropy of the prior less that of the belief at the end, by the number of steps. */
  readonly informationPerStep: MeanWithError;
  /** R = rate · H(prior). */
  readonly rateLimit: number;
  readonly unit: Unit;
}

/**
 * Plays a Markov coding game: an agent hides a message in its actions without changing how it behaves on average, and a
 * receiver who sees states and actions works out the message.
 *
 * At each step the policy's actions are coupled with the receiver's belief, below rate 1 through a code of at most
 * R = rate · H(prior) (Ebrahimi, Chen & Khisti 2024). The messages of the episodes are spread over the prior as evenly
 * as possible.
 *
 * @returns every episode and their means with standard errors, in nats or `unit`
 * @throws InputError for what is no process, prior, rate or number of episodes
 * @throws StoppedError when the signal fires
 * @example
 * import { gridWorld, markovCodingGame } from "surprisal/decide";
 * const messagePrior = Array.from({ length: 8 }, () => 1 / 8);
 * const game = await markovCodingGame(gridWorld(), { beta: Math.exp(-4), messagePrior, episodes: 20, seed: 1 });
 * // game.accuracy.mean is 1: a policy that is not sure of itself has room for three bits
 */
export async function markovCodingGame(
  mdp: FiniteMdp,
  options: MarkovCodingGameOptions,
): Promise<MarkovCodingGameReport> {
  const where = "markovCodingGame";
  const { beta, rate = 1, encoder = "greedy", episodes: count = 200, maxSteps = 1000, seed = 0 } = options;
  const unit = asUnit(options.unit, where);
  requireMethod(encoder, encoderMethods, where);
  requireCount(count, "episodes", where);
  requireCount(maxSteps, "maxSteps", where);
  if (!(rate >= 0 && rate <= 1)) {
    throw new InputError({
      code: "bad-rate",
      where,
      problem: "the rate is no share",
      expected: "0 to 1",
      got: rate,
    });
  }
  const prior = asDistribution(options.messagePrior, `${where}: messagePrior`).p;
  const { policy } = softPolicy(mdp, beta);
  const limit = rate === 1 ? undefined : rate * entropyOf(prior);
  const random = new Random(seed).split("markov coding game");
  const pace = pacer(options.signal, where);
  const episodes: Episode[] = [];
  for (let e = 0; e < count; e++) {
    options.onProgress?.({ done: e, total: count, label: "episodes" });
    const message = quantileOf(prior, (e + 0.5) / count);
    const couple = (state: number, belief: Float64Array) => {
      const actions = policy.data.subarray(state * policy.cols, (state + 1) * policy.cols);
      return codingStep(belief, actions, limit, encoder);
    };
    episodes.push(play(mdp, prior, message, maxSteps, couple, random.split(e)));
    await pace();
  }
  options.onProgress?.({ done: count, total: count });
  return reported(episodes, entropyOf(prior), rate, unit);
}

/**
 * The coupling of messages (rows) and actions (columns) that sender and receiver share at one step.
 *
 * @param belief the receiver's probability of each message
 * @param actions the policy's probability of each action
 * @param limit R in nats; undefined for no code
 */
export function codingStep(
  belief: ArrayLike<number>,
  actions: ArrayLike<number>,
  limit?: number,
  encoder: EncoderMethod = "greedy",
): Joint {
  const b = asDistribution(belief, "codingStep: belief", { normalize: true }).p;
  const a = asDistribution(actions, "codingStep: actions", { normalize: true }).p;
  const coded = limit !== undefined && (encoder === "uniform" || limit < entropyOf(b));
  if (!coded) return greedyCells(b, a).toJoint();
  return couplingWithBottleneck(b, a, limit, { encoder, decoder: "greedy" }).joint;
}

/** The receiver's belief in each message after an action. */
export function updatedBelief({ rows, x, y, p }: Joint, action: number): Float64Array {
  const belief = new Float64Array(rows);
  let sum = 0;
  for (let c = 0; c < p.length; c++) {
    if (y[c] !== action) continue;
    belief[x[c]] += p[c];
    sum += p[c];
  }
  for (let m = 0; m < rows; m++) belief[m] /= sum;
  return belief;
}

function play(
  mdp: FiniteMdp,
  prior: Float64Array,
  message: number,
  maxSteps: number,
  couple: (state: number, belief: Float64Array) => Joint,
  random: Random,
): Episode {
  let belief = prior;
  let state = mdp.start;
  let total = 0;
  const states = [state];
  const actions: number[] = [];
  const beliefEntropy = [entropyOf(prior)];
  const beliefInMessage = [prior[message]];
  const ofMessage = new Float64Array(mdp.actions.length);
  while (!mdp.terminal[state] && actions.length < maxSteps) {
    const joint = couple(state, belief);
    ofMessage.fill(0);
    for (let c = 0; c < joint.p.length; c++) if (joint.x[c] === message) ofMessage[joint.y[c]] += joint.p[c];
    const action = random.categorical(ofMessage);
    belief = updatedBelief(joint, action);
    const outcomes = mdp.transitions[state][action];
    state = outcomes[random.categorical(outcomes.map(({ p }) => p))].state;
    actions.push(action);
    states.push(state);
    total += mdp.discount ** actions.length * mdp.reward[state];
    beliefEntropy.push(entropyOf(belief));
    beliefInMessage.push(belief[message]);
  }
  return {
    message,
    estimate: likeliest(belief),
    return: total,
    states,
    actions,
    beliefEntropy,
    beliefInMessage,
  };
}

/** Beliefs that differ by rounding are equal: the first of them counts. */
function likeliest(belief: Float64Array): number {
  let best = 0;
  for (let m = 1; m < belief.length; m++) if (belief[m] > belief[best] + slack) best = m;
  return best;
}

/** The message at a place of the cumulated prior. */
function quantileOf(prior: Float64Array, place: number): number {
  let sum = 0;
  let last = 0;
  for (let m = 0; m < prior.length; m++) {
    if (prior[m] === 0) continue;
    sum += prior[m];
    last = m;
    if (place < sum) break;
  }
  return last;
}

function reported(
  episodes: readonly Episode[],
  priorEntropy: number,
  rate: number,
  unit: Unit,
): MarkovCodingGameReport {
  const inUnit = (nats: number) => fromNats(nats, unit);
  const average = (value: (episode: Episode) => number): MeanWithError => {
    const values = episodes.map(value);
    const error = values.length > 1 ? Math.sqrt(variance(values) / (values.length - 1)) : Number.NaN;
    return { mean: mean(values), standardError: error };
  };
  const left = ({ beliefEntropy }: Episode) => beliefEntropy[beliefEntropy.length - 1];
  return {
    episodes: episodes.map((episode) => ({ ...episode, beliefEntropy: episode.beliefEntropy.map(inUnit) })),
    return: average((episode) => episode.return),
    accuracy: average(({ message, estimate }) => Number(message === estimate)),
    steps: average(({ actions }) => actions.length),
    beliefEntropy: average((episode) => inUnit(left(episode))),
    informationPerStep: average((episode) => inUnit((priorEntropy - left(episode)) / episode.actions.length)),
    rateLimit: inUnit(rate * priorEntropy),
    unit,
  };
}

function requireCount(value: number, name: string, where: string): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: `${name} is no count`,
    expected: "1 or more",
    got: value,
  });
}
