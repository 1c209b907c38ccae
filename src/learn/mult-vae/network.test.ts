import { describe, expect, it } from "vitest";
import { Random } from "../../core/random.ts";
import {
  compile,
  flatten,
  grad,
  mapTree,
  mul,
  ones,
  sum,
  type Tensor,
  type Tree,
  tensor,
  valueAndGrad,
  zeros,
} from "../../engine/index.ts";
import {
  type Batch,
  encode,
  initialParameters,
  type Kind,
  klFromPrior,
  loss,
  multinomialLoss,
  normalizeRows,
  type Parameters,
  predict,
} from "./network.ts";

const f64 = (values: number[] | number[][]) => tensor(values, { dtype: "float64" });

/** The worked example: 4 items, 3 hidden units, 2 latent dimensions. */
const tiny: Parameters = {
  encoder: [
    {
      kernel: f64([
        [0.1, -0.2, 0.3],
        [0.4, 0.1, -0.1],
        [-0.3, 0.2, 0.2],
        [0.2, 0.5, -0.4],
      ]),
      bias: f64([0.01, -0.02, 0.03]),
    },
    {
      kernel: f64([
        [0.2, -0.1, 0.3, 0.1],
        [0.1, 0.4, -0.2, 0.2],
        [-0.3, 0.2, 0.1, -0.1],
      ]),
      bias: f64([0, 0.1, -0.1, -0.2]),
    },
  ],
  decoder: [
    {
      kernel: f64([
        [0.3, -0.2, 0.1],
        [-0.1, 0.4, 0.2],
      ]),
      bias: f64([0.05, 0, -0.05]),
    },
    {
      kernel: f64([
        [0.2, 0.1, -0.3, 0.4],
        [-0.2, 0.3, 0.1, 0.2],
        [0.1, -0.4, 0.2, 0.3],
      ]),
      bias: f64([0, 0.1, 0, -0.1]),
    },
  ],
};
const clicks = f64([[1, 0, 1, 1]]);
const batch = (noise: number[]): Batch => ({
  input: normalizeRows(clicks),
  target: clicks,
  noise: f64([noise]),
});

/** Parameters and a batch of a small network in double precision. */
function small(kind: Kind, seed: number, users = 4) {
  const random = new Random(seed);
  const sizes = { kind, items: 7, hidden: kind === "vae" ? [5] : [], latentDim: 2 };
  const wide = (leaf: Tensor) => tensor(Float64Array.from(leaf.data), { shape: leaf.shape });
  const draw = (rows: number, cols: number, one: () => number) =>
    tensor(Float64Array.from({ length: rows * cols }, one), { shape: [rows, cols] });
  const target = draw(users, 7, () => random.integer(3));
  const made: Batch = {
    input: normalizeRows(target),
    target,
    noise: kind === "vae" ? draw(users, 2, () => random.normal()) : null,
  };
  return { params: mapTree(initialParameters(sizes, seed), wide), batch: made };
}

const numbers = (t: Tensor) => Array.from(t.data);

// Eager exp, log and tanh of jax-js's Wasm device have single precision also for float64; compiled ones have all digits.
const run = <A extends Tree[], T extends Tree>(f: (...args: A) => T, ...args: A): Promise<T> =>
  compile(f)(...args);

