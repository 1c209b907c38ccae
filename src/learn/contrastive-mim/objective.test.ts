import { describe, expect, it } from "vitest";
import { expectGradient } from "../../../test/engine/finite-differences.ts";
import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import {
  add,
  compile,
  grad,
  mapTree,
  mean,
  mul,
  random,
  sum,
  type Tensor,
  type Tree,
  tensor,
} from "../../engine/index.ts";
import { contrastiveLogProb } from "./contrastive-log-prob.ts";
import type { Network } from "./network.ts";
import { averaged, contrast, type Objective, sampleLatent, weightsOf, withFloor } from "./objective.ts";
import { readOptions } from "./options.ts";
import { sequenceNetwork } from "./sequence-network.ts";
import { sequenceBatch } from "./sequences.ts";
import { batchParts } from "./training.ts";
import { vectorNetwork } from "./vector-network.ts";

const double = (rows: number[][]) => tensor(rows, { dtype: "float64" });
/** On Wasm numbers of the program keep all their digits; in ONNX they come down to single precision. */
const exactly = { executor: "wasm" } as const;
const objectives: Objective[] = ["ae", "vae", "mim", "cmim"];

/** The fixture of the sheet. */
const mu = double([
  [1, 0],
  [0, 1],
  [-1, 0.5],
]);
const logScale = double([
  [-1, -1],
  [-0.5, -2],
  [0, -1.5],
]);
const noise = double([
  [0.3, -0.2],
  [1, 0.5],
  [-0.4, 0.1],
]);

describe("the latent parts", () => {
  it("are those of the fixture that was computed by two programs", async () => {
    const run = compile((m: Tensor, s: Tensor, e: Tensor) => {
      const { z, ...latent } = sampleLatent({ mean: m, logScale: s }, e);
      const rows = { recon: sum(z, 1), ...latent };
      const totals = (
        [
          ["mim", 1],
          ["cmim", 1],
          ["cmim", 0.1],
          ["vae", 1],
        ] as const
      ).map(([objective, temperature]) => {
        const logContrast = contrast(z, temperature);
        const { total, recon } = averaged({ ...rows, logContrast }, weightsOf(objective, 1));
        return [total, recon] as const;
      });
      return { z, ...latent, totals };
    }, exactly);
    const { z, logQ, logPrior, totals } = await run(mu, logScale, noise);
    const expectClose = (values: ArrayLike<number>, expected: number[], digits: number) =>
      expected.forEach((value, i) => {
        expect(values[i]).toBeCloseTo(value, digits);
      });
    expectClose(z.data, [1.110364, -0.073576, 0.606531, 1.067668, -1.4, 0.522313], 6);
    expectClose(logQ.data, [0.097123, 0.037123, -0.422877], 6);
    expectClose(logPrior.data, [-2.457038, -2.591774, -2.954283], 5);
    const latent = totals.map(([total, recon]) => total.item() - recon.item());
    expectClose(latent, [1.3819542141, 1.6733389403, 1.3831332218, 2.5714876287], 9);
    await run.dispose();
  });

  it("push σ down for A-MIM and cMIM, and up for a VAE", async () => {
    // Derivatives with respect to log σ: ½(1 + zσε) and −1 + zσε; A-MIM's is cMIM's without contrast.
    const z = (i: number) => mu.data[i] + Math.exp(logScale.data[i]) * noise.data[i];
    const slope = (i: number) => z(i) * Math.exp(logScale.data[i]) * noise.data[i];
    for (const [objective, expected] of [
      ["mim", (i: number) => 0.5 * (1 + slope(i))],
      ["vae", (i: number) => -1 + slope(i)],
    ] as const) {
      const { logQ: q, logPrior: p } = weightsOf(objective, 1);
      const derivative = compile(
        grad((s: Tensor) => {
          const latent = sampleLatent({ mean: mu, logScale: s }, noise);
          return sum(add(mul(latent.logQ, q), mul(latent.logPrior, p)));
        }),
      );
      const { data } = await derivative(logScale);
      for (let i = 0; i < 6; i++) expect(data[i]).toBeCloseTo(expected(i), 12);
      await derivative.dispose();
    }
  });

  it("stop at the floor of log σ", async () => {
    const floored = compile(grad((s: Tensor) => sum(withFloor(s, -6))));
    expect((await floored(double([[-7, -5]]))).toArray()).toEqual([[0, 1]]);
    await floored.dispose();
  });
});

