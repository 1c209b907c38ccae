// A graph for any batch size from graphs recorded at three. They have the same nodes; what differs are whole numbers
// (shapes, ends of slices), which must be linear in the size, and are computed from the shape of an input when the
// exported graph runs.
import { InputError } from "../../core/errors.ts";
import { type Constant, Graph, type GraphNode, type Value } from "../lowering/graph.ts";

/** Sizes to record at: primes that no other length of a model is likely to have. */
export const sampleSizes = [1009, 1013, 1021] as const;

/** Where the batch size can be read. */
export interface BatchAxis {
  /** Position among the graph's inputs. */
  readonly input: number;
  readonly axis: number;
}

/** slope · batch + offset. */
export interface Linear {
  readonly slope: number;
  readonly offset: number;
}

/** One graph that does for every batch size what each of the given ones does for its own. */
export function generalize(where: string, graphs: readonly Graph[], place: BatchAxis): Graph {
  const nodes = graphs.map((graph) => graph.liveNodes());
  const [model] = graphs;
  const out = new Graph();
  const inputs = model.inputs.map(({ type, shape }) => out.input(type, shape));
  const index = nodes.map((list) => new Map(list.map((node, i) => [node, i])));
  const made: Value[][] = [];
  const size = () => batchSize(out, inputs[place.input], place.axis);

  const copied = (same: readonly (Value | undefined)[], user?: GraphNode): Value | undefined => {
    const [first] = same;
    if (!first) return undefined;
    const values = same as Value[];
    switch (first.source.kind) {
      case "input":
        return inputs[first.source.position];
      case "constant":
        return constantOf(where, out, values, user, size);
      case "node": {
        const at = values.map(({ source }, k) => index[k].get(source as GraphNode));
        if (at.some((i) => i === undefined || i !== at[0])) refuse(where, "the order of operations");
        return made[at[0]!][first.index];
      }
    }
  };

  if (nodes.some((list) => list.length !== nodes[0].length)) refuse(where, "the number of operations");
  nodes[0].forEach((node, i) => {
    const same = nodes.map((list) => list[i]);
    if (same.some((other) => describeNode(other) !== describeNode(node))) refuse(where, node.operator);
    const taken = node.inputs.map((_, k) =>
      copied(
        same.map((other) => other.inputs[k]),
        node,
      ),
    );
    made.push(
      out.nodeMany(node.operator, taken, node.outputs, { attributes: node.attributes, domain: node.domain }),
    );
  });
  out.outputs = model.outputs.map((_, i) => copied(graphs.map((graph) => graph.outputs[i]))!);
  return out;
}

/** The one line through a number at each of the sample sizes. */
export function linearThrough(values: readonly number[]): Linear | undefined {
  const [x0, x1] = sampleSizes;
  const slope = (values[1] - values[0]) / (x1 - x0);
  const offset = values[0] - slope * x0;
  const fits =
    Number.isInteger(slope) && values.every((value, i) => value === slope * sampleSizes[i] + offset);
  return fits ? { slope, offset } : undefined;
}

function describeNode({ operator, attributes, inputs, outputs }: GraphNode): string {
  const taken = inputs.map((input) => input?.source.kind ?? "none");
  return `${operator} ${JSON.stringify(attributes)} ${taken} ${outputs.length}`;
}

function constantOf(
  where: string,
  out: Graph,
  values: readonly Value[],
  user: GraphNode | undefined,
  size: () => Value,
): Value {
  const [first] = values;
  const data = values.map(({ source }) => (source as Constant).data);
  const isSame = data.every((one) => one === data[0] || equal(one, data[0]));
  if (isSame && values.every(({ shape }) => shape.join() === first.shape.join())) {
    return out.constant(data[0], first.type, first.shape);
  }
  if (first.type !== "int64" || data.some((one) => one.length !== data[0].length)) {
    refuse(where, `a constant of ${user?.operator ?? "the result"}`);
  }
  const lines = Array.from({ length: data[0].length }, (_, i) =>
    linearThrough(data.map((one) => Number(one[i]))),
  );
  if (lines.includes(undefined)) refuse(where, `a length in ${user?.operator ?? "the result"}`);
  return linearNumbers(out, lines as Linear[], first.shape, user?.operator === "Reshape", size);
}

function linearNumbers(
  out: Graph,
  lines: readonly Linear[],
  shape: readonly number[],
  isReshape: boolean,
  size: () => Value,
): Value {
  const varying = lines.filter(({ slope }) => slope !== 0);
  const hasZero = lines.some(({ slope, offset }) => slope === 0 && offset === 0);
  if (isReshape && varying.length === 1 && !hasZero) {
    return out.integers(lines.map(({ slope, offset }) => (slope === 0 ? offset : -1)));
  }
  const constant = (numbers: number[]) =>
    out.constant(
      BigInt64Array.from(numbers, (x) => BigInt(x)),
      "int64",
      shape,
    );
  const type = { type: "int64", shape } as const;
  const scaled = out.node("Mul", [constant(lines.map(({ slope }) => slope)), size()], type);
  if (lines.every(({ offset }) => offset === 0)) return scaled;
  return out.node("Add", [scaled, constant(lines.map(({ offset }) => offset))], type);
}

function batchSize(out: Graph, input: Value, axis: number): Value {
  const shape = out.node("Shape", [input], { type: "int64", shape: [input.shape.length] });
  const place = out.constant(BigInt64Array.of(BigInt(axis)), "int64", []);
  return out.node("Gather", [shape, place], { type: "int64", shape: [] });
}

function equal(a: Constant["data"], b: Constant["data"]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function refuse(where: string, what: string): never {
  throw new InputError({
    code: "not-exportable",
    where,
    problem: `the function does not do the same for every batch size: ${what} depends on it`,
    hint: "what mixes rows, such as a mean over the batch, belongs to the loss; or give every input a fixed shape",
  });
}
