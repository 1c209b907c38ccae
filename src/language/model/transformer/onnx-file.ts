// The transformer as an ONNX file with the inputs and outputs that runtimes of causal language models expect:
// `input_ids`, int64 [batch, sequence], gives `logits`, float32 [batch, sequence, vocabulary]. The network itself reads
// whole windows; shorter sequences are padded behind, where causal attention does not look, and cut off again.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
} from "onnx-buf";
import { toOnnx } from "../../../engine/export/index.ts";
import { logits, type Parameters, type Sizes } from "./network.ts";

const elementTypes = { int32: 6, int64: 7 } as const;

/** The bytes of the file. The sequence may have up to `context` tokens, the begin-of-text token among them. */
export function formatOnnx(params: Parameters, { heads, context }: Sizes): Uint8Array {
  const bytes = toOnnx(({ window }) => logits(params, window, heads), {
    window: { shape: ["batch", context], dtype: "int32" },
  });
  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  const constant = (name: string, numbers: readonly number[]) => {
    const int64List = numbers.map(BigInt);
    graph.initializer.push(
      create(TensorProtoSchema, {
        name,
        dims: [BigInt(numbers.length)],
        dataType: elementTypes.int64,
        int64Data: int64List,
      }),
    );
  };
  const node = (opType: string, input: string[], output: string, attributes: Record<string, number> = {}) =>
    create(NodeProtoSchema, {
      opType,
      input,
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) =>
        create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) }),
      ),
    });
  constant("sequence_axis", [1]);
  constant("sequence_start", [0]);
  constant("window_length", [context]);
  constant("no_padding", [0, 0, 0]);
  const before = [
    node("Shape", ["input_ids"], "input_shape"),
    node("Gather", ["input_shape", "sequence_axis"], "sequence_length"),
    node("Sub", ["window_length", "sequence_length"], "padding"),
    node("Concat", ["no_padding", "padding"], "pads", { axis: 0 }),
    node("Pad", ["input_ids", "pads"], "padded_ids"),
    node("Cast", ["padded_ids"], "window", { to: elementTypes.int32 }),
  ];
  const after = node("Slice", ["output", "sequence_start", "sequence_length", "sequence_axis"], "logits");
  graph.node = [...before, ...graph.node, after];
  describe(graph.input[0], "input_ids", elementTypes.int64);
  describe(graph.output[0], "logits");
  return toBinary(ModelProtoSchema, model);
}

/** Renames an input or output whose second axis becomes open. */
function describe(info: ValueInfoProto, name: string, elementType?: number): void {
  info.name = name;
  const type = info.type?.value;
  if (type?.case !== "tensorType") return;
  if (elementType !== undefined) type.value.elemType = elementType;
  type.value.shape!.dim[1].value = { case: "dimParam", value: "sequence" };
}
