import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMatrix, type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { grad, matmul, mul, sum, type Tensor, tensor } from "../../engine/index.ts";
import { criticDependency } from "./critic.ts";
import { gradientNorms, gradientPenalty, pairwisePenalty } from "./lipschitz.ts";
import { joined, sortedPairs } from "./network.ts";
import { againstPairs, againstProduct, blockDistances } from "./samples.ts";
import { transport } from "./transport.ts";
import { trainPairEncoder, wassersteinDependency } from "./wasserstein-dependency.ts";

const goldenX = [
  0.966, 1.1231, -0.0492, -0.1809, 1.3061, -1.2514, -1.6344, 0.9437, 1.0904, 0.1463, 0.5745, -2.2542,
];
const goldenY = [
  0.7827, 0.8179, 0.1098, -0.7285, 1.0193, -0.9481, -0.6297, 1.5824, 1.167, -0.6965, 1.3444, -1.1395,
];

const inOrder = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const exact = (x: Matrix, y: Matrix, metric: "l1" | "l2" = "l2") =>
  againstProduct(blockDistances(x, y, metric), inOrder(x.rows));

function normals(random: Random, rows: number, cols = 1): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

describe("transport", () => {
  it("costs no more than any other way, and its prices prove it", () => {
    const problems = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      times: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(problems, fc.nat(), ({ rows, times }, seed) => {
        const random = new Random(seed);
        const columns = rows * times;
        const costs = Float64Array.from({ length: rows * columns }, () => random.integer(20) / 4);
        const { cost, rowOf, rowPrice, columnPrice } = transport(costs, rows, columns);
        for (let r = 0; r < rows; r++) expect(rowOf.filter((row) => row === r)).toHaveLength(times);
        let proven = 0;
        for (let c = 0; c < columns; c++) {
          proven += columnPrice[c];
          for (let r = 0; r < rows; r++) {
            expect(costs[c * rows + r]).toBeGreaterThanOrEqual(rowPrice[r] + columnPrice[c] - 1e-9);
          }
        }
        for (const price of rowPrice) proven += times * price;
        expect(proven / columns).toBeCloseTo(cost, 9);
      }),
    );
  });

  it("refuses columns that cannot be shared out", () => {
    expect(() => transport(new Float64Array(6), 2, 3)).toThrow(/transport: .*got 3$/);
  });
});

describe("the exact value of a sample", () => {
  const [x, y] = [asMatrix(goldenX), asMatrix(goldenY)];

  it("is the published one, in either metric, and with y turned around", () => {
    expect(exact(x, y)).toBeCloseTo(0.7492576909857175, 12);
    expect(exact(x, y, "l1")).toBeCloseTo(0.7983333333333331, 12);
    expect(exact(x, asMatrix(goldenY.toReversed()))).toBeCloseTo(0.4247937367496454, 12);
  });

  it("grows with the data and is the same for either order of the variables", () => {
    const twice = (m: Matrix) => asMatrix(m.data.map((v) => 2 * v));
    expect(exact(twice(x), twice(y))).toBeCloseTo(2 * exact(x, y), 12);
    expect(exact(y, x)).toBeCloseTo(exact(x, y), 12);
  });

  it.each([2, 3, 5, 8])("of %d categories that are copied is √2 (1 − 1/m), and 2 (1 − 1/m) by l1", (m) => {
    const identity = matrix(m, m);
    for (let i = 0; i < m; i++) identity.data[i * m + i] = 1;
    expect(exact(identity, identity)).toBeCloseTo(Math.SQRT2 * (1 - 1 / m), 12);
    expect(exact(identity, identity, "l1")).toBeCloseTo(2 * (1 - 1 / m), 12);
  });

  it.each([
    [1, 0.5, 0.5],
    [2, 1, 0.8535533906],
    [3, 1.5, 1.1218364368],
  ])("of %d bits that are copied adds up by l1 only", (k, l1, l2) => {
    const bits = matrix(2 ** k, k);
    for (let i = 0; i < bits.rows; i++) for (let b = 0; b < k; b++) bits.data[i * k + b] = (i >> b) & 1;
    expect(exact(bits, bits, "l1")).toBeCloseTo(l1, 12);
    expect(exact(bits, bits)).toBeCloseTo(l2, 9);
  });

  it("is 0 for a full table of independent values", () => {
    const grid = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => [a, b]));
    const [a, b] = [0, 1].map((side) => asMatrix(grid.map((pair) => pair[side])));
    expect(exact(a, b)).toBeCloseTo(0, 12);
  });

  it("against one shuffled sample is the assignment of the two", () => {
    const random = new Random(2);
    const [a, b] = [normals(random, 7), normals(random, 7)];
    const partner = random.permutation(7);
    const costs = new Float64Array(49);
    for (let j = 0; j < 7; j++) {
      for (let i = 0; i < 7; i++) {
        costs[j * 7 + i] = Math.hypot(a.data[i] - a.data[j], b.data[i] - b.data[partner[j]]);
      }
    }
    expect(againstPairs(blockDistances(a, b, "l2"), inOrder(7), partner)).toBeCloseTo(
      transport(costs, 7, 7).cost,
      12,
    );
  });
});

