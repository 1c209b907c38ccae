import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { inverseOf } from "./block-inverse.ts";
import { csrColumns, csrFromEntries, csrFromLists, gram } from "./csr.ts";
import { ease, easeWeights, throughItems, throughUsers } from "./ease.ts";
import { evaluate } from "./evaluate.ts";
import { mixtureClicks, oracleScores } from "./g-rec.ts";
import { itemKnn } from "./item-weights.ts";
import { popularity } from "./popularity.ts";
import { invertPositiveDefinite } from "./positive-definite-inverse.ts";

const tiny = csrFromLists(
  [
    [0, 1, 2],
    [0, 1],
    [1, 2, 3],
    [0, 3],
    [2, 3],
  ],
  4,
);
const tinyTraining = { train: tiny, itemIds: ["a", "b", "c", "d"] };

const data = mixtureClicks(1);
const { split } = data;

describe("the inverse of a positive definite matrix", () => {
  it("gives the identity back", () => {
    for (let n = 1; n <= 14; n++) {
      const random = new Random(n);
      const x = Float64Array.from({ length: n * n }, () => random.normal());
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          for (let k = 0; k < n; k++) a[i * n + j] += x[i * n + k] * x[j * n + k];
        }
        a[i * n + i] += 1;
      }
      const inverse = a.slice();
      expect(invertPositiveDefinite(inverse, n)).toBe(true);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += a[i * n + k] * inverse[k * n + j];
          // Condition numbers stay below 100 here: 100 n rounding errors of 1e-16.
          expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(2e-13);
        }
      }
    }
  });

  it("is the same in halves as in one piece, whatever the size", async () => {
    const random = new Random(8);
    for (const n of [385, 401]) {
      const a = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = random.normal();
        // The spectrum of the rest lies within ±2√n.
        a[i * n + i] = 2 * Math.sqrt(n) + 4;
      }
      const [whole, halves] = [a.slice(), await inverseOf(a.slice(), n)];
      invertPositiveDefinite(whole, n);
      const worst = whole.reduce((most, x, e) => Math.max(most, Math.abs(x - halves![e])), 0);
      // Entries below ¼, condition number about 20: a few hundred rounding errors of 1e-16.
      expect(worst).toBeLessThan(1e-14);
      a[(n - 1) * (n + 1)] = -1;
      expect(await inverseOf(a, n)).toBeUndefined();
    }
  });

  it("says when there is none", () => {
    expect(invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toBe(false);
    expect(invertPositiveDefinite(Float64Array.of(Number.NaN), 1)).toBe(false);
  });
});

describe("EASE", () => {
  it("gives the worked weights and scores", async () => {
    const wanted = [
      [0, 0.40909091, -0.06818182, 0.16666667],
      [0.5, 0, 0.43181818, -0.08333333],
      [-0.08333333, 0.43181818, 0, 0.5],
      [0.16666667, -0.06818182, 0.40909091, 0],
    ];
    (await easeWeights(tiny, 1)).forEach((b, e) => {
      expect(b).toBeCloseTo(wanted.flat()[e], 8);
    });
    const model = await ease(tinyTraining, { lambda: 1 });
    const scores = await model.scoreRows(csrFromLists([[0, 1]], 4));
    [0.5, 0.40909, 0.36364, 0.08333].forEach((score, i) => {
      expect(scores[i]).toBeCloseTo(score, 5);
    });
  });

  it("is the same through users as through items", async () => {
    const rows = csrFromLists(data.draws.slice(0, 150), 200);
    const items = await throughItems(rows, 20);
    const users = await throughUsers(rows, 20);
    const worst = items.reduce((most, p, e) => Math.max(most, Math.abs(p - users[e] / 20)), 0);
    expect(worst).toBeLessThan(1e-15);
  });

  it("minimises its criterion: no other zero-diagonal weights do better", async () => {
    const random = new Random(2);
    const n = 4;
    const criterion = (b: Float64Array) => {
      let sum = 0;
      for (let u = 0; u < tiny.rows; u++) {
        const x = new Float64Array(n);
        for (let e = tiny.offsets[u]; e < tiny.offsets[u + 1]; e++) x[tiny.indices[e]] = 1;
        for (let j = 0; j < n; j++) {
          let predicted = 0;
          for (let i = 0; i < n; i++) predicted += x[i] * b[i * n + j];
          sum += (x[j] - predicted) ** 2;
        }
      }
      return sum + 0.7 * b.reduce((total, w) => total + w * w, 0);
    };
    const best = await easeWeights(tiny, 0.7);
    for (let trial = 0; trial < 50; trial++) {
      const other = best.map((w, e) => (e % (n + 1) === 0 ? 0 : w + 0.1 * random.normal()));
      expect(criterion(other)).toBeGreaterThan(criterion(best));
    }
  });

  it("ranks by co-occurrence when lambda is huge, with zeros on the diagonal", async () => {
    const lambda = 1e9;
    const weights = await easeWeights(split.train, lambda);
    const counts = gram(split.train);
    for (let i = 0; i < 200; i++) expect(weights[i * 200 + i]).toBe(0);
    // The next term of the series is G² / λ, below 1000² · 200 / 1e9.
    const worst = weights.reduce(
      (most, w, e) => (e % 201 === 0 ? most : Math.max(most, Math.abs(w * lambda - counts[e]))),
      0,
    );
    expect(worst).toBeLessThan(0.2);
  });

  it("permutes with the items", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (order) => {
        const at = (e: number) => order.indexOf(e);
        const row = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4];
        const permuted = csrFromEntries(5, 4, row, Array.from(tiny.indices, at));
        const [b, c] = [await easeWeights(tiny, 1), await easeWeights(permuted, 1)];
        for (let i = 0; i < 4; i++) {
          for (let j = 0; j < 4; j++) expect(c[at(i) * 4 + at(j)]).toBeCloseTo(b[i * 4 + j], 12);
        }
      }),
    );
  });

  it("refuses a lambda that is not positive", async () => {
    await expect(ease(tinyTraining, { lambda: 0 })).rejects.toThrow(/ease: lambda will not do.*got 0$/);
  });
});

