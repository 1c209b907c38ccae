import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMatrix, hstack, type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { mean, variance } from "../../core/statistics.ts";
import { mutualInformation } from "../mutual-information/mutual-information.ts";
import {
  autoencoderCompressor,
  type Compressor,
  compressedMutualInformation,
  firstColumnsCompressor,
  knownInformationImages,
  noCompressor,
  pcaCompressor,
  wkl,
} from "./lossy-compression.ts";

const bare = { interval: false, permutations: 0 } as const;

function normals(random: Random, rows: number, cols: number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

/** d pairs of normal coordinates that share `information` nats together. */
function correlated(d: number, information: number, n: number, seed: number): [Matrix, Matrix] {
  const random = new Random(seed);
  const rho = Math.sqrt(1 - Math.exp((-2 * information) / d));
  const x = normals(random, n, d);
  const noise = normals(random, n, d);
  const rest = Math.sqrt(1 - rho * rho);
  return [
    x,
    matrix(
      n,
      d,
      x.data.map((value, i) => rho * value + rest * noise.data[i]),
    ),
  ];
}

/** m times a matrix whose entry (i, j) is far from the others' multiples. */
function mixed(m: Matrix): Matrix {
  const out = matrix(m.rows, m.cols);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) {
      for (let c = 0; c <= j; c++) {
        out.data[i * m.cols + j] += m.data[i * m.cols + c] * (c === j ? 3 : 1 / (1 + c + j));
      }
    }
  }
  return out;
}

describe("wkl", () => {
  it("is unchanged by invertible linear maps of a side", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 4 }), (seed, d) => {
        const [x, y] = correlated(d, 1, 80, seed);
        const { value } = wkl.estimate(x, y, { k: 5 });
        // Rounding of the whitening moves distances by some 1e-13 of themselves.
        expect(Math.abs(wkl.estimate(mixed(x), y, { k: 5 }).value - value)).toBeLessThan(1e-9);
        expect(Math.abs(wkl.estimate(x, mixed(y), { k: 5 }).value - value)).toBeLessThan(1e-9);
      }),
      { numRuns: 20 },
    );
  });

  it("finds what normal coordinates share, also when it is much", () => {
    // The sheet: 4.91 ± 0.15 of 5 nats at n = 3000; the scatter here is that of fewer rows.
    const [x, y] = correlated(4, 5, 1500, 1);
    const { value, diagnostics } = wkl.estimate(x, y, { k: 5 });
    expect(Math.abs(value - 5)).toBeLessThan(4 * Number(diagnostics.standardError));
  });

  it("gives contributions whose mean is the value, and the same through its permuter", () => {
    const [x, y] = correlated(2, 1, 100, 3);
    const { value, local } = wkl.estimate(x, y, { k: 5 });
    expect(mean(local!)).toBeCloseTo(value, 12);
    const order = new Random(4).permutation(100);
    const fast = wkl.permuter!(x, y, { k: 5 })(order);
    expect(fast).toBeCloseTo(wkl.estimate(x, takeRows(y, order), { k: 5 }).value, 12);
  });

  it("measures numbers against categories, and leaves out classes that are too small", () => {
    const random = new Random(5);
    const codes = Int32Array.from({ length: 400 }, (_, i) => (i < 3 ? 2 : random.integer(2)));
    const x = asMatrix(Array.from(codes, (code) => [6 * code + random.normal(), random.normal()]));
    const y = { codes, levels: ["low", "high", "rare"] };
    const { value, n, warnings, diagnostics } = wkl.estimate(x, y, { k: 5 });
    expect(n).toBe(397);
    expect(warnings.map(({ code }) => code)).toEqual(["left-out"]);
    // Classes six deviations apart overlap in 0.3 % of their mass: nearly ln 2.
    expect(Math.abs(value - Math.LN2)).toBeLessThan(4 * Number(diagnostics.standardError) + 0.01);
  });

  it("refuses columns of one another, two sides of categories, and too few neighbours for many columns", () => {
    const [x, y] = correlated(2, 1, 50, 6);
    expect(() => wkl.estimate(hstack(x, x), y, { k: 5 })).toThrow(/^wkl: .*got "2 of 4"$|^wkl: .*2 of 4/);
    const labels = { codes: new Int32Array(50), levels: ["a"] };
    expect(() => wkl.estimate(labels, labels, { k: 5 })).toThrow(/^wkl: two discrete variables/);
    const rounded = asMatrix(Array.from(x.data, (v, i) => Math.round(v) + 1e-10 * (i % 7)));
    const column = asMatrix(rounded.data.filter((_, i) => i % 2 === 0));
    expect(() => wkl.estimate(column, y, { k: 5 })).toThrow(/^wkl: too many rows coincide/);
    const [wide, other] = correlated(4, 1, 50, 7);
    expect(() => wkl.estimate(wide, other, { k: 1 })).toThrow(/^wkl: too few neighbours to weight/);
  });
});

