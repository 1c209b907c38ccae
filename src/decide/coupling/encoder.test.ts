import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { encoderMethods, entropyBoundedEncoder } from "./coupling.ts";
import { greedyGuarantee } from "./encoder.ts";
import { entropyOf } from "./information.ts";
import { marginal } from "./joint.ts";
import { forEachPartition } from "./partitions.ts";

const bits = { unit: "bits" } as const;
const three = [0.7, 0.2, 0.1];
const six = [0.35, 0.25, 0.15, 0.1, 0.08, 0.07];
const told = (px: number[], rate: number, method: (typeof encoderMethods)[number]) =>
  entropyBoundedEncoder(px, rate, { method, ...bits }).information;

const distribution = fc
  .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 6 })
  .filter((weights) => weights.some((w) => w > 0))
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((w) => w / sum);
  });

describe("an encoder of bounded entropy", () => {
  test.each([
    [0.3, 0, 0, 0.2003],
    [0.6, 0.468996, 0.468996, 0.5105],
    [0.7, 0.468996, 0.468996, 0.6397],
    [0.8, 0.468996, 0.721928, 0.7528],
    [0.85, 0.468996, 0.721928, 0.7804],
    [1, 0.881291, 0.881291, 0.9214],
    [1.1, 0.881291, 0.881291, 1.0296],
  ])("of .7, .2, .1 tells at %d bits what the sheet has", (rate, greedy, exhaustive, neighborhood) => {
    expect(told(three, rate, "greedy")).toBeCloseTo(greedy, 6);
    expect(told(three, rate, "exhaustive")).toBeCloseTo(exhaustive, 6);
    expect(Math.abs(told(three, rate, "neighborhood") - neighborhood)).toBeLessThan(2e-4);
    expect(told(three, rate, "best")).toBe(told(three, rate, "neighborhood"));
  });

  test.each([
    [0.5, 0.365924, 0.468996],
    [1, 0.759359, 1],
    [1.5, 1.203535, 1.5],
    [2, 1.744981, 1.98901],
    [2.3, 2.183383, 2.183383],
  ])("of six symbols tells at %d bits what the sheet has", (rate, greedy, exhaustive) => {
    expect(told(six, rate, "greedy")).toBeCloseTo(greedy, 6);
    expect(told(six, rate, "exhaustive")).toBeCloseTo(exhaustive, 6);
  });

  test.each([
    [4.8, 4.796, 4.4398],
    [3.6, 3.5691, 3.4516],
    [2.4, 2.3542, 2.3212],
    [1.2, 1.1443, 1],
  ])("of 64 equal symbols at %d bits: greedy and quantiser as in the sheet", (rate, greedy, uniform) => {
    const equal = Array.from({ length: 64 }, () => 1 / 64);
    expect(told(equal, rate, "greedy")).toBeCloseTo(greedy, 4);
    expect(told(equal, rate, "uniform")).toBeCloseTo(uniform, 4);
  });

  test("says when the quantiser beats the greedy: eight equal symbols at one bit", () => {
    const equal = Array.from({ length: 8 }, () => 1 / 8);
    const greedy = entropyBoundedEncoder(equal, 1, { method: "greedy", ...bits });
    expect(greedy.rate).toBeCloseTo(0.811278, 6);
    expect(greedy.warnings.map(({ code }) => code)).toEqual(["quantizer-tells-more"]);
    const best = entropyBoundedEncoder(equal, 1, bits);
    expect([best.rate, best.information]).toEqual([1, 1]);
    expect(best.warnings).toEqual([]);
  });

  test("never exceeds the rate, keeps the marginal, and tells H(T) unless a symbol is split", () => {
    fc.assert(
      fc.property(distribution, fc.double({ min: 0, max: 3, noNaN: true }), (px, rate) => {
        for (const method of encoderMethods) {
          const found = entropyBoundedEncoder(px, rate, { method, ...bits });
          expect(found.rate).toBeLessThanOrEqual(rate + 1e-12);
          expect(found.information).toBeLessThanOrEqual(found.limit + 1e-9);
          expect(entropyOf(found.pT) / Math.LN2).toBeCloseTo(found.rate, 9);
          const direct = entropyOf(px) + entropyOf(found.pT) - entropyOf(found.joint.p);
          expect(direct / Math.LN2).toBeCloseTo(found.information, 9);
          const kept = marginal(found.joint, "x");
          for (const [x, p] of px.entries()) expect(kept[x]).toBeCloseTo(p, 12);
          if (!found.codes) continue;
          expect(found.information).toBeCloseTo(found.rate, 12);
          for (const [x, code] of found.codes.entries()) expect(code >= 0).toBe(px[x] > 0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("greedy falls short of the rate by at most h(p₂); exhaustive tells no less and grows with the rate", () => {
    fc.assert(
      fc.property(distribution, fc.double({ min: 0, max: 1, noNaN: true }), (px, share) => {
        const rate = share * entropyOf(px);
        const greedy = entropyBoundedEncoder(px, rate, { method: "greedy" });
        expect(greedy.gap).toBeLessThanOrEqual(greedyGuarantee(Float64Array.from(px)) + 1e-9);
        const [here, above] = [rate, rate + 0.1].map(
          (r) => entropyBoundedEncoder(px, r, { method: "exhaustive" }).information,
        );
        expect(here).toBeGreaterThanOrEqual(greedy.information - 1e-9);
        expect(above).toBeGreaterThanOrEqual(here - 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test("reaches the rate exactly where a map has that entropy (Theorem 1)", () => {
    forEachPartition(6, (codes, count) => {
      const masses = new Float64Array(count);
      for (const [x, code] of codes.entries()) masses[code] += six[x];
      const rate = entropyOf(masses);
      const { information } = entropyBoundedEncoder(six, rate, { method: "exhaustive" });
      expect(Math.abs(information - rate)).toBeLessThan(1e-9);
    });
  });

  test("best is no worse than any other method, also with many symbols", () => {
    const random = new Random(2);
    for (const n of [9, 12, 60, 700]) {
      const px = random.dirichlet(new Float64Array(n).fill(0.4));
      const rate = 0.6 * entropyOf(px);
      const best = entropyBoundedEncoder(px, rate).information;
      for (const method of ["greedy", "uniform", "neighborhood"] as const) {
        const { information } = entropyBoundedEncoder(px, rate, { method });
        expect(best).toBeGreaterThanOrEqual(information - 1e-12);
      }
    }
  });

  test("gives every symbol its own code from H(X) on, and all the same at 0", () => {
    const open = entropyBoundedEncoder([0.2, 0, 0.5, 0.3], 5);
    expect([...open.codes!]).toEqual([2, -1, 0, 1]);
    expect(open.gap).toBe(0);
    const closed = entropyBoundedEncoder(three, 0);
    expect([[...closed.codes!], closed.rate, closed.information]).toEqual([[0, 0, 0], 0, 0]);
  });

  test("refuses too many symbols for all maps, and a rate that is none", () => {
    const many = Array.from({ length: 11 }, () => 1 / 11);
    expect(() => told(many, 1, "exhaustive")).toThrow(
      /entropyBoundedEncoder: method exhaustive.*at most 10.*got 11/,
    );
    expect(() => told(three, Number.POSITIVE_INFINITY, "greedy")).toThrow(/rate will not do.*got Infinity/);
  });
});

test("there are as many partitions as Bell's numbers say", () => {
  const bell = [1, 2, 5, 15, 52, 203, 877, 4140];
  for (const [i, expected] of bell.entries()) {
    let count = 0;
    forEachPartition(i + 1, () => count++);
    expect(count).toBe(expected);
  }
});
