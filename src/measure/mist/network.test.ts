import { afterAll, describe, expect, it } from "vitest";
import { type Matrix, matrix, takeRows } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { add, compile, flatten, grad, mapTree, type Tensor, tensor } from "../../engine/index.ts";
import { batchOf, scoresOf, withFeatures } from "./inputs.ts";
import {
  forward,
  type Inputs,
  initialParameters,
  knots,
  mistSmall,
  type Parameters,
  pinball,
} from "./network.ts";

const small = {
  ...mistSmall,
  functions: 4,
  edgeWidth: 8,
  edgeLayers: 2,
  projections: 4,
  rowWidth: 8,
  rowLayers: 1,
  inducing: 4,
};
/** Random weights everywhere, so that no part of the network is silent. */
const params = jittered(initialParameters(small, 1));
const run = compile((inputs: Inputs) => ({ ...forward(small, params, inputs) }));
afterAll(() => run.dispose());

const random = new Random(5);
const x = filled(24, 2);
const y = filled(24, 3);
for (let i = 0; i < 24; i++) y.data[3 * i] += x.data[2 * i];

describe("the network", () => {
  it("does not know an order of rows", async () => {
    const order = random.permutation(24);
    expectSame(await quantiles(takeRows(x, order), takeRows(y, order)), await quantiles(x, y));
  });

  it("does not know an order of columns on a side", async () => {
    expectSame(await quantiles(columns(x, [1, 0]), columns(y, [2, 0, 1])), await quantiles(x, y));
  });

  it("treats x and y alike", async () => {
    expectSame(await quantiles(y, x), await quantiles(x, y));
  });

  it("gives the same alone as in a padded batch", async () => {
    const alone = await quantiles(x, y, 24, 3);
    const other = withFeatures(scoresOf(filled(40, 5)), scoresOf(filled(40, 1)));
    const sample = withFeatures(scoresOf(x), scoresOf(y));
    const { pure, hybrid } = await run(batchOf([other, sample], 48, 5));
    expectSame([...pure.data.slice(knots.length), ...hybrid.data.slice(knots.length)], alone);
  });

  it("sees increasing maps of a column as nothing at all", async () => {
    const bent = { ...y, data: y.data.map((v, at) => (at % 3 === 0 ? Math.exp(2 * v) : v ** 3)) };
    expect(await quantiles(x, bent)).toEqual(await quantiles(x, y));
  });

  it("notices when rows of one side are paired anew", async () => {
    const shifted = takeRows(
      y,
      Int32Array.from({ length: 24 }, (_, i) => (i + 7) % 24),
    );
    const [a, b] = [await quantiles(x, shifted), await quantiles(x, y)];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i])))).toBeGreaterThan(1e-3);
  });

  it("gives quantiles that do not cross", async () => {
    const all = await quantiles(x, y);
    for (const head of [all.slice(0, knots.length), all.slice(knots.length)]) {
      for (let i = 1; i < knots.length; i++) expect(head[i]).toBeGreaterThan(head[i - 1]);
    }
  });

  it("has the gradients that central differences show", () => {
    const tiny = withFeatures(scoresOf(filled(6, 1)), scoresOf(filled(6, 2)));
    const inputs = mapTree(batchOf([tiny], 6, 2), inDouble) as Inputs;
    const double = mapTree(params, inDouble) as Parameters;
    const target = tensor(Float64Array.of(0.4));
    const loss = (p: Parameters) => {
      const { pure, hybrid } = forward(small, p, inputs);
      return add(pinball(pure, target), pinball(hybrid, target));
    };
    const flat = flatten(double);
    const slope = flatten(grad(loss)(double)).leaves;
    const step = 1e-5;
    for (let trial = 0; trial < 2; trial++) {
      // A random direction through all parameters at once.
      const direction = flat.leaves.map(({ size }) =>
        Float64Array.from({ length: size }, () => random.normal()),
      );
      const moved = (by: number) => {
        const leaves = flat.leaves.map(({ data, shape }, l) =>
          tensor(
            Float64Array.from(data, (value, i) => value + by * direction[l][i]),
            { shape },
          ),
        );
        return loss(flat.rebuild(leaves) as Parameters).item();
      };
      const measured = (moved(step) - moved(-step)) / (2 * step);
      const stated = slope.reduce(
        (sum, { data }, l) => sum + direction[l].reduce((s, v, i) => s + v * data[i], 0),
        0,
      );
      // Central differences are off by step², here times third derivatives along a direction of length about 50.
      expect(Math.abs(stated - measured)).toBeLessThan(1e-4 * Math.max(1, Math.abs(measured)));
    }
  });
});

async function quantiles(a: Matrix, b: Matrix, rows = 32, half = 4): Promise<number[]> {
  const { pure, hybrid } = await run(batchOf([withFeatures(scoresOf(a), scoresOf(b))], rows, half));
  return [...pure.data, ...hybrid.data];
}

/** float32 sums in another order: 1e-5 as in the sheet. */
function expectSame(a: ArrayLike<number>, b: ArrayLike<number>): void {
  for (let i = 0; i < b.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-5);
}

function filled(rows: number, cols: number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => random.normal()),
  );
}

function columns({ data, rows, cols }: Matrix, order: number[]): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, at) => data[at - (at % cols) + order[at % cols]]),
  );
}

function inDouble(leaf: Tensor): Tensor {
  return tensor(Float64Array.from(leaf.data), { shape: leaf.shape });
}

function jittered(start: Parameters): Parameters {
  const noise = new Random(2);
  return mapTree(start, (leaf) =>
    tensor(
      Float32Array.from(leaf.data, (value) => value + 0.1 * noise.normal()),
      { shape: leaf.shape },
    ),
  );
}
