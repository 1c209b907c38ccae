import { describe, expect, it } from "vitest";
import {
  bare,
  groups,
  pairsOnly,
  penguins,
  stopped,
  transfer,
  wide,
} from "../../test/fixtures/report/measurements.ts";
import {
  asAsked,
  disagrees,
  isBias,
  question,
  sortedNotes,
  standing,
  targetEntropy,
  tiedWithBest,
  verdict,
} from "./findings.ts";

describe("what a measurement says", () => {
  it("is asked and answered in words for every kind of question", () => {
    expect(
      [penguins(), wide(), pairsOnly(), groups(), transfer(), bare()].map((m) => [question(m), verdict(m)]),
    ).toMatchInlineSnapshot(`
      [
        [
          "What do the columns say about Species?",
          "5 of 6 columns say something about Species; Flipper Length (mm) says the most, 61 % of what there is to know.",
        ],
        [
          "What do the columns say about churned?",
          "34 of 100 columns say something about churned; sensor_0 says the most, 73 % of what there is to know.",
        ],
        [
          "Which columns share information?",
          "10 of 15 pairs share information; temp_max – temp_min share the most.",
        ],
        [
          "What do Beak Length (mm) and Beak Depth (mm) say about Species, given Island?",
          "Beak Length (mm) and Beak Depth (mm) say something about Species; this is not chance.",
        ],
        [
          "Which of price and volume helps to predict the other?",
          "The past of price helps to predict volume beyond its own past.",
        ],
        [
          "What does a say about b?",
          "Measured, without a test against chance.",
        ],
      ]
    `);
  });

  it("is no answer when nothing was told apart from chance, or nothing was measured", () => {
    const m = penguins();
    const chance = { ...m, estimates: m.estimates.map((e) => ({ ...e, pValue: 0.4 })) };
    expect(verdict(chance)).toBe("No column was told apart from chance: nothing here speaks about Species.");
    expect(verdict({ ...m, estimates: [] })).toBe("Nothing could be measured.");
    expect(verdict({ ...m, estimates: m.estimates.map(({ pValue: _, interval: __, ...e }) => e) })).toBe(
      "Flipper Length (mm) scores highest; no test against chance was run.",
    );
  });

  it("goes by the permutation test, else by the interval, else is untested", () => {
    const [e] = penguins().estimates;
    expect(standing({ ...e, pValue: 0.051 })).toBe("chance");
    expect(standing({ ...e, pValue: 0.049 })).toBe("above");
    expect(standing({ ...e, pValue: undefined })).toBe("above");
    expect(standing({ ...e, pValue: undefined, interval: undefined })).toBe("untested");
  });

  it("is no sign of dependence where random pairings reach the value too", () => {
    expect(transfer().estimates.map(isBias)).toEqual([false, true]);
    expect(penguins().estimates.some(isBias)).toBe(false);
  });

  it("takes the disagreement of two estimators from the notes", () => {
    const m = penguins();
    expect(m.estimates.filter((e) => disagrees(e, m)).map((e) => e.x[0])).toEqual(["Beak Depth (mm)"]);
  });

  it("knows how much there is to know of a discrete target only", () => {
    const m = penguins();
    expect(targetEntropy(m)).toBe(1.0465);
    expect(targetEntropy({ ...m, target: "Body Mass (g)" })).toBeUndefined();
  });

  it("leaves the first place open where intervals overlap", () => {
    expect(tiedWithBest(penguins()).map((e) => e.x[0])).toEqual(["Beak Length (mm)", "Beak Depth (mm)"]);
  });

  it("is a ranking when several columns are asked about one group", () => {
    const m = groups();
    const several = {
      ...m,
      estimates: ["a", "b"].map((x) => ({ ...m.estimates[0], x: [x], y: ["c", "d"] })),
    };
    expect(question(asAsked(several))).toBe("What do the columns say about c and d, given Island?");
    expect(asAsked(m)).toBe(m);
    expect(asAsked(pairsOnly()).pairs).toHaveLength(15);
  });

  it("puts problems before hints before facts", () => {
    expect(sortedNotes(stopped()).map((note) => note.severity)).toEqual(["problem", "problem", "fact"]);
  });
});
