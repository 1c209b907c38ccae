import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { Edge } from "./graph.ts";
import {
  id,
  ids,
  list,
  malformed,
  numberRows,
  requireDistinct,
  requireRecord,
  withPlace,
} from "./json-values.ts";
import {
  type LabelSpace,
  labelSpaceFromEmbeddings,
  labelSpaceFromMatrix,
  labelSpaceFromOrder,
  spaceOfGraph,
  spaceOfParents,
} from "./label-space.ts";
import { parseNewick } from "./newick.ts";

/** A name, or a number that is one. */
type Id = string | number;

/**
 * Labels and their distances as JSON. Exactly one of `edges`, `parents`, `newick`, `matrix`, `coordinates` and `order`
 * says how far they are apart.
 */
export interface LabelFile {
  /**
   * The labels that may be predicted, in the order of their numbers. Default: all that are named below, in order of
   * appearance (numbers ascending). Nodes of a graph or tree that are not listed here connect others but are never
   * predicted.
   */
  labels?: readonly Id[];
  /** The labels that the classifier knows, in the order of its columns. */
  observed?: readonly Id[];
  /** A graph: pairs of labels, and the length of the edge between them where it is not 1. */
  edges?: readonly (readonly [Id, Id] | readonly [Id, Id, number])[];
  /** A tree: the parent of each node, null for the root. As a list, in the order of `labels`, parents are positions. */
  parents?: Readonly<Record<string, Id | null>> | readonly (number | null)[];
  /** Of the edge to the parent, 1 where nothing is said. */
  lengths?: Readonly<Record<string, number>>;
  /** A tree in Newick's notation; its named nodes are the labels. */
  newick?: string;
  /** All distances, in the order of `labels`. */
  matrix?: readonly (readonly number[])[];
  /** A point for each label, by name or in the order of `labels`. */
  coordinates?: Readonly<Record<string, readonly number[]>> | readonly (readonly number[])[];
  /** Of coordinates. Default `"euclidean"`. */
  metric?: "euclidean" | "cosine";
  /** Labels in their order, one step apart. */
  order?: readonly Id[] | true;
}

const shapes = ["edges", "parents", "newick", "matrix", "coordinates", "order"] as const;
const keys = ["labels", "observed", "lengths", "metric", ...shapes];

/**
 * Reads labels and their distances from parsed JSON in the form of a {@link LabelFile}.
 *
 * @param where the file, for messages
 * @returns the label space, and which labels the columns of the classifier belong to where that is said
 * @throws InputError with the place in the file: unknown or missing entries, names that do not exist or come twice,
 * and everything that the functions for label spaces refuse
 * @example
 * import { labelSpaceFromJson } from "surprisal/decide";
 * const { space, observed } = labelSpaceFromJson({
 *   parents: { animal: null, bird: "animal", fish: "animal", owl: "bird" },
 *   observed: ["owl", "fish"],
 * });
 * // space.names are animal, bird, fish, owl; observed is [3, 2]
 */
export function labelSpaceFromJson(
  value: unknown,
  where = "labelSpaceFromJson",
): { space: LabelSpace; observed?: number[] } {
  const file = requireObject(value, where);
  const labels = file.labels === undefined ? undefined : ids(file.labels, where, "labels");
  if (labels) requireDistinct(labels, where, "labels");
  const space = withPlace(where, () => spaceOf(file, labels, where));
  if (file.observed === undefined) return { space };
  const observed = ids(file.observed, where, "observed");
  requireDistinct(observed, where, "observed");
  return { space, observed: labelIndices(space, observed, where, "observed") };
}

/**
 * The indices of labels by name.
 *
 * @throws InputError `unknown-label` with the nearest name
 */
export function labelIndices(
  { names }: LabelSpace,
  wanted: readonly string[],
  where: string,
  what: string,
): number[] {
  const index = new Map(names.map((name, i) => [name, i]));
  return wanted.map((name) => {
    const found = index.get(name);
    if (found !== undefined) return found;
    throw new InputError({
      code: "unknown-label",
      where,
      problem: `${what} names a label that does not exist`,
      expected: names.length > 8 ? `one of ${names.length} labels` : `one of ${names.join(", ")}`,
      got: name,
      hint: didYouMean(name, names),
    });
  });
}

