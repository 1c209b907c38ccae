// Writing a graph as an ONNX model.
import { create, toBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_SequenceSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { Attribute, ElementType, Graph, GraphNode, Value } from "./graph.ts";

const opset = 21;
const irVersion = 10;
const dataTypes: Record<ElementType, number> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
};

export interface ModelNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** An empty-handed first output of this name, a sequence instead of a tensor (native.ts says what for). */
  readonly sequence?: string;
}

/** The file's bytes. Only what the outputs need is written; inputs keep their order. */
export function writeModel(graph: Graph, names: ModelNames): Uint8Array<ArrayBuffer> {
  const texts = new Map<Value, string>();
  const nameOf = (value: Value | undefined) => (value ? (texts.get(value) ?? `v${value.id}`) : "");
  graph.inputs.forEach((value, i) => {
    texts.set(value, names.inputs[i]);
  });
  const live = graph.liveNodes();
  const nodes: NodeProto[] = [];
  const named = new Set<Value>();
  const aliases: NodeProto[] = [];
  // An output that is an input, a constant or another output too needs a node of its own.
  graph.outputs.forEach((value, i) => {
    if (value.source.kind === "node" && !named.has(value)) {
      texts.set(value, names.outputs[i]);
      named.add(value);
    } else {
      aliases.push(
        create(NodeProtoSchema, { opType: "Identity", input: [nameOf(value)], output: [names.outputs[i]] }),
      );
    }
  });
  for (const node of live) nodes.push(writeNode(node, nameOf));
  const constants = new Set<Value>();
  const note = (value: Value | undefined) => {
    if (value?.source.kind === "constant") constants.add(value);
  };
  for (const node of live) node.inputs.forEach(note);
  graph.outputs.forEach(note);
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: "surprisal",
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(opset) }),
      ...(live.some((node) => node.domain !== "")
        ? [create(OperatorSetIdProtoSchema, { domain: "com.microsoft", version: 1n })]
        : []),
    ],
    graph: create(GraphProtoSchema, {
      name: "surprisal",
      node: [...nodes, ...aliases],
      initializer: [...constants].map((value) => writeConstant(value, nameOf(value))),
      input: graph.inputs.map((value, i) => writeInfo(value, names.inputs[i])),
      output: graph.outputs.map((value, i) => writeInfo(value, names.outputs[i])),
    }),
  });
  if (names.sequence !== undefined) addSequence(model.graph!, names.sequence);
  return toBinary(ModelProtoSchema, model) as Uint8Array<ArrayBuffer>;
}

function addSequence(graph: GraphProto, name: string): void {
  const item = `${name}_item`;
  const type = create(TypeProtoSchema, {
    value: { case: "tensorType", value: create(TypeProto_TensorSchema, { elemType: dataTypes.float32 }) },
  });
  graph.initializer.push(
    create(TensorProtoSchema, { name: item, dataType: dataTypes.float32, floatData: [0] }),
  );
  graph.node.push(create(NodeProtoSchema, { opType: "SequenceConstruct", input: [item], output: [name] }));
  graph.output.unshift(
    create(ValueInfoProtoSchema, {
      name,
      type: create(TypeProtoSchema, {
        value: { case: "sequenceType", value: create(TypeProto_SequenceSchema, { elemType: type }) },
      }),
    }),
  );
}

function writeNode(node: GraphNode, nameOf: (value: Value | undefined) => string): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.operator,
    domain: node.domain,
    input: node.inputs.map(nameOf),
    output: node.outputs.map(nameOf),
    attribute: Object.entries(node.attributes).map(([name, value]) => writeAttribute(name, value)),
  });
}

function writeAttribute(name: string, value: Attribute): AttributeProto {
  const { INT, INTS, STRING, FLOAT } = AttributeProto_AttributeType;
  if (typeof value === "number") return create(AttributeProtoSchema, { name, type: INT, i: BigInt(value) });
  if (typeof value === "string") {
    return create(AttributeProtoSchema, { name, type: STRING, s: new TextEncoder().encode(value) });
  }
  if ("float" in value) return create(AttributeProtoSchema, { name, type: FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: INTS, ints: value.map((x) => BigInt(x)) });
}

function writeConstant(value: Value, name: string): TensorProto {
  if (value.source.kind !== "constant") throw new Error("not a constant");
  const { data } = value.source;
  return create(TensorProtoSchema, {
    name,
    dims: value.shape.map((length) => BigInt(length)),
    dataType: dataTypes[value.type],
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

function writeInfo(value: Value, name: string): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: "tensorType",
        value: create(TypeProto_TensorSchema, {
          elemType: dataTypes[value.type],
          shape: create(TensorShapeProtoSchema, {
            dim: value.shape.map((length) =>
              create(TensorShapeProto_DimensionSchema, {
                value: { case: "dimValue", value: BigInt(length) },
              }),
            ),
          }),
        }),
      },
    }),
  });
}
