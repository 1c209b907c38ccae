import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { symmetricEigen } from "../../core/linear-algebra.ts";
import { asMatrix, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { quantile } from "../../core/statistics.ts";
import {
  classicShannonEntropy,
  classicShannonMutualInformation,
  type DiffusionEntropyOptions,
  diffusionSpectralEntropy,
  diffusionSpectralMutualInformation,
} from "./diffusion-spectral-entropy.ts";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.ts";

const bits = (z: Parameters<typeof diffusionSpectralEntropy>[0], options: DiffusionEntropyOptions = {}) =>
  diffusionSpectralEntropy(z, { unit: "bits", ...options }).value;

function normals(random: Random, rows: number, cols: number, scale = 1): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => scale * random.normal()),
  );
}

const modes = ["reference", "anisotropic"] as const;

describe("symmetricEigenvalues", () => {
  it("agrees with the decomposition of core, whatever the size", () => {
    const random = new Random(1);
    for (const n of [1, 2, 3, 4, 5, 15, 16, 17, 33, 64, 80]) {
      const m = normals(random, n, n);
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) m.data[i * n + j] = m.data[j * n + i];
      const values = symmetricEigenvalues(n, (a, length) => {
        for (let i = 0; i < n; i++) for (let j = i; j < n; j++) a[i * length + j] = m.data[i * n + j];
      });
      const expected = symmetricEigen(m).values;
      // Both are backward stable: n ε ‖m‖ with a norm of about 2 √n.
      const tolerance = 10 * n * Number.EPSILON * 2 * Math.sqrt(n);
      for (let i = 0; i < n; i++) expect(Math.abs(values[i] - expected[i])).toBeLessThan(tolerance);
    }
  });

  it("keeps trace and sum of squares, and finds the values of what is already diagonal", () => {
    const diagonal = symmetricEigenvalues(5, (a, length) => {
      for (let i = 0; i < 5; i++) a[i * length + i] = [3, -1, 4, 1, -5][i];
    });
    expect([...diagonal]).toEqual([4, 3, 1, -1, -5]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(1_000_000), (n, seed) => {
        const random = new Random(seed);
        let [trace, squares] = [0, 0];
        const values = symmetricEigenvalues(n, (a, length) => {
          for (let i = 0; i < n; i++) {
            for (let j = i; j < n; j++) {
              const value = random.normal();
              a[i * length + j] = value;
              if (i === j) trace += value;
              squares += (i === j ? 1 : 2) * value * value;
            }
          }
        });
        expect(values.reduce((sum, v) => sum + v, 0)).toBeCloseTo(trace, 10);
        expect(values.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(squares, 9);
      }),
    );
  });
});

