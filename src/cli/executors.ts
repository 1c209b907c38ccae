import { versions } from "../engine/checkpoint/versions.ts";
import { onnxRuntime } from "../engine/runtime.ts";

/** What trains models here, in words. */
export async function executorName(): Promise<string> {
  const found = versions();
  return "missing" in onnxRuntime()
    ? `WebAssembly (jax-js ${found["@jax-js/jax"]})`
    : `ONNX Runtime ${found["onnxruntime-node"]}`;
}
