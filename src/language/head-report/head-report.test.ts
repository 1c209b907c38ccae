import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMatrix, type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import {
  categoricalEntropy,
  centredKernelAlignment,
  type Divergence,
  divergence,
  headReport,
  informationSurplus,
  metricSpectrum,
  pathSensitivity,
  predictiveSimilarity,
  pullbackMetric,
  spectralModel,
} from "./head-report.ts";
import { nextTokenDistribution } from "./pullback-metric.ts";

const W = [
  [1, 0],
  [0, 1],
  [-1, -1],
  [0.5, -0.5],
];
const h = [0.3, -0.2];
const head = { W: asMatrix(W), b: new Float64Array(4) };

function normals(rows: number, cols: number, random: Random): Matrix {
  const out = matrix(rows, cols);
  for (let i = 0; i < out.data.length; i++) out.data[i] = random.normal();
  return out;
}

describe("the categorical entropy", () => {
  const p = [0.5, 0.25, 0.125, 0.125];

  it("has the closed forms of the sheet", () => {
    expect(categoricalEntropy(p)).toBeCloseTo(1.2130076, 7);
    expect(categoricalEntropy(p, "tv")).toBeCloseTo(0.65625, 12);
    expect(categoricalEntropy(p, "chi2")).toBeCloseTo(3, 12);
    expect(categoricalEntropy(p, "hellinger")).toBeCloseTo(0.8661165, 7);
    expect(categoricalEntropy(p, { renyi: 0.5 })).toBeCloseTo(1.1349975, 7);
    expect(categoricalEntropy(p, { renyi: 2 })).toBeCloseTo(Math.log(4), 12);
    expect(categoricalEntropy(p, { renyi: 1 })).toBe(categoricalEntropy(p));
  });

  it("is the divergence of two copies from two independent draws, computed over all pairs", () => {
    const copies = p.flatMap((a, i) => p.map((_, j) => (i === j ? a : 0)));
    const apart = p.flatMap((a) => p.map((b) => a * b));
    const kinds: Divergence[] = ["kl", "tv", "chi2", "hellinger", { renyi: 0.5 }, { renyi: 2 }];
    for (const kind of kinds) {
      expect(Math.abs(categoricalEntropy(p, kind) - divergence(copies, apart, kind))).toBeLessThan(1e-12);
    }
  });

  it("is 0 for a point mass and refuses an unknown divergence, the reverse KL among them", () => {
    expect(categoricalEntropy([0, 1, 0])).toBe(0);
    expect(categoricalEntropy([0, 1, 0], "hellinger")).toBe(0);
    expect(() => categoricalEntropy(p, "reverse-kl" as Divergence)).toThrow(
      /categoricalEntropy.*unknown divergence/,
    );
    expect(() => categoricalEntropy(p, { renyi: -1 })).toThrow(/renyi/);
  });
});

describe("the pulled-back metric", () => {
  it("has the numbers of the sheet", () => {
    const p = nextTokenDistribution(head, h);
    [0.3097817, 0.1878921, 0.2076529, 0.2946734].forEach((value, w) => {
      expect(p[w]).toBeCloseTo(value, 6);
    });
    const g = pullbackMetric(W, undefined, h);
    [0.5288698, 0.1756696, 0.1756696, 0.4412917].forEach((value, at) => {
      expect(g.data[at]).toBeCloseTo(value, 6);
    });
    const { eigenvalues, participationRatio, entropicRank } = metricSpectrum(g);
    expect(eigenvalues[0]).toBeCloseTo(0.6661257, 6);
    expect(eigenvalues[1]).toBeCloseTo(0.3040358, 6);
    expect(participationRatio).toBeCloseTo(1.755467, 6);
    expect(entropicRank).toBeCloseTo(1.862247, 6);
  });

  it("is the curvature of KL(p_{h+εv} ‖ p_h)", () => {
    const v = [1, 2];
    const kl = (step: number) =>
      divergence(
        nextTokenDistribution(head, [h[0] + step * v[0], h[1] + step * v[1]]),
        nextTokenDistribution(head, h),
        "kl",
      ) /
      step ** 2;
    const [a, b, , d] = pullbackMetric(W, undefined, h).data;
    expect((a * 1 + 2 * b * 2 + d * 4) / 2).toBeCloseTo(1.498357, 6);
    expect(kl(0.01)).toBeCloseTo(1.488033, 6);
    expect(kl(0.001)).toBeCloseTo(1.497334, 5);
  });

  it("is positive semi-definite of rank at most V − 1", () => {
    const random = new Random(3);
    const g = pullbackMetric(normals(4, 9, random), undefined, normals(1, 9, random).data);
    const { eigenvalues } = metricSpectrum(g);
    expect(eigenvalues[2]).toBeGreaterThan(1e-6);
    for (const value of eigenvalues.subarray(3)) expect(Math.abs(value)).toBeLessThan(1e-12);
  });

  it("makes no way shorter than the Fisher–Rao distance", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const random = new Random(seed);
        const weights = normals(5, 3, random);
        const [from, to] = [normals(1, 3, random).data, normals(1, 3, random).data];
        const own = { W: weights, b: new Float64Array(5) };
        const [p, q] = [nextTokenDistribution(own, from), nextTokenDistribution(own, to)];
        const overlap = p.reduce((sum, value, w) => sum + Math.sqrt(value * q[w]), 0);
        const direct = 2 * Math.acos(Math.min(1, overlap));
        // 16 points integrate these smooth speeds to well below 1e-3.
        expect(pathSensitivity(weights, undefined, to, from)).toBeGreaterThan(direct - 1e-3);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a transposed matrix and a hidden state with NaN", () => {
    expect(() => pullbackMetric([[1, 0, 1, 0]], undefined, h)).toThrow(/vocabulary.*got 1/);
    expect(() => pullbackMetric(W, undefined, [1, 2, 3])).toThrow(
      /h: wrong length; expected 2 numbers, got 3/,
    );
    expect(() => pullbackMetric(W, undefined, [1, Number.NaN])).toThrow(/h: entry 1 is not finite/);
    expect(() => pullbackMetric(W, [1], h)).toThrow(/b: wrong length/);
  });
});

