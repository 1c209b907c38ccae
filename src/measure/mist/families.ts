// What the network is trained on: distributions with known information, drawn anew for every training set. Margins do
// not matter, because the network sees normal scores only; what differs between the families is the dependence.
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { classes, tables } from "./category-families.ts";
import { elliptical } from "./elliptical-families.ts";
import type { MetaExample, MetaRequest, MetaSampler } from "./meta-sampler.ts";
import { additivePair, functionalPair, pairs } from "./pair-families.ts";

/** The families the shipped network was trained on, by name. */
export const trainedFamilies: Readonly<Record<string, MetaSampler>> = {
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
function finished(family: MetaSampler, request: MetaRequest): MetaExample {
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