describe("pcaCompressor", () => {
  it("finds the directions of largest variance and what they leave", async () => {
    const random = new Random(1);
    const deviations = [5, 2, 1, 0.1, 0.01];
    const x = normals(random, 300, 5);
    for (let i = 0; i < x.data.length; i++) x.data[i] *= deviations[i % 5];
    const { codes, residual, encode } = await pcaCompressor(2).fit(x, { seed: 1 });
    const all = await pcaCompressor(5).fit(x, { seed: 2 });
    const total = Array.from({ length: 5 }, (_, c) =>
      variance(Array.from({ length: 300 }, (_, i) => all.codes.data[i * 5 + c])),
    );
    for (let c = 0; c < 2; c++) {
      const own = variance(Array.from({ length: 300 }, (_, i) => codes.data[i * 2 + c]));
      expect(own / total[c]).toBeCloseTo(1, 8);
    }
    const left = residual!.data.reduce((sum, r) => sum + r * r, 0) / 300;
    expect(left).toBeCloseTo(total[2] + total[3] + total[4], 6);
    expect((await encode(x)).data).toEqual(codes.data);
    // Nothing is left when all directions are kept.
    expect(Math.max(...all.residual!.data.map(Math.abs))).toBeLessThan(1e-8);
  });

  it("is the same through rows as through the covariance, where there are more columns than rows", async () => {
    const random = new Random(2);
    const factors = normals(random, 40, 2);
    const loadings = normals(random, 2, 60);
    const x = matrix(40, 60);
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 60; j++) {
        for (let c = 0; c < 2; c++) x.data[i * 60 + j] += factors.data[i * 2 + c] * loadings.data[c * 60 + j];
      }
    }
    const { residual } = await pcaCompressor(2).fit(x, { seed: 1 });
    expect(Math.max(...residual!.data.map(Math.abs))).toBeLessThan(1e-6);
    await expect(pcaCompressor(3).fit(x, { seed: 1 })).rejects.toThrow(/^pcaCompressor: .*got 3$/);
    expect((await pcaCompressor(3, { reduceRank: true }).fit(x, { seed: 1 })).codes.cols).toBe(2);
  });

  it("refuses what is no number of components", () => {
    expect(() => pcaCompressor(0)).toThrow(/^pcaCompressor: .*got 0$/);
    expect(() => firstColumnsCompressor(1.5)).toThrow(/^firstColumnsCompressor: .*got 1.5$/);
  });
});