describe("the information surplus", () => {
  /** w_t = w_{t−2} ⊕ noise; the context is the last two tokens, older first. */
  const secondOrder = {
    contexts: [0.25, 0.25, 0.25, 0.25],
    tokens: [0, 1, 2, 3].map((s) => (s >> 1 === 0 ? [0.9, 0.1] : [0.1, 0.9])),
    next: [0, 1, 2, 3].map((s) => [0, 1].map((w) => ((s & 1) << 1) | w)),
  };

  it("is 1 − h(0.1) bits where the token before the last decides", async () => {
    for (const K of [2, 3]) {
      const { next, surplus } = await informationSurplus(secondOrder, { K, unit: "bits" });
      expect(next).toBeCloseTo(0.5310044, 7);
      expect(surplus).toBeCloseTo(0.5310044, 7);
    }
  });

  it("is 0 for a first-order chain that knows its last token", async () => {
    const chain = {
      contexts: [2 / 3, 1 / 3],
      tokens: [
        [0.8, 0.2],
        [0.4, 0.6],
      ],
      next: [
        [0, 1],
        [0, 1],
      ],
    };
    const { surplus } = await informationSurplus(chain, { K: 4 });
    expect(Math.abs(surplus)).toBeLessThan(1e-12);
  });

  it("is found by clusters and by a probe in a sample of the binary source, and not in permuted states", async () => {
    const random = new Random(5);
    const words: number[] = [];
    for (let t = 0; t < 4002; t++) {
      const noise = random.uniform() < 0.1 ? 1 : 0;
      words.push(t < 2 ? random.integer(2) : words[t - 2] ^ noise);
    }
    const n = 4000;
    const H = asMatrix(Array.from({ length: n - 1 }, (_, t) => [words[t], words[t + 1]]));
    const observed = { H, next: words.slice(2, n + 1), future: words.slice(3, n + 2) };
    const byClusters = await informationSurplus(observed, { estimator: "plugin", clusters: 4, unit: "bits" });
    // 4 standard deviations of a plug-in information: 4 · 0.95 bits (sd of its terms) / √4000.
    expect(Math.abs(byClusters.surplus - 0.5310044)).toBeLessThan(0.06);
    expect(Math.abs(byClusters.next! - 0.5310044)).toBeLessThan(0.06);
    const byProbe = await informationSurplus(observed, { unit: "bits", seed: 1 });
    expect(Math.abs(byProbe.surplus - 0.5310044)).toBeLessThan(4 * byProbe.standardError! + 0.02);
    expect(Math.abs(byProbe.control!)).toBeLessThan(0.05);
  });

  it("refuses an estimator that does not fit, tokens that are none and probabilities that are none", async () => {
    await expect(informationSurplus(secondOrder, { estimator: "probe" })).rejects.toThrow(
      /"exact" for a finite source/,
    );
    const H = [[1], [2]];
    await expect(informationSurplus({ H, next: [0, 1.5], future: [0, 0] })).rejects.toThrow(
      /next: entry 1 is no token/,
    );
    await expect(informationSurplus({ H, next: [0], future: [0, 0] })).rejects.toThrow(
      /next: wrong|not one token/,
    );
    await expect(informationSurplus({ H, next: [0, 1], future: [0, 0] })).rejects.toThrow(/too few contexts/);
    await expect(informationSurplus({ ...secondOrder, contexts: [1, 1, 0, 0] })).rejects.toThrow(
      /not probabilities/,
    );
  });
});

