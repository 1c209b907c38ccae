// The graph between equations and an ONNX file: nodes in order, each stored once (equal nodes are shared).
import type { DataArray, DType } from "../tensor.ts";

/** Element types inside a graph; int64 appears only as index and shape. */
export type ElementType = DType | "int64";

export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface Value {
  readonly id: number;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly source: GraphNode | Input | Constant;
  /** Which output of its node. */
  readonly index: number;
}

interface Input {
  readonly kind: "input";
  readonly position: number;
}

export interface Constant {
  readonly kind: "constant";
  readonly data: DataArray | BigInt64Array;
}

export interface GraphNode {
  readonly kind: "node";
  readonly operator: string;
  readonly domain: "" | "com.microsoft";
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: Value[];
}

export interface NodeOptions {
  attributes?: Readonly<Record<string, Attribute>>;
  domain?: "" | "com.microsoft";
}

export interface OutputType {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** Constants up to this length are compared by content, longer ones by identity. */
const comparedLength = 64;

export class Graph {
  readonly inputs: Value[] = [];
  readonly nodes: GraphNode[] = [];
  outputs: Value[] = [];
  #count = 0;
  readonly #nodesByKey = new Map<string, GraphNode>();
  readonly #constantsByKey = new Map<string, Value>();
  readonly #constantsByData = new Map<unknown, Value[]>();

  input(type: ElementType, shape: readonly number[]): Value {
    const value = this.#value(type, shape, { kind: "input", position: this.inputs.length }, 0);
    this.inputs.push(value);
    return value;
  }

  constant(data: DataArray | BigInt64Array, type: ElementType, shape: readonly number[]): Value {
    const make = () => this.#value(type, shape, { kind: "constant", data }, 0);
    if (data.length > comparedLength) {
      const known = this.#constantsByData.get(data) ?? [];
      const same = known.find((value) => value.type === type && value.shape.join() === shape.join());
      if (same) return same;
      const value = make();
      this.#constantsByData.set(data, [...known, value]);
      return value;
    }
    const content = Array.from(data as ArrayLike<number>, (x) => (Object.is(x, -0) ? "-0" : String(x)));
    const key = `${type} ${shape} ${content}`;
    const known = this.#constantsByKey.get(key);
    if (known) return known;
    const value = make();
    this.#constantsByKey.set(key, value);
    return value;
  }

  /** A list of whole numbers, as shapes and positions are passed. */
  integers(numbers: readonly number[]): Value {
    return this.constant(
      BigInt64Array.from(numbers, (x) => BigInt(x)),
      "int64",
      [numbers.length],
    );
  }

  node(
    operator: string,
    inputs: readonly (Value | undefined)[],
    out: OutputType,
    options?: NodeOptions,
  ): Value {
    return this.nodeMany(operator, inputs, [out], options)[0];
  }

  nodeMany(
    operator: string,
    inputs: readonly (Value | undefined)[],
    outs: readonly OutputType[],
    { attributes = {}, domain = "" }: NodeOptions = {},
  ): Value[] {
    const key = `${domain}:${operator} ${inputs.map((value) => value?.id ?? "-")} ${JSON.stringify(attributes)} ${outs.map((out) => `${out.type}[${out.shape}]`)}`;
    const known = this.#nodesByKey.get(key);
    if (known) return known.outputs;
    const node: GraphNode = { kind: "node", operator, domain, inputs, attributes, outputs: [] };
    outs.forEach((out, i) => {
      node.outputs.push(this.#value(out.type, out.shape, node, i));
    });
    this.#nodesByKey.set(key, node);
    this.nodes.push(node);
    return node.outputs;
  }

  /** The nodes that the outputs depend on, in order. */
  liveNodes(): GraphNode[] {
    const needed = new Set<GraphNode>();
    const visit = (value: Value | undefined) => {
      if (value?.source.kind === "node") needed.add(value.source);
    };
    this.outputs.forEach(visit);
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      if (needed.has(this.nodes[i])) this.nodes[i].inputs.forEach(visit);
    }
    return this.nodes.filter((node) => needed.has(node));
  }

  #value(type: ElementType, shape: readonly number[], source: Value["source"], index: number): Value {
    return { id: this.#count++, type, shape: [...shape], source, index };
  }
}