describe("diffusionSpectralEntropy", () => {
  it("gives the golden values of three points on a line", () => {
    const golden = {
      reference: [1.385414792, 1.140867673, 0.875115252],
      anisotropic: [1.382646359, 1.140608342, 0.896219261],
    };
    for (const mode of modes) {
      for (const [i, t] of [1, 2, 5].entries()) {
        expect(bits([0, 1, 3], { sigma: 1, t, mode })).toBeCloseTo(golden[mode][i], 9);
      }
    }
  });

  it("gives the golden values of a ring in both modes, which agree there", () => {
    const ring = Array.from({ length: 12 }, (_, i) => [
      Math.cos((i * Math.PI) / 6),
      Math.sin((i * Math.PI) / 6),
    ]);
    for (const mode of modes) {
      for (const [t, expected] of [
        [1, 3.027777679],
        [2, 2.501470325],
        [10, 1.257954178],
      ]) {
        expect(bits(ring, { sigma: 0.5, t, mode })).toBeCloseTo(expected, 9);
      }
    }
  });

  it("is that of (1, (1 − g)/(1 + g)) for two points", () => {
    expect(bits([0, 1], { sigma: 1 })).toBeCloseTo(0.7153491667, 9);
    const slope = (bits([0, 1 + 1e-5], { sigma: 1 }) - bits([0, 1 - 1e-5], { sigma: 1 })) / 2e-5;
    expect(slope).toBeCloseTo(0.615515, 6);
  });

  it("is 0 for equal rows, log n far apart, and log k for k tight groups far apart, for every t", () => {
    const groups = [0, 0, 0, 1e6, 1e6, -1e6, -1e6, -1e6, -1e6, -1e6];
    for (const mode of modes) {
      for (const t of [1, 3]) {
        expect(bits(new Float64Array(8).fill(5), { sigma: 1, t, mode })).toBeCloseTo(0, 9);
        expect(
          bits(
            Array.from({ length: 8 }, (_, i) => 1e4 * i),
            { sigma: 1, t, mode },
          ),
        ).toBeCloseTo(3, 9);
        expect(bits(groups, { sigma: 1, t, mode })).toBeCloseTo(Math.log2(3), 9);
      }
    }
  });

  it("tends to the logarithm of the number of connected parts as t grows", () => {
    const two = [0, 0.5, 1, 1e5, 1e5 + 0.5];
    for (const mode of modes) {
      expect(bits([0, 0.5, 1], { sigma: 1, t: 10_000, mode })).toBeCloseTo(0, 9);
      expect(bits(two, { sigma: 1, t: 10_000, mode })).toBeCloseTo(1, 9);
    }
  });

  it("does not change with shifts, turns, the order of rows, a common scale, or every row twice", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.constantFrom(...modes),
        fc.integer({ min: 1, max: 3 }),
        (seed, mode, t) => {
          const random = new Random(seed);
          const z = normals(random, 20, 2);
          const value = bits(z, { sigma: 1, t, mode });
          const [c, s] = [Math.cos(seed), Math.sin(seed)];
          const turned = matrix(20, 2, z.data.slice());
          for (let i = 0; i < 20; i++) {
            const [a, b] = [z.data[2 * i], z.data[2 * i + 1]];
            turned.data[2 * i] = 3 * (c * a - s * b) + 7;
            turned.data[2 * i + 1] = 3 * (s * a + c * b) - 2;
          }
          const order = random.permutation(20);
          const twice = takeRows(z, [...order, ...order]);
          expect(bits(takeRows(turned, order), { sigma: 3, t, mode })).toBeCloseTo(value, 9);
          expect(bits(twice, { sigma: 1, t, mode })).toBeCloseTo(value, 9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("does not grow with t, and lies between 0 and log n", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...modes), (seed, mode) => {
        const z = normals(new Random(seed), 25, 3);
        let before = Math.log2(25) + 1e-9;
        for (const t of [1, 2, 4, 9]) {
          const value = bits(z, { sigma: 0.8, t, mode });
          expect(value).toBeLessThanOrEqual(before + 1e-9);
          expect(value).toBeGreaterThanOrEqual(-1e-9);
          before = value;
        }
      }),
      { numRuns: 40 },
    );
  });

  it("has eigenvalues from 1 down to 0 and the reference mode is the anisotropic one with alpha 0", () => {
    const z = normals(new Random(3), 60, 4);
    const { diagnostics, value } = diffusionSpectralEntropy(z);
    const eigenvalues = diagnostics.eigenvalues as Float64Array;
    expect(eigenvalues[0]).toBeCloseTo(1, 12);
    expect(Math.min(...eigenvalues)).toBeGreaterThan(-1e-12);
    expect(diffusionSpectralEntropy(z, { mode: "anisotropic", alpha: 0 }).value).toBeCloseTo(value, 12);
  });

  it("takes the median rule for sigma, without the diagonal", () => {
    const z = normals(new Random(4), 41, 3);
    const squares: number[] = [];
    for (let i = 0; i < 41; i++) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += (z.data[3 * i + k] - z.data[3 * j + k]) ** 2;
        squares.push(sum);
      }
    }
    const { diagnostics } = diffusionSpectralEntropy(z);
    expect(diagnostics.sigma).toBeCloseTo(Math.sqrt(quantile(squares, 0.5) / 2), 12);
    const { diagnostics: twice } = diffusionSpectralEntropy(z, { sigma: 2 });
    const [low, middle, high] = twice.affinityQuartiles as number[];
    expect(middle).toBeCloseTo(Math.exp(-quantile(squares, 0.5) / 8), 3);
    expect(low).toBeLessThan(middle);
    expect(high).toBeGreaterThan(middle);
  });

  it("warns of a width that tells nothing, and of rows that were left out", () => {
    const z = normals(new Random(5), 50, 3);
    const codes = (options: DiffusionEntropyOptions) =>
      diffusionSpectralEntropy(z, options).warnings.map(({ code }) => code);
    expect(codes({ sigma: 1000 })).toEqual(["width"]);
    expect(codes({ sigma: 0.01 })).toEqual(["width"]);
    expect(codes({})).toEqual([]);
    expect(codes({ maxRows: 20 })).toEqual(["subsample"]);
    expect(diffusionSpectralEntropy(z, { maxRows: 20 }).n).toBe(20);
  });

  it("offers the entropies it is compared with", () => {
    const groups = [0, 0, 1e6, 1e6, -1e6, -1e6];
    // Two rows in each of three groups: every row steps to two rows with probability ½ each.
    expect(bits(groups, { sigma: 1, variant: "entries" })).toBeCloseTo(Math.log2(12), 9);
    expect(bits(groups, { sigma: 1, variant: "affinity" })).toBeCloseTo(Math.log2(3), 9);
    const apart = Array.from({ length: 20 }, (_, i) => (i < 10 ? i / 100 : 1e3 + i / 100));
    expect(bits(apart, { sigma: 1, variant: "neighbours" })).toBeCloseTo(1, 9);
  });

  it("refuses what cannot be measured, by name", () => {
    expect(() => bits([1])).toThrow(/at least two rows, got 1/);
    expect(() => bits([1, Number.NaN])).toThrow(/row 1 is not a finite number.*NaN/);
    expect(() => bits([[1], [2, 3]])).toThrow(/row 1 has another length/);
    expect(() => bits([1, 2], { sigma: 0 })).toThrow(/sigma will not do.*got 0/);
    expect(() => bits([1, 2], { t: 1.5 })).toThrow(/t will not do.*got 1.5/);
    expect(() => bits([1, 2], { mode: "other" as "reference" })).toThrow(/mode will not do.*got "other"/);
  });
});

