// What the network is trained on: distributions with known information, drawn anew for every training set. Margins do
// not matter, because the network sees normal scores only; what differs between the families is the dependence.
import { logDeterminant } from "../../core/linear-algebra.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { multivariateNormal, multivariateStudent } from "../beyond-normal/beyond-normal.ts";
import { indicators } from "./inputs.ts";
import type { MetaExample, MetaRequest } from "./meta-sampler.ts";

type Family = (request: MetaRequest) => MetaExample;

/** The families the shipped network was trained on, by name. */
export const trainedFamilies: Readonly<Record<string, Family>> = {
  normal: (request) => elliptical(request, false),
  student: (request) => elliptical(request, true),
  additive: (request) => pairs(request, additivePair),
  functional: (request) => pairs(request, functionalPair),
  classes,
  tables,
};

const weights = {
  normal: 0.25,
  student: 0.18,
  additive: 0.07,
  functional: 0.22,
  classes: 0.19,
  tables: 0.09,
};
/** Share of sets in which y is drawn independently of x. */
const independent = 0.08;
/** Share of sets whose numbers are rounded, as data often are. */
const rounded = 0.2;
/** Sets that share more, in nats, are drawn again. */
export const mostInformation = 10;

type Name = keyof typeof weights;
const continuousNames = ["normal", "student", "additive", "functional"] as const satisfies Name[];

/** A training set of a family drawn at random. */
export function drawTrained(request: MetaRequest): MetaExample {
  return drawFrom(Object.keys(weights) as Name[], request);
}

/** The same without categories. */
export function drawContinuous(request: MetaRequest): MetaExample {
  return drawFrom(continuousNames, request);
}

function drawFrom(names: readonly Name[], request: MetaRequest): MetaExample {
  const name = names[request.random.categorical(names.map((n) => weights[n]))];
  return finished(trainedFamilies[name], request);
}

/** One set of a family, with what happens to data of any family: independence, mirrored columns, rounding. */
export function finished(family: Family, request: MetaRequest): MetaExample {
  const { random } = request;
  for (;;) {
    const drawn = family(request);
    if (!(drawn.mutualInformation <= mostInformation)) continue;
    let { x, y, mutualInformation } = drawn;
    if (random.uniform() < independent) {
      y = shuffledRows(y, random);
      mutualInformation = 0;
    }
    [x, y] = [x, y].map((m) => mirrored(m, random)) as [Matrix, Matrix];
    // Fine steps lose little where the information is moderate; the truth stays.
    if (mutualInformation < 1.5 && x.cols + y.cols <= 9 && random.uniform() < rounded) {
      [x, y] = [x, y].map((m) => roundedTo(m, random.uniform() * 0.1)) as [Matrix, Matrix];
    }
    return { x, y, mutualInformation };
  }
}

/** Numbers of columns: equal, one against many, or any two. */
export function drawDims({ maxDim, random }: MetaRequest): [dx: number, dy: number] {
  const one = 1 + random.integer(maxDim);
  const kind = random.uniform();
  if (kind < 0.5) return [one, one];
  const other = kind < 0.75 ? 1 : 1 + random.integer(maxDim);
  return random.uniform() < 0.5 ? [one, other] : [other, one];
}

/** Normal or Student t with a random correlation matrix of one of the field's shapes. */
function elliptical(request: MetaRequest, heavy: boolean): MetaExample {
  const { rows, random } = request;
  const [dx, dy] = drawDims(request);
  const covariance = drawCovariance(dx, dy, random);
  const sampler = heavy
    ? multivariateStudent(covariance, 1 + 9 * random.uniform(), dx)
    : multivariateNormal(covariance, dx);
  return { ...sampler.sample(rows, random), mutualInformation: sampler.mutualInformation };
}

