// Columns linked in pairs: noise added to a number or to a curve of it.
import { matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { drawDims, type MetaExample, type MetaRequest } from "./meta-sampler.ts";
import { maybeMixed } from "./mixing.ts";

/** Draws one pair of linked numbers, and what they share in nats. */
export type Pair = (random: Random) => { draw: () => readonly [number, number]; information: number };

/** Independent pairs (x_j, y_j), unrelated columns beside them, and columns of a side mixed with each other. */
export function pairs(request: MetaRequest, pair: Pair): MetaExample {
  const { rows, random } = request;
  const [dx, dy] = drawDims(request);
  const x = matrix(rows, dx);
  const y = matrix(rows, dy);
  const linked = 1 + random.integer(Math.min(dx, dy));
  let mutualInformation = 0;
  for (let j = 0; j < Math.max(dx, dy); j++) {
    if (j < linked) {
      const { draw, information } = pair(random);
      mutualInformation += information;
      for (let i = 0; i < rows; i++) [x.data[i * dx + j], y.data[i * dy + j]] = draw();
    } else {
      for (const m of [x, y])
        if (j < m.cols) for (let i = 0; i < rows; i++) m.data[i * m.cols + j] = random.normal();
    }
  }
  return { x: maybeMixed(x, random), y: maybeMixed(y, random), mutualInformation };
}

/** Uniform noise added to a uniform number (Czyż et al. 2023). */
export function additivePair(random: Random): ReturnType<Pair> {
  const epsilon = 0.1 + 1.9 * random.uniform();
  return {
    information: epsilon <= 0.5 ? epsilon - Math.log(2 * epsilon) : 1 / (4 * epsilon),
    draw() {
      const x = random.uniform();
      return [x - 0.5, x - 0.5 + epsilon * (2 * random.uniform() - 1)];
    },
  };
}

const quadrature = 160;

/** Normal noise added to a function of a normal or uniform number: I = h(Y) − h(noise), by quadrature. */
export function functionalPair(random: Random): ReturnType<Pair> {
  const normal = random.uniform() < 0.6;
  const curve = drawCurve(random);
  const at = new Float64Array(quadrature);
  const mass = new Float64Array(quadrature);
  let [total, mean, square] = [0, 0, 0];
  for (let q = 0; q < quadrature; q++) {
    const place = (q + 0.5) / quadrature;
    const x = normal ? 9 * (place - 0.5) : 3.4 * (place - 0.5);
    mass[q] = normal ? Math.exp(-0.5 * x * x) : 1;
    at[q] = curve(x);
    total += mass[q];
  }
  for (let q = 0; q < quadrature; q++) {
    mass[q] /= total;
    mean += mass[q] * at[q];
    square += mass[q] * at[q] ** 2;
  }
  const spread = Math.sqrt(Math.max(1e-6, square - mean * mean));
  const noise = spread * Math.exp(Math.log(0.12) + random.uniform() * Math.log(3 / 0.12));
  const information = mixtureEntropy(at, mass, noise) - 0.5 * Math.log(2 * Math.PI * Math.E * noise * noise);
  return {
    information: Math.max(0, information),
    draw() {
      const x = normal ? random.normal() : 3.4 * (random.uniform() - 0.5);
      return [x, curve(x) + noise * random.normal()];
    },
  };
}

/** A random curve: a line, parabola, wave, corner or step, or the sum of two. */
function drawCurve(random: Random): (x: number) => number {
  const one = () => {
    const scale = random.normal();
    const shift = random.normal();
    const frequency = 0.5 + 3 * random.uniform();
    const kind = random.integer(6);
    return (x: number) => {
      if (kind === 0) return scale * x;
      if (kind === 1) return scale * (x - shift / 2) ** 2;
      if (kind === 2) return scale * Math.sin(frequency * x + 3 * shift);
      if (kind === 3) return scale * Math.abs(x - shift / 2);
      if (kind === 4) return scale * Math.tanh(3 * (x - shift));
      return scale * (x ** 3 / 3 - x);
    };
  };
  const [first, second] = [one(), one()];
  return random.uniform() < 0.6 ? first : (x) => first(x) + second(x);
}

/** Differential entropy of a mixture of normals with one deviation, by the rectangle rule. */
function mixtureEntropy(means: Float64Array, mass: Float64Array, deviation: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of means) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  low -= 5 * deviation;
  high += 5 * deviation;
  const cells = Math.min(800, Math.ceil((high - low) / (0.35 * deviation)));
  const step = (high - low) / cells;
  let entropy = 0;
  for (let c = 0; c < cells; c++) {
    const y = low + (c + 0.5) * step;
    let density = 0;
    for (let q = 0; q < means.length; q++) {
      const t = (y - means[q]) / deviation;
      if (t * t < 60) density += mass[q] * Math.exp(-0.5 * t * t);
    }
    density /= deviation * Math.sqrt(2 * Math.PI);
    if (density > 1e-300) entropy -= step * density * Math.log(density);
  }
  return entropy;
}