describe("classicShannonEntropy", () => {
  it("counts words of bins, and takes a constant column as one bin", () => {
    const square = [
      [0, 0, 7],
      [0, 1, 7],
      [1, 0, 7],
      [1, 1, 7],
    ];
    expect(classicShannonEntropy(square, { unit: "bits" })).toBeCloseTo(2, 12);
    expect(classicShannonEntropy([0, 0.1, 0.9, 1], { unit: "bits" })).toBeCloseTo(1, 12);
    expect(() => classicShannonEntropy([0, 1], { bins: 1 })).toThrow(/from 2, got 1/);
  });

  it("saturates at log n in many columns", () => {
    expect(classicShannonEntropy(normals(new Random(1), 300, 40), { unit: "bits" })).toBeCloseTo(
      Math.log2(300),
      12,
    );
  });
});

/** k groups of rows around points far from each other. */
function groups(k: number, each: number, spread: number, seed: number): { z: Matrix; labels: Int32Array } {
  const random = new Random(seed);
  const z = normals(random, k * each, 3, spread);
  const labels = Int32Array.from({ length: k * each }, (_, i) => i % k);
  for (let i = 0; i < k * each; i++) z.data[3 * i] += 100 * (1 + (i % k));
  return { z, labels };
}

describe("diffusionSpectralMutualInformation", () => {
  it("is near the entropy of tight classes far apart, and near 0 for shuffled ones", async () => {
    const { z, labels } = groups(3, 40, 1e-3, 1);
    const options = { sigma: 1, unit: "bits" } as const;
    const { value, pValue, diagnostics } = await diffusionSpectralMutualInformation(z, labels, options);
    // Random rows of a class's size hold the three classes unevenly, which does not matter to identical points.
    expect(value).toBeCloseTo(Math.log2(3), 2);
    expect(pValue).toBeCloseTo(1 / 21, 12);
    const { mean, sd } = diagnostics.null as { mean: number; sd: number };
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(sd).toBeLessThan(0.05);
    const shuffled = new Random(2).permutation(120).map((i) => labels[i]);
    const none = await diffusionSpectralMutualInformation(z, shuffled, options);
    expect(Math.abs(none.value)).toBeLessThan(0.1);
    expect(none.pValue).toBeGreaterThan(0.05);
  });

  it("adds up what its classes say", async () => {
    const { z, labels } = groups(4, 20, 5, 3);
    const { value, diagnostics } = await diffusionSpectralMutualInformation(z, labels, { permutations: 0 });
    const classes = diagnostics.classes as { n: number; conditional: number; matched: number }[];
    const sum = classes.reduce((total, c) => total + (c.n / 80) * (c.matched - c.conditional), 0);
    expect(value).toBeCloseTo(sum, 12);
    expect(classes).toHaveLength(4);
  });

  it("cuts a number into bins, the greatest in the last, and puts vectors into clusters once", async () => {
    const values = Float64Array.from({ length: 101 }, (_, i) => i / 100 + 0.001);
    const z = asMatrix(values);
    const binned = await diffusionSpectralMutualInformation(z, values, { permutations: 0 });
    const codes = (binned.diagnostics.codes as { codes: Int32Array }).codes;
    expect(new Set(codes).size).toBe(10);
    expect(codes[100]).toBe(codes[99]);
    const { z: vectors, labels } = groups(4, 30, 1, 4);
    const clustered = await diffusionSpectralMutualInformation(vectors, vectors, {
      clusters: 4,
      permutations: 0,
    });
    const found = (clustered.diagnostics.codes as { codes: Int32Array }).codes;
    for (let i = 4; i < found.length; i++) expect(found[i]).toBe(found[labels[i]]);
    const again = await diffusionSpectralMutualInformation(vectors, clustered.diagnostics.codes as never, {
      permutations: 0,
    });
    expect(again.value).toBeCloseTo(clustered.value, 12);
  });

  it("gives the same answer again, and another with another seed", async () => {
    const { z, labels } = groups(3, 30, 60, 5);
    const value = async (seed: number) =>
      (await diffusionSpectralMutualInformation(z, labels, { seed })).value;
    expect(await value(1)).toBe(await value(1));
    expect(await value(1)).not.toBe(await value(2));
  });

  it("warns of a class with a single row, refuses unequal lengths and a single class", async () => {
    const z = normals(new Random(6), 11, 2);
    const labels = [...new Array(5).fill("a"), ...new Array(5).fill("b"), "c"];
    const { warnings } = await diffusionSpectralMutualInformation(z, labels, { permutations: 0 });
    expect(warnings.map(({ code }) => code)).toEqual(["single-rows"]);
    await expect(diffusionSpectralMutualInformation(z, labels.slice(1))).rejects.toThrow(/11 rows, got 10/);
    await expect(diffusionSpectralMutualInformation(z, new Array(11).fill("a"))).rejects.toThrow(/one class/);
    await expect(diffusionSpectralMutualInformation(z, labels, { repetitions: 0 })).rejects.toThrow(
      /repetitions will not do.*got 0/,
    );
  });

  it("stops when asked to", async () => {
    const { z, labels } = groups(3, 30, 1, 7);
    await expect(
      diffusionSpectralMutualInformation(z, labels, { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/stopped/);
  });
});

describe("classicShannonMutualInformation", () => {
  it("is the entropy of the classes when the bins are the classes", async () => {
    const labels = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? "a" : "b"));
    const z = labels.map((label) => Number(label === "b"));
    const { value } = await classicShannonMutualInformation(z, labels, { unit: "bits" });
    // Matched draws of 40 from 80 are uneven by a standard deviation of 2.2 rows: their entropy is below 1 by about
    // (2.2 / 40)² · 2 / ln 2 = 0.009 on average.
    expect(value).toBeGreaterThan(0.96);
    expect(value).toBeLessThanOrEqual(1);
  });
});
