import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import { column, type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { lgamma, normalCdf } from "../../core/special.ts";
import {
  additiveUniform,
  asinh,
  beyondNormalTasks,
  bimodal,
  compose,
  coordinatewise,
  crossedNormals,
  gaoMixture,
  halfCube,
  independent,
  mixture,
  multivariateNormal,
  multivariateStudent,
  noisySign,
  normalCdfMap,
  type Sample,
  spiral,
  swissRoll,
  transformed,
  wiggly,
  withInliers,
  zeroInflatedPoisson,
} from "./beyond-normal.ts";
import { sheet, truthRounding } from "./sheet.ts";

const binormal = multivariateNormal(
  [
    [1, 0.75],
    [0.75, 1],
  ],
  1,
);

/** Mean and its standard error. */
function meanOf(values: ArrayLike<number>): { mean: number; error: number } {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares) / list.length };
}

/** Fails when the mean is further than 4 standard errors from the truth (once in 16,000 seeds by chance). */
function expectMean(values: ArrayLike<number>, truth: number): void {
  const { mean, error } = meanOf(values);
  expect(Math.abs(mean - truth)).toBeLessThan(4 * error);
}

function covarianceOf(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value * b[i]);
}

describe("the 40 tasks", () => {
  test("have the truths of the sheet, to its five digits", () => {
    expect(beyondNormalTasks.map((task) => task.number)).toEqual(sheet.map((_, i) => i + 1));
    beyondNormalTasks.forEach((task, i) => {
      expect(Math.abs(task.mutualInformation - sheet[i].truth), task.id).toBeLessThanOrEqual(truthRounding);
    });
  });

  test("have distinct ids in the benchmark's style", () => {
    const ids = beyondNormalTasks.map((task) => task.id);
    expect(new Set(ids).size).toBe(40);
    expect(ids).toContain("swissroll_x-normal_cdf-1v1-normal-0.75");
    expect(ids).toContain("spiral-normal_cdf-multinormal-sparse-25-25-2-2.0");
    expect(ids).toContain("asinh-student-identity-5-5-2");
  });

  test("give finite samples of their dimensions, the same for the same seed", () => {
    for (const task of beyondNormalTasks) {
      const { x, y } = task.sample(20, 3);
      expect([x.rows, x.cols, y.rows, y.cols], task.id).toEqual([20, task.dimX, 20, task.dimY]);
      expect(x.data.every(Number.isFinite) && y.data.every(Number.isFinite), task.id).toBe(true);
      expect(task.sample(20, new Random(3)), task.id).toEqual({ x, y });
      expect(task.sample(20, 4).x.data, task.id).not.toEqual(x.data);
    }
  });
});

describe("multivariateNormal", () => {
  const covariance = [
    [2, 0.6, -0.5],
    [0.6, 1, 0.3],
    [-0.5, 0.3, 1.5],
  ];
  const normal = multivariateNormal(covariance, 2, [1, -2, 3]);

  test("draws with the given mean and covariance", () => {
    const { x, y } = normal.sample(20_000, 11);
    const columns = [column(x, 0), column(x, 1), column(y, 0)];
    const centred = columns.map((values, j) => values.map((value) => value - [1, -2, 3][j]));
    for (let i = 0; i < 3; i++) {
      expectMean(centred[i], 0);
      for (let j = 0; j <= i; j++) expectMean(covarianceOf(centred[i], centred[j]), covariance[i][j]);
    }
  });

  test("has a density whose mean log ratio is the truth", () => {
    const { joint, x, y } = normal.logDensity(normal.sample(20_000, 12));
    expectMean(
      joint.map((value, i) => value - x[i] - y[i]),
      normal.mutualInformation,
    );
  });

  test("has the density of the bivariate formula", () => {
    const point: Sample = { x: matrix(1, 1, Float64Array.of(0.3)), y: matrix(1, 1, Float64Array.of(-1.1)) };
    const { joint, x } = binormal.logDensity(point);
    const form = (0.3 ** 2 - 2 * 0.75 * 0.3 * -1.1 + 1.1 ** 2) / (1 - 0.75 ** 2);
    expect(joint[0]).toBeCloseTo(-Math.log(2 * Math.PI * Math.sqrt(1 - 0.75 ** 2)) - form / 2, 12);
    expect(x[0]).toBeCloseTo(-Math.log(2 * Math.PI) / 2 - 0.3 ** 2 / 2, 12);
  });

  test("refuses what is not a covariance of two sides", () => {
    expect(() => multivariateNormal([[1, 2]], 1)).toThrow("multivariateNormal: the matrix is not square");
    expect(() =>
      multivariateNormal(
        [
          [1, 0.2],
          [0.3, 1],
        ],
        1,
      ),
    ).toThrow("differ");
    expect(() =>
      multivariateNormal(
        [
          [1, 0],
          [0, 1],
        ],
        2,
      ),
    ).toThrow("an integer from 1 to 1, got 2");
    expect(() =>
      multivariateNormal(
        [
          [1, 2],
          [2, 1],
        ],
        1,
      ),
    ).toThrow(InputError);
    expect(() =>
      multivariateNormal(
        [
          [1, 0],
          [0, 1],
        ],
        1,
        [0],
      ),
    ).toThrow("mean has another length");
    expect(() => binormal.sample(0, 1)).toThrow("multivariateNormal: cannot draw that many rows");
  });
});

