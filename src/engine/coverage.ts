// Which array functions run natively in which element types: one call of each, recorded and lowered. `surprisal
// doctor` and docs/guides/engine-functions.md show it; test/engine/coverage.test.ts runs every call on both executors.
import { InputError } from "../core/errors.ts";
import * as activations from "./functions/activations.ts";
import { attention } from "./functions/attention.ts";
import * as contraction from "./functions/contraction.ts";
import * as convolution from "./functions/convolution.ts";
import * as creation from "./functions/creation.ts";
import * as elementwise from "./functions/elementwise.ts";
import * as indexing from "./functions/indexing.ts";
import * as linalg from "./functions/linalg.ts";
import * as random from "./functions/random.ts";
import * as reductions from "./functions/reductions.ts";
import * as shape from "./functions/shape.ts";
import { Unsupported } from "./lowering/context.ts";
import { lower } from "./lowering/lower.ts";
import { InputType, record } from "./program.ts";
import type { DType, Tensor, Tree } from "./tensor.ts";

export const elementTypes = ["float32", "float64", "int32", "uint32", "bool"] as const;

/** Inputs of a sample call: two matrices [3, 3] of one type, positions int32[3], a random key. */
interface SampleInputs {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly at: Tensor;
  readonly key: Tensor;
}

export type Sample = (inputs: SampleInputs) => Tree;

const unary =
  (f: (x: Tensor) => Tree): Sample =>
  ({ x }) =>
    f(x);
const binary =
  (f: (x: Tensor, y: Tensor) => Tree): Sample =>
  ({ x, y }) =>
    f(x, y);
const drawn =
  (f: (key: Tensor) => Tree): Sample =>
  ({ key }) =>
    f(key);
const image = (x: Tensor) => shape.reshape(x, [1, 1, 3, 3]);

