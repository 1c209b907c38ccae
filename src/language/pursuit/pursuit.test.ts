import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { readAnimals } from "./experiment-animals.ts";
import { depths, threeBits } from "./experiment-worlds.ts";
import {
  attributeTable,
  type Case,
  type History,
  informationPursuit,
  nextQuestion,
  type PursuitOptions,
  withTemperature,
} from "./pursuit.ts";

const labels = Array.from({ length: 12 }, (_, y) => `y${y}`);
const queries = Array.from({ length: 15 }, (_, q) => `q${q}`);

/** Answers of random probability, so that no two queries are alike. */
function noisyTable(seed = 1) {
  const random = new Random(seed);
  const values = labels.map(() =>
    queries.map(() => {
      const yes = Math.min(0.97, Math.max(0.03, random.beta(0.4, 0.4)));
      return { yes, no: 1 - yes };
    }),
  );
  return attributeTable({ labels, queries, values });
}

const history: History = [
  { query: "q3", answer: "yes" },
  { query: "q7", answer: "no" },
];

async function calibrated(options: Partial<PursuitOptions> = {}) {
  const table = noisyTable();
  const pursuit = informationPursuit({ ...table, ...options });
  await pursuit.calibrate(table.cases(100, 2));
  return { table, pursuit };
}

