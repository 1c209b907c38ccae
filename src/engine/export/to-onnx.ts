import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from "onnx-buf";
import { InputError } from "../../core/errors.ts";
import { Unsupported } from "../lowering/context.ts";
import type { Graph } from "../lowering/graph.ts";
import { lower } from "../lowering/lower.ts";
import { writeModel } from "../lowering/model.ts";
import { InputType, record } from "../program.ts";
import { type DType, Tensor } from "../tensor.ts";
import { generalize, type Linear, linearThrough, sampleSizes } from "./symbolic-batch.ts";

/** An axis of any length, the same wherever it is written. */
export type SymbolicLength = "batch";

export interface OnnxInput {
  readonly shape: readonly (number | SymbolicLength)[];
  /** Default `"float32"`. */
  readonly dtype?: DType;
}

const where = "toOnnx";

/**
 * Writes a function of named tensors as an ONNX model: operators of the standard only (opset 17, or 18 where random
 * bits are made), named inputs and outputs, parameters inside. Every ONNX runtime reads it.
 *
 * @param f from tensors by name to a tensor (named `output`) or to tensors by name; tensors it closes over, such as
 * parameters, become part of the model
 * @param inputs shapes by name; write `"batch"` for an axis whose length is open
 * @returns the bytes of the file
 * @throws InputError when an operation has no ONNX form or an input is not used, or when results depend on the batch
 * size other than by having as many rows
 * @example
 * import { matmul, relu, tensor, toOnnx } from "surprisal/engine";
 * const w = tensor([[1, -1], [2, 0]]);
 * const bytes = toOnnx(({ x }) => relu(matmul(x, w)), { x: { shape: ["batch", 2] } });
 * // write it with writeFileAtomic("model.onnx", bytes) from surprisal/data
 */
export function toOnnx<N extends string>(
  f: (inputs: Record<N, Tensor>) => Tensor | Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<N, OnnxInput>>,
): Uint8Array {
  const names = Object.keys(inputs) as N[];
  const shapes = names.map((name) => inputs[name].shape);
  requireShapes(names, shapes);
  const isOpen = shapes.some((shape) => shape.includes("batch"));
  const recordings = (isOpen ? sampleSizes : sampleSizes.slice(0, 1)).map((size) => recordAt(size));
  const graphs = recordings.map(({ graph }) => graph);
  const graph = isOpen ? generalize(where, graphs, openAxis(shapes)) : graphs[0];
  const outputs = recordings[0].outputs;
  const bytes = writeModel(graph, { inputs: names, outputs });
  return standardized(bytes, (kind, i) =>
    isOpen ? lengthsOf(graphs.map((one) => one[kind][i].shape)) : graphs[0][kind][i].shape.map(String),
  );

  function recordAt(size: number): { graph: Graph; outputs: string[] } {
    let outputs: string[] = [];
    const types = names.map((name, i) => {
      const lengths = shapes[i].map((length) => (length === "batch" ? size : length));
      return new InputType(lengths, inputs[name].dtype ?? "float32");
    });
    const program = record(
      (leaves) => {
        const result = f(Object.fromEntries(names.map((name, i) => [name, leaves[i]])) as Record<N, Tensor>);
        const named = result instanceof Tensor ? { output: result } : result;
        outputs = Object.keys(named);
        return Object.values(named);
      },
      types,
      where,
    );
    try {
      const { graph, usedInputs } = lower(program, { portable: true });
      requireUsed(names, usedInputs);
      return { graph, outputs };
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      throw new InputError({ code: "not-exportable", where, problem: error.message });
    } finally {
      program.dispose();
    }
  }
}

function openAxis(shapes: readonly OnnxInput["shape"][]): { input: number; axis: number } {
  const input = shapes.findIndex((shape) => shape.includes("batch"));
  return { input, axis: shapes[input].indexOf("batch") };
}

/** Lengths at the sample sizes as texts: numbers, `batch`, or what they are made of it. */
function lengthsOf(shapes: readonly (readonly number[])[]): string[] {
  return shapes[0].map((length, axis) => {
    const line = linearThrough(shapes.map((shape) => shape[axis]));
    return line ? describeLinear(line) : `unknown_${length}`;
  });
}

function describeLinear({ slope, offset }: Linear): string {
  if (slope === 0) return String(offset);
  const product = slope === 1 ? "batch" : `${slope}*batch`;
  return offset === 0 ? product : `${product}${offset < 0 ? "-" : "+"}${Math.abs(offset)}`;
}

const oldestOpset = 17n;
const bitwiseOpset = 18n;
const irVersion = 8n;

/**
 * The same model in the oldest version of the standard that has its operators, which the most runtimes read, with
 * its open lengths by name.
 */
function standardized(
  bytes: Uint8Array,
  lengths: (kind: "inputs" | "outputs", i: number) => string[],
): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const opset = graph.node.some(({ opType }) => opType.startsWith("Bitwise")) ? bitwiseOpset : oldestOpset;
  model.irVersion = irVersion;
  model.opsetImport[0].version = opset;
  if (opset < bitwiseOpset) for (const node of graph.node) axesAsAttribute(node, graph);
  graph.input.forEach((info, i) => {
    nameLengths(info, lengths("inputs", i));
  });
  graph.output.forEach((info, i) => {
    nameLengths(info, lengths("outputs", i));
  });
  dropUnusedConstants(graph);
  return toBinary(ModelProtoSchema, model);
}

/** Before opset 18 these took their axes as an attribute; ReduceSum alone has them as an input since 13. */
function axesAsAttribute(node: NodeProto, graph: GraphProto): void {
  if (!["ReduceMax", "ReduceMin", "ReduceProd"].includes(node.opType) || node.input.length < 2) return;
  const [name] = node.input.splice(1, 1);
  const axes = graph.initializer.find((constant) => constant.name === name);
  if (!axes) throw new Error(`axes of ${node.opType} are not constant`);
  const raw = axes.rawData!;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const numbers = Array.from({ length: raw.byteLength / 8 }, (_, i) => view.getBigInt64(8 * i, true));
  node.attribute.push(
    create(AttributeProtoSchema, { name: "axes", type: AttributeProto_AttributeType.INTS, ints: numbers }),
  );
}

function dropUnusedConstants(graph: GraphProto): void {
  const used = new Set(graph.node.flatMap(({ input }) => input));
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name));
}

function nameLengths(info: ValueInfoProto, lengths: readonly string[]): void {
  const type = info.type?.value;
  if (type?.case !== "tensorType") return;
  type.value.shape?.dim.forEach((dim, i) => {
    if (!/^\d+$/.test(lengths[i])) dim.value = { case: "dimParam", value: lengths[i] };
  });
}

function requireShapes(names: readonly string[], shapes: readonly OnnxInput["shape"][]): void {
  if (names.length === 0) {
    throw new InputError({ code: "empty", where, problem: "no inputs", expected: "shapes by name", got: {} });
  }
  shapes.forEach((shape, i) => {
    if (
      Array.isArray(shape) &&
      shape.every((length) => length === "batch" || (Number.isInteger(length) && length >= 0))
    )
      return;
    throw new InputError({
      code: "bad-shape",
      where,
      problem: `the shape of ${names[i]} is not one`,
      expected: 'whole numbers and "batch"',
      got: shape,
    });
  });
}

function requireUsed(names: readonly string[], used: readonly number[]): void {
  const idle = names.find((_, i) => !used.includes(i));
  if (idle === undefined) return;
  throw new InputError({
    code: "unused-input",
    where,
    problem: "the result does not depend on an input",
    got: idle,
  });
}
