import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { mean } from "../../core/statistics.ts";
import { saveModel } from "../../engine/checkpoint/model.ts";
import { compile, type Tensor, type Tree, tensor } from "../../engine/index.ts";
import { balancedBlocks, inBlocks, rowsOf } from "./blocks.ts";
import { contrastiveLogProb, countZeroRows, requireOthers } from "./contrastive-log-prob.ts";
import type { Modality, OnnxParts } from "./modality.ts";
import { withoutNull } from "./network.ts";
import { type Parts, partNames, sampleLatent, type Weights, weightsOf } from "./objective.ts";
import type { Settings } from "./options.ts";
import type { TrainingRecord } from "./training.ts";

/** q(z|x) of each row. */
export interface Encoding {
  readonly mean: Matrix;
  /** log σ; null for an autoencoder, whose code has no noise. */
  readonly logScale: Matrix | null;
}

/** The loss of some rows in nats a row, with what it is made of. */
export interface Loss extends Parts<number> {
  readonly weights: Weights;
  /** Rows whose code is too near zero to have a direction. */
  readonly zeroNorms: number;
}

export interface SampleOptions {
  /** 0. */
  readonly seed?: number;
  /** Codes are drawn from N(0, scale²). 1, the prior. */
  readonly scale?: number;
}

/** A trained encoder and decoder: rows of numbers as a matrix, or sequences of tokens. */
export interface ContrastiveMIM<X, Y> {
  readonly settings: Settings;
  readonly training: TrainingRecord;
  /** The code of each row: use the mean. */
  encode(x: X): Promise<Encoding>;
  /** The mean of p(x|z) for numbers, in their units; for sequences the most likely next token until the end. */
  decode(codes: MatrixLike): Promise<Y>;
  /** `decode` of the mean code. */
  reconstruct(x: X): Promise<Y>;
  /** New rows: `decode` of codes from the prior; tokens are drawn, not the most likely ones. */
  sample(count: number, options?: SampleOptions): Promise<Y>;
  /** `decode` of so many codes at equal distances on the line between the mean codes of two rows. */
  interpolate(twoRows: X, steps: number): Promise<Y>;
  /**
   * The state of the decoder that the parameters of p(x|z) are computed from, at the mean code: its last hidden layer,
   * or the mean of its states over the tokens and the end of the given sequence. Of a layered decoder it is a function
   * of the code and knows no more than it; compare it with {@link randomFeatures} of the same width, as
   * {@link evaluateEmbeddings} does.
   */
  informativeEmbedding(x: X): Promise<Matrix>;
  /** Means over rows of the loss, with codes drawn by the seed. */
  loss(x: X, seed?: number): Promise<Loss>;
  /** The loss of each row: high for rows unlike those trained on. Contrast is with up to 1023 rows beside it. */
  rowLosses(x: X, seed?: number): Promise<Parts<Float64Array>>;
  /**
   * The model for any ONNX runtime, by file name: `encoder` (x to mean and logScale) and `decoder` (z to mean and hidden,
   * the informative embedding), in the units of the rows as they are given. Of sequences: `encoder` (the sequence `reversed`
   * and padded behind, 1 in `last` where it ends), `start` (z to the first state) and `step` (z, state and last token to
   * nextState and logProbs; the token `vocabulary` begins and ends a sequence).
   */
  toOnnx(): OnnxParts;
  /** Writes the model into a folder, for `loadContrastiveMIM`. */
  save(folder: string): Promise<void>;
}

export const method = "contrastive-mim";
const mostRowsInContrast = 1024;