describe("predictive similarity and alignment", () => {
  const P = [
    [0.7, 0.1, 0.1, 0.1],
    [0.1, 0.7, 0.1, 0.1],
    [0.1, 0.1, 0.7, 0.1],
    [0.25, 0.25, 0.25, 0.25],
  ];

  it("reaches the optimum of the solvable model", () => {
    const third = 1 / Math.sqrt(3);
    const g = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [third, third, third],
    ];
    const { eigenvalues, bestSimilarity, bestAlignment } = spectralModel(P, g, [0.1, 0.2, 0.3, 0.4]);
    [0.0895158, 0.0473643, 0.0008846].forEach((value, i) => {
      expect(eigenvalues[i]).toBeCloseTo(value, 7);
    });
    expect(bestSimilarity[0]).toBeCloseTo(0.0895158, 7);
    expect(bestAlignment).toBeCloseTo(0.5465669, 7);
  });

  it("is 1 of a context with itself and symmetric, for every kernel but the expected likelihood", () => {
    for (const kind of ["bc", "hellinger", "js"] as const) {
      const K = predictiveSimilarity(P, kind);
      for (let i = 0; i < 4; i++) expect(K.data[i * 5]).toBeCloseTo(1, 12);
      expect(K.data[1]).toBe(K.data[4]);
    }
    expect(predictiveSimilarity(P, "linear").data[0]).toBeCloseTo(0.52, 12);
  });

  it("has a CKA of 1 with itself, whatever the scale, and the same for weights that are all equal", () => {
    const K = predictiveSimilarity(P);
    const scaled = { ...K, data: K.data.map((value) => 3 * value) };
    expect(centredKernelAlignment(K, scaled)).toBeCloseTo(1, 12);
    expect(centredKernelAlignment(K, scaled, [0.25, 0.25, 0.25, 0.25])).toBeCloseTo(1, 12);
  });

  it("refuses rows that are no distributions and weights that do not sum to one", () => {
    expect(() => predictiveSimilarity([[0.5, 0.6]])).toThrow(/row 0 does not sum to 1/);
    expect(() => predictiveSimilarity([[-0.5, 1.5]])).toThrow(/row 0 is not a distribution/);
    expect(() => spectralModel(P, [[1], [1], [1], [1]], [1, 1, 1, 1])).toThrow(/mu: not weights/);
  });
});

