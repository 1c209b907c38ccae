import { describe, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { gridWorld, markovCodingGame, softPolicy } from "./coupling.ts";
import { entropyOf } from "./information.ts";
import { marginal } from "./joint.ts";
import { codingStep, updatedBelief } from "./markov-coding-game.ts";

const world = gridWorld();
const uniform = (n: number) => new Float64Array(n).fill(1 / n);
const rowOf = (data: Float64Array, state: number) => data.slice(4 * state, 4 * state + 4);

describe("the soft policy of the grid world", () => {
  test.each([
    [-6, [0.32585, 0.321995, 0.313568, 0.34055]],
    [-5, [0.342664, 0.339218, 0.332906, 0.357029]],
    [-4, [0.495354, 0.494655, 0.493485, 0.498373]],
  ])("has at the start the sheet's values, β = e^%d", (exponent, expected) => {
    const q = rowOf(softPolicy(world, Math.exp(exponent)).q.data, world.start);
    for (const [a, value] of expected.entries()) expect(Math.abs(q[a] - value)).toBeLessThan(1e-6);
  });

  test("goes left at the start, with the sheet's probabilities and entropy", () => {
    const policy = rowOf(softPolicy(world, Math.exp(-5)).policy.data, world.start);
    for (const [a, p] of [0.097411, 0.05841, 0.022891, 0.821287].entries())
      expect(policy[a]).toBeCloseTo(p, 6);
    expect(entropyOf(policy) / Math.LN2).toBeCloseTo(0.924638, 6);
  });

  test("at β = 0 takes the best action only", () => {
    const { policy, q } = softPolicy(world, 0);
    const row = rowOf(q.data, world.start);
    const best = row.indexOf(Math.max(...row));
    expect(rowOf(policy.data, world.start)[best]).toBe(1);
  });

  test("refuses a process that is none", () => {
    expect(() => softPolicy(world, Number.NaN)).toThrow(/softPolicy: the temperature.*got NaN/);
    expect(() => softPolicy({ ...world, start: 7 }, 1)).toThrow(/start is no state, or ends at once.*got 7/);
    expect(() => softPolicy({ ...world, discount: 0 }, 1)).toThrow(/discount.*got 0/);
    const leaky = world.transitions.map((actions) => actions.map(([first]) => [first]));
    expect(() => softPolicy({ ...world, transitions: leaky }, 1)).toThrow(
      /what follows up in state 0.*got 0.8/,
    );
    expect(() => gridWorld({ start: [1, 1] })).toThrow(/start is a wall/);
  });
});

describe("a step of the game", () => {
  const { policy } = softPolicy(world, Math.exp(-5));
  const actions = rowOf(policy.data, world.start);

  test("tells what the sheet has of 64 messages, by rate", () => {
    for (const [rate, expected] of [
      [1, 0.894252],
      [0.8, 0.894252],
      [0.6, 0.894252],
      [0.4, 0.894252],
      [0.2, 0.750818],
    ]) {
      const joint = codingStep(uniform(64), actions, rate === 1 ? undefined : rate * Math.log(64));
      const told = entropyOf(actions) + Math.log(64) - entropyOf(joint.p);
      expect(told / Math.LN2).toBeCloseTo(expected, 6);
    }
  });

  test("leaves the policy as it is on average, at every step and rate", () => {
    const random = new Random(7);
    for (const rate of [1, 0.7, 0.3]) {
      let belief: Float64Array = uniform(16);
      for (let step = 0; step < 20; step++) {
        const state = random.integer(world.states);
        const policyHere = rowOf(policy.data, state);
        const joint = codingStep(belief, policyHere, rate === 1 ? undefined : rate * Math.log(16));
        for (const [a, p] of marginal(joint, "y").entries())
          expect(Math.abs(p - policyHere[a])).toBeLessThan(1e-12);
        belief = updatedBelief(joint, random.categorical(policyHere));
      }
    }
  });
});

describe("the game", () => {
  const options = { beta: Math.exp(-5), messagePrior: uniform(16), episodes: 12, seed: 3 };

  test("a receiver who sees only states and actions comes to the same beliefs", async () => {
    const { policy } = softPolicy(world, options.beta);
    for (const rate of [1, 0.5]) {
      const { episodes } = await markovCodingGame(world, { ...options, rate });
      for (const { states, actions, beliefInMessage, message, estimate } of episodes) {
        let belief: Float64Array = uniform(16);
        for (const [t, action] of actions.entries()) {
          const joint = codingStep(
            belief,
            rowOf(policy.data, states[t]),
            rate === 1 ? undefined : rate * Math.log(16),
          );
          belief = updatedBelief(joint, action);
          expect(belief[message]).toBe(beliefInMessage[t + 1]);
        }
        expect(belief[estimate]).toBeCloseTo(Math.max(...belief), 12);
      }
    }
  });

  test("is the same for the same seed, and in another unit only the entropies change", async () => {
    const nats = await markovCodingGame(world, options);
    expect(await markovCodingGame(world, options)).toEqual(nats);
    const bits = await markovCodingGame(world, { ...options, unit: "bits" });
    expect(bits.return).toEqual(nats.return);
    expect(bits.rateLimit).toBeCloseTo(4, 12);
    expect(bits.beliefEntropy.mean).toBeCloseTo(nats.beliefEntropy.mean / Math.LN2, 12);
  });

  test("spreads the messages over the prior", async () => {
    const { episodes } = await markovCodingGame(world, { ...options, messagePrior: [0.5, 0, 0.25, 0.25] });
    expect(episodes.map(({ message }) => message)).toEqual([0, 0, 0, 0, 0, 0, 2, 2, 2, 3, 3, 3]);
  });

  test("decodes every message when the policy has room, and beats the quantiser when it has little", async () => {
    const roomy = await markovCodingGame(world, { ...options, beta: Math.exp(-4), episodes: 30 });
    expect(roomy.accuracy.mean).toBe(1);
    const tight = { ...options, messagePrior: uniform(64), rate: 0.6, episodes: 32 };
    const greedy = await markovCodingGame(world, tight);
    const quantiser = await markovCodingGame(world, { ...tight, encoder: "uniform" });
    expect(greedy.accuracy.mean - quantiser.accuracy.mean).toBeGreaterThan(0.3);
  });

  test("refuses what cannot be played, and stops when told to", async () => {
    const play = (more: object) => markovCodingGame(world, { ...options, ...more });
    await expect(play({ rate: 1.5 })).rejects.toThrow(/markovCodingGame: the rate is no share.*got 1.5/);
    await expect(play({ episodes: 0 })).rejects.toThrow(/episodes is no count.*got 0/);
    await expect(play({ messagePrior: [0.5] })).rejects.toThrow(/messagePrior: the probabilities sum to 0.5/);
    await expect(play({ encoder: "huffman" })).rejects.toThrow(/no such method.*"huffman"/);
    await expect(play({ signal: AbortSignal.abort() })).rejects.toThrow("markovCodingGame: stopped");
  });
});
