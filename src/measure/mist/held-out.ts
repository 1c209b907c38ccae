// Families the network never sees in training: dependence of other shapes, for honest comparison.
import { matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { multivariateNormal, spiral, transformed } from "../beyond-normal/beyond-normal.ts";
import { drawDims, type MetaExample, type MetaRequest, type MetaSampler } from "./meta-sampler.ts";
import type { Pair } from "./pair-families.ts";

/** Draws per truth that has no closed form: a standard error near 0.01 nats. */
const monteCarlo = 3000;

/** Families kept out of training, by name. All continuous. */
export const heldOutFamilies: Readonly<Record<string, MetaSampler>> = {
  heteroscedastic: (request) => pairwise(request, heteroscedastic),
  clayton: (request) => pairwise(request, clayton),
  ring: (request) => pairwise(request, ring),
  spiral: twisted,
};

/** A set of a held-out family drawn at random. */
export function drawHeldOut(request: MetaRequest): MetaExample {
  const names = Object.keys(heldOutFamilies);
  return heldOutFamilies[names[request.random.integer(names.length)]](request);
}

/** One linked pair of columns, unrelated normal columns beside it. */
function pairwise(request: MetaRequest, pair: Pair): MetaExample {
  const { rows, random } = request;
  const [dx, dy] = drawDims(request);
  const { draw, information } = pair(random);
  const x = matrix(rows, dx);
  const y = matrix(rows, dy);
  for (let i = 0; i < rows; i++) {
    for (const m of [x, y]) for (let j = 1; j < m.cols; j++) m.data[i * m.cols + j] = random.normal();
    [x.data[i * dx], y.data[i * dy]] = draw();
  }
  return { x, y, mutualInformation: information };
}

/** Mean of ln p(x, y) / (p(x) p(y)) over draws. */
function byDraws(draw: () => readonly [number, number], pointwise: (x: number, y: number) => number): number {
  let sum = 0;
  for (let i = 0; i < monteCarlo; i++) sum += pointwise(...draw());
  return Math.max(0, sum / monteCarlo);
}

/** Y = exp(a X) ε with X and ε standard normal: nothing but the spread depends on X. */
function heteroscedastic(random: Random): ReturnType<Pair> {
  const a = 0.3 + 1.7 * random.uniform();
  const nodes = Float64Array.from({ length: 60 }, (_, q) => 9 * ((q + 0.5) / 60 - 0.5));
  const mass = nodes.map((x) => Math.exp(-0.5 * x * x));
  const total = mass.reduce((sum, m) => sum + m, 0);
  const draw = () => {
    const x = random.normal();
    return [x, Math.exp(a * x) * random.normal()] as const;
  };
  const information = byDraws(draw, (x, y) => {
    let density = 0;
    for (let q = 0; q < nodes.length; q++) {
      density += (mass[q] / total) * Math.exp(-0.5 * (y * Math.exp(-a * nodes[q])) ** 2 - a * nodes[q]);
    }
    return -0.5 * (y * Math.exp(-a * x)) ** 2 - a * x - Math.log(density);
  });
  return { draw, information };
}

/** Clayton's copula: uniform margins that move together in the lower tail. */
function clayton(random: Random): ReturnType<Pair> {
  const theta = 0.3 + 5 * random.uniform();
  const draw = () => {
    const u = 1 - random.uniform();
    const w = 1 - random.uniform();
    return [u, ((w ** (-theta / (1 + theta)) - 1) * u ** -theta + 1) ** (-1 / theta)] as const;
  };
  const information = byDraws(
    draw,
    (u, v) =>
      Math.log(1 + theta) -
      (1 + theta) * Math.log(u * v) -
      (2 + 1 / theta) * Math.log(u ** -theta + v ** -theta - 1),
  );
  return { draw, information };
}

/** A noisy circle. */
function ring(random: Random): ReturnType<Pair> {
  const noise = 0.1 + 0.5 * random.uniform();
  const draw = () => {
    const angle = 2 * Math.PI * random.uniform();
    return [Math.cos(angle) + noise * random.normal(), Math.sin(angle) + noise * random.normal()] as const;
  };
  const directions = Array.from({ length: 48 }, (_, q) => {
    const angle = (2 * Math.PI * q) / 48;
    return [Math.cos(angle), Math.sin(angle)];
  });
  const information = byDraws(draw, (x, y) => {
    let [joint, left, right] = [0, 0, 0];
    for (const [cos, sin] of directions) {
      const a = Math.exp(-0.5 * ((x - cos) / noise) ** 2);
      const b = Math.exp(-0.5 * ((y - sin) / noise) ** 2);
      joint += a * b;
      left += a;
      right += b;
    }
    return Math.log((joint * directions.length) / (left * right));
  });
  return { draw, information };
}

/** Linked pairs of normal columns, both sides twisted by the spiral of Beyond Normal. With one column a side: a ring. */
function twisted(request: MetaRequest): MetaExample {
  const { rows, random, maxDim } = request;
  if (maxDim < 2) return pairwise(request, ring);
  const d = 2 + random.integer(maxDim - 1);
  const covariance = matrix(2 * d, 2 * d);
  for (let i = 0; i < 2 * d; i++) covariance.data[i * 2 * d + i] = 1;
  const rho = 0.3 + 0.6 * random.uniform();
  for (const i of [0, 1]) covariance.data[i * 2 * d + d + i] = covariance.data[(d + i) * 2 * d + i] = rho;
  const base = multivariateNormal(covariance, d);
  const sampler = transformed(base, { x: spiral(0, 1), y: spiral(d === 2 ? 0 : 1, d === 2 ? 1 : 2) });
  return { ...sampler.sample(rows, random), mutualInformation: base.mutualInformation };
}
