import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import { lbfgs, lbfgsAsync, type ValueAndGradient } from "./lbfgs.ts";

/** Rosenbrock's valley in any even number of dimensions; minimum 0 at 1. */
const rosenbrock: ValueAndGradient = (x) => {
  const gradient = new Float64Array(x.length);
  let value = 0;
  for (let i = 0; i < x.length; i += 2) {
    const [a, b] = [1 - x[i], x[i + 1] - x[i] * x[i]];
    value += a * a + 100 * b * b;
    gradient[i] = -2 * a - 400 * x[i] * b;
    gradient[i + 1] = 200 * b;
  }
  return [value, gradient];
};

/** Σ cᵢ (xᵢ − tᵢ)² / 2. */
const quadratic =
  (scales: readonly number[], target: readonly number[]): ValueAndGradient =>
  (x) => [
    scales.reduce((sum, c, i) => sum + (c * (x[i] - target[i]) ** 2) / 2, 0),
    scales.map((c, i) => c * (x[i] - target[i])),
  ];

describe("lbfgs", () => {
  it("finds the end of a curved valley", () => {
    const start = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
    const { x, reason, value, evaluations } = lbfgs(rosenbrock, start, { tolerance: 1e-8 });
    expect(reason).toBe("converged");
    expect(value).toBeLessThan(1e-15);
    for (const one of x) expect(Math.abs(one - 1)).toBeLessThan(1e-7);
    // Published L-BFGS codes need 40 to 60 calls from here.
    expect(evaluations).toBeLessThan(100);
  });

  it("solves every convex quadratic, however scaled", () => {
    const entry = fc.tuple(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -10, max: 10, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (entries) => {
        const scales = entries.map(([power]) => 10 ** power);
        const target = entries.map(([, t]) => t);
        const { x, reason } = lbfgs(quadratic(scales, target), new Float64Array(scales.length), {
          tolerance: 1e-9,
        });
        expect(reason).toBe("converged");
        // |x − t| = |g| / c.
        x.forEach((value, i) => {
          expect(Math.abs(value - target[i])).toBeLessThan(1e-9 / scales[i] + 1e-12);
        });
      }),
      { numRuns: 200 },
    );
  });

  it("agrees with the closed form of a least-squares fit", () => {
    const random = new Random(3);
    const rows = Array.from({ length: 50 }, () => [1, random.normal(), random.normal()]);
    const y = rows.map(([, a, b]) => 2 + 3 * a - b + 0.1 * random.normal());
    const { x } = lbfgs(
      (w) => {
        const gradient = new Float64Array(3);
        let value = 0;
        rows.forEach((row, i) => {
          const error = row.reduce((sum, one, j) => sum + one * w[j], -y[i]);
          value += error * error;
          for (let j = 0; j < 3; j++) gradient[j] += 2 * error * row[j];
        });
        return [value, gradient];
      },
      [0, 0, 0],
      { tolerance: 1e-10 },
    );
    // At the solution the residuals are orthogonal to the columns.
    for (let j = 0; j < 3; j++) {
      const inner = rows.reduce(
        (sum, row, i) => sum + row[j] * (y[i] - row.reduce((s, one, k) => s + one * x[k], 0)),
        0,
      );
      expect(Math.abs(inner)).toBeLessThan(1e-10);
    }
  });

  it("backs away from places where the function is not finite", () => {
    // x − log x, defined for x > 0 only; the first step from 10 overshoots to where it is NaN.
    const barrier: ValueAndGradient = ([x]) => [100 * (x - Math.log(x)), [100 * (1 - 1 / x)]];
    const { x, reason } = lbfgs(barrier, [10]);
    expect(reason).toBe("converged");
    expect(x[0]).toBeCloseTo(1, 7);
  });

  it("stops with a reason", () => {
    expect(lbfgs(rosenbrock, [-1.2, 1], { maxIterations: 3 })).toMatchObject({
      reason: "iterations",
      iterations: 3,
    });
    expect(lbfgs(rosenbrock, [1, 1])).toMatchObject({ reason: "converged", iterations: 0, evaluations: 1 });
    const unreachable = lbfgs(quadratic([1, 7], [1e8 + 0.1, 0.3]), [0, 0], { tolerance: 0 });
    expect(["stalled", "converged"]).toContain(unreachable.reason);
    expect(unreachable.x[0]).toBeCloseTo(1e8 + 0.1, 6);
    // A kink cannot be smoothed away.
    expect(lbfgs(([x]) => [Math.abs(x), [Math.sign(x) || 1]], [0.3]).reason).toBe("stalled");
  });

  it("does not change the start", () => {
    const start = Float64Array.of(-1.2, 1);
    lbfgs(rosenbrock, start);
    expect([...start]).toEqual([-1.2, 1]);
  });

  it("does the same with a function that answers later, and can be stopped", async () => {
    const later = await lbfgsAsync(async (x) => rosenbrock(x), [-1.2, 1]);
    expect(later).toEqual(lbfgs(rosenbrock, [-1.2, 1]));
    const stop = new AbortController();
    const done: number[] = [];
    const stopped = lbfgsAsync(rosenbrock, [-1.2, 1], {
      signal: stop.signal,
      onProgress: (progress) => {
        done.push(progress.done);
        if (progress.done === 5) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow("lbfgs: stopped");
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it("refuses what it cannot start from", () => {
    expect(() => lbfgs(rosenbrock, [])).toThrow(
      "lbfgs: nothing to vary; expected at least one number, got 0",
    );
    expect(() => lbfgs(() => [Number.NaN, [0]], [1])).toThrow(/not finite at the start, got NaN$/);
    expect(() => lbfgs(() => [0, [1, 2]], [1])).toThrow(
      "lbfgs: the gradient has another length than x; expected 1, got 2",
    );
    expect(() => lbfgs(rosenbrock, [1, 2], { memory: 0 })).toThrow(/expected an integer from 1, got 0$/);
  });
});
