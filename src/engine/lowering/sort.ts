import type { DType } from "../tensor.ts";
import { type Context, castValue, type Rule } from "./context.ts";
import type { Value } from "./graph.ts";
import { materialize, type View, viewOfFull } from "./view.ts";

/** Values in ascending order along the last axis, and where they were; equal ones keep their order. */
function sorted(context: Context, x: View): [values: View, positions: View] {
  const { graph } = context;
  const n = x.shape[x.shape.length - 1];
  const type: DType = x.type === "bool" ? "int32" : x.type === "uint32" ? "float64" : x.type;
  const [values, positions] = graph.nodeMany(
    "TopK",
    [materialize(graph, context.cast(x, type)), graph.integers([n])],
    [
      { type, shape: x.shape },
      { type: "int64", shape: x.shape },
    ],
    { attributes: { axis: x.shape.length - 1, largest: 0, sorted: 1 } },
  );
  const view = (value: Value) => viewOfFull(graph, value);
  return [context.cast(view(values), x.type), view(castValue(graph, positions, "int32"))];
}

export const sortRules: Record<string, Rule> = {
  sort: (context, [x]) => [sorted(context, x)[0]],
  argsort: (context, [x]) => sorted(context, x),
};