describe("multivariateStudent", () => {
  test("has Cauchy margins at one degree of freedom", () => {
    const { x } = multivariateStudent(
      [
        [1, 0],
        [0, 1],
      ],
      1,
      1,
    ).sample(20_000, 5);
    expectMean(
      x.data.map((value) => Number(Math.abs(value) < 1)),
      1 / 2,
    );
    expectMean(
      x.data.map((value) => Number(value < Math.sqrt(3))),
      5 / 6,
    );
  });

  test("has a truth equal to the mean of its pointwise values", () => {
    const dof = 3;
    const student = multivariateStudent(
      [
        [1, 0.5],
        [0.5, 1],
      ],
      dof,
      1,
    );
    const { x, y } = student.sample(20_000, 6);
    const logMargin = (t: number) => studentLogDensity(t * t, 1, 1, dof);
    const pointwise = x.data.map((a, i) => {
      const b = y.data[i];
      const form = (a * a - a * b + b * b) / (1 - 0.5 ** 2);
      return studentLogDensity(form, 2, 1 - 0.5 ** 2, dof) - logMargin(a) - logMargin(b);
    });
    expectMean(pointwise, student.mutualInformation);
  });

  test("approaches the normal for many degrees of freedom", () => {
    const truth = multivariateStudent(
      [
        [1, 0.75],
        [0.75, 1],
      ],
      1e6,
      1,
    ).mutualInformation;
    expect(truth).toBeCloseTo(binormal.mutualInformation, 6);
  });

  test("refuses degrees of freedom that are not positive", () => {
    expect(() =>
      multivariateStudent(
        [
          [1, 0],
          [0, 1],
        ],
        0,
        1,
      ),
    ).toThrow("multivariateStudent: dof");
  });
});

