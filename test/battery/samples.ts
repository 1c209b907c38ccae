import { Random } from "../../src/core/random.ts";
import type { VariableLike } from "../../src/measure/inputs.ts";

/** Data of the kinds an estimator takes, with its true mutual information in nats. */
export interface Sample {
  x: VariableLike;
  y: VariableLike;
}

/** Draws dependent (ρ = 0.75) or independent data for a combination of kinds. */
export function drawSample(kinds: string, n: number, seed: number, dependent: boolean): Sample {
  const random = new Random(seed);
  const rho = dependent ? 0.75 : 0;
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < n; i++) {
    x.push(random.normal());
    y.push(rho * x[i] + Math.sqrt(1 - rho * rho) * random.normal());
  }
  const levels = (values: number[]) => values.map((v) => (v < -0.5 ? "low" : v < 0.6 ? "middle" : "high"));
  switch (kinds) {
    case "numbers":
      return { x, y };
    case "numbers and categories":
      return { x, y: levels(y) };
    default:
      return { x: levels(x), y: levels(y) };
  }
}

/** Truth of {@link drawSample}, by numerical integration of the normal density over the cells of the categories. */
export function truthOf(kinds: string): number {
  const rho = 0.75;
  if (kinds === "numbers") return -0.5 * Math.log(1 - rho * rho);
  const cuts = [Number.NEGATIVE_INFINITY, -0.5, 0.6, Number.POSITIVE_INFINITY];
  const steps = 4000;
  const width = 16 / steps;
  const joint = kinds === "categories" ? [0, 1, 2].map(() => [0, 0, 0]) : [];
  let conditional = 0;
  const margin = [0, 0, 0];
  for (let i = 0; i < steps; i++) {
    const x = -8 + (i + 0.5) * width;
    const weight = (width * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    const cell = (cut: number) => normalCdf((cut - rho * x) / Math.sqrt(1 - rho * rho));
    for (let c = 0; c < 3; c++) {
      const p = cell(cuts[c + 1]) - cell(cuts[c]);
      margin[c] += weight * p;
      if (p > 0) conditional -= weight * p * Math.log(p);
      if (joint.length > 0) joint[x < -0.5 ? 0 : x < 0.6 ? 1 : 2][c] += weight * p;
    }
  }
  const entropy = (p: number[]) => p.reduce((sum, v) => sum - (v > 0 ? v * Math.log(v) : 0), 0);
  if (joint.length === 0) return entropy(margin) - conditional;
  return entropy(joint.map((row) => row[0] + row[1] + row[2])) + entropy(margin) - entropy(joint.flat());
}

function normalCdf(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 1;
  if (x === Number.NEGATIVE_INFINITY) return 0;
  // Composite Simpson from 0; 1e-10 is plenty here.
  const steps = 200;
  const to = Math.min(Math.abs(x), 9);
  const h = to / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * h) ** 2) / 2);
  }
  const half = (sum * h) / 3 / Math.sqrt(2 * Math.PI);
  return x > 0 ? 0.5 + half : 0.5 - half;
}