describe("the check data", async () => {
  it("are the published ones", () => {
    expect(split.train.indices.length).toBe(19_736);
    expect(data.draws[0].slice(0, 6)).toEqual([186, 16, 70, 96, 36, 196]);
  });

  const published = [
    { model: popularity(split), values: [0.24353, 0.42753, 0.25149] },
    { model: itemKnn(split), values: [0.6946, 0.87553, 0.56225] },
    { model: await ease(split, { lambda: 200 }), values: [0.68107, 0.8638, 0.56027] },
    {
      model: {
        name: "the oracle",
        clicks: popularity(split).clicks,
        scoreRows: async () => oracleScores(data),
      },
      values: [0.74807, 0.89687, 0.59033],
    },
  ];
  it.each(published)("give the published metrics of $model.name", async ({ model, values }) => {
    const result = await evaluate(model, split.test);
    // All digits that were published.
    result.metrics.forEach(({ value }, m) => {
      expect(value.toFixed(5)).toBe(values[m].toFixed(5));
    });
  });

  it.each([
    [10, 0.519],
    [50, 0.5466],
    [100, 0.5557],
    [500, 0.5646],
  ])("give the published gain of EASE with lambda %d", async (lambda, gain) => {
    const result = await evaluate(await ease(split, { lambda }), split.test, { metrics: ["ndcg@100"] });
    expect(result.metrics[0].value.toFixed(4)).toBe(gain.toFixed(4));
  });
});

describe("recommend", async () => {
  const model = await ease(tinyTraining, { lambda: 1 });

  it("gives the best items outside the history, best first", async () => {
    const { items, unknown, warnings } = await model.recommend(["a", "b"], 5);
    expect(items.map(({ item }) => item)).toEqual(["c", "d"]);
    expect(items[0].score).toBeCloseTo(0.36364, 5);
    expect([unknown, warnings]).toEqual([[], []]);
    const scores = await model.scores(["a", "b"]);
    expect([...scores.slice(0, 2)]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  it("counts a repeated item once and leaves unknown ones out, saying so", async () => {
    const { items, unknown, warnings } = await model.recommend(["a", "nothing", "b", "a", "nothing"], 1);
    expect(items).toEqual((await model.recommend(["a", "b"], 1)).items);
    expect(unknown).toEqual(["nothing"]);
    expect(warnings.map(({ code }) => code)).toEqual(["unknown-items"]);
  });

  it("falls back to what is popular, with the reason, when nothing of the history is known", async () => {
    const empty = await model.recommend([], 2);
    expect(empty.items.map(({ item }) => item)).toEqual(["a", "b"]);
    expect(empty.warnings).toEqual([
      { code: "cold-start", message: "the history is empty: these are the most popular items" },
    ]);
    const strange = await model.recommend(["x"], 2);
    expect(strange.warnings.map(({ code }) => code)).toEqual(["unknown-items", "cold-start"]);
  });

  it("gives many histories what it gives each", async () => {
    const histories = [["a", "b"], [], ["d", "x"], ["c"]];
    const many = await model.recommendMany(histories, 2, { exclude: ["b"] });
    const each = await Promise.all(histories.map((one) => model.recommend(one, 2, { exclude: ["b"] })));
    expect(many).toEqual(each);
  });

  it("obeys the lists of what not to show and of what may be shown", async () => {
    expect((await model.recommend(["a"], 3, { exclude: ["b", "x"] })).items.map((r) => r.item)).toEqual([
      "d",
      "c",
    ]);
    const allowed = await model.recommend(["a"], 3, { allow: ["a", "c", "x"] });
    expect(allowed.items.map((r) => r.item)).toEqual(["c"]);
    expect(allowed.warnings.map(({ code }) => code)).toEqual(["unknown-allowed"]);
  });

  it("refuses a number of items that is none", async () => {
    await expect(model.recommend(["a"], 0)).rejects.toThrow(/recommend: not a number of items.*got 0$/);
  });

  it("never depends on items taken out of the catalogue", async () => {
    const fewer = { train: csrColumns(tiny, [0, 1, 2]), itemIds: ["a", "b", "c"] };
    const { items } = await itemKnn(fewer).recommend(["a"], 5);
    expect(items.map(({ item }) => item)).toEqual(["b", "c"]);
  });
});