/** Dense, sparse, latent-variable or factor covariance of dx + dy columns, some of them mirrored. */
function drawCovariance(dx: number, dy: number, random: Random): Matrix {
  const d = dx + dy;
  const out = matrix(d, d);
  const least = Math.min(dx, dy);
  const kind = random.uniform();
  const uniform = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let i = 0; i < d; i++) out.data[i * d + i] = 1;
  const link = (pair: number, strength: number) => {
    const [i, j] = [pair, dx + pair];
    out.data[i * d + j] += strength;
    out.data[j * d + i] += strength;
    out.data[i * d + i] += strength;
    out.data[j * d + j] += strength;
  };
  if (kind < 0.2) {
    const rho = uniform(0, 0.5) * (random.uniform() < 0.3 ? 1.8 : 1);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) if (i !== j) out.data[i * d + j] = rho;
  } else if (kind < 0.5) {
    const interacting = random.uniform() < 0.3 ? Math.min(2, least) : 1 + random.integer(least);
    const common = uniform(0.1, 5) ** 2;
    const own = random.uniform() < 0.5;
    for (let p = 0; p < interacting; p++) link(p, own ? uniform(0.1, 3) ** 2 : common);
  } else if (kind < 0.7) {
    const [alpha, lambda, beta, eta] = [uniform(0, 1), uniform(0.1, 3), uniform(0, 1.5), uniform(0.1, 5)];
    const interacting = 1 + random.integer(least);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) out.data[i * d + j] += alpha ** 2 + (i < dx === j < dx ? beta ** 2 : 0);
    }
    for (let p = 0; p < interacting; p++) link(p, lambda ** 2);
    for (let p = interacting; p < dx; p++) out.data[p * d + p] += eta ** 2;
    for (let p = interacting; p < dy; p++) out.data[(dx + p) * d + dx + p] += eta ** 2;
  } else {
    const factors = 1 + random.integer(d);
    const scale = Math.exp(uniform(Math.log(0.2), Math.log(2))) / Math.sqrt(factors);
    for (let f = 0; f < factors; f++) {
      const loading = Float64Array.from({ length: d }, () => scale * random.normal());
      for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out.data[i * d + j] += loading[i] * loading[j];
    }
  }
  return out;
}

type Pair = (random: Random) => { draw: () => readonly [number, number]; information: number };

/** Independent pairs (x_j, y_j), unrelated columns beside them, and columns of a side mixed with each other. */
function pairs(request: MetaRequest, pair: Pair): MetaExample {
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
function additivePair(random: Random): ReturnType<Pair> {
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
function functionalPair(random: Random): ReturnType<Pair> {
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

/** Draws of the Monte-Carlo truth of `classes`: a standard error of about 0.015 nats. */
const monteCarlo = 1500;

/** A category on one side, normal columns with means and spreads of the category's own on the other. */
function classes(request: MetaRequest): MetaExample {
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
function tables(request: MetaRequest): MetaExample {
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

/** Columns of a side mixed by a random invertible matrix, in half of the cases. */
function maybeMixed(m: Matrix, random: Random): Matrix {
  const d = m.cols;
  if (d === 1 || random.uniform() < 0.5) return m;
  const mixing = matrix(d, d);
  do {
    for (let i = 0; i < d * d; i++) mixing.data[i] = random.normal() / Math.sqrt(d);
    for (let i = 0; i < d; i++) mixing.data[i * d + i] += 1;
  } while (Math.abs(logAbsDeterminant(mixing)) > 2);
  const out = matrix(m.rows, d);
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < d; j++) {
      const value = m.data[i * d + j];
      for (let k = 0; k < d; k++) out.data[i * d + k] += value * mixing.data[j * d + k];
    }
  }
  return out;
}

/** ln |det M| = ½ ln det(M Mᵀ). */
function logAbsDeterminant(m: Matrix): number {
  const d = m.cols;
  const gram = matrix(d, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) gram.data[i * d + j] += m.data[i * d + k] * m.data[j * d + k];
    }
    gram.data[i * d + i] += 1e-9;
  }
  return 0.5 * logDeterminant(gram);
}

function shuffledRows({ data, rows, cols }: Matrix, random: Random): Matrix {
  const out = matrix(rows, cols);
  const order = random.permutation(rows);
  for (let i = 0; i < rows; i++)
    out.data.set(data.subarray(order[i] * cols, (order[i] + 1) * cols), i * cols);
  return out;
}

function mirrored(m: Matrix, random: Random): Matrix {
  const signs = Float64Array.from({ length: m.cols }, () => (random.uniform() < 0.5 ? -1 : 1));
  return { ...m, data: m.data.map((value, at) => value * signs[at % m.cols]) };
}

/** Every number rounded to a share of the spread, as far as the middle half of its column shows it. */
function roundedTo(m: Matrix, share: number): Matrix {
  const steps = Float64Array.from({ length: m.cols }, (_, j) => {
    const values = Float64Array.from({ length: m.rows }, (_, i) => m.data[i * m.cols + j]).sort();
    return (share * (values[Math.floor(0.75 * m.rows)] - values[Math.floor(0.25 * m.rows)])) / 1.35;
  });
  return {
    ...m,
    data: m.data.map((value, at) => {
      const step = steps[at % m.cols];
      return step > 0 ? Math.round(value / step) * step : value;
    }),
  };
}