function spaceOf(file: Record<string, unknown>, labels: string[] | undefined, where: string): LabelSpace {
  const given = shapes.filter((shape) => file[shape] !== undefined);
  if (given.length !== 1) {
    throw new InputError({
      code: "bad-metric",
      where,
      problem: given.length === 0 ? "no distances" : "distances are given in several ways",
      expected: `exactly one of ${shapes.join(", ")}`,
      got: given.length === 0 ? Object.keys(file).join(", ") || "nothing" : given.join(", "),
    });
  }
  switch (given[0]) {
    case "edges":
      return spaceOfEdges(file.edges, labels, where);
    case "parents":
      return spaceOfParentList(file.parents, file.lengths, labels, where);
    case "newick":
      return spaceOfNewick(file.newick, labels, where);
    case "matrix":
      return labelSpaceFromMatrix(numberRows(file.matrix, where, "matrix"), { names: labels });
    case "coordinates":
      return spaceOfCoordinates(file.coordinates, file.metric, labels, where);
    default: {
      const names = file.order === true ? labels : ids(file.order, where, "order");
      if (!names) throw malformed(where, "order: true needs labels", "labels, in their order", file.order);
      return labelSpaceFromOrder(names.length, { names });
    }
  }
}

/** Nodes by name: the labels first, then others as they appear. */
class Nodes {
  readonly names: string[];
  readonly labels: number | undefined;
  readonly #index: Map<string, number>;

  constructor(labels: readonly string[] | undefined, others: Iterable<string>) {
    const all = new Set([...(labels ?? []), ...(labels ? others : byNumber([...others]))]);
    this.names = [...all];
    this.labels = labels?.length;
    this.#index = new Map(this.names.map((name, i) => [name, i]));
  }

  of(name: string): number {
    return this.#index.get(name)!;
  }

  /** What the functions for label spaces take. */
  get options(): { labels?: number[]; names: string[]; nodeNames: string[] } {
    const { names, labels = names.length } = this;
    const shown = { names: names.slice(0, labels), nodeNames: names };
    return labels === names.length
      ? shown
      : { ...shown, labels: Array.from({ length: labels }, (_, i) => i) };
  }
}

/** Whole numbers in their order, other names as they come. */
function byNumber(names: readonly string[]): readonly string[] {
  return names.every((name) => /^\d+$/.test(name)) ? [...names].sort((a, b) => Number(a) - Number(b)) : names;
}

function spaceOfEdges(value: unknown, labels: string[] | undefined, where: string): LabelSpace {
  const edges = list(value, where, "edges").map((edge, e): [string, string, number] => {
    const [from, to, length = 1, ...more] = list(edge, where, `edges[${e}]`);
    if (more.length > 0 || typeof length !== "number") {
      throw malformed(where, `edges[${e}] is not an edge`, "[label, label] or [label, label, length]", edge);
    }
    return [id(from, where, `edges[${e}]`), id(to, where, `edges[${e}]`), length];
  });
  const ends = edges.flatMap((edge) => edge.slice(0, 2) as string[]);
  const nodes = new Nodes(labels, ends);
  const indexed = edges.map(([from, to, length]): Edge => [nodes.of(from), nodes.of(to), length]);
  return spaceOfGraph(where, nodes.names.length, indexed, nodes.options);
}

