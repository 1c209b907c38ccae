import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { csrFromLists } from "./csr.ts";
import { evaluate, type Metric } from "./evaluate.ts";
import { mixtureClicks, oracleScores } from "./g-rec.ts";
import { ndcgAt, recallAt, topItems } from "./ranking.ts";
import type { HeldOutUsers } from "./split.ts";

/** Metrics of one user with these scores. */
async function ofOneUser(scores: number[], history: number[], hidden: number[], metrics: Metric[]) {
  const users: HeldOutUsers = {
    userIds: ["u"],
    foldIn: csrFromLists([history], scores.length),
    heldOut: csrFromLists([hidden], scores.length),
  };
  const fixed = {
    clicks: new Float64Array(scores.length).fill(1),
    scoreRows: async () => Float64Array.from(scores),
  };
  return (await evaluate(fixed, users, { metrics })).metrics.map(({ value }) => value);
}

describe("ranking", () => {
  it("takes the highest scores, of equal ones the lower index, and never −∞", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(-1, 0, 0.5, 1, 2, Number.NEGATIVE_INFINITY), { maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        (scores, n) => {
          const sorted = Array.from(scores.keys())
            .filter((i) => scores[i] > Number.NEGATIVE_INFINITY)
            .sort((i, j) => scores[j] - scores[i] || i - j);
          expect([...topItems(scores, n)]).toEqual(sorted.slice(0, n));
        },
      ),
    );
  });

  it("gives the recall and gain of the worked examples", async () => {
    const scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];
    const first = await ofOneUser(scores, [0], [2, 5], ["recall@2", "recall@3", "ndcg@4"]);
    expect(first.slice(0, 2)).toEqual([0.5, 0.5]);
    expect(first[2]).toBeCloseTo(0.3868528072, 10);
    const second = await ofOneUser(scores, [1, 3], [0, 4, 6], ["recall@2", "recall@3", "ndcg@3"]);
    expect(second[0]).toBe(0.5);
    expect(second[1]).toBeCloseTo(2 / 3, 12);
    expect(second[2]).toBeCloseTo(1.5 / (1.5 + 1 / Math.log2(3)), 14);
    expect(second[2]).toBeCloseTo(0.7039180891, 9);
  });

  it("is perfect exactly when the hidden items come first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 30 }), (hidden, cutoff) => {
        const top = Int32Array.from({ length: 30 }, (_, r) => r);
        const set = new Set(top.slice(0, hidden));
        expect(recallAt(top, set, cutoff)).toBe(1);
        expect(ndcgAt(top, set, cutoff)).toBeCloseTo(1, 14);
        const reversed = top.toReversed();
        if (cutoff <= 30 - hidden) expect(recallAt(reversed, set, cutoff)).toBe(0);
      }),
    );
  });

  it("uses what is there when the catalogue is shorter than the list", async () => {
    expect(await ofOneUser([3, 2, 1], [0], [2], ["recall@20", "ndcg@100"])).toEqual([1, 1 / Math.log2(3)]);
  });
});

describe("evaluate", () => {
  it("averages over the users with something to find and counts the others", async () => {
    const users: HeldOutUsers = {
      userIds: ["a", "b", "c"],
      foldIn: csrFromLists([[0], [0], [1]], 4),
      heldOut: csrFromLists([[1], [], [3]], 4),
    };
    const clicks = Float64Array.of(4, 3, 2, 1);
    const popular = {
      clicks,
      scoreRows: async (rows: { rows: number }) =>
        Float64Array.from({ length: rows.rows * 4 }, (_, e) => clicks[e % 4]),
    };
    const result = await evaluate(popular, users, {
      metrics: ["recall@1", "novelty@1", "coverage@1"],
      level: 0.9,
    });
    expect([result.users, result.usersWithoutHeldOut]).toEqual([2, 1]);
    const [recall, novelty, coverage] = result.metrics;
    expect([...recall.perUser!]).toEqual([1, 0]);
    // Values 1 and 0: deviation √½, so standard error ½; Student's 95 % point with one degree of freedom is 6.3138.
    expect(recall.standardError).toBeCloseTo(0.5, 12);
    expect(recall.interval!.high).toBeCloseTo(0.5 + 0.5 * 6.313751514675, 9);
    expect(novelty.value).toBeCloseTo(-(Math.log(0.3) + Math.log(0.4)) / 2, 12);
    expect(coverage).toEqual({ metric: "coverage@1", value: 0.5 });
  });

  it("refuses what it cannot measure", async () => {
    const nothing = { userIds: ["a"], foldIn: csrFromLists([[0]], 2), heldOut: csrFromLists([[]], 2) };
    const model = { clicks: Float64Array.of(1, 1), scoreRows: async () => Float64Array.of(Number.NaN, 1) };
    await expect(evaluate(model, nothing)).rejects.toThrow(/no user has held-out items/);
    const users = { ...nothing, heldOut: csrFromLists([[1]], 2) };
    await expect(evaluate(model, users)).rejects.toThrow(/a score of user a is not a number, got NaN$/);
    await expect(evaluate(model, users, { metrics: ["hits@3" as Metric] })).rejects.toThrow(/unknown metric/);
    const wide = { clicks: new Float64Array(3), scoreRows: model.scoreRows };
    await expect(evaluate(wide, users)).rejects.toThrow(/expected 3 items, got 2$/);
  });

  it("falls to the level of popularity when hidden items are exchanged among users", async () => {
    const data = mixtureClicks(1);
    const { test } = data.split;
    const order = new Random(5).permutation(test.userIds.length);
    const lists = Array.from(order, (u) =>
      test.heldOut.indices.slice(test.heldOut.offsets[u], test.heldOut.offsets[u + 1]),
    );
    const shuffled = { ...test, heldOut: csrFromLists(lists, test.heldOut.cols) };
    const oracle = { clicks: new Float64Array(200).fill(1), scoreRows: async () => oracleScores(data) };
    const [gain] = (await evaluate(oracle, shuffled, { metrics: ["ndcg@100"] })).metrics;
    // Popularity reaches 0.2515 ± 0.0092 on the true hidden items; the oracle 0.59.
    expect(gain.value).toBeLessThan(0.2515 + 4 * 0.0092);
  });
});