describe("the contrastive term on tensors", () => {
  it("is contrastiveLogProb", async () => {
    const stream = new Random(3);
    const codes = Float64Array.from({ length: 7 * 4 }, () => stream.normal());
    for (const temperature of [0.1, 1]) {
      const run = compile((z: Tensor) => contrast(z, temperature), exactly);
      const { data } = await run(tensor(codes, { shape: [7, 4] }));
      contrastiveLogProb(matrix(7, 4, codes), temperature).forEach((value, i) => {
        expect(data[i]).toBeCloseTo(value, 12);
      });
      await run.dispose();
    }
  });

  it("has a gradient orthogonal to each code", async () => {
    const stream = new Random(4);
    const z = tensor(
      Float64Array.from({ length: 5 * 3 }, () => stream.normal()),
      { shape: [5, 3] },
    );
    const derivative = compile(grad((codes: Tensor) => mean(contrast(codes, 0.5))));
    const { data } = await derivative(z);
    for (let i = 0; i < 5; i++) {
      const product = [0, 1, 2].reduce((total, k) => total + data[3 * i + k] * z.data[3 * i + k], 0);
      expect(Math.abs(product)).toBeLessThan(1e-12);
      expect(Math.abs(data[3 * i])).toBeGreaterThan(1e-4);
    }
    await derivative.dispose();
  });

  it("has no gradient at a code of zeros, and no NaN", async () => {
    const derivative = compile(grad((codes: Tensor) => mean(contrast(codes, 1))));
    const { data } = await derivative(
      double([
        [0, 0],
        [1, 0],
      ]),
    );
    expect(Array.from(data).every(Number.isFinite)).toBe(true);
    await derivative.dispose();
  });
});

describe("the whole loss", () => {
  const rows = 4;
  const stream = new Random(5);
  const numbers = (count: number) => Float64Array.from({ length: count }, () => stream.uniform());
  const epsilon = tensor(
    Float64Array.from({ length: rows * 2 }, () => stream.normal()),
    { shape: [rows, 2] },
  );

  const expectLossGradient = async <P extends Tree, B extends Tree>(
    network: Network<P, B>,
    objective: Objective,
    batch: B,
  ) => {
    const settings = readOptions({ objective, latentDim: 2, temperature: 0.5 });
    const params = mapTree(network.init(random.key(1)), (leaf) =>
      tensor(Float64Array.from(leaf.data), { shape: leaf.shape }),
    );
    // The largest error of a difference is about 1e-9, four orders below the smallest gradients of interest.
    await expectGradient(
      (p: P) => batchParts(network, settings, 0.3, [p, batch, epsilon]).total,
      params,
      1e-7,
    );
  };

  it.each(objectives)(
    "has the gradient of finite differences for %s with a Gaussian likelihood",
    async (objective) => {
      const network = vectorNetwork({
        inputs: 3,
        hidden: [3],
        latentDim: 2,
        objective,
        minLogScale: -6,
        likelihood: "gaussian",
        minOutputLogScale: -3,
      });
      await expectLossGradient(network, objective, { x: tensor(numbers(rows * 3), { shape: [rows, 3] }) });
    },
  );

  it("has the gradient of finite differences with a Bernoulli likelihood", async () => {
    const network = vectorNetwork({
      inputs: 3,
      hidden: [3, 2],
      latentDim: 2,
      objective: "cmim",
      minLogScale: -6,
      likelihood: "bernoulli",
      minOutputLogScale: -3,
    });
    await expectLossGradient(network, "cmim", { x: tensor(numbers(rows * 3), { shape: [rows, 3] }) });
  });

  it("has the gradient of finite differences for sequences", async () => {
    const network = sequenceNetwork({
      vocabulary: 2,
      embeddingDim: 2,
      features: 2,
      latentDim: 2,
      objective: "cmim",
      minLogScale: -6,
      reconReduction: "sum",
    });
    const batch = sequenceBatch([[0, 1], [1], [1, 1], [0]], 2, 2);
    const inDouble = (leaf: Tensor) =>
      leaf.dtype === "float32" ? tensor(Float64Array.from(leaf.data), { shape: leaf.shape }) : leaf;
    await expectLossGradient(network, "cmim", mapTree(batch, inDouble));
  });
});
