// Running a lowered program in ONNX Runtime.
//
// Results are written straight into arrays of ours, which later steps take as inputs: nothing is copied. The Node
// binding (1.30) would copy every result once more into a new array before it returns, also results that went into
// arrays of ours; for the state of an optimiser that doubles the time of a step. It converts results in order and
// refuses anything that is not a tensor, so the first output of our graphs is an empty-handed sequence: the binding
// stops there, when all results are already in place. Should a later version accept it, results are in place all
// the same.
import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { outOfRange } from "./check.ts";
import { outside } from "./lowering/gather-scatter.ts";
import { lower } from "./lowering/lower.ts";
import { writeModel } from "./lowering/model.ts";
import type { Program } from "./program.ts";
import { type Ort, onnxRuntime } from "./runtime.ts";
import { contentOf, type DataArray, type DType, fromData, newData, sizeOf, type Tensor } from "./tensor.ts";

const sequence = "stop";
const refusal = "Non tensor type";

/** A program ready to run natively. */
export interface NativeProgram {
  /** Operators in the graph. */
  readonly nodes: number;
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** Takes the memory of a tensor that nobody will read again for later results. */
  reclaim(tensor: Tensor): void;
  dispose(): Promise<void>;
}

/** Arrays made here, which may be written again once their tensor is given back; a caller's own arrays may not. */
const ours = new WeakSet<DataArray>();

/** Lowers a program and loads it. Throws `Unsupported` where that is not possible. */
export async function loadNative(program: Program): Promise<NativeProgram> {
  const ort = onnxRuntime();
  if ("missing" in ort) throw new Error(ort.missing);
  const { graph, usedInputs } = lower(program);
  const inputNames = graph.inputs.map((_, i) => `in${i}`);
  const outputNames = graph.outputs.map((_, i) => `out${i}`);
  const model = writeModel(graph, { inputs: inputNames, outputs: outputNames, sequence });
  const session = await createSession(ort, model);
  const outputs = graph.outputs.map(({ shape, type }) => ({
    shape,
    type: type as DType,
    size: sizeOf(shape),
  }));
  const spare = new Map<string, DataArray[]>();
  const slot = (type: DType, size: number) => `${type} ${size}`;
  const take = (type: DType, size: number): DataArray => {
    const old = spare.get(slot(type, size))?.pop();
    if (old) return old;
    const data = newData(type, size);
    ours.add(data);
    return data;
  };
  // The binding knows a typed array for each element type; its types list them one overload each.
  const wrap = (type: DType, data: DataArray, shape: readonly number[]): OrtTensor =>
    new ort.Tensor(type as "float32", data as Float32Array, shape);
  return {
    nodes: graph.liveNodes().length,
    async run(inputs) {
      const feeds: Record<string, OrtTensor> = {};
      usedInputs.forEach((position, i) => {
        const { dtype, data, shape } = inputs[position];
        feeds[inputNames[i]] = wrap(dtype, data, shape);
      });
      const results = outputs.map(({ shape, type, size }) => fromData(take(type, size), shape, type));
      const fetches: Record<string, OrtTensor | null> = { [sequence]: null };
      results.forEach(({ dtype, data, shape }, i) => {
        fetches[outputNames[i]] = wrap(dtype, data, shape);
      });
      try {
        await session.run(feeds, fetches);
      } catch (error) {
        if (!(error instanceof Error && error.message.includes(refusal))) throw explained(error);
      }
      return results;
    },
    reclaim(tensor) {
      const content = contentOf(tensor);
      if (content.kind !== "data" || !ours.has(content.data)) return;
      const key = slot(tensor.dtype, tensor.size);
      const arrays = spare.get(key) ?? [];
      // More than the results of one call can use would only pile up.
      if (arrays.length < outputs.filter(({ type, size }) => slot(type, size) === key).length) {
        spare.set(key, [...arrays, content.data]);
      }
    },
    dispose: () => session.release(),
  };
}

/** What the runtime says of an index outside of its axis, in our words; other errors as they are. */
function explained(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  const found =
    /idx=(-?\d+) must be within the inclusive range \[-(\d+),/.exec(message) ??
    /invalid indice found, indice = (-?\d+)/.exec(message);
  if (!found) return error;
  const [got, length] = found.slice(1).map(Number);
  return got === outside ? outOfRange("compile") : outOfRange("compile", got, length);
}

/**
 * The runtime joins operators to ones that it may not have in the type at hand, such as x · sigmoid(x) in double
 * precision; then without such joining.
 */
async function createSession(ort: Ort, model: Uint8Array): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, sessionOptions("all"));
  } catch (error) {
    if (!(error instanceof Error && error.message.includes("kernel"))) throw error;
    return ort.InferenceSession.create(model, sessionOptions("basic"));
  }
}

function sessionOptions(
  graphOptimizationLevel: InferenceSession.SessionOptions["graphOptimizationLevel"],
): InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel,
    intraOpNumThreads: availableParallelism(),
    interOpNumThreads: 1,
    executionMode: "sequential",
    // Errors are thrown; printed as well they would stand in the middle of a report.
    logSeverityLevel: 4,
    extra: { session: { set_denormal_as_zero: "1" } },
  };
}
