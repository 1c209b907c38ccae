import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoppedError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { equal, grad, random as keys, type Tensor, tensor } from "../../engine/index.ts";
import { mutualInformation } from "../mutual-information/mutual-information.ts";
import { type BoundName, boundValue } from "./bounds.ts";
import { critic } from "./critics.ts";
import { neuralMutualInformation } from "./neural-bounds.ts";
import { logMeanExpOfProducts, objective } from "./objectives.ts";
import { mine } from "./training.ts";

const golden = square([2, -0.5, 0.3, -1.2, 0.1, 1.7, -0.4, 0.6, -0.8, 0.2, 2.4, 0, 0.5, -1.1, 0.7, 1.1]);

function square(values: readonly number[]): Matrix {
  const size = Math.sqrt(values.length);
  return matrix(size, size, Float64Array.from(values));
}

const value = (bound: BoundName, scores: Matrix, clip = Number.POSITIVE_INFINITY) =>
  boundValue(bound, [scores], clip).value;

const scoreMatrices = fc
  .integer({ min: 2, max: 6 })
  .chain((size) =>
    fc.array(fc.double({ min: -20, max: 20, noNaN: true }), {
      minLength: size * size,
      maxLength: size * size,
    }),
  )
  .map(square);

/** Pairs of a bivariate normal, and the scores of their true log ratio. */
function normalPairs(n: number, rho: number, random: Random) {
  const x = Float64Array.from({ length: n }, () => random.normal());
  const y = x.map((v) => rho * v + Math.sqrt(1 - rho * rho) * random.normal());
  const scores = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const mixed = (2 * rho * x[i] * y[j] - rho * rho * (x[i] ** 2 + y[j] ** 2)) / (2 * (1 - rho * rho));
      scores[i * n + j] = mixed - 0.5 * Math.log(1 - rho * rho);
    }
  }
  return { x, y, scores: matrix(n, n, scores) };
}

const summary = (values: readonly number[]) => {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
};

describe("the value of a bound", () => {
  it.each([
    ["infonce", Number.POSITIVE_INFINITY, 0.9276581240471887],
    ["donsker-varadhan", Number.POSITIVE_INFINITY, 1.75747783336389],
    ["mine", Number.POSITIVE_INFINITY, 1.75747783336389],
    ["nwj", Number.POSITIVE_INFINITY, 1.4161401754851997],
    ["smile", 0.5, 1.7418066465542337],
    ["smile", 1, 1.7493889696472809],
    ["smile", 5, 1.75747783336389],
  ] as const)("of %s with clip %d is the published one", (bound, clip, wanted) => {
    expect(value(bound, golden, clip)).toBeCloseTo(wanted, 12);
  });

  it("never exceeds log B for InfoNCE, nor Donsker–Varadhan's for NWJ", () => {
    fc.assert(
      fc.property(scoreMatrices, (scores) => {
        expect(value("infonce", scores)).toBeLessThanOrEqual(Math.log(scores.rows) + 1e-9);
        expect(value("nwj", scores)).toBeLessThanOrEqual(value("donsker-varadhan", scores) + 1e-9);
        expect(value("js", scores)).toBeLessThanOrEqual(value("donsker-varadhan", scores) + 1e-9);
      }),
    );
  });

  it("is unchanged by a constant added to all scores, where the bound normalises itself", () => {
    fc.assert(
      fc.property(scoreMatrices, fc.double({ min: -50, max: 50, noNaN: true }), (scores, constant) => {
        const moved = square(Array.from(scores.data, (s) => s + constant));
        for (const bound of ["infonce", "donsker-varadhan"] as const) {
          expect(value(bound, moved)).toBeCloseTo(value(bound, scores), 9);
        }
      }),
    );
  });

  it("is the mean of the rows' terms, and pools the pairs of several blocks", () => {
    fc.assert(
      fc.property(scoreMatrices, (scores) => {
        for (const bound of ["infonce", "donsker-varadhan", "nwj", "js", "smile"] as const) {
          const one = boundValue(bound, [scores], 3);
          const twice = boundValue(bound, [scores, scores], 3);
          expect(one.terms.reduce((sum, t) => sum + t, 0) / scores.rows).toBeCloseTo(one.value, 6);
          expect(twice.value).toBeCloseTo(one.value, 6);
        }
      }),
    );
  });

  it("approaches the truth from below as the batch grows, under the true log ratio", () => {
    const truth = -0.5 * Math.log(1 - 0.9 ** 2);
    const means = [4, 16, 64].map((size) => {
      const random = new Random(size);
      const runs = Array.from({ length: Math.round(6000 / size) }, () =>
        value("infonce", normalPairs(size, 0.9, random).scores),
      );
      return summary(runs);
    });
    for (const { mean, error } of means) expect(mean).toBeLessThan(truth + 4 * error);
    expect(means[0].mean + 4 * means[0].error).toBeLessThan(means[1].mean);
    expect(means[1].mean).toBeLessThan(means[2].mean);
    // The bias of InfoNCE is below (e^{2 I} − 1) / 2B for a normal pair: the variance of the ratio's mean.
    expect(truth - means[2].mean).toBeLessThan(1 / (1 - 0.9 ** 2) / 64 + 4 * means[2].error);
  });

  it("has a standard error that is the spread over fresh rows", () => {
    for (const bound of ["infonce", "donsker-varadhan", "nwj"] as const) {
      const random = new Random(7).split(bound);
      const scores = (n: number) => normalPairs(n, 0.6, random).scores;
      const runs = Array.from({ length: 200 }, () =>
        boundValue(bound, [scores(100)], Number.POSITIVE_INFINITY),
      );
      const spread = summary(runs.map((run) => run.value)).error * Math.sqrt(200);
      const claimed = runs.map(({ terms }) => summary([...terms]).error);
      // A standard deviation of 200 values is known to 5 %, four times that on either side.
      expect(summary(claimed).mean / spread).toBeGreaterThan(0.8);
      expect(summary(claimed).mean / spread).toBeLessThan(1.2);
    }
  });
});

