// Categories: against numbers, and against each other.
import { matrix } from "../../core/matrix.ts";
import { indicators } from "./inputs.ts";
import type { MetaExample, MetaRequest } from "./meta-sampler.ts";
import { maybeMixed } from "./mixing.ts";

/** Draws of the Monte-Carlo truth of `classes`: a standard error of about 0.015 nats. */
const monteCarlo = 1500;

/** A category on one side, normal columns with means and spreads of the category's own on the other. */
export function classes(request: MetaRequest): MetaExample {
  const { rows, random, maxDim } = request;
  const levels = 2 + random.integer(Math.max(1, maxDim - 1));
  const dx = random.uniform() < 0.5 ? 1 : 1 + random.integer(maxDim);
  const prior = random.dirichlet(new Float64Array(levels).fill(Math.exp(2 * random.uniform())));
  const strength = Math.exp(Math.log(0.15) + random.uniform() * Math.log(40)) / Math.sqrt(dx);
  const means = Float64Array.from({ length: levels * dx }, () => strength * random.normal());
  const spreadScale = random.uniform() < 0.5 ? 0 : 0.5;
  const spreads = Float64Array.from({ length: levels * dx }, () => Math.exp(spreadScale * random.normal()));
  const point = new Float64Array(dx);
  const fill = (level: number) => {
    for (let j = 0; j < dx; j++) point[j] = means[level * dx + j] + spreads[level * dx + j] * random.normal();
  };
  let truth = 0;
  const logs = new Float64Array(levels);
  for (let draw = 0; draw < monteCarlo; draw++) {
    const level = random.categorical(prior);
    fill(level);
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < levels; c++) {
      let sum = 0;
      for (let j = 0, at = c * dx; j < dx; j++, at++) {
        sum -= 0.5 * ((point[j] - means[at]) / spreads[at]) ** 2 + Math.log(spreads[at]);
      }
      logs[c] = sum;
      most = Math.max(most, sum);
    }
    let total = 0;
    for (let c = 0; c < levels; c++) total += prior[c] * Math.exp(logs[c] - most);
    truth += logs[level] - most - Math.log(total);
  }
  const numbers = matrix(rows, dx);
  const codes = new Int32Array(rows);
  do for (let i = 0; i < rows; i++) codes[i] = random.categorical(prior);
  while (codes.every((code) => code === codes[0]));
  for (let i = 0; i < rows; i++) {
    fill(codes[i]);
    numbers.data.set(point, i * dx);
  }
  const mutualInformation = Math.max(0, truth / monteCarlo);
  const categories = indicators(codes);
  const ready = maybeMixed(numbers, random);
  return random.uniform() < 0.5
    ? { x: ready, y: categories, mutualInformation }
    : { x: categories, y: ready, mutualInformation };
}

/** Two categories with a random joint table. */
export function tables(request: MetaRequest): MetaExample {
  const { rows, random, maxDim } = request;
  const [left, right] = [0, 1].map(() => 2 + random.integer(Math.max(1, maxDim - 1)));
  const size = left * right;
  const concentration = Math.exp(Math.log(0.05) + random.uniform() * Math.log(100));
  const joint = random.dirichlet(new Float64Array(size).fill(concentration));
  const [px, py] = [new Float64Array(left), new Float64Array(right)];
  for (let c = 0; c < size; c++) {
    px[Math.floor(c / right)] += joint[c];
    py[c % right] += joint[c];
  }
  let mutualInformation = 0;
  for (let c = 0; c < size; c++) {
    if (joint[c] > 0)
      mutualInformation += joint[c] * Math.log(joint[c] / (px[Math.floor(c / right)] * py[c % right]));
  }
  const [a, b] = [new Int32Array(rows), new Int32Array(rows)];
  const varies = (codes: Int32Array) => codes.some((code) => code !== codes[0]);
  for (let attempt = 0; !(varies(a) && varies(b)); attempt++) {
    if (attempt === 20) return tables(request);
    for (let i = 0; i < rows; i++) {
      const cell = random.categorical(joint);
      a[i] = Math.floor(cell / right);
      b[i] = cell % right;
    }
  }
  return { x: indicators(a), y: indicators(b), mutualInformation: Math.max(0, mutualInformation) };
}