describe("autoencoderCompressor", () => {
  it("learns a code that gives most of the rows back, the same for the same seed", async () => {
    const { x } = knownInformationImages("antiPCA", 1, 200, 1);
    const compressor = autoencoderCompressor({ components: 2, hidden: [8], epochs: 30, learningRate: 0.01 });
    const first = await compressor.fit(x, { seed: 1 });
    expect(first.codes.cols).toBe(2);
    expect(first.codes.data.every((value) => Math.abs(value) <= 1)).toBe(true);
    const left = first.residual!.data.reduce((sum, r) => sum + r * r, 0);
    const means = Array.from({ length: x.cols }, (_, j) =>
      mean(Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + j])),
    );
    const total = x.data.reduce((sum, value, i) => sum + (value - means[i % x.cols]) ** 2, 0);
    expect(left).toBeLessThan(0.2 * total);
    const again = await compressor.fit(x, { seed: 1 });
    expect(again.codes.data).toEqual(first.codes.data);
    expect((await first.encode(x)).data).toEqual(first.codes.data);
  });
});

describe("compressedMutualInformation", () => {
  it("is the estimator itself where nothing is compressed", async () => {
    const [x, y] = correlated(1, 1, 300, 1);
    const options = { compressX: noCompressor, compressY: noCompressor, seed: 3, permutations: 20 };
    const own = await compressedMutualInformation(x, y, options);
    const raw = await mutualInformation(x, y, { estimator: "ksg1", k: 5, seed: 3, permutations: 20 });
    expect(own.value).toBe(raw.value);
    expect(own.interval).toEqual(raw.interval);
    expect(own.pValue).toBe(raw.pValue);
    const entropies = await compressedMutualInformation(x, y, { ...bare, estimator: "wkl" });
    const second = own.diagnostics.secondOpinion as { method: string; value: number };
    expect(second).toEqual({ method: "wkl", value: entropies.value });
  });

  it("finds what wide variables share, and nothing once rows are in another order", async () => {
    const { x, y } = knownInformationImages("bump", 1, 400, 1);
    const found = await compressedMutualInformation(x, y, bare);
    // KSG on four components gave 0.92 to 0.97 of 1 nat with 1500 rows; a standard error of 400 rows is 0.05.
    expect(found.value).toBeGreaterThan(0.7);
    expect(found.value).toBeLessThan(1.2);
    const broken = takeRows(y, new Random(1).permutation(400));
    const none = await compressedMutualInformation(x, broken, bare);
    expect(Math.abs(none.value)).toBeLessThan(4 * Number(none.diagnostics.standardError));
    const curve = found.diagnostics.byComponents as { components: number; value: number }[];
    expect(curve.map(({ components }) => components)).toEqual([1, 2, 3, 4]);
    expect(curve[3].value).toBe(found.value);
  });

  it("says that principal components lose what the self-check still finds", async () => {
    const { x, y } = knownInformationImages("antiPCA", 2, 400, 1);
    const compressor = pcaCompressor(2);
    const { diagnostics, warnings } = await compressedMutualInformation(x, y, {
      ...bare,
      compressX: compressor,
      compressY: compressor,
    });
    expect((diagnostics.x as { lost: number }).lost).toBeLessThan(1e-3);
    expect(warnings.map(({ code }) => code)).toContain("loses-structure");
  });

  it("has checks also where one direction is left out", async () => {
    const [x, y] = correlated(5, 2, 300, 4);
    const { diagnostics } = await compressedMutualInformation(x, y, bare);
    expect(diagnostics.x).toMatchObject({ compressor: "PCA to 4", components: 4, of: 5 });
    expect(diagnostics.withRest).toSatisfy(Number.isFinite);
  });

  it("takes labels on one side, and codes that repeat", async () => {
    const random = new Random(2);
    const labels = Array.from({ length: 300 }, () => (random.uniform() < 0.5 ? "a" : "b"));
    const x = asMatrix(
      labels.map((label) => Array.from({ length: 6 }, () => (label === "a" ? 4 : 0) + random.normal())),
    );
    const found = await compressedMutualInformation(x, labels, bare);
    expect(found.method).toBe("compressed ross");
    // Ten deviations apart: ln 2, less what an unequal draw of the two labels takes.
    expect(Math.abs(found.value - Math.LN2)).toBeLessThan(0.02);
    const rounded = asMatrix(Array.from({ length: 300 }, (_, i) => i % 5));
    const repeated = await compressedMutualInformation(rounded, rounded, bare);
    expect(repeated.method).toBe("compressed gao");
    expect(repeated.warnings.map(({ code }) => code)).toContain("ties");
  });

  it("refuses too few rows, wide codes, small classes and unequal lengths", async () => {
    const [x, y] = correlated(4, 1, 200, 3);
    const refused = (a: Matrix, b: Matrix | string[], options = {}) =>
      compressedMutualInformation(a, b, { ...bare, ...options }).then(
        () => "nothing",
        (error) => `${error.code} ${error.got}`,
      );
    const few = takeRows(
      x,
      Int32Array.from({ length: 199 }, (_, i) => i),
    );
    expect(await refused(few, few)).toBe("too-few-rows 199");
    expect(await refused(x, few)).toBe("unequal-lengths 199");
    expect(await refused(x, y)).toBe("too-many-components 4");
    const two: Compressor = firstColumnsCompressor(2);
    const labels = Array.from({ length: 200 }, (_, i) => (i < 9 ? "rare" : "common"));
    expect(await refused(x, labels, { compressX: two })).toBe("small-class 9");
    expect(await refused(x, y, { compressX: two, compressY: two, estimator: "ksg1" })).toBe(
      "unknown-estimator ksg1",
    );
  });

  it("is in mutualInformation as pca and autoencoder", async () => {
    const { x, y } = knownInformationImages("bump", 2, 300, 1);
    const found = await mutualInformation(x, y, { estimator: "pca", permutations: 20, seed: 1 });
    expect(found.method).toBe("pca");
    expect(found.value).toBeGreaterThan(0.5);
    expect(found.interval!.low).toBeLessThan(found.value);
    expect(found.pValue).toBeCloseTo(1 / 21, 12);
    expect(found.warnings[0].code).toBe("lower-bound");
  });
});