describe("what training maximises", () => {
  const scores = (m: Matrix) => tensor(m.data, { shape: [m.rows, m.cols] });

  it("is the value of the bound, or the Jensen–Shannon objective", () => {
    for (const bound of ["infonce", "donsker-varadhan", "nwj"] as const) {
      expect(objective(bound, scores(golden)).item()).toBeCloseTo(value(bound, golden), 12);
    }
    for (const bound of ["js", "smile"] as const) {
      expect(objective(bound, scores(golden)).item()).toBeCloseTo(-0.8433546821760202, 12);
    }
  });

  it("has the gradient of central differences, in scores and in the critics' parameters", () => {
    const random = new Random(3);
    for (const bound of ["infonce", "donsker-varadhan", "nwj", "js"] as const) {
      const slope = grad((s: Tensor) => objective(bound, s))(scores(golden));
      for (let e = 0; e < 16; e += 3) {
        const moved = [-1e-5, 1e-5].map((by) => {
          const data = Float64Array.from(golden.data);
          data[e] += by;
          return objective(bound, scores(matrix(4, 4, data))).item();
        });
        expect(slope.data[e]).toBeCloseTo((moved[1] - moved[0]) / 2e-5, 8);
      }
    }
    const [x, y] = [2, 3].map((dim) =>
      tensor(
        Float64Array.from({ length: 5 * dim }, () => random.normal()),
        { shape: [5, dim] },
      ),
    );
    for (const kind of ["concat", "separable"] as const) {
      const network = critic(kind, 2, 3, [4, 3]);
      const loss = (kernel: Tensor) => {
        const params = network.init(keys.key(5));
        const part = Object.keys(params)[0];
        const [first, ...rest] = params[part];
        const changed = { ...params, [part]: [{ ...first, kernel }, ...rest] };
        return objective("infonce", network.scores(changed, x, y));
      };
      const { kernel } = Object.values(network.init(keys.key(5)))[0][0];
      const start = Float64Array.from(kernel.data);
      const slope = grad(loss)(tensor(start, { shape: kernel.shape }));
      for (let e = 0; e < start.length; e += 5) {
        const moved = [-1e-5, 1e-5].map((by) => {
          const data = start.slice();
          data[e] += by;
          return loss(tensor(data, { shape: kernel.shape })).item();
        });
        expect(slope.data[e]).toBeCloseTo((moved[1] - moved[0]) / 2e-5, 4);
      }
    }
  });

  it("has MINE's moving average in the denominator, which starts at the first batch", () => {
    const own = (s: Tensor, average: number, step: number) =>
      grad(([a, b]: Tensor[]) => mine(a, b, equal(tensor(step, { dtype: "int32" }), 0)))([
        s,
        tensor([average], { dtype: "float64" }),
      ]);
    const s = scores(golden);
    const plain = grad((one: Tensor) => objective("donsker-varadhan", one))(s);
    const [first, next] = own(s, 0, 0);
    const batch = logMeanExpOfProducts(s).item();
    expect([...first.data]).toEqual([...plain.data].map((d) => expect.closeTo(d, 12)));
    expect(-next.item()).toBeCloseTo(batch, 12);
    const [later, after] = own(s, 1, 3);
    const average = Math.log(0.9 * Math.E + 0.1 * Math.exp(batch));
    expect(-after.item()).toBeCloseTo(average, 12);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const wanted = i === j ? 1 / 4 : plain.data[4 * i + j] * Math.exp(batch - average);
        expect(later.data[4 * i + j]).toBeCloseTo(wanted, 12);
      }
    }
  });
});