function spaceOfParentList(
  value: unknown,
  lengths: unknown,
  labels: string[] | undefined,
  where: string,
): LabelSpace {
  const entries = Array.isArray(value)
    ? value.map((parent, i): [string, unknown] => [labels?.[i] ?? String(i), parent])
    : Object.entries(requireRecord(value, where, "parents"));
  if (Array.isArray(value) && labels && labels.length !== value.length) {
    throw malformed(
      where,
      "parents as a list need one entry for each label",
      String(labels.length),
      value.length,
    );
  }
  const nameOf = (parent: unknown, name: string): string | null => {
    if (parent === null || parent === -1) return null;
    if (Array.isArray(value) && typeof parent === "number") return labels ? labels[parent] : String(parent);
    return id(parent, where, `parents of ${JSON.stringify(name)}`);
  };
  const parentOf = new Map(entries.map(([name, parent]) => [name, nameOf(parent, name)]));
  const others = [...parentOf].flatMap(([name, parent]) => (parent === null ? [name] : [name, parent]));
  const nodes = new Nodes(labels, Array.isArray(value) ? parentOf.keys() : others);
  const lengthOf = new Map(
    lengths === undefined
      ? []
      : Object.entries(requireRecord(lengths, where, "lengths")).map(([name, length]): [string, number] => {
          if (typeof length === "number" && parentOf.has(name)) return [name, length];
          throw malformed(where, "lengths does not fit", "numbers, by names that have a parent", name);
        }),
  );
  return spaceOfParents(
    where,
    nodes.names.map((name) => {
      const parent = parentOf.get(name);
      if (parent === undefined || parent === null) return -1;
      if (nodes.of(parent) !== undefined) return nodes.of(parent);
      throw malformed(where, `the parent of ${JSON.stringify(name)} is no node`, "a node", parent);
    }),
    { lengths: nodes.names.map((name) => lengthOf.get(name) ?? 1), ...nodes.options },
  );
}

function spaceOfNewick(value: unknown, labels: string[] | undefined, where: string): LabelSpace {
  if (typeof value !== "string") throw malformed(where, "newick is not a text", '"(a,b)c;"', value);
  const { parents, names, lengths } = parseNewick(value, `${where}: newick`);
  const named = names.filter((name) => name !== undefined);
  requireDistinct(named, where, "newick");
  if (named.length === 0) throw malformed(where, "the tree names no node", "names, as in (a,b)c;", value);
  const wanted = labels ?? named;
  const index = new Map(names.map((name, node) => [name, node]));
  const chosen = wanted.map((name) => {
    const node = index.get(name);
    if (node !== undefined) return node;
    throw malformed(where, "labels names a node that the tree does not have", "a name in the tree", name);
  });
  const nodeNames = names.map((name, node) => name ?? `node ${node}`);
  if (chosen.length < names.length) {
    return spaceOfParents(where, parents, { lengths, labels: chosen, names: wanted, nodeNames });
  }
  const position = new Map(chosen.map((node, i) => [node, i]));
  return spaceOfParents(
    where,
    chosen.map((node) => position.get(parents[node]) ?? -1),
    { lengths: chosen.map((node) => lengths[node]), names: wanted },
  );
}

function spaceOfCoordinates(
  value: unknown,
  metric: unknown,
  labels: string[] | undefined,
  where: string,
): LabelSpace {
  const options = { metric: metric as LabelFile["metric"] };
  if (Array.isArray(value)) {
    return labelSpaceFromEmbeddings(numberRows(value, where, "coordinates"), { ...options, names: labels });
  }
  const byName = requireRecord(value, where, "coordinates");
  const names = labels ?? [...byNumber(Object.keys(byName))];
  const rows = names.map((name) => {
    if (Object.hasOwn(byName, name)) return byName[name];
    throw malformed(where, "a label has no coordinates", "a point for each label", name);
  });
  return labelSpaceFromEmbeddings(numberRows(rows, where, "coordinates"), { ...options, names });
}

function requireObject(value: unknown, where: string): Record<string, unknown> {
  const file = requireRecord(value, where, "the file");
  for (const key of Object.keys(file)) {
    if (keys.includes(key)) continue;
    throw new InputError({
      code: "unknown-entry",
      where,
      problem: "unknown entry",
      expected: keys.join(", "),
      got: key,
      hint: didYouMean(key, keys),
    });
  }
  return file;
}
