import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "./errors.ts";
import {
  chiSquareSurvival,
  digamma,
  digammaTable,
  erf,
  erfc,
  lgamma,
  logSumExp,
  normalCdf,
  normalQuantile,
  studentQuantile,
} from "./special.ts";

// Arguments and values computed with 40 digits (mpmath) and rounded to the nearest double.
const digammaValues = [
  [1e-8, -100000000.57721564],
  [0.1, -10.423754940411076],
  [0.5, -1.9635100260214235],
  [1, -0.5772156649015329],
  [2.5, 0.7031566406452432],
  [9.99, 2.250700372831201],
  [10.5, 2.3030010342976865],
  [100.25, 4.602671243274712],
  [100000000, 18.420680738952367],
  [-0.5, 0.03648997397857652],
  [-3.25, 4.46627587235028],
  [-10.1, 12.030052248548309],
];
const lgammaValues = [
  [1e-8, 18.42068073818021],
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [1.25, -0.09827183642181316],
  [2.5, 0.2846828704729192],
  [9.99, 12.779315214350193],
  [10.5, 13.940625219403763],
  [100.25, 360.28455963776423],
  [100000000, 1742068066.1038346],
  [-0.5, 1.2655121234846454],
  [-3.25, -0.6231534513209986],
  [-10.1, -13.0209732710115],
];
const erfValues = [
  [-2.5, -0.999593047982555],
  [-0.1, -0.1124629160182849],
  [1e-10, 1.1283791670955126e-10],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [1.99, 0.995111413199617],
  [2.01, 0.9955248493552482],
  [3, 0.9999779095030014],
  [5, 0.9999999999984626],
];
const erfcValues = [
  [-2.5, 1.999593047982555],
  [0.1, 0.887537083981715],
  [1, 0.15729920705028513],
  [1.99, 0.004888586800383003],
  [2.01, 0.004475150644751763],
  [3, 2.209049699858544e-5],
  [5, 1.537459794428035e-12],
  [10, 2.088487583762545e-45],
  [26, 5.663192408856143e-296],
];
const normalCdfValues = [
  [-38, 2.88542835e-316],
  [-10, 7.619853024160525e-24],
  [-3, 0.0013498980316300946],
  [-1.96, 0.024997895148220435],
  [-0.5, 0.3085375387259869],
  [0.3, 0.6179114221889527],
  [2, 0.9772498680518208],
  [5, 0.9999997133484281],
];
const normalQuantileValues = [
  [1e-300, -37.0470962993612],
  [1e-100, -21.273453560965326],
  [1e-15, -7.941345326170997],
  [1e-11, -6.706023155495136],
  [1e-5, -4.264890793922825],
  [0.01, -2.326347874040841],
  [0.0749, -1.4402382675279637],
  [0.0751, -1.43882539275254],
  [0.25, -0.6744897501960817],
  [0.5000001, 2.506628273311648e-7],
  [0.95, 1.6448536269514722],
  [0.999999, 4.753424308817087],
];
const chiValues = [
  [0.01, 0.5, 0.7069191052789804],
  [10, 0.5, 0.00049202512444634],
  [1, 1, 0.3173105078629141],
  [3, 1, 0.0832645166635504],
  [1, 1, 0.3173105078629141],
  [10, 2, 0.006737946999085467],
  [4, 5, 0.5494159513527802],
  [200, 5, 2.8406228986415315e-41],
  [13, 10, 0.2236718168114993],
  [24, 30, 0.7720245323035445],
  [100, 100, 0.48119168452795674],
  [250, 100, 7.766936403539178e-15],
  [800, 1000, 0.9999991890618921],
  [1300, 1000, 3.8897364994868526e-10],
];
const studentValues = [
  [1e-30, 0.3, -3.0071858087909935e98],
  [0.025, 0.3, -6582.035699400776],
  [0.001, 1.5, -52.18443000899265],
  [1e-8, 3, -479.5250695797383],
  [0.4, 3, -0.27667066233268983],
  [0.025, 5, -2.5705818356363155],
  [1e-30, 10, -2564.5239317426153],
  [0.05, 10, -1.8124611228116765],
  [0.001, 30.5, -3.379950951523577],
  [0.499, 100, -0.0025129052515195354],
  [1e-8, 10000, -5.6165634289168676],
  [0.025, 10000, -1.9602012398906263],
];
const eulerGamma = 0.5772156649015329;

/** Within 1e-13 of the reference, relative or absolute, whichever is larger. */
function expectTable(f: (...args: number[]) => number, table: number[][]): void {
  for (const row of table) {
    const args = row.slice(0, -1);
    const expected = row[row.length - 1];
    const error = Math.abs(f(...args) - expected) / Math.max(1, Math.abs(expected));
    expect(error, `at ${args}`).toBeLessThan(1e-13);
  }
}

/** Within 2e-13 of the reference, relative: tails keep their digits. */
function expectRelative(f: (...args: number[]) => number, table: number[][]): void {
  for (const row of table) {
    const args = row.slice(0, -1);
    const expected = row[row.length - 1];
    expect(Math.abs(f(...args) / expected - 1), `at ${args}`).toBeLessThan(2e-13);
  }
}

