// Running a lowered program in ONNX Runtime.
import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { lower } from "./lowering/lower.ts";
import { writeModel } from "./lowering/model.ts";
import type { Program } from "./program.ts";
import { onnxRuntime } from "./runtime.ts";
import { type DataArray, type DType, fromData, type Tensor } from "./tensor.ts";

/** A program ready to run natively. */
export interface NativeProgram {
  /** Operators in the graph. */
  readonly nodes: number;
  /** The graph as an ONNX file. */
  readonly model: Uint8Array;
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  dispose(): Promise<void>;
}

/** Lowers a program and loads it. Throws `Unsupported` where that is not possible. */
export async function loadNative(program: Program): Promise<NativeProgram> {
  const ort = onnxRuntime();
  if ("missing" in ort) throw new Error(ort.missing);
  const { graph, usedInputs } = lower(program);
  const names = {
    inputs: graph.inputs.map((_, i) => `in${i}`),
    outputs: graph.outputs.map((_, i) => `out${i}`),
  };
  const model = writeModel(graph, names);
  const session = await ort.InferenceSession.create(model, sessionOptions());
  const outputs = graph.outputs.map(({ shape, type }) => ({ shape, type: type as DType }));
  return {
    nodes: graph.liveNodes().length,
    model,
    async run(inputs) {
      const feeds: Record<string, OrtTensor> = {};
      usedInputs.forEach((position, i) => {
        const { dtype, data, shape } = inputs[position];
        // The binding knows typed arrays of each element type; its types list them one overload each.
        feeds[names.inputs[i]] = new ort.Tensor(dtype as "float32", data as Float32Array, shape);
      });
      const results = await session.run(feeds);
      return outputs.map(({ shape, type }, i) =>
        fromData(results[names.outputs[i]].data as DataArray, shape, type),
      );
    },
    dispose: () => session.release(),
  };
}

function sessionOptions(): InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel: "all",
    intraOpNumThreads: availableParallelism(),
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: "1" } },
  };
}
