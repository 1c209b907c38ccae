import { InputError } from "../../core/errors.ts";
import { asMatrix, column, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { toOnnx } from "../../engine/export/index.ts";
import { add, compile, div, mul, sub, type Tensor, type Tree, tensor } from "../../engine/index.ts";
import { inBlocks } from "./blocks.ts";
import type { Modality } from "./modality.ts";
import { withoutNull } from "./network.ts";
import type { VectorSettings } from "./options.ts";
import { type VectorBatch, type VectorParams, vectorNetwork } from "./vector-network.ts";

export type VectorModality = Modality<MatrixLike, VectorParams, VectorBatch, Matrix>;

/** What the columns are shifted by and divided by before the network sees them. */
interface Units {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

export function vectorsFor(x: MatrixLike, settings: VectorSettings, where: string): VectorModality {
  const m = readVectors(x, settings, where);
  if (m.rows === 0 || m.cols === 0) {
    throw new InputError({
      code: "too-few-rows",
      where,
      problem: "nothing to train on",
      got: `${m.rows} rows, ${m.cols} columns`,
    });
  }
  return vectors(settings, unitsOf(m, settings));
}

/** The inverse of `stored`. */
export function vectorsFromStored(settings: VectorSettings, tree: Tree): VectorModality {
  const { shift, scale } = tree as { shift: Tensor; scale: Tensor };
  return vectors(settings, { shift: shift.data as Float64Array, scale: scale.data as Float64Array });
}

function vectors(settings: VectorSettings, { shift, scale }: Units): VectorModality {
  const inputs = shift.length;
  const network = vectorNetwork({ ...settings, inputs });
  return {
    network,
    logUnit: scale.reduce((sum, s) => sum + Math.log(s), 0),
    batch(x, where) {
      const m = readVectors(x, settings, where);
      if (m.cols !== inputs || m.rows === 0) {
        throw new InputError({
          code: "shape-mismatch",
          where,
          problem: "rows do not fit the model",
          expected: `at least one row of ${inputs} columns`,
          got: [m.rows, m.cols],
        });
      }
      const data = Float32Array.from(
        m.data,
        (value, at) => (value - shift[at % inputs]) / scale[at % inputs],
      );
      return { x: tensor(data, { shape: [m.rows, inputs] }) };
    },
    decoder(params) {
      const run = compile((p: VectorParams, z: Tensor) => ({ mean: network.decode(p, z) }));
      return async (z) => {
        const codes = tensor(Float32Array.from(z.data), { shape: [z.rows, z.cols] });
        const out = (await inBlocks(codes, (block) => run(params, block))).mean;
        return matrix(
          out.rows,
          inputs,
          out.data.map((value, at) => shift[at % inputs] + scale[at % inputs] * value),
        );
      };
    },
    toOnnx: (params) => {
      const [offset, unit] = [shift, scale].map((values) => tensor(Float32Array.from(values)));
      const encoder = ({ x }: { x: Tensor }) =>
        withoutNull(network.encode(params, { x: div(sub(x, offset), unit) }));
      const decoder = ({ z }: { z: Tensor }) => ({
        mean: add(offset, mul(unit, network.decode(params, z))),
        hidden: network.hidden(params, z),
      });
      return {
        encoder: toOnnx(encoder, { x: { shape: ["batch", inputs] } }),
        decoder: toOnnx(decoder, { z: { shape: ["batch", settings.latentDim] } }),
      };
    },
    stored: () => ({ tree: { shift: tensor(shift), scale: tensor(scale) }, facts: {} }),
  };
}

function readVectors(x: MatrixLike, { likelihood }: VectorSettings, where: string): Matrix {
  const m = asMatrix(x, where);
  if (likelihood !== "bernoulli") return m;
  const at = m.data.findIndex((value) => value < 0 || value > 1);
  if (at < 0) return m;
  throw new InputError({
    code: "out-of-range",
    where,
    problem: `row ${Math.floor(at / m.cols)}, column ${at % m.cols} is no probability, as likelihood "bernoulli" needs`,
    expected: "numbers from 0 to 1",
    got: m.data[at],
  });
}

/** A column that does not vary is only shifted. */
function unitsOf(m: Matrix, { standardize }: VectorSettings): Units {
  const shift = new Float64Array(m.cols);
  const scale = new Float64Array(m.cols).fill(1);
  if (!standardize) return { shift, scale };
  for (let j = 0; j < m.cols; j++) {
    const values = column(m, j);
    shift[j] = mean(values);
    if (values.some((value) => value !== values[0])) scale[j] = standardDeviation(values);
  }
  return { shift, scale };
}