describe("pairs of single columns", () => {
  test("additiveUniform has a truth equal to the mean of its pointwise values", () => {
    for (const epsilon of [0.1, 0.5, 0.75]) {
      const sampler = additiveUniform(epsilon);
      const { y } = sampler.sample(20_000, 8);
      const overlap = y.data.map((value) => Math.min(1, value + epsilon) - Math.max(0, value - epsilon));
      expectMean(
        overlap.map((length) => -Math.log(length)),
        sampler.mutualInformation,
      );
    }
    expect(() => additiveUniform(-1)).toThrow("got -1");
  });

  test("gaoMixture has the sheet's truth and the mean of its pointwise values", () => {
    const sampler = gaoMixture(5);
    expect(sampler.mutualInformation).toBeCloseTo(1.0549201679861442, 14);
    const { y } = sampler.sample(20_000, 9);
    const pointwise = y.data.map((value) => {
      const parents = [0, 1, 2, 3, 4].filter((x) => x < value && value < x + 2);
      return Math.log(5 / parents.length);
    });
    expectMean(pointwise, sampler.mutualInformation);
    expect(() => gaoMixture(1.5)).toThrow(InputError);
  });

  test("noisySign has a truth equal to the mean of its pointwise values", () => {
    const { x, y } = noisySign.sample(20_000, 15);
    const pointwise = x.data.map((value, i) => {
      const sign = y.levels[y.codes[i]] === "+" ? 1 : -1;
      return Math.LN2 - Math.log1p(Math.exp(-2 * sign * value));
    });
    expectMean(pointwise, noisySign.mutualInformation);
  });

  test("zeroInflatedPoisson without added zeros has the published truth", () => {
    expect(zeroInflatedPoisson(0).mutualInformation).toBeCloseTo(0.30124477334991906, 12);
  });

  test("zeroInflatedPoisson has a truth equal to a sum over counts and an integral over rates", () => {
    for (const p of [0, 0.15, 0.5]) {
      // Midpoint rule in u = e^{−x}; its error at the logarithmic end u = 0 is of the order of one step, 1/4000.
      const steps = 4000;
      let total = 0;
      for (let i = 0; i < steps; i++) total += rateInformation(-Math.log((i + 0.5) / steps), p) / steps;
      expect(Math.abs(zeroInflatedPoisson(p).mutualInformation - total)).toBeLessThan(1 / steps);
    }
  });

  test("zeroInflatedPoisson carries less than the published formula says", () => {
    const p = 0.15;
    const sampler = zeroInflatedPoisson(p);
    const { x, y } = sampler.sample(40_000, 10);
    const pointwise = x.data.map((rate, i) => logRatio(y.data[i], rate, p));
    expectMean(pointwise, sampler.mutualInformation);
    const { mean, error } = meanOf(pointwise);
    expect(mean + 4 * error).toBeLessThan((1 - p) * 0.30124477334991906);
    expect(() => zeroInflatedPoisson(1)).toThrow("0 <= p < 1, got 1");
  });
});

describe("maps", () => {
  const finite = fc.double({ min: -8, max: 8, noNaN: true });
  const one = (value: number): Matrix => matrix(1, 1, Float64Array.of(value));

  test("of single coordinates are strictly increasing", () => {
    const maps = [normalCdfMap, halfCube, asinh, wiggly.x, wiggly.y, bimodal.x, bimodal.y];
    fc.assert(
      fc.property(finite, fc.double({ min: 1e-3, max: 3, noNaN: true }), (low, step) => {
        // Φ and the bimodal quantiles are flat to double precision where Φ is within 1e-12 of 0 or 1.
        fc.pre(low > -6 && low + step < 6);
        for (const map of maps) expect(map(one(low + step)).data[0]).toBeGreaterThan(map(one(low)).data[0]);
      }),
    );
  });

  test("bimodal gives each margin its mixture of two normals", () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (v) => {
        const [x, y] = [bimodal.x(one(v)).data[0], bimodal.y(one(v)).data[0]];
        expect(0.3 * normalCdf(x) + 0.7 * normalCdf(x - 5)).toBeCloseTo(normalCdf(v), 10);
        expect(0.5 * normalCdf(y + 1) + 0.5 * normalCdf(y - 3)).toBeCloseTo(normalCdf(v), 10);
      }),
    );
  });

  test("the Swiss roll can be unrolled by its radius", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (u) => {
        const { cols, data } = swissRoll(one(u));
        expect(cols).toBe(2);
        expect((21 * Math.hypot(data[0], data[1])) / (1.5 * Math.PI) / 2 - 0.5).toBeCloseTo(u, 10);
      }),
    );
  });

  test("the spiral keeps norms and every coordinate outside its plane, and turning back undoes it", () => {
    const turn = spiral(0, 2);
    const back = spiral(2, 0);
    fc.assert(
      fc.property(fc.array(finite, { minLength: 4, maxLength: 4 }), (point) => {
        const before = matrix(1, 4, Float64Array.from(point));
        const after = turn(before);
        expect(Math.hypot(...after.data)).toBeCloseTo(Math.hypot(...point), 9);
        expect([after.data[1], after.data[3]]).toEqual([point[1], point[3]]);
        const distance = compose(turn, back)(before).data.map((value, j) => Math.abs(value - point[j]));
        expect(Math.max(...distance)).toBeLessThan(1e-9);
      }),
    );
  });

  test("transformed keeps the truth, maps each side and knows the new dimensions", () => {
    const rolled = transformed(binormal, {
      x: compose(normalCdfMap, swissRoll),
      y: coordinatewise((v) => 2 * v),
    });
    expect([rolled.dimX, rolled.dimY, rolled.mutualInformation]).toEqual([2, 1, binormal.mutualInformation]);
    expect(rolled.sample(5, 1).y.data).toEqual(binormal.sample(5, 1).y.data.map((v) => 2 * v));
  });
});