describe("informationPursuit", () => {
  it("asks one of the three bits first, each time, and needs three questions", async () => {
    for (const { questions, correct } of await depths(threeBits()))
      expect([questions, correct]).toEqual([3, true]);
  });

  it("chooses alike by entropy and by set size where answers are exact and splits are equal", async () => {
    const bits = threeBits();
    const conformal = informationPursuit({ ...bits, criterion: "conformal" });
    await conformal.calibrate(bits.cases(100, 1));
    const entropy = informationPursuit({ ...bits, criterion: "entropy" });
    for (const label of bits.labels) {
      const asked = async (pursuit: typeof entropy) => {
        const { history } = await pursuit.play(bits.caseOf(label), { untilCorrect: true });
        return history.map(({ query }) => query).slice(0, 2);
      };
      expect(await asked(conformal)).toEqual(await asked(entropy));
    }
  });

  it("gives the entropy that each query leaves, exactly, and asks the one that leaves least", async () => {
    const { table, pursuit } = await calibrated({ criterion: "entropy" });
    const step = await pursuit.next(history);
    const exact = table.expectedEntropies(history, queries);
    expect(step.uncertainties).toHaveLength(queries.length - 2);
    for (const { query, bits } of step.uncertainties) {
      expect(bits).toBeCloseTo(exact[queries.indexOf(query)] / Math.LN2, 10);
    }
    const least = Math.min(...step.uncertainties.map(({ bits }) => bits));
    expect(step.uncertainties.find(({ query }) => query === step.query)?.bits).toBe(least);
    expect(step.posterior.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it("gives the same entropies when the predictor is any function", async () => {
    const { predict, likelihood, expectedEntropies } = noisyTable();
    const plain = informationPursuit({ labels, queries, predict, likelihood, criterion: "entropy" });
    const exact = expectedEntropies(history, queries);
    for (const { query, bits } of (await plain.next(history)).uncertainties) {
      expect(bits).toBeCloseTo(exact[queries.indexOf(query)] / Math.LN2, 10);
    }
  });

  it("uses the threshold of the length after the answer, not the one before", async () => {
    const table = noisyTable();
    const thresholds = [0, 0, 0, 0.02, 0.9];
    const pursuit = informationPursuit({ ...table, calibration: { alpha: 0.1, thresholds, n: 100 } });
    const { uncertainties } = await pursuit.next(history);
    const { query, bits } = uncertainties[0];
    const p = table.predict(history);
    const { answers, probabilities } = table.likelihood(query);
    let size = 0;
    answers.forEach((answer, a) => {
      const weight = p.reduce((sum, v, y) => sum + v * probabilities[y * 2 + a], 0);
      size +=
        weight * table.predict([...history, { query, answer }]).filter((v) => v >= thresholds[3]).length;
    });
    const alphaN = 0.1 - 1 / 101;
    const coin = -0.1 * Math.log2(0.1) - 0.9 * Math.log2(0.9);
    const lambda = coin + 0.1 * Math.log2(12) - (1 - alphaN) * Math.log2(0.9);
    expect(bits).toBeCloseTo(lambda + (1 - alphaN) * Math.log2(size), 10);
  });

  it("counts an empty set as all labels, unless asked to count it as none", async () => {
    const table = noisyTable();
    const calibration = { alpha: 0.1, thresholds: [1, 1], n: 100 };
    const full = await informationPursuit({ ...table, calibration }).next([]);
    const zero = await informationPursuit({ ...table, calibration, emptyAs: "zero" }).next([]);
    expect([full.predictionSet.length, zero.predictionSet.length]).toEqual([12, 0]);
    expect(zero.uncertainties.every(({ bits }) => bits === Number.NEGATIVE_INFINITY)).toBe(true);
  });

  it("has sets of all labels where the threshold is 0, and smaller ones for larger α", async () => {
    const table = noisyTable();
    const sizes: number[] = [];
    for (const alpha of [0.05, 0.2, 0.4]) {
      const pursuit = informationPursuit({ ...table, alpha });
      await pursuit.calibrate(table.cases(100, 2));
      sizes.push((await pursuit.next(history)).predictionSet.length);
    }
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const few = informationPursuit({ ...table });
    await few.calibrate(table.cases(5, 2), { allowWholeSets: true });
    const { predictionSet, posterior } = await few.next(history);
    expect(predictionSet).toHaveLength(12);
    expect(posterior[labels.indexOf(predictionSet[0])]).toBe(Math.max(...posterior));
  });

  it("permutes its results with labels and queries", async () => {
    const { table } = await calibrated();
    const turned = informationPursuit({
      labels: [...labels].reverse(),
      queries: [...queries].reverse(),
      predict: (h) => table.predict(h).reverse(),
      likelihood: (query) => {
        const { answers, probabilities } = table.likelihood(query);
        const rows = labels.map((_, y) => [...probabilities.subarray(y * 2, y * 2 + 2)]);
        return { answers, probabilities: Float64Array.from(rows.reverse().flat()) };
      },
      calibration: { alpha: 0.1, thresholds: [0.05, 0.04], n: 100 },
    });
    const straight = informationPursuit({
      ...table,
      calibration: { alpha: 0.1, thresholds: [0.05, 0.04], n: 100 },
    });
    const [a, b] = [await straight.next(history), await turned.next(history)];
    expect([...b.uncertainties].reverse().map(({ query }) => query)).toEqual(
      a.uncertainties.map(({ query }) => query),
    );
    [...b.uncertainties].reverse().forEach(({ bits }, q) => {
      expect(bits).toBeCloseTo(a.uncertainties[q].bits, 10);
    });
    expect(new Set(b.predictionSet)).toEqual(new Set(a.predictionSet));
  });

  it("never asks a question twice, for every criterion, and gives the same game for the same seed", async () => {
    for (const criterion of ["entropy", "conformal", "random"] as const) {
      const { table, pursuit } = await calibrated({ criterion, stopAtOne: false, maxQueries: 15, seed: 5 });
      const again = await calibrated({ criterion, stopAtOne: false, maxQueries: 15, seed: 5 });
      for (const [i, one] of table.cases(5, 3).entries()) {
        const { history, reason } = await pursuit.play(one, { seed: i });
        expect(new Set(history.map(({ query }) => query)).size).toBe(15);
        expect(reason).toBe("most-queries");
        const repeated = await again.pursuit.play(again.table.cases(5, 3)[i], { seed: i });
        expect(repeated.history).toEqual(history);
      }
    }
  });

  it("covers on random histories what it promises", async () => {
    const { table, pursuit } = await calibrated({ maxQueries: 6 });
    const { lengths, cases } = await pursuit.coverage(table.cases(200, 9));
    expect(cases).toBe(200);
    for (const { length, random, own } of lengths) {
      // 4 standard errors: 200 cases, and thresholds of 100 cases whose coverage is Beta distributed.
      expect(random.coverage, `length ${length}`).toBeGreaterThan(
        0.9 - 4 * Math.sqrt(0.09 / 200 + 0.09 / 102),
      );
      expect(own.meanSize).toBeLessThanOrEqual(12);
    }
    expect(lengths[6].own.meanSize).toBeLessThan(lengths[6].random.meanSize);
  });

  it("stops at one label, at the most questions, without questions, without anything to learn, and at even uncertainties", async () => {
    const table = attributeTable({
      labels: ["a", "b", "c"],
      queries: ["one", "two", "same"],
      values: [
        [true, true, true],
        [false, true, true],
        [false, false, true],
      ],
    });
    const make = (options: Partial<PursuitOptions> = {}) =>
      informationPursuit({ ...table, criterion: "entropy", ...options });
    const one = { query: "one", answer: "yes" };
    expect(await make().next([one])).toMatchObject({ stop: true, reason: "one-label", predictionSet: ["a"] });
    expect(await make({ maxQueries: 1, stopAtOne: false }).next([one])).toMatchObject({
      reason: "most-queries",
    });
    const all = table.queries.map((query) => ({ query, answer: "unknown" }));
    expect(await make().next(all)).toMatchObject({ stop: true, reason: "no-queries" });
    expect((await make().next(all)).query).toBeUndefined();
    const rest = [
      { query: "one", answer: "unknown" },
      { query: "two", answer: "unknown" },
    ];
    for (const criterion of ["entropy", "conformal"] as const) {
      const pursuit = make({ criterion });
      await pursuit.calibrate(table.cases(50, 1));
      expect(await pursuit.next(rest)).toMatchObject({ stop: true, reason: "nothing-to-learn" });
    }
    expect(await make({ stopStd: 10 }).next([])).toMatchObject({ stop: true, reason: "even-uncertainties" });
    expect((await make({ stopStd: 0.001 }).next([])).stop).toBe(false);
  });

  it("works from cases where nobody knows the likelihoods, weighing them by what is predicted", async () => {
    const table = noisyTable();
    const estimation = table.cases(400, 4);
    const exact = table.expectedEntropies(history, queries);
    const { predict } = table;
    const by = async (weights: "posterior" | "prior") => {
      const pursuit = informationPursuit({
        labels,
        queries,
        predict,
        estimation,
        samples: 200,
        weights,
        criterion: "entropy",
      });
      const { uncertainties } = await pursuit.next(history);
      const errors = uncertainties.map(({ query, bits }) => bits - exact[queries.indexOf(query)] / Math.LN2);
      return Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
    };
    // Entropies are within [0, 1.6] bits here; a mean of 200 draws has a standard error below 0.6 / √200.
    expect(await by("posterior")).toBeLessThan(4 * 0.043);
    expect(await by("prior")).toBeGreaterThan(await by("posterior"));
  });

  it("waits for predictors and answers that are promises, asks each history once, and is as exact", async () => {
    const table = noisyTable();
    const seen: string[] = [];
    const pursuit = informationPursuit({
      labels,
      queries,
      predict: async (h) => {
        seen.push(JSON.stringify(h));
        await new Promise((resolve) => setTimeout(resolve, (h.length * 7) % 3));
        return table.predict(h);
      },
      likelihood: async (query) => table.likelihood(query),
      criterion: "entropy",
    });
    const step = await pursuit.next(history);
    const direct = informationPursuit({ ...table, expectedEntropies: undefined, criterion: "entropy" });
    expect(step).toEqual(await direct.next(history));
    await pursuit.next(history);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(1 + 13 * 2);
  });

  it("takes questions from whoever proposes them, and calibrates on those", async () => {
    const table = noisyTable();
    const asked: number[] = [];
    const propose = (h: History, count: number) => {
      asked.push(count);
      return queries.filter((_, q) => (q + h.length) % 3 === 0).slice(0, count);
    };
    const pursuit = informationPursuit({ ...table, queries: propose, proposals: 4, maxQueries: 3 });
    const { thresholds } = await pursuit.calibrate(table.cases(30, 1));
    expect(thresholds).toHaveLength(4);
    expect(new Set(asked)).toEqual(new Set([1]));
    const step = await pursuit.next([]);
    expect(step.uncertainties.map(({ query }) => query)).toEqual(["q0", "q3", "q6", "q9"]);
    expect(asked[asked.length - 1]).toBe(4);
    const { history } = await pursuit.play(table.cases(1, 5)[0]);
    expect(new Set(history.map(({ query }) => query)).size).toBe(history.length);
  });

  it("plays 20 questions until the guess is right, or freezes its prediction at the stop", async () => {
    const table = noisyTable();
    const pursuit = informationPursuit({ ...table, criterion: "entropy", maxQueries: 15 });
    for (const one of table.cases(10, 6)) {
      const game = await pursuit.play(one, { untilCorrect: true });
      if (game.reason === "guessed")
        expect([game.correct, game.firstCorrect]).toEqual([true, game.history.length]);
      expect(game.steps).toHaveLength(game.history.length + 1);
      const frozen = await pursuit.play(one);
      expect(frozen.prediction).toBe(frozen.steps[frozen.steps.length - 1].best);
    }
  });

  it("can be stopped while it calibrates", async () => {
    const table = noisyTable();
    const controller = new AbortController();
    const stopped = informationPursuit({ ...table }).calibrate(table.cases(100, 1), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow("stopped");
  });

  it("refuses what it cannot work with, in one line", async () => {
    const table = noisyTable();
    const make = (more: object) => () => informationPursuit({ ...table, ...more } as PursuitOptions);
    expect(make({ alpha: 0.5 })).toThrow(/^informationPursuit: .*got 0.5$/);
    expect(make({ labels: ["a"] })).toThrow(/got 1$/);
    expect(make({ labels: labels.map(() => "a") })).toThrow(/occurs twice/);
    expect(make({ queries: [] })).toThrow(/nothing to ask/);
    expect(make({ likelihood: undefined })).toThrow(/likelihood, or cases/);
    expect(make({ maxQueries: 0 })).toThrow(/got 0$/);
    expect(make({ calibration: { alpha: 0.2, thresholds: [0], n: 1 } })).toThrow(/another alpha/);
    await expect(make({})().next([])).rejects.toThrow(/calibrate\(cases\) first/);
    await expect(make({})().calibrate(table.cases(8, 1))).rejects.toThrow(/at least 9 cases.*got 8$/);
    const stranger: Case = { label: "z", answer: () => "yes" };
    await expect(make({})().play(stranger)).rejects.toThrow(/got "z"$/);
    for (const [predict, message] of [
      [() => [1], /one probability a label.*got 1$/],
      [() => labels.map(() => 1), /sum to 1.*got 12$/],
      [() => labels.map((_, y) => (y === 0 ? 2 : -1 / 11)), /no probability.*got -0.09/],
      [async () => labels.map(() => Number.NaN), /got NaN$/],
    ] as const) {
      const wrong = informationPursuit({ labels, queries, predict, criterion: "random" });
      await expect(wrong.next([])).rejects.toThrow(message);
    }
  });
});

describe("nextQuestion", () => {
  const labels = ["router", "cable", "provider"];
  const queries = ["Does the light blink?", "Do other devices work?"];
  const table = [
    [true, false],
    [false, false],
    [true, true],
  ];

  it("takes a table and a history, and gives a question with uncertainties in bits", async () => {
    const step = await nextQuestion({ labels, queries, table });
    expect(queries).toContain(step.query);
    expect(step.calibrated).toBe(true);
    expect(step.entropy).toBeCloseTo(Math.log2(3), 12);
    const then = await nextQuestion({
      labels,
      queries,
      table,
      history: [{ query: queries[0], answer: "no" }],
    });
    expect(then).toMatchObject({ best: "cable" });
    expect(then.posterior[1]).toBeCloseTo(0.95 / 1.05, 12);
  });

  it("takes a predictor of one's own, with sets of 1 − α of the probability where nothing was calibrated", async () => {
    const step = await nextQuestion({
      labels: ["spam", "ham", "other"],
      queries: ["link?"],
      predict: (history) => (history.length === 0 ? [0.6, 0.35, 0.05] : [0.8, 0.1, 0.1]),
      likelihood: () => ({
        answers: ["yes", "no"],
        probabilities: Float64Array.of(0.9, 0.1, 0.5, 0.5, 0.5, 0.5),
      }),
    });
    expect(step).toMatchObject({
      query: "link?",
      calibrated: false,
      predictionSet: ["spam", "ham"],
      best: "spam",
    });
  });

  it("wants a table or a predictor", async () => {
    await expect(nextQuestion({ labels, queries } as never)).rejects.toThrow(
      /^nextQuestion: .*got "neither"$/,
    );
  });
});

describe("withTemperature", () => {
  it("softens and sharpens, and keeps order", async () => {
    expect(withTemperature(() => [0.8, 0.2], 2)([])).toSatisfy(
      (p: Float64Array) => Math.abs(p[0] - 2 / 3) < 1e-12,
    );
    expect(withTemperature(() => [0.8, 0.2], 1)([])).toSatisfy(
      (p: Float64Array) => Math.abs(p[0] - 0.8) < 1e-12,
    );
    expect((await withTemperature(async () => [0.8, 0.2], 0.5)([]))[0]).toBeCloseTo(0.64 / 0.68, 12);
    expect(() => withTemperature(() => [1], 0)).toThrow(/got 0$/);
  });
});

const animals = readAnimals();
describe.skipIf(!animals)(`20 animals${animals ? "" : " (skipped: no ../shared/data/awa2)"}`, () => {
  it("are told apart by 4.4 questions on average, 5 at worst", async () => {
    const found = (await depths(attributeTable(animals!))).map(({ questions }) => questions);
    expect(found.reduce((a, b) => a + b, 0) / 20).toBeCloseTo(4.4, 12);
    expect(Math.max(...found)).toBe(5);
  });
});
