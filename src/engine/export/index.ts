export { type OnnxInput, type SymbolicLength, toOnnx } from "./to-onnx.ts";