/** Puts a trained or loaded model together. */
export function modelFrom<X, P extends Tree, B extends Tree, Y>(
  modality: Modality<X, P, B, Y>,
  settings: Settings,
  params: P,
  training: TrainingRecord,
): ContrastiveMIM<X, Y> {
  const { network, logUnit } = modality;
  const { objective, latentDim, temperature, beta } = settings;
  const weights = weightsOf(objective, beta);
  const posterior = compile((p: P, batch: B) => withoutNull(network.encode(p, batch)));
  const hidden = compile((p: P, batch: B) => ({
    h: network.hidden(p, network.encode(p, batch).mean, batch),
  }));
  const likelihood = compile((p: P, { batch, noise }: { batch: B; noise: Tensor }) => {
    const latent = sampleLatent(network.encode(p, batch), noise);
    return { ...latent, logLikelihood: network.logLikelihood(p, latent.z, batch) };
  });
  const decoder = modality.decoder(params);

  const encode = async (x: X, where: string): Promise<Encoding> => {
    const { mean, logScale } = await inBlocks(modality.batch(x, where), (block) => posterior(params, block));
    return { mean, logScale: logScale ?? null };
  };
  const codesOf = (value: MatrixLike, where: string): Matrix => {
    const codes = asMatrix(value, where);
    if (codes.cols === latentDim && codes.rows > 0) return codes;
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: "codes do not fit the model",
      expected: `at least one row of ${latentDim} columns`,
      got: [codes.rows, codes.cols],
    });
  };
  /** The parts of each row, and codes too short for a direction. */
  const evaluate = async (x: X, seed: number, where: string) => {
    const batch = modality.batch(x, where);
    const rows = rowsOf(batch);
    if (objective === "cmim") requireOthers(rows, where);
    const noise = tensor(Float32Array.from(normals(rows * latentDim, new Random(seed))), {
      shape: [rows, latentDim],
    });
    const out = await inBlocks({ batch, noise }, (block) => likelihood(params, block));
    const parts = {
      recon: out.logLikelihood.data.map((value) => logUnit - value),
      logQ: out.logQ.data,
      logPrior: out.logPrior.data,
      logContrast: contrastInBlocks(out.z, temperature),
    };
    const total = new Float64Array(rows);
    for (const name of partNames) {
      if (weights[name] === 0) continue;
      for (let i = 0; i < rows; i++) total[i] += weights[name] * parts[name][i];
    }
    return { parts: { ...parts, total }, zeroNorms: countZeroRows(out.z.data, latentDim) };
  };

  return {
    settings,
    training,
    encode: (x) => encode(x, "encode"),
    decode: async (codes) => decoder(codesOf(codes, "decode")),
    reconstruct: async (x) => decoder((await encode(x, "reconstruct")).mean),
    async sample(count, { seed = 0, scale = 1 } = {}) {
      requireCount("sample", count, 1);
      const random = new Random(seed);
      const codes = normals(count * latentDim, random.split("codes")).map((value) => scale * value);
      return decoder(matrix(count, latentDim, codes), random.split("tokens"));
    },
    async interpolate(twoRows, steps) {
      requireCount("interpolate", steps, 2);
      const { mean } = await encode(twoRows, "interpolate");
      if (mean.rows !== 2) {
        throw new InputError({
          code: "bad-count",
          where: "interpolate",
          problem: "not a pair of rows",
          expected: "2 rows",
          got: mean.rows,
        });
      }
      const codes = matrix(steps, latentDim);
      for (let i = 0; i < codes.data.length; i++) {
        const [share, k] = [Math.floor(i / latentDim) / (steps - 1), i % latentDim];
        codes.data[i] = (1 - share) * mean.data[k] + share * mean.data[latentDim + k];
      }
      return decoder(codes);
    },
    informativeEmbedding: async (x) =>
      (await inBlocks(modality.batch(x, "informativeEmbedding"), (block) => hidden(params, block))).h,
    async loss(x, seed = 0) {
      const { parts, zeroNorms } = await evaluate(x, seed, "loss");
      const means = Object.fromEntries(Object.entries(parts).map(([name, values]) => [name, mean(values)]));
      return { ...(means as unknown as Parts<number>), weights, zeroNorms };
    },
    rowLosses: async (x, seed = 0) => (await evaluate(x, seed, "rowLosses")).parts,
    toOnnx: () => modality.toOnnx(params),
    save(folder) {
      const { tree, facts } = modality.stored();
      const { epoch, step, validation, ...last } = training.epochs.at(-1) ?? {};
      return saveModel(
        folder,
        { network: params, modality: tree },
        {
          method,
          options: settings,
          seed: settings.seed,
          metrics: last as Record<string, number>,
          facts,
          training,
        },
      );
    },
  };
}

function normals(count: number, random: Random): Float64Array {
  return Float64Array.from({ length: count }, () => random.normal());
}

/** Each row against those of its block: exact up to 1024 rows, of the same expectation beyond. */
function contrastInBlocks(z: Matrix, temperature: number): Float64Array {
  const out = new Float64Array(z.rows);
  if (z.rows < 2) return out;
  for (const block of balancedBlocks(z.rows, mostRowsInContrast)) {
    const [from, to] = [block[0], block[0] + block.length];
    const part = matrix(block.length, z.cols, z.data.subarray(from * z.cols, to * z.cols));
    out.set(contrastiveLogProb(part, temperature), from);
  }
  return out;
}

function requireCount(where: string, count: number, least: number): void {
  if (Number.isInteger(count) && count >= least) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: "not a count",
    expected: `an integer from ${least}`,
    got: count,
  });
}