describe("digamma", () => {
  it("agrees with reference values", () => expectTable(digamma, digammaValues));

  it("has its closed forms", () => {
    expect(digamma(1)).toBeCloseTo(-eulerGamma, 14);
    expect(digamma(0.5)).toBeCloseTo(-eulerGamma - 2 * Math.LN2, 14);
    expect(digamma(0.25)).toBeCloseTo(-eulerGamma - Math.PI / 2 - 3 * Math.LN2, 14);
  });

  it("grows by 1/x from x to x + 1", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e6, noNaN: true }), (x) => {
        expect(Math.abs(digamma(x + 1) - digamma(x) - 1 / x)).toBeLessThan(1e-13 * Math.max(1, 1 / x));
      }),
    );
  });

  it("obeys the reflection formula", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.95, noNaN: true }), (x) => {
        expect(digamma(1 - x) - digamma(x)).toBeCloseTo(Math.PI / Math.tan(Math.PI * x), 12);
      }),
    );
  });

  it("is NaN at the poles", () => {
    expect(digamma(0)).toBeNaN();
    expect(digamma(-3)).toBeNaN();
  });

  it("has a table with the same numbers", () => {
    for (const max of [1, 50, 5000]) {
      const psi = digammaTable(max);
      expect(psi.length).toBeGreaterThan(max);
      for (let n = 1; n <= max; n++) expect(psi[n]).toBe(digamma(n));
    }
  });
});

describe("lgamma", () => {
  it("agrees with reference values", () => expectTable(lgamma, lgammaValues));

  it("is the logarithm of the factorials", () => {
    let factorial = 1;
    for (let n = 1; n <= 18; factorial *= n++) expect(lgamma(n)).toBeCloseTo(Math.log(factorial), 13);
  });

  it("grows by ln x from x to x + 1", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e4, noNaN: true }), (x) => {
        const scale = Math.max(1, Math.abs(lgamma(x)));
        expect(Math.abs(lgamma(x + 1) - lgamma(x) - Math.log(x))).toBeLessThan(1e-13 * scale);
      }),
    );
  });

  it("is infinite at the poles", () => {
    expect(lgamma(0)).toBe(Number.POSITIVE_INFINITY);
    expect(lgamma(-7)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("the error function and the normal distribution", () => {
  it("agree with reference values", () => {
    expectRelative(erf, erfValues);
    expectRelative(erfc, erfcValues);
    expectRelative(normalCdf, normalCdfValues);
    expectRelative(normalQuantile, normalQuantileValues);
  });

  it("have their symmetries", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (x) => {
        expect(erf(-x)).toBeCloseTo(-erf(x), 15);
        expect(erf(x) + erfc(x)).toBeCloseTo(1, 15);
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
      }),
    );
  });

  it("invert each other", () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (x) => {
        // Above 0 the spacing of doubles near p = 1 limits what can come back: eps / density(5) = 7e-11.
        expect(normalQuantile(normalCdf(x))).toBeCloseTo(x, x < 0 ? 11 : 9);
      }),
    );
  });

  it("have limits", () => {
    expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(erfc(Number.NEGATIVE_INFINITY)).toBe(2);
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.5)).toBeNaN();
    expect(normalQuantile(Number.NaN)).toBeNaN();
  });
});

describe("chiSquareSurvival", () => {
  it("agrees with reference values", () => expectRelative(chiSquareSurvival, chiValues));

  it("has its closed form for two degrees of freedom", () => {
    for (const x of [0.1, 1, 5, 40]) expect(chiSquareSurvival(x, 2)).toBeCloseTo(Math.exp(-x / 2), 14);
  });

  it("is the two-sided normal tail for one degree of freedom", () => {
    for (const z of [0.1, 1, 3]) expect(chiSquareSurvival(z * z, 1)).toBeCloseTo(2 * normalCdf(-z), 14);
  });

  it("is 1 up to zero and 0 at infinity", () => {
    expect(chiSquareSurvival(0, 3)).toBe(1);
    expect(chiSquareSurvival(-2, 3)).toBe(1);
    expect(chiSquareSurvival(Number.POSITIVE_INFINITY, 3)).toBe(0);
  });

  it("refuses degrees of freedom that are not positive", () => {
    expect(() => chiSquareSurvival(1, 0)).toThrow(InputError);
    expect(() => chiSquareSurvival(1, Number.NaN)).toThrow(InputError);
  });
});

describe("studentQuantile", () => {
  it("agrees with reference values", () => expectRelative(studentQuantile, studentValues));

  it("reaches far into heavy tails", () => {
    // A relative error ε of the probability comes back as ε / df: ten times a few roundings of ln p = −46.
    expect(studentQuantile(1e-20, 0.1) / -1.6044257056665295e196).toBeCloseTo(1, 12);
    expect(studentQuantile(1e-20, 0.01)).toBe(Number.NEGATIVE_INFINITY);
  });

  it("has its closed forms for one and two degrees of freedom", () => {
    for (const p of [0.001, 0.2, 0.4, 0.7, 0.975]) {
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 10);
      expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) / Math.sqrt(2 * p * (1 - p)), 12);
    }
  });

  it("tends to the normal quantile", () => {
    const z = normalQuantile(0.975);
    // The first term of the expansion in 1/df is (z + z³) / (4 df).
    for (const df of [1e6, 1e9]) {
      expect(studentQuantile(0.975, df)).toBeCloseTo(z + (z + z ** 3) / (4 * df), 11);
    }
  });

  it("has limits and refuses bad degrees of freedom", () => {
    expect(studentQuantile(0, 3)).toBe(Number.NEGATIVE_INFINITY);
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(studentQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY);
    expect(studentQuantile(-1, 3)).toBeNaN();
    expect(() => studentQuantile(0.5, -1)).toThrow(InputError);
  });
});

describe("logSumExp", () => {
  it("shifts with its arguments, without overflow", () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logSumExp([-2000, -2000 + Math.log(3)])).toBeCloseTo(-2000 + Math.log(4), 12);
  });

  it("handles empty sums and infinities", () => {
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
    expect(logSumExp([Number.NEGATIVE_INFINITY, 3])).toBe(3);
    expect(logSumExp([Number.POSITIVE_INFINITY, 3])).toBe(Number.POSITIVE_INFINITY);
  });
});