describe("mixture", () => {
  test("of one component is that component", () => {
    const alone = mixture([binormal], [3], { draws: 20_000 });
    const points = binormal.sample(10, 2);
    const { joint, x, y } = binormal.logDensity(points);
    const difference = alone.pointwise(points).map((value, i) => Math.abs(value - (joint[i] - x[i] - y[i])));
    expect(Math.max(...difference)).toBeLessThan(1e-12);
    expect(Math.abs(alone.mutualInformation - binormal.mutualInformation)).toBeLessThan(
      4 * alone.standardError,
    );
  });

  test("crossedNormals agrees with a sum over a fine grid", () => {
    const crossed = crossedNormals(0.9, { draws: 20_000 });
    const step = 0.05;
    const axis = Array.from({ length: 281 }, (_, i) => (i - 140) * step);
    const x = matrix(axis.length ** 2, 1, Float64Array.from(axis.flatMap((a) => axis.map(() => a))));
    const y = matrix(axis.length ** 2, 1, Float64Array.from(axis.flatMap(() => axis)));
    const { joint } = crossed.logDensity({ x, y });
    const total = crossed.pointwise({ x, y }).reduce((sum, value, i) => sum + Math.exp(joint[i]) * value, 0);
    // The step is a ninth of the narrowest width (0.44): the sum is exact to far below the Monte-Carlo error.
    expect(Math.abs(crossed.mutualInformation - total * step * step)).toBeLessThan(4 * crossed.standardError);
  });

  test("inliers cost at least their share of the information", () => {
    const polluted = withInliers(binormal, 0.2, { draws: 20_000 });
    expect(polluted.mutualInformation).toBeLessThan(0.8 * binormal.mutualInformation);
    expect(polluted.mutualInformation).toBeGreaterThan(0);
    expect(() => withInliers(binormal, 1)).toThrow("0 < share < 1, got 1");
  });

  test("independent keeps the margins and shares nothing", () => {
    const apart = independent(binormal);
    const { x, y } = apart.sample(20_000, 13);
    expectMean(covarianceOf(x.data, y.data), 0);
    expectMean(covarianceOf(y.data, y.data), 1);
  });

  test("draws components in proportion to their weights", () => {
    const far = multivariateNormal(
      [
        [1, 0],
        [0, 1],
      ],
      1,
      [100, 0],
    );
    const { x } = mixture([binormal, far], [3, 1], { draws: 10 }).sample(20_000, 14);
    expectMean(
      x.data.map((value) => Number(value > 50)),
      1 / 4,
    );
  });

  test("refuses what does not fit together", () => {
    const wide = multivariateNormal(
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      2,
    );
    expect(() => mixture([], [])).toThrow("at least one component");
    expect(() => mixture([binormal, wide], [1, 1])).toThrow("component 1 has other dimensions");
    expect(() => mixture([binormal], [0])).toThrow("got 0");
  });
});

function studentLogDensity(form: number, dim: number, determinant: number, dof: number): number {
  const constant = lgamma((dof + dim) / 2) - lgamma(dof / 2) - (dim / 2) * Math.log(dof * Math.PI);
  return constant - Math.log(determinant) / 2 - ((dof + dim) / 2) * Math.log1p(form / dof);
}

/** ln P(count | rate) − ln P(count) of the zero-inflated pair; P(count) without added zeros is 2^{−count−1}. */
function logRatio(count: number, rate: number, p: number): number {
  return (
    Math.log(countProbability(count, rate, p)) -
    Math.log(count === 0 ? (1 + p) / 2 : (1 - p) * 2 ** (-count - 1))
  );
}

function countProbability(count: number, rate: number, p: number): number {
  const poisson = Math.exp(count * Math.log(rate) - rate - lgamma(count + 1));
  return (count === 0 ? p : 0) + (1 - p) * poisson;
}

function rateInformation(rate: number, p: number): number {
  let sum = 0;
  for (let count = 0; count < 80; count++) {
    const probability = countProbability(count, rate, p);
    if (probability > 0) sum += probability * logRatio(count, rate, p);
  }
  return sum;
}