describe("the network", () => {
  it("gives the worked values", async () => {
    const code = await run((p: Parameters, x: Tensor) => encode("vae", p, normalizeRows(x)), tiny, clicks);
    const [mu, logVariance] = [numbers(code.mean), numbers(code.logVariance!)];
    [0.001985913, 0.2214588008].forEach((value, k) => {
      expect(mu[k]).toBeCloseTo(value, 9);
    });
    [-0.1407273625, -0.1552727708].forEach((value, k) => {
      expect(logVariance[k]).toBeCloseTo(value, 9);
    });

    const predicted = await run((p: Parameters, x: Tensor) => predict("vae", p, x), tiny, clicks);
    const { logits, rate } = predicted;
    [-0.0124542038, 0.1314355921, -0.0008387404, -0.072684301].forEach((value, i) => {
      expect(numbers(logits)[i]).toBeCloseTo(value, 9);
    });
    expect(rate.item()).toBeCloseTo(0.0349779043, 9);

    const lossOf = compile((p: Parameters, b: Batch) => loss("vae", p, b, 0.2, 0));
    const still = await lossOf(tiny, batch([0, 0]));
    expect(still.negativeLogLikelihood.item()).toBeCloseTo(4.2874146652, 9);
    expect(still.loss.item()).toBeCloseTo(4.2944102461, 9);
    const moved = await lossOf(tiny, batch([0.5, -1]));
    expect(moved.negativeLogLikelihood.item()).toBeCloseTo(4.2697679167, 9);
    expect(moved.loss.item()).toBeCloseTo(4.2767634976, 9);
  });

  it.each(["vae", "dae"] as const)("has the derivatives that differences show (%s)", async (kind) => {
    const { params, batch: made } = small(kind, 4);
    const value = (p: Parameters) => loss(kind, p, made, 0.25, 2 ** -7).loss;
    const lossOf = compile(value);
    const [, gradient] = await run(valueAndGrad(value), params);
    const leaves = flatten(params).leaves;
    const slopes = flatten(gradient).leaves;
    const random = new Random(1);
    for (const [l, leaf] of leaves.entries()) {
      const at = random.integer(leaf.size);
      const step = 1e-5;
      const moved = async (by: number) =>
        (
          await lossOf(
            mapTree(params, (one, i) =>
              i === l
                ? tensor(
                    Float64Array.from(one.data).map((x, e) => (e === at ? x + by : x)),
                    { shape: one.shape },
                  )
                : one,
            ),
          )
        ).item();
      const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
      // Central differences: error step² times a third derivative of order 1, rounding 1e-16 · 30 / step.
      expect(slopes[l].data[at]).toBeCloseTo(slope, 8);
    }
  });

  it("has the gradient N softmax − x in the logits, which sums to 0", async () => {
    const counts = [0, 3, 1, 0, 2];
    const logits = [0.3, -1.2, 2.5, 0, 1];
    const slopeOf = grad((l: Tensor, x: Tensor) => sum(multinomialLoss(l, x)));
    const slopes = numbers(await run(slopeOf, f64([logits]), f64([counts])));
    const total = logits.reduce((all, l) => all + Math.exp(l), 0);
    slopes.forEach((slope, i) => {
      expect(slope).toBeCloseTo((6 * Math.exp(logits[i])) / total - counts[i], 12);
    });
    expect(slopes.reduce((all, s) => all + s, 0)).toBeCloseTo(0, 12);
  });

  it("answers c times the counts with c times the loss and gradient and the same code", async () => {
    const { params, batch: made } = small("vae", 9);
    const scaled = mul(made.target, 3);
    const more: Batch = { ...made, target: scaled, input: normalizeRows(scaled) };
    const both = compile(valueAndGrad((p: Parameters, b: Batch) => loss("vae", p, b, 0, 0).loss));
    const [a, da] = await both(params, made);
    const [b, db] = await both(params, more);
    expect(b.item()).toBeCloseTo(3 * a.item(), 10);
    const [before, after] = [flatten(da).leaves, flatten(db).leaves];
    before.forEach((leaf, l) => {
      leaf.data.forEach((slope, e) => {
        expect(after[l].data[e]).toBeCloseTo(3 * slope, 9);
      });
    });
    const code = compile((p: Parameters, x: Tensor) => encode("vae", p, x).mean);
    const [one, other] = [await code(params, made.input), await code(params, more.input)].map(numbers);
    one.forEach((value, k) => {
      expect(other[k]).toBeCloseTo(value, 14);
    });
  });

  it("has a rate that is never negative and 0 where the code is the prior", async () => {
    const random = new Random(6);
    const draw = (spread: number) => f64([Array.from({ length: 8 }, () => spread * random.normal())]);
    const rate = compile((mean: Tensor, logVariance: Tensor) => klFromPrior({ mean, logVariance }));
    const zero = zeros([1, 8], "float64");
    expect((await rate(zero, zero)).item()).toBe(0);
    for (let trial = 0; trial < 50; trial++) {
      const spread = 10 ** (-6 + trial / 7);
      expect((await rate(draw(spread), draw(Math.min(spread, 5)))).item()).toBeGreaterThanOrEqual(0);
    }
  });

  it("is an autoencoder when nothing is paid for the code and its variance vanishes", async () => {
    const { params, batch: made } = small("vae", 3);
    const last = params.encoder[1];
    const still = Float64Array.from(last.bias.data);
    still.fill(-1e3, 2);
    const frozen: Parameters = {
      ...params,
      encoder: [params.encoder[0], { ...last, bias: tensor(still, { shape: [4] }) }],
    };
    const lossOf = compile((p: Parameters, b: Batch) => loss("vae", p, b, 0, 0));
    const silent = await lossOf(frozen, { ...made, noise: zeros([4, 2], "float64") });
    const noisy = await lossOf(frozen, made);
    // The clamp leaves a deviation of e⁻¹⁰.
    expect(noisy.loss.item()).toBeCloseTo(silent.loss.item(), 3);
  });

  it("charges weights and not biases", () => {
    const params: Parameters = {
      encoder: [{ kernel: mul(ones([2, 1], "float64"), 3), bias: mul(ones([1], "float64"), 100) }],
      decoder: [{ kernel: ones([1, 2], "float64"), bias: zeros([2], "float64") }],
    };
    const input = f64([[1, 0]]);
    const { penalty } = loss("dae", params, { input, target: input, noise: null }, 0, 0.5);
    expect(penalty.item()).toBeCloseTo(0.5 * (9 + 9 + 1 + 1), 12);
  });

  it("starts with weights within Glorot's bound and biases within two deviations", () => {
    const { encoder, decoder } = initialParameters({ kind: "vae", items: 50, hidden: [20], latentDim: 4 }, 1);
    expect(encoder.map(({ kernel }) => kernel.shape)).toEqual([
      [50, 20],
      [20, 8],
    ]);
    expect(decoder.map(({ kernel }) => kernel.shape)).toEqual([
      [4, 20],
      [20, 50],
    ]);
    for (const { kernel, bias } of [...encoder, ...decoder]) {
      const bound = Math.sqrt(6 / (kernel.shape[0] + kernel.shape[1]));
      const largest = Math.max(...kernel.data.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(0.8 * bound);
      expect(Math.max(...bias.data.map(Math.abs))).toBeLessThanOrEqual(0.002);
    }
  });
});
