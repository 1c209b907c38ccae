import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError, Random } from "../../core/index.ts";
import { majorisationBound, profileBound } from "./bounds.ts";
import { cicaleseCells } from "./cicalese.ts";
import {
  conditionalTable,
  coupleMany,
  couplingMethods,
  couplingWithBottleneck,
  denseJoint,
  type Joint,
  minimumEntropyCoupling,
  partnerSampler,
  rateCurve,
} from "./coupling.ts";
import { greedyCells } from "./greedy.ts";
import { entropyOf } from "./information.ts";
import { marginal } from "./joint.ts";
import { dirichletPairs } from "./sheet-data.ts";
import { zeroSeekingCells } from "./zero-seeking.ts";

const bits = { unit: "bits" } as const;
const thirds = [1 / 3, 1 / 3, 1 / 3];
const quarters = [0.25, 0.25, 0.25, 0.25];

/** Probabilities, some of them 0 or tiny, of 1 to 8 outcomes. */
const distribution = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(0, 1e-9, 1e-18, 1e-40)), {
    minLength: 1,
    maxLength: 8,
  })
  .filter((weights) => weights.some((w) => w >= 1))
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b);
    return Float64Array.from(weights, (w) => w / sum);
  });

function expectMarginals(joint: Joint, px: ArrayLike<number>, py: ArrayLike<number>): void {
  const tolerance = 1e-12 * (px.length + py.length);
  for (const [side, wanted] of [
    ["x", px],
    ["y", py],
  ] as const) {
    const found = marginal(joint, side);
    for (let i = 0; i < wanted.length; i++) expect(Math.abs(found[i] - wanted[i])).toBeLessThan(tolerance);
  }
  expect(joint.p.every((p) => p > 0)).toBe(true);
}

