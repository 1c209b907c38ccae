import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributeTable, entropyOf } from "./attribute-table.ts";

const animals = () =>
  attributeTable({
    labels: ["zebra", "lion", "whale"],
    queries: ["stripes", "eats"],
    values: [
      [true, "grass"],
      [false, "meat"],
      [null, "plankton"],
    ],
    error: 0.1,
  });

const worlds = fc
  .record({ K: fc.integer({ min: 2, max: 8 }), Q: fc.integer({ min: 1, max: 6 }), seed: fc.nat() })
  .chain(({ K, Q }) =>
    fc.record({
      values: fc.array(fc.array(fc.constantFrom("yes", "no", "maybe"), { minLength: Q, maxLength: Q }), {
        minLength: K,
        maxLength: K,
      }),
      error: fc.constantFrom(0, 0.05, 0.3),
      turns: fc.integer({ min: 0, max: Q }),
    }),
  )
  .map(({ values, error, turns }) => {
    const labels = values.map((_, y) => `y${y}`);
    const queries = values[0].map((_, q) => `q${q}`);
    // Answers of the first label, so that at least one label fits.
    const history = queries.slice(0, turns).map((query, q) => ({ query, answer: values[0][q] }));
    return { table: attributeTable({ labels, queries, values, error }), history, error, values };
  });

describe("attributeTable", () => {
  it("follows Bayes' rule with wrong answers spread over the others", () => {
    const table = animals();
    const p = table.predict([{ query: "eats", answer: "meat" }]);
    expect([...p].map((v) => Number(v.toFixed(12)))).toEqual([0.05, 0.9, 0.05]);
    // An unknown cell answers as the rest: (½ + 1) / 3 yes, with errors the same.
    expect(table.predict([{ query: "stripes", answer: "yes" }])[2]).toBeCloseTo(0.5 / 1.5, 12);
  });

  it("learns nothing from someone who does not know", () => {
    const table = animals();
    expect([...table.predict([{ query: "eats", answer: "unknown" }])]).toEqual([...table.predict([])]);
  });

  it("predicts alike in one go, by continuing a history, and in any order of turns", () => {
    fc.assert(
      fc.property(worlds, ({ table, history }) => {
        const whole = table.predict(history);
        const turned = table.predict([...history].reverse());
        for (let y = 0; y < whole.length; y++) expect(turned[y]).toBeCloseTo(whole[y], 10);
        const last = history[history.length - 1];
        if (last) {
          const more = table.extend(history.slice(0, -1))(last.query, last.answer);
          expect([...more]).toEqual([...whole]);
        }
      }),
    );
  });

  it("gives as expected entropy what summing over labels and answers gives", () => {
    fc.assert(
      fc.property(worlds, ({ table, history }) => {
        const p = table.predict(history);
        const expected = table.queries.map((query) => {
          const { answers, probabilities } = table.likelihood(query);
          let sum = 0;
          answers.forEach((answer, a) => {
            const weight = p.reduce((total, v, y) => total + v * probabilities[y * answers.length + a], 0);
            if (weight > 0) sum += weight * entropyOf(table.predict([...history, { query, answer }]));
          });
          return sum;
        });
        const found = table.expectedEntropies(history, table.queries);
        for (const [q, value] of expected.entries()) expect(found[q]).toBeCloseTo(value, 10);
      }),
    );
  });

  it("draws cases that answer with its probabilities, the same way each time they are asked", () => {
    const table = animals();
    const cases = table.cases(4000, 7);
    const lions = cases.filter(({ label }) => label === "lion");
    const meat = lions.filter((one) => one.answer("eats", undefined as never) === "meat").length;
    // 4 standard errors of a share of 0.9 among about 1,333.
    expect(Math.abs(meat / lions.length - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / lions.length));
    for (const one of cases.slice(0, 50)) {
      expect(one.answer("eats", undefined as never)).toBe(one.answer("eats", undefined as never));
    }
    expect(table.caseOf("whale").answer("stripes", undefined as never)).toBe("unknown");
  });

  it("names labels that nobody can tell apart, and can leave labels out", () => {
    const table = attributeTable({
      labels: ["a", "b", "c"],
      queries: ["q"],
      values: [[true], [false], [true]],
    });
    expect(table.twins()).toEqual([["a", "c"]]);
    expect(table.without(["a"]).labels).toEqual(["b", "c"]);
    expect(table.without(["a"]).twins()).toEqual([]);
  });

  it("takes probabilities of answers as cells, and weights of labels as prior", () => {
    const table = attributeTable({
      labels: ["a", "b"],
      queries: ["q"],
      values: [[{ yes: 0.75, no: 0.25 }], [false]],
      prior: [1, 3],
    });
    expect([...table.predict([])]).toEqual([0.25, 0.75]);
    expect(table.predict([{ query: "q", answer: "no" }])[0]).toBeCloseTo(0.0625 / 0.8125, 12);
  });

  it("says when no label fits, and what to do", () => {
    const table = attributeTable({
      labels: ["a", "b"],
      queries: ["p", "q"],
      values: [
        [true, true],
        [false, false],
      ],
    });
    const contradiction = [
      { query: "p", answer: "yes" },
      { query: "q", answer: "no" },
    ];
    expect(() => table.predict(contradiction)).toThrow(/no label fits.*error above 0.*got "q no"$/);
  });

  it("refuses tables that are none", () => {
    const make = (labels: string[], queries: string[], values: unknown[][], more = {}) =>
      attributeTable({ labels, queries, values: values as never, ...more });
    const rows = [[true], [false]];
    expect(() => make(["a"], ["q"], [[true]])).toThrow(/^attributeTable: .*got 1$/);
    expect(() => make(["a", "a"], ["q"], rows)).toThrow(/a label occurs twice.*got "a"$/);
    expect(() => make(["a", "b"], [], [[], []])).toThrow(/nothing to ask/);
    expect(() => make(["a", "b"], ["q"], [[true]])).toThrow(/a row for each label.*got 1$/);
    expect(() => make(["a", "b"], ["q"], [[true], []])).toThrow(/the row of "b".*got 0$/);
    expect(() => make(["a", "b"], ["q"], rows, { error: 0.5 })).toThrow(/got 0.5$/);
    expect(() => make(["a", "b"], ["q"], rows, { prior: [0, 0] })).toThrow(/prior/);
    expect(() => make(["a", "b"], ["q"], [[{ yes: 0.5 }], [false]])).toThrow(/sum to 1.*got 0.5$/);
    expect(() => make(["a", "b"], ["q"], [["unknown"], [false]])).toThrow(/null/);
    const table = make(["a", "b"], ["stripes"], rows);
    expect(() => table.predict([{ query: "stripe", answer: "yes" }])).toThrow(/did you mean "stripes"/);
    expect(() => table.predict([{ query: "stripes", answer: "often" }])).toThrow(/got "often"$/);
    expect(() => table.caseOf("c")).toThrow(/no such label.*got "c"/);
  });
});
