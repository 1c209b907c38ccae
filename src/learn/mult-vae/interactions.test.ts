import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CsrMatrix, csrFromEntries, csrTranspose, gram, rowIndices } from "./csr.ts";
import { interactions } from "./interactions.ts";
import { strongGeneralizationSplit } from "./split.ts";

function dense(m: CsrMatrix): number[][] {
  return Array.from({ length: m.rows }, (_, u) => {
    const row = new Array<number>(m.cols).fill(0);
    for (let e = m.offsets[u]; e < m.offsets[u + 1]; e++) row[m.indices[e]] += m.values[e];
    return row;
  });
}

const events = fc.array(fc.tuple(fc.nat(6), fc.nat(9), fc.integer({ min: 1, max: 5 })), {
  minLength: 1,
  maxLength: 80,
});

describe("sparse matrices", () => {
  it("hold the sum of all entries at a place, columns ascending", () => {
    fc.assert(
      fc.property(events, (list) => {
        const m = csrFromEntries(
          7,
          10,
          list.map(([u]) => u),
          list.map(([, i]) => i),
          list.map(([, , x]) => x),
        );
        const wanted = Array.from({ length: 7 }, () => new Array<number>(10).fill(0));
        for (const [u, i, x] of list) wanted[u][i] += x;
        expect(dense(m)).toEqual(wanted);
        for (let u = 0; u < 7; u++) expect([...rowIndices(m, u)]).toEqual([...rowIndices(m, u)].sort());
        expect(dense(csrTranspose(csrTranspose(m)))).toEqual(wanted);
        const products = wanted[0].map((_, i) =>
          wanted[0].map((_, j) => wanted.reduce((sum, row) => sum + row[i] * row[j], 0)),
        );
        expect([...gram(m)]).toEqual(products.flat());
      }),
      { numRuns: 50 },
    );
  });
});

describe("interactions", () => {
  it("keeps ratings above the threshold, merges repeats, drops users with few items, and counts all that", () => {
    const data = interactions(
      {
        user: ["a", "a", "a", "a", "b", "c", "c", "d"],
        item: ["x", "y", "x", "z", "x", "y", "w", "v"],
        rating: [4, 5, 4.5, 3.5, 5, 4, 4, 1],
      },
      { threshold: 3.5, minUserClicks: 2 },
    );
    expect(data.userIds).toEqual(["a", "c"]);
    expect(data.itemIds).toEqual(["x", "y", "w"]);
    expect(dense(data.matrix)).toEqual([
      [1, 1, 0],
      [0, 1, 1],
    ]);
    expect(data.dropped).toEqual({ belowThreshold: 2, duplicates: 1, users: 1, eventsOfUsers: 1 });
  });

  it("adds up counts", () => {
    const data = interactions({ user: [7, 7, 7], item: [1, 2, 1], count: [2, 1, 3] }, { minUserClicks: 1 });
    expect(dense(data.matrix)).toEqual([[5, 1]]);
    expect(data.userIds).toEqual(["7"]);
  });

  it("does not depend on the order of events, apart from the order of ids", () => {
    fc.assert(
      fc.property(
        events.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const pairs = (some: typeof list) => {
            const data = interactions(
              { user: some.map(([u]) => u), item: some.map(([, i]) => i) },
              { minUserClicks: 1 },
            );
            return Array.from({ length: data.matrix.rows }, (_, u) =>
              Array.from(rowIndices(data.matrix, u), (i) => `${data.userIds[u]} ${data.itemIds[i]}`),
            )
              .flat()
              .sort();
          };
          expect(pairs(shuffled)).toEqual(pairs(list));
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ["unequal lengths", { user: [1, 2], item: [1] }, {}, /item has another length than user.*got 1$/],
    ["ratings without a threshold", { user: [1], item: [1], rating: [5] }, {}, /without a threshold/],
    [
      "a missing rating",
      { user: [1], item: [1], rating: [NaN] },
      { threshold: 3 },
      /rating of row 0.*got NaN/,
    ],
    ["a negative count", { user: [1], item: [1], count: [-2] }, {}, /count of row 0.*got -2/],
    ["nobody with five items", { user: [1], item: [1] }, {}, /no user with 5 different items/],
    ["fractional ids", { user: [1.5], item: [1] }, {}, /interactions: user/],
  ])("refuses %s", (_, columns, options, message) => {
    expect(() => interactions(columns, options)).toThrow(message);
  });
});

describe("the split of whole users", () => {
  const user = Array.from({ length: 40 * 12 }, (_, e) => e % 40);
  const item = user.map((u, e) => (u * 7 + Math.floor(e / 40) * (1 + (u % 3))) % 60);
  const data = interactions({ user, item });
  const split = strongGeneralizationSplit(data, { validationUsers: 6, testUsers: 9, seed: 3 });

  it("puts every user in one part", () => {
    expect([split.train.rows, split.validation.userIds.length, split.test.userIds.length]).toEqual([
      25, 6, 9,
    ]);
    const all = [...split.trainUserIds, ...split.validation.userIds, ...split.test.userIds];
    expect(all.sort()).toEqual([...data.userIds].sort());
  });

  it("knows only items of training users, and counts the clicks on others", () => {
    const trained = new Set(split.train.indices);
    expect(trained.size).toBe(split.itemIds.length);
    const { validation, test } = split;
    const parts = [split.train, validation.foldIn, validation.heldOut, test.foldIn, test.heldOut];
    const kept = parts.reduce((sum, part) => sum + part.indices.length, 0);
    expect(kept + split.dropped.clicks).toBe(data.matrix.indices.length);
    expect(split.itemIds.length + split.dropped.items).toBe(data.itemIds.length);
  });

  it("hides a fifth of a user's items, rounded down, and nothing of users with fewer than five", () => {
    for (const part of [split.validation, split.test]) {
      for (const [u, id] of part.userIds.entries()) {
        const [shown, hidden] = [rowIndices(part.foldIn, u), rowIndices(part.heldOut, u)];
        const own = data.userIds.indexOf(id);
        const known = Array.from(rowIndices(data.matrix, own), (i) => data.itemIds[i]).filter((name) =>
          split.itemIds.includes(name),
        );
        const names = [...shown, ...hidden].map((i) => split.itemIds[i]);
        expect(names.sort()).toEqual(known.sort());
        expect(hidden.length).toBe(known.length < 5 ? 0 : Math.floor(known.length / 5));
      }
    }
  });

  it("is the same for the same seed and another for another", () => {
    const again = strongGeneralizationSplit(data, { validationUsers: 6, testUsers: 9, seed: 3 });
    expect(again).toEqual(split);
    const other = strongGeneralizationSplit(data, { validationUsers: 6, testUsers: 9, seed: 4 });
    expect(other.test.userIds).not.toEqual(split.test.userIds);
  });

  it("refuses to leave nobody to train on", () => {
    expect(() => strongGeneralizationSplit(data, { validationUsers: 20, testUsers: 20 })).toThrow(
      /testUsers will not do; expected a whole number from 0 to 19, got 20$/,
    );
  });
});