describe("composition", () => {
  it("never raises a divergence: data processing through a product of kernels", () => {
    const kinds: Divergence[] = ["kl", "chi2", "tv", "hellinger", { renyi: 0.5 }, { renyi: 2 }];
    const row = (random: Random, length: number) => {
      const values = Array.from({ length }, () => -Math.log(1 - random.uniform()));
      const sum = values.reduce((a, value) => a + value, 0);
      return values.map((value) => value / sum);
    };
    const through = (p: number[], kernel: number[][]) =>
      kernel[0].map((_, w) => p.reduce((sum, value, i) => sum + value * kernel[i][w], 0));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (seed) => {
        const random = new Random(seed);
        const first = Array.from({ length: 6 }, () => row(random, 5));
        const second = Array.from({ length: 5 }, () => row(random, 4));
        const [p, q] = [row(random, 6), row(random, 6)];
        for (const kind of kinds) {
          const before = divergence(p, q, kind);
          const between = divergence(through(p, first), through(q, first), kind);
          const after = divergence(
            through(through(p, first), second),
            through(through(q, first), second),
            kind,
          );
          expect(between).toBeLessThan(before + 1e-12);
          expect(after).toBeLessThan(between + 1e-12);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("headReport", () => {
  const random = new Random(11);
  const [n, d, V] = [40, 5, 30];
  const H = normals(n, d, random);
  const weights = normals(V, d, random);
  const b = normals(1, V, random).data;
  const next = Int32Array.from({ length: n }, () => random.integer(V));
  const own = { W: weights, b };
  const rows = Array.from({ length: n }, (_, i) => H.data.subarray(i * d, (i + 1) * d));

  it("agrees with one context at a time", async () => {
    const report = await headReport({ H, W: weights, b, next });
    const p = rows.map((row) => nextTokenDistribution(own, row));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n;
    expect(report.entropy.value).toBeCloseTo(mean(p.map((row) => categoricalEntropy(row))), 10);
    expect(report.crossEntropy!.value).toBeCloseTo(mean(p.map((row, i) => -Math.log(row[next[i]]))), 10);
    expect(report.calibrationGap).toBeCloseTo(report.crossEntropy!.value - report.entropy.value, 12);
    const trace = mean(rows.map((row) => metricSpectrum(pullbackMetric(weights, b, row)).trace));
    expect(report.metric.trace).toBeCloseTo(trace, 10);
    expect(report.varianceInSensitive.at(-1)).toBeCloseTo(1, 10);
    expect(report.alignment.contexts).toBe(n);
    for (const kind of ["tv", "hellinger", "chi2", { renyi: 0.5 }, { renyi: 2 }] as Divergence[]) {
      const other = await headReport({ H, W: weights, b }, { divergence: kind });
      expect(other.categoricalEntropy.value).toBeCloseTo(
        mean(p.map((row) => categoricalEntropy(row, kind))),
        8,
      );
    }
  });

  it("gives the same in vocabularies of several blocks and contexts of several chunks", async () => {
    const [many, wide] = [normals(600, 3, random), normals(5000, 3, random)];
    const report = await headReport({ H: many, W: wide });
    let [entropy, trace] = [0, 0];
    for (let i = 0; i < 600; i += 100) {
      const p = nextTokenDistribution(
        { W: wide, b: new Float64Array(5000) },
        many.data.subarray(3 * i, 3 * i + 3),
      );
      entropy += categoricalEntropy(p);
      trace += metricSpectrum(pullbackMetric(wide, undefined, many.data.subarray(3 * i, 3 * i + 3))).trace;
    }
    const chosen = { data: many.data.slice(0), rows: 600, cols: 3 };
    const six = asMatrix(Array.from({ length: 6 }, (_, i) => chosen.data.slice(300 * i, 300 * i + 3)));
    const few = await headReport({ H: six, W: wide });
    expect(few.entropy.value).toBeCloseTo(entropy / 6, 9);
    expect(few.metric.trace).toBeCloseTo(trace / 6, 9);
    expect(report.alignment.contexts).toBe(512);
    expect(report.entropy.value).toBeGreaterThan(0);
  });

  it("does not change when a constant is added to all biases or the contexts are permuted", async () => {
    const base = await headReport({ H, W: weights, b });
    const shifted = await headReport({ H, W: weights, b: b.map((value) => value + 7) });
    const order = random.permutation(n);
    const turned = await headReport({ H: asMatrix(Array.from(order, (i) => rows[i])), W: weights, b });
    for (const other of [shifted, turned]) {
      expect(other.entropy.value).toBeCloseTo(base.entropy.value, 10);
      expect(other.alignment.cka).toBeCloseTo(base.alignment.cka, 10);
      expect(other.metric.participationRatio).toBeCloseTo(base.metric.participationRatio, 9);
    }
  });

  it("splits the cross-entropy with the truth: L_CE = KL + H(P)", async () => {
    const P = rows.map((row) =>
      nextTokenDistribution(
        own,
        row.map((value) => value + 0.5),
      ),
    );
    const { klToData, dataEntropy, alignment } = await headReport({
      H,
      W: weights,
      b,
      P: P.map((row) => [...row]),
    });
    const p = rows.map((row) => nextTokenDistribution(own, row));
    const cross =
      P.reduce((sum, row, i) => sum - row.reduce((s, q, w) => s + q * Math.log(p[i][w]), 0), 0) / n;
    expect(klToData! + dataEntropy!).toBeCloseTo(cross, 10);
    expect(alignment.of).toBe("data");
  });

  it("gives bits as nats over ln 2 and the interval around the value", async () => {
    const nats = await headReport({ H, W: weights });
    const bits = await headReport({ H, W: weights }, { unit: "bits" });
    expect(bits.entropy.value).toBeCloseTo(nats.entropy.value / Math.LN2, 10);
    expect(bits.entropy.interval.low).toBeLessThan(bits.entropy.value);
    expect(bits.metric.trace).toBeCloseTo(nats.metric.trace, 12);
  });

  it("warns of repeated contexts and refuses shapes, tokens and weights that do not fit", async () => {
    const twice = asMatrix([...rows, rows[0]]);
    expect((await headReport({ H: twice, W: weights })).warnings[0].code).toBe("repeated-contexts");
    await expect(headReport({ H, W: H })).resolves.toBeDefined();
    await expect(headReport({ H, W: [[1], [2]] })).rejects.toThrow(
      /H: hidden states and output matrix do not fit.*got 5/,
    );
    await expect(headReport({ H, W: weights, next: next.map(() => V) })).rejects.toThrow(
      /outside the vocabulary/,
    );
    await expect(
      headReport({
        H: [[1, 2]],
        W: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).rejects.toThrow(/too few contexts/);
    await expect(headReport({ H, W: weights, mu: [1] })).rejects.toThrow(/mu: not weights/);
  });

  it("stops when asked", async () => {
    await expect(headReport({ H, W: weights }, { signal: AbortSignal.abort() })).rejects.toThrow(/stopped/);
  });
});
