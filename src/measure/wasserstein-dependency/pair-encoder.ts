import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { toOnnx } from "../../engine/export/index.ts";
import { compile, type Tensor, tensor } from "../../engine/index.ts";
import { pointsOf, slopes } from "./critic.ts";
import { type Chains, embedding, type Layers, separable } from "./network.ts";
import { contrastive, dual } from "./score-objectives.ts";
import { type Lipschitz, train } from "./training.ts";
import type { PairEncoder, PairEncoderOptions } from "./wasserstein-dependency.ts";

const where = "trainPairEncoder";

/** See `trainPairEncoder` in `wasserstein-dependency.ts`, which loads this when it is called. */
export async function fitPairEncoder(
  xLike: MatrixLike,
  yLike: MatrixLike,
  options: PairEncoderOptions,
): Promise<PairEncoder> {
  const { objective = "wpc", hidden = [64], embed = 32, batchSize = 64, steps = 2000 } = options;
  const { learningRate = 0.002, scale = 1, seed = 0, signal, onProgress } = options;
  const lipschitz = objective === "cpc" ? undefined : (options.lipschitz ?? { kind: "spectral", cap: 2 });
  const [x, y] = [asMatrix(xLike, `${where}: x`), asMatrix(yLike, `${where}: y`)];
  requireUsable(x, y, { ...options, lipschitz });
  const network = separable(x.cols, y.cols, hidden, embed, scale);
  const points = pointsOf(
    x,
    y,
    Int32Array.from({ length: x.rows }, (_, i) => i),
  );
  const random = new Random(seed).split("pair encoder");
  const { params, history } = await train(
    where,
    points,
    {
      network,
      objective: objective === "wdm" ? dual : contrastive,
      lipschitz,
      batchSize,
      steps,
      learningRate,
    },
    random.split("training"),
    { signal, onProgress },
  );
  const { mean, high } = await slopes(network, params, points, random.split("slopes"));
  const encode = encoder();
  const side = (name: "x" | "y", cols: number) => async (rows: MatrixLike) => {
    const m = asMatrix(rows, `${where}: ${name}`);
    if (m.cols !== cols) {
      throw new InputError({
        code: "shape-mismatch",
        where: `${where}: ${name}`,
        problem: "other columns than those trained on",
        expected: `${cols} columns`,
        got: m.cols,
      });
    }
    return encode(params[name], m);
  };
  return {
    objective,
    encodeX: side("x", x.cols),
    encodeY: side("y", y.cols),
    log: history.map(({ step, loss, terms }) => ({ step, loss, ...terms })),
    slope: { mean, high },
    toOnnx: () =>
      toOnnx((inputs: { x: Tensor }) => ({ embedding: embedding(params.x, inputs.x) }), {
        x: { shape: ["batch", x.cols] },
      }),
  };
}

function encoder() {
  const run = compile((layers: Layers, rows: Tensor) => embedding(layers, rows));
  return async (layers: Chains[string], m: Matrix): Promise<Matrix> => {
    const { data, shape } = await run(layers, tensor(Float32Array.from(m.data), { shape: [m.rows, m.cols] }));
    return matrix(m.rows, shape[1], Float64Array.from(data));
  };
}

function requireUsable(x: Matrix, y: Matrix, { batchSize = 64, lipschitz }: PairEncoderOptions): void {
  const refuse = (code: string, problem: string, expected: string, got: unknown): never => {
    throw new InputError({ code, where, problem, expected, got });
  };
  if (x.rows !== y.rows) {
    refuse("unequal-lengths", "x and y differ in their number of rows", `${x.rows} rows`, y.rows);
  }
  if (x.rows < 4) refuse("too-few-rows", "nothing to tell pairs apart from", "at least 4 rows", x.rows);
  if (!Number.isInteger(batchSize) || batchSize < 3) {
    refuse("bad-option", "batchSize is no number of rows", "an integer from 3", batchSize);
  }
  if (!lipschitz) return;
  const [name, value] = strength(lipschitz);
  const isAllowed = name === "cap" ? value > 0 : value >= 0;
  if (!isAllowed) {
    refuse("bad-option", `${name} is out of range`, name === "cap" ? "above 0" : "at least 0", value);
  }
}

function strength(lipschitz: Lipschitz): ["cap" | "weight", number] {
  return lipschitz.kind === "spectral" ? ["cap", lipschitz.cap] : ["weight", lipschitz.weight];
}
