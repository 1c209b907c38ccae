// A second look at a finished graph: a matrix product takes a scalar factor along for free.
import { Graph, type GraphNode, type Value } from "./graph.ts";

/** The same graph with scalar factors before and after matrix products folded into them. */
export function foldFactors(graph: Graph): Graph {
  const consumers = consumersOf(graph);
  const result = new Graph();
  const replaced = new Map<Value, Value>();
  const copy = (value: Value): Value => {
    const known = replaced.get(value);
    if (known) return known;
    if (value.source.kind !== "constant") throw new Error("a value was used before it was made");
    const constant = result.constant(value.source.data, value.type, value.shape);
    replaced.set(value, constant);
    return constant;
  };
  for (const input of graph.inputs) replaced.set(input, result.input(input.type, input.shape));
  const emit = (
    node: GraphNode,
    inputs: readonly (Value | undefined)[],
    attributes = node.attributes,
    alpha = false,
  ) =>
    result.nodeMany(alpha ? "FusedMatMul" : node.operator, inputs, node.outputs, {
      attributes,
      domain: alpha ? "com.microsoft" : node.domain,
    });
  for (const node of graph.liveNodes()) {
    const scaled = factorOf(node);
    const product = scaled && productBehind(scaled.value, consumers);
    if (scaled && product) {
      const [value] = emit(
        product,
        product.inputs.map((v) => v && copy(v)),
        withFactor(product, scaled.factor),
        true,
      );
      replaced.set(node.outputs[0], reshapedLike(result, value, node.outputs[0]));
      continue;
    }
    if (isProduct(node)) {
      const sides = node.inputs.map((v) => withoutFactor(v!, consumers));
      const factor = sides.reduce((total, side) => total * (side?.factor ?? 1), 1);
      if (factor !== 1) {
        const inputs = node.inputs.map((v, i) => (sides[i] ? rebuilt(result, sides[i], copy) : copy(v!)));
        const [value] = emit(node, inputs, withFactor(node, factor), true);
        replaced.set(node.outputs[0], value);
        continue;
      }
    }
    const outputs = emit(
      node,
      node.inputs.map((v) => v && copy(v)),
    );
    node.outputs.forEach((value, i) => {
      replaced.set(value, outputs[i]);
    });
  }
  result.outputs = graph.outputs.map(copy);
  return result;
}

function consumersOf(graph: Graph): Map<Value, (GraphNode | "output")[]> {
  const consumers = new Map<Value, (GraphNode | "output")[]>();
  const note = (value: Value, by: GraphNode | "output") =>
    consumers.set(value, [...(consumers.get(value) ?? []), by]);
  for (const node of graph.liveNodes()) for (const value of node.inputs) if (value) note(value, node);
  for (const value of graph.outputs) note(value, "output");
  return consumers;
}

type Consumers = ReturnType<typeof consumersOf>;

function isProduct(node: GraphNode): boolean {
  return (
    (node.operator === "MatMul" || node.operator === "FusedMatMul") &&
    node.outputs[0].type.startsWith("float")
  );
}

/** value · factor with a number. */
function factorOf(node: GraphNode): { value: Value; factor: number } | undefined {
  if (node.operator !== "Mul" || !node.outputs[0].type.startsWith("float")) return undefined;
  for (const [value, factor] of [node.inputs, [...node.inputs].reverse()]) {
    const source = factor!.source;
    if (source.kind === "constant" && factor!.shape.length === 0)
      return { value: value!, factor: Number(source.data[0]) };
  }
  return undefined;
}

/** The product that a value is, reshaped perhaps, if nobody else uses it. */
function productBehind(value: Value, consumers: Consumers): GraphNode | undefined {
  const { source } = value;
  if (consumers.get(value)?.length !== 1 || source.kind !== "node") return undefined;
  if (isProduct(source)) return source;
  return source.operator === "Reshape" ? productBehind(source.inputs[0]!, consumers) : undefined;
}

interface Side {
  readonly factor: number;
  readonly value: Value;
  /** Reshapes and transpositions between the scaled value and the product, the first one first. */
  readonly path: readonly GraphNode[];
}

/** The operand of a product without a factor that nobody but products would miss. */
function withoutFactor(value: Value, consumers: Consumers): Side | undefined {
  const path: GraphNode[] = [];
  let at = value;
  while (at.source.kind === "node" && isMove(at.source)) {
    path.unshift(at.source);
    at = at.source.inputs[0]!;
  }
  const scaled = at.source.kind === "node" ? factorOf(at.source) : undefined;
  if (!scaled || !onlyProductsUse(at, consumers)) return undefined;
  return { ...scaled, path };
}

function isMove(node: GraphNode): boolean {
  return node.operator === "Reshape" || node.operator === "Transpose";
}

function onlyProductsUse(value: Value, consumers: Consumers): boolean {
  return (consumers.get(value) ?? []).every(
    (user) =>
      user !== "output" && (isProduct(user) || (isMove(user) && onlyProductsUse(user.outputs[0], consumers))),
  );
}

function rebuilt(graph: Graph, { value, path }: Side, copy: (value: Value) => Value): Value {
  let at = copy(value);
  for (const node of path) {
    const [, ...rest] = node.inputs;
    const inputs = [at, ...rest.map((v) => v && copy(v))];
    [at] = graph.nodeMany(node.operator, inputs, node.outputs, { attributes: { ...node.attributes } });
  }
  return at;
}

function withFactor(node: GraphNode, factor: number): GraphNode["attributes"] {
  const { alpha = { float: 1 }, ...others } = node.attributes;
  const before = (alpha as { float: number }).float;
  return { transA: 0, transB: 0, ...others, alpha: { float: before * factor } };
}

function reshapedLike(graph: Graph, value: Value, like: Value): Value {
  if (value.shape.join() === like.shape.join()) return value;
  const inputs = [value, graph.integers(like.shape)];
  return graph.node(
    "Reshape",
    inputs,
    { type: like.type, shape: like.shape },
    { attributes: { allowzero: 1 } },
  );
}