/** A call of every array function, by the module it is in. */
export const samples = {
  elementwise: {
    add: binary(elementwise.add),
    sub: binary(elementwise.sub),
    mul: binary(elementwise.mul),
    div: binary(elementwise.div),
    maximum: binary(elementwise.maximum),
    minimum: binary(elementwise.minimum),
    remainder: unary((x) => elementwise.remainder(x, 2)),
    floorDivide: unary((x) => elementwise.floorDivide(x, 2)),
    power: binary(elementwise.power),
    negative: unary(elementwise.negative),
    reciprocal: unary(elementwise.reciprocal),
    exp: unary(elementwise.exp),
    expm1: unary(elementwise.expm1),
    log: unary(elementwise.log),
    log1p: unary(elementwise.log1p),
    sqrt: unary(elementwise.sqrt),
    square: unary(elementwise.square),
    abs: unary(elementwise.abs),
    sign: unary(elementwise.sign),
    floor: unary(elementwise.floor),
    ceil: unary(elementwise.ceil),
    round: unary(elementwise.round),
    sin: unary(elementwise.sin),
    cos: unary(elementwise.cos),
    arcsin: unary(elementwise.arcsin),
    arctan: unary(elementwise.arctan),
    tanh: unary(elementwise.tanh),
    erf: unary(elementwise.erf),
    erfc: unary(elementwise.erfc),
    clip: unary((x) => elementwise.clip(x, 0, 1)),
    where: binary((x, y) => elementwise.where(elementwise.equal(x, y), x, y)),
    equal: binary(elementwise.equal),
    notEqual: binary(elementwise.notEqual),
    less: binary(elementwise.less),
    lessEqual: binary(elementwise.lessEqual),
    greater: binary(elementwise.greater),
    greaterEqual: binary(elementwise.greaterEqual),
    logicalAnd: binary(elementwise.logicalAnd),
    logicalOr: binary(elementwise.logicalOr),
    logicalNot: unary(elementwise.logicalNot),
    isfinite: unary(elementwise.isfinite),
    isnan: unary(elementwise.isnan),
    astype: unary((x) => elementTypes.map((dtype) => elementwise.astype(x, dtype))),
    stopGradient: unary(elementwise.stopGradient),
  },
  activations: {
    relu: unary(activations.relu),
    leakyRelu: unary(activations.leakyRelu),
    sigmoid: unary(activations.sigmoid),
    softplus: unary(activations.softplus),
    logSigmoid: unary(activations.logSigmoid),
    silu: unary(activations.silu),
    elu: unary(activations.elu),
    gelu: unary(activations.gelu),
    softmax: unary(activations.softmax),
    logSoftmax: unary(activations.logSoftmax),
  },
  attention: { attention: binary((x, y) => attention(x, y, x)) },
  contraction: {
    matmul: binary(contraction.matmul),
    dot: binary(contraction.dot),
    outer: binary(contraction.outer),
    einsum: binary((x, y) => contraction.einsum("ij,kj->ik", x, y)),
  },
  convolution: {
    conv: binary((x, y) => convolution.conv(image(x), image(y), { padding: "same", dilation: 2 })),
    maxPool: unary((x) => convolution.maxPool(image(x), 2, { strides: 1 })),
    avgPool: unary((x) => convolution.avgPool(image(x), 2, { strides: 1 })),
  },
  creation: {
    tensor: unary((x) => creation.tensor(x, { dtype: "float32" })),
    zeros: unary((x) => elementwise.equal(x, creation.zeros([3], x.dtype))),
    ones: unary((x) => elementwise.equal(x, creation.ones([3], x.dtype))),
    full: unary((x) => elementwise.equal(x, creation.full([3], 1, x.dtype))),
    zerosLike: unary((x) => elementwise.equal(x, creation.zerosLike(x))),
    onesLike: unary((x) => elementwise.equal(x, creation.onesLike(x))),
    arange: unary((x) => elementwise.equal(x, creation.arange(0, 3, 1, x.dtype))),
    linspace: unary((x) => elementwise.equal(x, creation.linspace(0, 1, 3, x.dtype))),
    eye: unary((x) => elementwise.equal(x, creation.eye(3, 3, x.dtype))),
    oneHot: ({ at }) => creation.oneHot(at, 4),
  },
  indexing: {
    take: ({ x, at }) => indexing.take(x, at),
    takeAlongAxis: ({ x, at }) => indexing.takeAlongAxis(x, shape.expandDims(at, 1)),
    scatterAdd: ({ x, at }) => indexing.scatterAdd(x, at, 3),
    sort: unary(indexing.sort),
    argsort: unary(indexing.argsort),
    topK: unary((x) => indexing.topK(x, 2)),
  },
  linalg: {
    cholesky: unary(linalg.cholesky),
    solve: binary(linalg.solve),
    triangularSolve: binary(linalg.triangularSolve),
    inv: unary(linalg.inv),
    slogdet: unary(linalg.slogdet),
    eigh: unary(linalg.eigh),
  },
  random: {
    key: drawn((key) => elementwise.equal(key, random.key(1))),
    split: drawn(random.split),
    bits: drawn((key) => random.bits(key, [5])),
    uniform: drawn((key) => random.uniform(key, [5])),
    normal: drawn((key) => random.normal(key, [5])),
    bernoulli: drawn((key) => random.bernoulli(key, 0.5, [5])),
    gumbel: drawn((key) => random.gumbel(key, [5])),
    categorical: ({ key, x }) => random.categorical(key, x),
    permutation: drawn((key) => random.permutation(key, 5)),
  },
  reductions: {
    sum: unary((x) => reductions.sum(x, 0)),
    prod: unary((x) => reductions.prod(x, 0)),
    mean: unary((x) => reductions.mean(x, 0)),
    max: unary((x) => reductions.max(x, 0)),
    min: unary((x) => reductions.min(x, 0)),
    all: unary((x) => reductions.all(x, 0)),
    any: unary((x) => reductions.any(x, 0)),
    variance: unary((x) => reductions.variance(x, 0)),
    std: unary((x) => reductions.std(x, 0)),
    logSumExp: unary((x) => reductions.logSumExp(x, 0)),
    alongLast: unary((x) => reductions.alongLast(x, 0, (rows) => elementwise.mul(rows, rows))),
    argmax: unary((x) => reductions.argmax(x, 0)),
    argmin: unary((x) => reductions.argmin(x, 0)),
    cumsum: unary((x) => reductions.cumsum(x, 0)),
    norm: unary((x) => reductions.norm(x, 0)),
    standardize: unary((x) => reductions.standardize(x)),
    trace: unary(reductions.trace),
  },
  shape: {
    reshape: unary((x) => shape.reshape(x, [9])),
    ravel: unary(shape.ravel),
    transpose: unary(shape.transpose),
    swapAxes: unary((x) => shape.swapAxes(x, 0, 1)),
    moveAxis: unary((x) => shape.moveAxis(x, 0, 1)),
    expandDims: unary((x) => shape.expandDims(x, 1)),
    squeeze: unary((x) => shape.squeeze(image(x))),
    broadcastTo: unary((x) => shape.broadcastTo(x, [2, 3, 3])),
    concatenate: binary((x, y) => shape.concatenate([x, y])),
    stack: binary((x, y) => shape.stack([x, y])),
    split: unary((x) => shape.split(x, [1, 2])),
    tile: unary((x) => shape.tile(x, [2, 1])),
    repeat: unary((x) => shape.repeat(x, 2, 0)),
    flip: unary(shape.flip),
    pad: unary((x) =>
      shape.pad(
        x,
        [
          [1, 0],
          [0, 1],
        ],
        1,
      ),
    ),
    tril: unary(shape.tril),
    triu: unary(shape.triu),
    diagonal: unary(shape.diagonal),
    slice: unary((x) => shape.slice(x, [1], 0)),
  },
} as const satisfies Record<string, Record<string, Sample>>;

/** What became of a sample call: native, on Wasm and why, or refused for this element type. */
export type Outcome =
  | { readonly runs: "native" }
  | { readonly runs: "wasm"; readonly reason: string }
  | undefined;

/** Records and lowers a sample call for an element type. */
export function outcomeOf(sample: Sample, dtype: DType): Outcome {
  const matrix = new InputType([3, 3], dtype);
  const types = [matrix, matrix, new InputType([3], "int32"), new InputType([2], "uint32")];
  try {
    const program = record(([x, y, at, key]) => sample({ x, y, at, key }), types, "coverage");
    try {
      lower(program);
      return { runs: "native" };
    } finally {
      program.dispose();
    }
  } catch (error) {
    if (error instanceof Unsupported) return { runs: "wasm", reason: error.message };
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** The functions that have no native form in single precision, by reason. */
export function fallbacks(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, sample] of Object.entries(samples.linalg)) {
    const outcome = outcomeOf(sample, "float32");
    if (outcome?.runs !== "wasm") continue;
    found.set(outcome.reason, [...(found.get(outcome.reason) ?? []), `linalg.${name}`]);
  }
  return found;
}