describe("holding a slope", () => {
  const w = tensor(Float64Array.of(0.5, -0.2, 0.1, 0.8), { shape: [2, 2] });
  const x = tensor(Float64Array.of(0.3, -1), { shape: [1, 2] });
  const y = tensor(Float64Array.of(0.7, 0.4), { shape: [1, 2] });
  const bilinear = (kernel: Tensor) => (a: Tensor, b: Tensor) => sum(mul(matmul(a, kernel), b), -1);

  it("gives the published norm, penalty and derivative of xᵀWy", () => {
    expect(gradientNorms(bilinear(w), x, y).item()).toBeCloseTo(0.9834124261976762, 10);
    const penalty = (kernel: Tensor) => gradientPenalty(bilinear(kernel), x, y);
    expect(penalty(w).item()).toBeCloseTo(2.7514760464753836e-4, 10);
    const slope = grad(penalty)(w);
    [-0.00688188, 0.00506021, -0.00752284, -0.03427448].forEach((wanted, i) => {
      expect(slope.data[i]).toBeCloseTo(wanted, 7);
    });
  });

  it("has the second derivatives of central differences through a network", async () => {
    const random = new Random(1);
    const network = joined(2, 2, [4], "smooth");
    const kernel = Float64Array.from({ length: 16 }, () => random.normal());
    const layers = (first: Tensor) => ({
      joint: [
        { kernel: first, bias: tensor(Float64Array.from({ length: 4 }, (_, i) => i / 4)) },
        {
          kernel: tensor(Float64Array.of(1, -1, 0.5, 2), { shape: [4, 1] }),
          bias: tensor(Float64Array.of(0)),
        },
      ],
    });
    const penalty = (first: Tensor) =>
      gradientPenalty((a, b) => network.rows(layers(first), { x: a, y: b }), x, y);
    const slope = grad(penalty)(tensor(kernel, { shape: [4, 4] }));
    for (const e of [0, 6, 11, 13]) {
      const [low, high] = [-1e-5, 1e-5].map((by) => {
        const moved = kernel.slice();
        moved[e] += by;
        return penalty(tensor(moved, { shape: [4, 4] })).item();
      });
      expect(slope.data[e]).toBeCloseTo((high - low) / 2e-5, 5);
    }
  });

  it("costs nothing between points where the slope is below 1", () => {
    const far = tensor(Float64Array.of(3, 2), { shape: [1, 2] });
    const f = (scale: number) => (a: Tensor, b: Tensor) => mul(sum(mul(a, 1), -1), scale + 0 * b.size);
    expect(pairwisePenalty(f(0.1), [x, y], [far, y]).item()).toBe(0);
    // (3 − 0.3 + 2 + 1) / √(2.7² + 3²) = 1.412.
    expect(pairwisePenalty(f(1), [x, y], [far, y]).item()).toBeCloseTo(
      (5.7 / Math.hypot(2.7, 3) - 1) ** 2,
      9,
    );
  });

  it("keeps the length of what it sorts", () => {
    const row = tensor(Float64Array.of(1, 3, -2, -5), { shape: [1, 4] });
    expect([...sortedPairs(row).data]).toEqual([3, -2, 1, -5]);
  });
});