describe("minimum-entropy coupling", () => {
  test.each([
    [[0.5, 0.4, 0.1], [0.6, 0.2, 0.2], 1.760964, 1.760964, 1.485475, 1.660964],
    [[0.7, 0.2, 0.1], [0.4, 0.3, 0.3], 1.846439, 1.846439, 1.570951, 1.846439],
    [[0.5, 0.25, 0.25], thirds, 2.125815, 2.125815, 1.584963, 1.792481],
    [[0.36, 0.32, 0.32], [0.5, 0.25, 0.25], 2.067725, 2.067725, 1.582683, 1.760755],
    [[0.4, 0.3, 0.2, 0.1], quarters, 2.42322, 2.42322, 2, 2.196578],
  ])(
    "of %j and %j has the entropy and the bounds of the table",
    (px, py, greedy, exact, majorisation, profile) => {
      const found = minimumEntropyCoupling(px, py, { method: "greedy", ...bits });
      expect(found.entropy).toBeCloseTo(greedy, 6);
      expect(found.bounds.majorisation).toBeCloseTo(majorisation, 6);
      expect(found.bounds.profile).toBeCloseTo(profile, 6);
      const best = minimumEntropyCoupling(px, py, { method: "exact", ...bits });
      expect(best.entropy).toBeCloseTo(exact, 6);
      expect([best.optimal, best.gap, best.lowerBound]).toEqual([true, 0, best.entropy]);
      expectMarginals(best.joint, px, py);
    },
  );

  test("puts the greedy's mass where the sheet has it", () => {
    const { joint } = minimumEntropyCoupling([0.5, 0.4, 0.1], [0.6, 0.2, 0.2], { method: "greedy" });
    expect([...joint.x]).toEqual([0, 1, 1, 2]);
    expect([...joint.y]).toEqual([0, 1, 2, 0]);
    for (const [c, p] of [0.5, 0.2, 0.2, 0.1].entries()) expect(joint.p[c]).toBeCloseTo(p, 12);
  });

  test("has the sheet's mean entropies over 200 pairs of four outcomes", () => {
    let [greedy, exact, product, worst] = [0, 0, 0, 0];
    for (const [px, py] of dirichletPairs(200, 4)) {
      const found = minimumEntropyCoupling(px, py, { method: "greedy", ...bits }).entropy;
      const best = minimumEntropyCoupling(px, py, { method: "exact", ...bits }).entropy;
      greedy += found / 200;
      exact += best / 200;
      product += (entropyOf(px) + entropyOf(py)) / Math.LN2 / 200;
      worst = Math.max(worst, found - best);
    }
    expect(greedy).toBeCloseTo(2.0318, 4);
    expect(exact).toBeCloseTo(2.0198, 4);
    expect(product).toBeCloseTo(3.1429, 4);
    expect(worst).toBeCloseTo(0.1774, 4);
  });

  test("keeps both marginals with at most n + m − 1 cells, whatever the method", () => {
    fc.assert(
      fc.property(distribution, distribution, (px, py) => {
        for (const method of couplingMethods) {
          if (method === "exact") continue;
          const { joint } = minimumEntropyCoupling(px, py, { method });
          expectMarginals(joint, px, py);
          expect(joint.p.length).toBeLessThanOrEqual(px.length + py.length - 1);
          // No outcome is lost, however unlikely it is.
          const rows = new Set(joint.x);
          for (const [i, p] of px.entries()) expect(rows.has(i)).toBe(p > 0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keeps to the order bounds ≤ exact ≤ greedy ≤ exact + log₂(e)/e and product", () => {
    const small = distribution.filter((p) => p.length <= 5);
    fc.assert(
      fc.property(small, small, (px, py) => {
        const exact = minimumEntropyCoupling(px, py, { method: "exact" }).entropy;
        const { entropy: greedy, bounds } = minimumEntropyCoupling(px, py, { method: "greedy" });
        expect(Math.max(entropyOf(px), entropyOf(py))).toBeCloseTo(bounds.marginal, 12);
        expect(Math.max(bounds.majorisation, bounds.profile)).toBeGreaterThanOrEqual(bounds.marginal - 1e-9);
        expect(exact).toBeGreaterThanOrEqual(Math.max(bounds.majorisation, bounds.profile) - 1e-9);
        expect(greedy).toBeGreaterThanOrEqual(exact - 1e-9);
        expect(greedy).toBeLessThanOrEqual(exact + 1 / Math.E + 1e-9);
        expect(greedy).toBeLessThanOrEqual(entropyOf(px) + entropyOf(py) + 1e-9);
        const cicalese = minimumEntropyCoupling(px, py, { method: "cicalese" }).entropy;
        expect(cicalese).toBeLessThanOrEqual(bounds.majorisation + Math.LN2 + 1e-9);
        const found = [greedy, cicalese, zeroSeekingCells(px, py).entropy()];
        for (const entropy of found) expect(entropy).toBeGreaterThanOrEqual(exact - 1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test("does not depend on the order of outcomes", () => {
    fc.assert(
      fc.property(distribution, distribution, fc.integer(), (px, py, seed) => {
        const order = new Random(seed).permutation(px.length);
        const shuffled = Float64Array.from(order, (i) => px[i]);
        for (const method of ["greedy", "cicalese", "zero-seeking"] as const) {
          const [a, b] = [px, shuffled].map((p) => minimumEntropyCoupling(p, py, { method }).entropy);
          expect(a).toBeCloseTo(b, 9);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("of a distribution with itself is the diagonal", () => {
    const p = [0.1, 0.35, 0.05, 0.3, 0.2];
    for (const method of couplingMethods) {
      const { joint, entropy, entropyX, optimal } = minimumEntropyCoupling(p, p, { method });
      expect([...joint.x]).toEqual([...joint.y]);
      expect(joint.p.length).toBe(5);
      expect(entropy).toBeCloseTo(entropyX, 12);
      expect(optimal).toBe(true);
    }
    const counts = [3, 7, 11, 1, 9];
    const turned = { method: "greedy", normalize: true } as const;
    expect(minimumEntropyCoupling(counts, counts.toReversed(), turned).joint.p.length).toBe(5);
  });

  test("in bits is that in nats over ln 2", () => {
    const [px, py] = [
      [0.5, 0.4, 0.1],
      [0.6, 0.2, 0.2],
    ];
    const [nats, inBits] = [minimumEntropyCoupling(px, py), minimumEntropyCoupling(px, py, bits)];
    for (const name of ["entropy", "entropyX", "entropyY", "mutualInformation", "lowerBound"] as const) {
      expect(inBits[name]).toBeCloseTo(nats[name] / Math.LN2, 12);
    }
  });

  test("of thousands of outcomes stays within the greedy's guarantee of the bound, and best is no worse", () => {
    const random = new Random(3);
    const [px, py] = [1500, 1000].map((n) => random.dirichlet(new Float64Array(n).fill(0.5)));
    const greedy = minimumEntropyCoupling(px, py, { method: "greedy", ...bits });
    expectMarginals(greedy.joint, px, py);
    expect(greedy.gap).toBeLessThanOrEqual(Math.LOG2E / Math.E);
    const best = minimumEntropyCoupling(px, py, bits);
    expect(best.entropy).toBeLessThanOrEqual(greedy.entropy);
    expectMarginals(best.joint, px, py);
  });

  test("finds the closest pair as an exhaustive look at all pairs does", () => {
    fc.assert(
      fc.property(distribution, distribution, (px, py) => {
        expect(zeroSeekingCells(px, py).entropy()).toBeCloseTo(zeroSeekingByHand(px, py), 9);
      }),
      { numRuns: 60 },
    );
  });

  test("of one outcome is the other distribution", () => {
    for (const method of couplingMethods) {
      const { joint, mutualInformation } = minimumEntropyCoupling([1], [0.5, 0, 0.5], { method });
      expect([...denseJoint(joint).data]).toEqual([0.5, 0, 0.5]);
      expect(mutualInformation).toBeCloseTo(0, 12);
    }
  });
});

/** Entropy of the zero-seeking greedy with all pairs looked at each time; for equal differences the larger masses. */
function zeroSeekingByHand(px: Float64Array, py: Float64Array): number {
  const [a, b] = [px.slice(), py.slice()];
  const masses: number[] = [];
  for (;;) {
    let best: [number, number] | undefined;
    for (const i of a.keys()) {
      for (const j of b.keys()) {
        if (!(a[i] > 1e-14 * px[i] && b[j] > 1e-14 * py[j])) continue;
        const difference = best ? Math.abs(a[best[0]] - b[best[1]]) - Math.abs(a[i] - b[j]) : 1;
        if (difference > 0) best = [i, j];
      }
    }
    if (!best) return entropyOf(masses);
    const [i, j] = best;
    const mass = Math.min(a[i], b[j]);
    masses.push(mass);
    a[i] -= mass;
    b[j] -= mass;
  }
}

describe("a coupling of many distributions", () => {
  test("is the sheet's for three", () => {
    const { p, indices, entropies } = coupleMany([[1], [0.75, 0.25], [0.6, 0.3, 0.1]]);
    expect([...p].map((mass) => Number(mass.toFixed(12)))).toEqual([0.6, 0.25, 0.1, 0.05]);
    expect(indices.map((own) => [...own])).toEqual([
      [0, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 1, 2, 1],
    ]);
    expect(entropies).toHaveLength(3);
  });

  test("of two is the greedy, and keeps every marginal", () => {
    fc.assert(
      fc.property(distribution, distribution, distribution, (a, b, c) => {
        expect(coupleMany([a, b]).entropy).toBeCloseTo(greedyCells(a, b).entropy(), 9);
        const { p, indices, entropy, lowerBound } = coupleMany([a, b, c]);
        expect(p.length).toBeLessThanOrEqual(a.length + b.length + c.length - 2);
        expect(entropy).toBeGreaterThanOrEqual(lowerBound - 1e-9);
        for (const [k, wanted] of [a, b, c].entries()) {
          const found = new Float64Array(wanted.length);
          for (const [cell, mass] of p.entries()) found[indices[k][cell]] += mass;
          for (const [i, mass] of wanted.entries()) expect(found[i]).toBeCloseTo(mass, 11);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the bounds", () => {
  test("are the entropy itself for a distribution with itself", () => {
    const p = Float64Array.of(0.4, 0.3, 0.2, 0.1);
    expect(majorisationBound(p, p)).toBeCloseTo(entropyOf(p), 12);
    expect(profileBound(p, p)).toBeCloseTo(entropyOf(p), 12);
  });

  test("hold for couplings of larger tables too", () => {
    const random = new Random(1);
    for (const n of [10, 40]) {
      const [px, py] = [
        random.dirichlet(new Float64Array(n).fill(1)),
        random.dirichlet(new Float64Array(n).fill(1)),
      ];
      const least = Math.max(majorisationBound(px, py), profileBound(px, py));
      for (const cells of [greedyCells(px, py), cicaleseCells(px, py), zeroSeekingCells(px, py)]) {
        expect(cells.entropy()).toBeGreaterThanOrEqual(least - 1e-12);
      }
    }
  });
});

describe("a coupling with bottleneck", () => {
  const px = [0.35, 0.25, 0.15, 0.1, 0.08, 0.07];
  const py = [0.5, 0.3, 0.2];
  const few = distribution.filter((p) => p.length <= 5);

  test("keeps the marginals and loses information at each step only", () => {
    fc.assert(
      fc.property(few, few, fc.double({ min: 0, max: 2.2, noNaN: true }), (px, py, rate) => {
        for (const encoder of ["best", "greedy", "neighborhood", "uniform"] as const) {
          const found = couplingWithBottleneck(px, py, rate, { encoder });
          expectMarginals(found.joint, px, py);
          const { encoder: code, decoder, mutualInformation } = found;
          const direct = entropyOf(px) + entropyOf(py) - entropyOf(found.joint.p);
          expect(mutualInformation).toBeCloseTo(direct, 9);
          expect(code.rate).toBeLessThanOrEqual(rate + 1e-12);
          expect(mutualInformation).toBeLessThanOrEqual(
            Math.min(code.information, decoder.mutualInformation) + 1e-9,
          );
          expect(mutualInformation).toBeGreaterThanOrEqual(
            code.information + decoder.mutualInformation - code.rate - 1e-9,
          );
          if (code.codes) expect(mutualInformation).toBeCloseTo(decoder.mutualInformation, 10);
          expect(mutualInformation).toBeLessThanOrEqual(found.upperBound + 1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("lets nothing through at rate 0, and is the plain coupling from H(X) on", () => {
    const closed = couplingWithBottleneck(px, py, 0);
    expect(closed.mutualInformation).toBeCloseTo(0, 12);
    expect(closed.encoder.pT).toHaveLength(1);
    const plain = minimumEntropyCoupling(px, py);
    for (const rate of [plain.entropyX, 10]) {
      const open = couplingWithBottleneck(px, py, rate);
      expect(open.mutualInformation).toBeCloseTo(plain.mutualInformation, 12);
      const [found, wanted] = [open, plain].map(({ joint }) => denseJoint(joint).data);
      for (const [c, p] of wanted.entries()) expect(found[c]).toBeCloseTo(p, 12);
      expect(open.gap).toBeCloseTo(0, 12);
    }
  });

  test("best lets through no less than each encoder", () => {
    for (const rate of [0.3, 0.8, 1.2, 1.9]) {
      const best = couplingWithBottleneck(px, py, rate, bits).mutualInformation;
      for (const encoder of ["greedy", "exhaustive", "neighborhood", "uniform"] as const) {
        const { mutualInformation } = couplingWithBottleneck(px, py, rate, { encoder, ...bits });
        expect(best).toBeGreaterThanOrEqual(mutualInformation - 1e-12);
      }
    }
  });

  test("searches exactly for the decoder of a small code, though the outcomes are many", () => {
    const [many, few] = [8, 6].map((n) => Array.from({ length: n }, (_, i) => i + 1));
    const options = { decoder: "exact", normalize: true } as const;
    const found = couplingWithBottleneck(many, few, 1, options);
    expect(found.decoder.method).toBe("exact");
    expect(found.withoutLimit).toBeGreaterThanOrEqual(found.mutualInformation);
  });

  test("does not advise best to someone who asked for it", () => {
    const equal = Array.from({ length: 8 }, () => 1 / 8);
    expect(couplingWithBottleneck(equal, [0.75, 0.25], 1, bits).warnings).toEqual([]);
    const greedy = couplingWithBottleneck(equal, [0.75, 0.25], 1, { encoder: "greedy", ...bits });
    expect(greedy.warnings.map(({ code }) => code)).toEqual(["quantizer-tells-more"]);
  });

  test("gives a curve from nothing to the plain coupling, and stops when told to", async () => {
    const curve = await rateCurve(px, py, { points: 5, ...bits });
    expect(curve.map(({ rate }) => rate)[4]).toBeCloseTo(2.332902, 6);
    expect(curve[0].information).toBeCloseTo(0, 12);
    expect(curve[4].information).toBeCloseTo(minimumEntropyCoupling(px, py, bits).mutualInformation, 12);
    const stop = AbortSignal.abort();
    await expect(rateCurve(px, py, { signal: stop })).rejects.toThrow("rateCurve: stopped");
  });
});

describe("tables and partners", () => {
  test("conditional tables sum to one in every row", () => {
    const { joint } = minimumEntropyCoupling([0.5, 0, 0.5], [0.3, 0.7]);
    const rows = marginal(conditionalTable(joint), "x");
    expect(rows[0]).toBeCloseTo(1, 12);
    expect(rows[1]).toBe(0);
  });

  test("partners are drawn in the proportions of the coupling", () => {
    const { joint } = minimumEntropyCoupling([0.6, 0.4], [0.5, 0.3, 0.2], { method: "greedy" });
    const dense = denseJoint(joint).data;
    const random = new Random(5);
    const draws = 4000;
    const partner = partnerSampler(joint, "y");
    const count = Array.from({ length: draws }, () => partner(0, random)).filter((x) => x === 0).length;
    const expected = dense[0] / (dense[0] + dense[3]);
    const error = Math.sqrt((expected * (1 - expected)) / draws);
    expect(Math.abs(count / draws - expected)).toBeLessThanOrEqual(4 * error);
    expect(() => partnerSampler(minimumEntropyCoupling([0, 1], [1]).joint, "x")(0, random)).toThrow(
      /partnerSampler: no x of that index.*got 0/,
    );
  });
});

describe("what is no distribution is refused", () => {
  const couple = (px: ArrayLike<number>, py: ArrayLike<number> = [1]) => minimumEntropyCoupling(px, py);

  test.each([
    [[], /px: no outcome at all.*got 0$/],
    [[0, 0], /all entries are 0.*got 0$/],
    [[0.5, Number.NaN, 0.5], /entry 1 is not a finite number.*got NaN$/],
    [[1.2, -0.2], /entry 1 is negative; expected numbers from 0, got -0.2$/],
    [
      [0.5, 0.48],
      /px: the probabilities sum to 0.98, 0.02 too little; expected 1 within 1e-6, got 0.98 \(normalize .*/,
    ],
    [[0.5, 0.6], /sum to 1.1, 0.1 too much/],
  ])("%j", (px, message) => {
    expect(() => couple(px)).toThrow(InputError);
    expect(() => couple(px)).toThrow(message);
  });

  test("a sum that is off by less than a millionth is divided out, and said", () => {
    const { warnings } = couple([0.5, 0.5 + 5e-8]);
    expect(warnings).toMatchObject([
      { code: "renormalized", message: expect.stringMatching(/sum to 1.00000005/) },
    ]);
    expect(couple([0.5, 0.5 + 1e-12]).warnings).toEqual([]);
  });

  test("counts are welcome with normalize", () => {
    expect(minimumEntropyCoupling([2, 2], [1, 3], { normalize: true }).entropy).toBeCloseTo(
      minimumEntropyCoupling([0.5, 0.5], [0.25, 0.75]).entropy,
      12,
    );
  });

  test("unknown methods, bad rates and tables too large", () => {
    expect(() => minimumEntropyCoupling([1], [1], { method: "gredy" as never })).toThrow(
      /minimumEntropyCoupling: no such method.*"gredy" \(did you mean "greedy"\?\)/,
    );
    expect(() => couplingWithBottleneck([1], [1], -1)).toThrow(
      /couplingWithBottleneck: the rate.*nats.*got -1/,
    );
    expect(() => couplingWithBottleneck([1], [1], Number.NaN, bits)).toThrow(/rate.*bits from 0, got NaN/);
    const seven = Array.from({ length: 7 }, () => 1 / 7);
    expect(() => minimumEntropyCoupling(seven, seven, { method: "exact" })).toThrow(
      /at most 36 cells, got 49/,
    );
    expect(() => coupleMany([[1]])).toThrow(/coupleMany: nothing to couple.*got 1/);
  });
});