describe("neuralMutualInformation", () => {
  const { x, y } = normalPairs(400, 0.9, new Random(1));
  const short = { critic: "separable", batchSize: 128, steps: 200 } as const;

  it("sees what a normal pair shares, from below but for the scatter", async () => {
    const estimate = await neuralMutualInformation(x, y, { ...short, seed: 2 });
    const { low, high, how } = estimate.interval!;
    expect(low).toBeLessThan(-0.5 * Math.log(1 - 0.9 ** 2));
    expect(high).toBeGreaterThan(0.6);
    expect(how).toBe("scatter of 100 held-out rows around the bound of this critic");
    expect(estimate.pValue).toBe(1 / 201);
    expect(estimate.method).toBe("infonce");
    expect(estimate.warnings.map(({ code }) => code)).toEqual(["lower-bound"]);
    expect(estimate.diagnostics).toMatchObject({
      bound: "lower",
      heldOut: 100,
      ceiling: Math.log(100),
    });
    expect(JSON.parse(JSON.stringify(estimate))).toEqual(estimate);
  });

  it("gives the same bits for the same seed, in bits when asked, and others for another seed", async () => {
    const bare = { ...short, steps: 50, permutations: 0 };
    const [first, again, bits, other] = [
      await neuralMutualInformation(x, y, { ...bare, seed: 2 }),
      await neuralMutualInformation(x, y, { ...bare, seed: 2 }),
      await neuralMutualInformation(x, y, { ...bare, seed: 2, unit: "bits" }),
      await neuralMutualInformation(x, y, { ...bare, seed: 3 }),
    ];
    expect(again).toEqual(first);
    expect(bits.value).toBeCloseTo(first.value / Math.LN2, 12);
    expect(other.value).not.toBe(first.value);
  });

  it("takes categories as one-hot columns, and is asked by name through mutualInformation", async () => {
    const label = Array.from(x, (v) => (v < -0.5 ? "low" : v < 0.5 ? "middle" : "high"));
    const exact = (await mutualInformation(label, y, { interval: false, permutations: 0 })).value;
    for (const estimate of [
      await neuralMutualInformation(label, y, { ...short, bound: "js", seed: 1 }),
      await mutualInformation(label.slice(0, 120), y.slice(0, 120), { estimator: "js", seed: 1 }),
    ]) {
      expect(estimate.method).toBe("js");
      expect(estimate.interval!.low).toBeLessThan(exact);
      expect(estimate.value).toBeGreaterThan(exact / 2);
    }
  });

  it("sees nothing in independent rows, and says that a clipped estimate is no bound", async () => {
    const other = normalPairs(400, 0, new Random(9)).x;
    const estimate = await neuralMutualInformation(x, other, { ...short, bound: "smile" });
    expect(estimate.pValue).toBeGreaterThan(0.05);
    expect(estimate.interval!.low).toBeLessThan(0);
    expect(estimate.diagnostics).not.toHaveProperty("bound");
    expect(estimate.options.clip).toBe(5);
  });

  it("warns where InfoNCE comes near what it cannot exceed", async () => {
    const random = new Random(4);
    const left = Array.from({ length: 400 }, () => Array.from({ length: 5 }, () => random.normal()));
    const right = left.map((row) => row.map((v) => v + 0.1 * random.normal()));
    const { value: found, warnings } = await neuralMutualInformation(left, right, {
      ...short,
      steps: 100,
      permutations: 0,
    });
    expect(found).toBeGreaterThan(Math.log(100) - 1);
    expect(found).toBeLessThan(Math.log(100));
    expect(warnings.map(({ code }) => code)).toEqual(["lower-bound", "ceiling"]);
  });

  it("refuses a learning rate at which the scores grow without bound", async () => {
    const wild = { ...short, bound: "nwj", learningRate: 3 } as const;
    await expect(neuralMutualInformation(x, y, wild)).rejects.toThrow(
      "nwj: the scores grew without bound in training; expected a smaller learningRate, got 3",
    );
  });

  it("stops when asked and says how far it is", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const long = neuralMutualInformation(x, y, {
      steps: 100_000,
      signal: stop.signal,
      onProgress: ({ done }) => {
        seen.push(done);
        if (seen.length > 2) stop.abort();
      },
    });
    await expect(long).rejects.toBeInstanceOf(StoppedError);
    expect(seen[2]).toBeGreaterThan(seen[0]);
  });

  it("refuses what it cannot use, and suggests the name that was meant", async () => {
    const ask = (options: object) => neuralMutualInformation(x, y, options);
    await expect(ask({ bound: "infoNCE2" })).rejects.toThrow(
      /unknown bound; expected one of mine, .*got "infoNCE2"$/,
    );
    await expect(ask({ critic: "bilinear" })).rejects.toThrow(
      'unknown critic; expected concat or separable, got "bilinear"',
    );
    await expect(ask({ hidden: [] })).rejects.toThrow(/hidden are no widths.*got \[\]$/);
    await expect(ask({ batchSize: 1 })).rejects.toThrow(/batchSize .*got 1$/);
    await expect(ask({ steps: 0.5 })).rejects.toThrow(/steps .*got 0.5$/);
    await expect(ask({ bound: "smile", clip: 0 })).rejects.toThrow(/clip .*got 0$/);
    await expect(neuralMutualInformation(x.slice(0, 20), y.slice(0, 20))).rejects.toThrow(
      "infonce: too few rows to train on some and measure on others; expected at least 40, got 20",
    );
    await expect(mutualInformation(x, y, { estimator: "infonse" })).rejects.toThrow(
      /donsker-varadhan.*did you mean "infonce"\?/,
    );
  });
});