describe("knownInformationImages", () => {
  it("draws coordinates with the asked information and images that depend on them alone", () => {
    for (const [kind, d, pixels] of [
      ["bump", 2, 256],
      ["rectangle", 4, 1024],
    ] as const) {
      const one = knownInformationImages(kind, 2, 50, 7);
      expect([one.x.rows, one.x.cols, one.latentX.cols]).toEqual([50, pixels, d]);
      const again = knownInformationImages(kind, 2, 50, 7);
      expect(
        [again.x, again.y].every(({ data }, s) => data.every((v, i) => v === [one.x, one.y][s].data[i])),
      ).toBe(true);
      expect(Math.max(...one.x.data)).toBeLessThanOrEqual(1 + 1e-12);
      expect(Math.min(...one.x.data)).toBeGreaterThanOrEqual(0);
    }
  });

  it("covers as many pixels with a rectangle as its sides say", () => {
    const { x, latentX } = knownInformationImages("rectangle", 1, 20, 3);
    for (let i = 0; i < 20; i++) {
      const [u1, u2, v1, v2] = latentX.data.subarray(4 * i, 4 * i + 4);
      const side = (a: number, b: number) => {
        const start = (1 - 1 / 16) * (1 - Math.sqrt(1 - a));
        return b * (1 - start - 1 / 16) + 1 / 16;
      };
      const area = x.data.subarray(1024 * i, 1024 * (i + 1)).reduce((sum, ink) => sum + ink, 0) / 1024;
      expect(area).toBeCloseTo(side(u1, u2) * side(v1, v2), 10);
    }
  });

  it("refuses a negative information and no pairs", () => {
    expect(() => knownInformationImages("bump", -1, 5, 1)).toThrow(/^knownInformationImages: .*got -1$/);
    expect(() => knownInformationImages("bump", 1, 0, 1)).toThrow(/^knownInformationImages: .*got 0$/);
  });
});
