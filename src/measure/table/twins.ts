import { type Codes, isCodes, levelCounts } from "../../core/codes.ts";
import { matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { rowsOf, type Variable } from "../estimator.ts";

/** Made-up data whose mutual information is known, shaped like a pair of real variables. */
export interface Twin {
  description: string;
  /** Nats. */
  truth: number;
  sample(n: number, random: Random): { x: Variable; y: Variable };
}

/**
 * Two twins of a pair: one that shares about `nats` of information and one that shares none, with the kinds and
 * dimensions of x and y, and the class shares of discrete ones.
 */
export function twinsOf(x: Variable, y: Variable, nats: number): Twin[] {
  const information = Math.max(nats, 0);
  if (isCodes(x) && isCodes(y)) return tableTwins(x, y);
  if (isCodes(x)) return classTwins(x, columnsOf(y), information).map(swapped);
  if (isCodes(y)) return classTwins(y, columnsOf(x), information);
  return normalTwins(x.cols, y.cols, information);
}

/** Normal variables; the first min(dx, dy) columns are correlated in pairs, equally. */
function normalTwins(dx: number, dy: number, information: number): Twin[] {
  const twin = (description: string, truth: number): Twin => {
    const rho = Math.sqrt(1 - Math.exp((-2 * truth) / Math.min(dx, dy)));
    return {
      description,
      truth,
      sample(n, random) {
        const x = matrix(n, dx, normals(n * dx, random));
        const y = matrix(n, dy, normals(n * dy, random));
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < Math.min(dx, dy); j++) {
            y.data[i * dy + j] = rho * x.data[i * dx + j] + Math.sqrt(1 - rho * rho) * y.data[i * dy + j];
          }
        }
        return { x, y };
      },
    };
  };
  return [twin("normal, correlated to share as much", information), twin("normal, independent", 0)];
}

/** Classes as frequent as the real ones; inside a class x is normal, and only the mean of its first column moves. */
function classTwins(y: Codes, dx: number, information: number): Twin[] {
  const counts = levelCounts(y);
  const shares = Array.from(counts, (count) => count / y.codes.length);
  const twin = (description: string, step: number): Twin => ({
    description,
    truth: informationOfSteps(shares, step),
    sample(n, random) {
      const codes = new Int32Array(n);
      const x = matrix(n, dx, normals(n * dx, random));
      for (let i = 0; i < n; i++) {
        codes[i] = random.categorical(shares);
        x.data[i * dx] += step * codes[i];
      }
      return { x, y: { codes, levels: y.levels } };
    },
  });
  return [
    twin("classes as frequent as here, normal inside, means apart", stepFor(shares, information)),
    twin("classes as frequent as here, no difference between them", 0),
  ];
}

/** The distance of neighbouring class means at which x says `information` about the class, by bisection. */
function stepFor(shares: readonly number[], information: number): number {
  let low = 0;
  let high = 12;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (informationOfSteps(shares, middle) < information) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** h(mixture) − h(normal) by the trapezoid rule on a grid that reaches 8 standard deviations beyond the means. */
function informationOfSteps(shares: readonly number[], step: number): number {
  if (step === 0) return 0;
  const from = -8;
  const to = 8 + step * (shares.length - 1);
  const points = Math.min(20_000, Math.ceil((to - from) * 24));
  const width = (to - from) / points;
  let entropy = 0;
  for (let i = 0; i <= points; i++) {
    const at = from + i * width;
    let density = 0;
    for (let c = Math.max(0, Math.ceil((at - 9) / step)); c < shares.length && c * step < at + 9; c++) {
      density += (shares[c] * Math.exp(-((at - c * step) ** 2) / 2)) / Math.sqrt(2 * Math.PI);
    }
    if (density > 0) entropy -= width * density * Math.log(density);
  }
  return entropy - 0.5 * Math.log(2 * Math.PI * Math.E);
}

/** Rows drawn from the observed table as if it were the truth, and from the product of its margins. */
function tableTwins(x: Codes, y: Codes): Twin[] {
  const n = rowsOf(x);
  const width = y.levels.length;
  const joint = new Float64Array(x.levels.length * width);
  for (let i = 0; i < n; i++) joint[x.codes[i] * width + y.codes[i]] += 1 / n;
  const px = Array.from(levelCounts(x), (count) => count / n);
  const py = Array.from(levelCounts(y), (count) => count / n);
  let truth = 0;
  for (const [cell, p] of joint.entries()) {
    if (p > 0) truth += p * Math.log(p / (px[Math.floor(cell / width)] * py[cell % width]));
  }
  const draw = (n: number, random: Random, shares: ArrayLike<number>) =>
    Int32Array.from({ length: n }, () => random.categorical(shares));
  return [
    {
      description: "rows drawn anew from the observed table",
      truth,
      sample(n, random) {
        const cells = draw(n, random, joint);
        return {
          x: { codes: cells.map((cell) => Math.floor(cell / width)), levels: x.levels },
          y: { codes: cells.map((cell) => cell % width), levels: y.levels },
        };
      },
    },
    {
      description: "both columns as they are, independent",
      truth: 0,
      sample: (n, random) => ({
        x: { codes: draw(n, random, px), levels: x.levels },
        y: { codes: draw(n, random, py), levels: y.levels },
      }),
    },
  ];
}

function swapped(twin: Twin): Twin {
  return {
    ...twin,
    sample(n, random) {
      const { x, y } = twin.sample(n, random);
      return { x: y, y: x };
    },
  };
}

function columnsOf(v: Variable): number {
  return isCodes(v) ? 1 : v.cols;
}

function normals(count: number, random: Random): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = random.normal();
  return out;
}