describe("wassersteinDependency", () => {
  const random = new Random(5);
  const x = Array.from({ length: 30 }, () => random.normal());
  const y = x.map((v) => v + 0.5 * random.normal());
  const independent = Array.from({ length: 30 }, () => random.normal());

  it("tells dependent rows from independent ones after shuffles", async () => {
    const [dependent, none] = [
      await wassersteinDependency(x, y),
      await wassersteinDependency(x, independent),
    ];
    expect(dependent.method).toBe("exact");
    expect(dependent.pValue).toBe(1 / 41);
    expect(dependent.corrected).toBeGreaterThan(0.2);
    expect(none.pValue).toBeGreaterThan(0.05);
    expect(none.value).toBeGreaterThan(Math.abs(none.corrected));
    const again = await wassersteinDependency(x, y, { mode: "assignment", seed: 3 });
    expect(again).toEqual(await wassersteinDependency(x, y, { mode: "assignment", seed: 3 }));
    expect(again.pValue).toBe(1 / 41);
  });

  it("takes categories as columns of 0 and 1", async () => {
    const letters = Array.from({ length: 12 }, (_, i) => "abc"[i % 3]);
    const { value, unit } = await wassersteinDependency(letters, letters);
    expect(value).toBeCloseTo(Math.SQRT2 * (1 - 1 / 3), 12);
    expect(unit).toBe("metric");
  });

  it("by a critic with capped layers stays below the exact value of the rows it is judged on", async () => {
    const stream = new Random(4);
    const a = normals(stream, 80);
    const b = asMatrix(a.data.map((v) => v + 0.3 * stream.normal()));
    const settings = {
      lipschitz: { kind: "spectral", cap: 1 },
      hidden: [16],
      batchSize: 20,
      steps: 60,
      learningRate: 0.01,
    } as const;
    const seed = new Random(1);
    const found = await criticDependency(a, b, settings, seed, {});
    const held = seed.split("rows").permutation(80).subarray(40);
    const [ha, hb] = [a, b].map((m) => asMatrix(Array.from(held, (row) => m.data[row])));
    expect(found.heldOut).toBe(40);
    expect(found.slope.high).toBeLessThan(1 + 1e-5);
    expect(found.value).toBeGreaterThan(0.1);
    // Products here leave out a row's own pair, of which there are n in n²: a factor of n / (n − 1).
    expect(found.value).toBeLessThan((exact(ha, hb) * 40) / 39);
  });

  it("refuses what it cannot measure", async () => {
    await expect(wassersteinDependency([1, 2, 3], [3, 1, 2])).rejects.toThrow(/at least 4, got 3$/);
    const large = y.map((v) => 1e5 * v);
    await expect(wassersteinDependency(x, large)).rejects.toThrow(
      /differ too much; expected at most by a factor/,
    );
    expect((await wassersteinDependency(x, large, { allowScale: true, shuffles: 0 })).value).toBeGreaterThan(
      0,
    );
    await expect(wassersteinDependency(x, y, { mode: "critic", metric: "l1" })).rejects.toThrow(/slope/);
    await expect(wassersteinDependency(x, y, { shuffles: -1 })).rejects.toThrow(/shuffles .*got -1$/);
  });
});

describe("trainPairEncoder", () => {
  const random = new Random(8);
  const x = normals(random, 60, 3);
  const y = asMatrix(
    Array.from({ length: 60 }, (_, i) => [x.data[3 * i] + x.data[3 * i + 1], x.data[3 * i + 2]]),
  );
  const short = { hidden: [8], embed: 4, batchSize: 20, steps: 30, learningRate: 0.01, seed: 1 } as const;

  it("is CPC to the last bit without a cap, and with a penalty that weighs nothing", async () => {
    const codes = async (options: object) =>
      Array.from((await (await trainPairEncoder(x, y, { ...short, ...options })).encodeX(x)).data);
    const cpc = await codes({ objective: "cpc" });
    const loose = { kind: "spectral", cap: Number.POSITIVE_INFINITY };
    expect(await codes({ objective: "wpc", lipschitz: loose })).toEqual(cpc);
    expect(await codes({ objective: "wpc", lipschitz: { kind: "gp", weight: 0 } })).toEqual(cpc);
    expect(await codes({ objective: "wpc", lipschitz: { kind: "spectral", cap: 1 } })).not.toEqual(cpc);
  });

  it("learns who belongs to whom, and gives codes of either side and an ONNX file", async () => {
    const encoder = await trainPairEncoder(x, y, {
      ...short,
      steps: 120,
      lipschitz: { kind: "pairwise", weight: 1 },
    });
    const [first, last] = [encoder.log[0], encoder.log[encoder.log.length - 1]];
    expect(last.objective!).toBeGreaterThan(first.objective! + 0.5);
    expect(last.positive! - last.negative!).toBeGreaterThan(first.positive! - first.negative!);
    expect((await encoder.encodeY(y)).cols).toBe(4);
    expect(encoder.toOnnx().length).toBeGreaterThan(100);
    await expect(encoder.encodeX(y)).rejects.toThrow(/expected 3 columns, got 2$/);
  });

  it("refuses what it cannot train on", async () => {
    await expect(trainPairEncoder([[1], [2]], [[1], [2]])).rejects.toThrow(/at least 4 rows, got 2$/);
    await expect(trainPairEncoder(x, [[1], [2]])).rejects.toThrow(/differ in their number of rows/);
    const bad = { lipschitz: { kind: "spectral", cap: 0 } } as const;
    await expect(trainPairEncoder(x, y, { ...short, ...bad })).rejects.toThrow(/cap is out of range.*got 0$/);
  });
});
