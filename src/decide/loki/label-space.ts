import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { asMatrix, type Matrix, type MatrixLike } from "../../core/matrix.ts";
import { type Edge, type Graph, graphFrom, shortestPaths } from "./graph.ts";
import { quote, requireMetricEntries, triangleViolation, triangleWarning } from "./metric-checks.ts";

/** Labels and how far they are apart. Distances are plain, never squared. */
export interface LabelSpace {
  /** How the distances were given. */
  readonly kind: "graph" | "tree" | "matrix" | "coordinates" | "order";
  readonly size: number;
  /** One for each label; "0", "1", … where none were given. */
  readonly names: readonly string[];
  /**
   * The distances from label `i` to every label, in `out` or a new array.
   *
   * @throws InputError `unknown-distances` where a matrix holds the rows of other labels only
   */
  distancesFrom(i: number, out?: Float64Array): Float64Array;
  /** What makes the distances less than a metric, if anything. */
  readonly warnings: readonly Warning[];
  /** Set where the labels are exactly the nodes of a graph. */
  readonly graph?: Graph;
  /** Set where the labels are points, N × e. */
  readonly points?: Matrix;
}

interface Named {
  /** One name for each label, all different. Default "0", "1", … */
  names?: readonly string[];
}

/**
 * Labels as nodes of a graph; distances are lengths of shortest paths. A graph without cycles is a tree.
 *
 * @param nodes number of nodes; edges go between 0 and nodes − 1, either way
 * @param options.labels the nodes that are labels, where others only connect them; default all, in order
 * @param options.names one name for each label
 * @throws InputError `negative-distance` for lengths that are not positive, `disconnected` when some label cannot be
 * reached from another, `bad-edge`, `duplicate-names`
 * @example
 * import { labelSpaceFromGraph } from "surprisal/decide";
 * const path = labelSpaceFromGraph(4, [[0, 1], [1, 2], [2, 3, 0.5]]);
 * path.distancesFrom(0); // 0, 1, 2, 2.5
 */
export function labelSpaceFromGraph(
  nodes: number,
  edges: readonly Edge[],
  options: GraphLabels = {},
): LabelSpace {
  return spaceOfGraph("labelSpaceFromGraph", nodes, edges, options);
}

interface GraphLabels extends Named {
  labels?: readonly number[];
}

/** {@link labelSpaceFromGraph} on behalf of another function. `nodeNames` are for messages. */
export function spaceOfGraph(
  where: string,
  nodes: number,
  edges: readonly Edge[],
  { labels, names, nodeNames = labels ? undefined : names }: GraphLabels & { nodeNames?: readonly string[] },
): LabelSpace {
  if (nodes === 0) namesOf(where, 0);
  const graph = graphFrom(where, nodes, edges, (node) => quote(nodeNames?.[node] ?? String(node)));
  const size = labels?.length ?? nodes;
  if (labels) requireIndices(where, "labels", labels, nodes);
  const all = namesOf(where, size, names);
  const first = shortestPaths(graph, labels?.[0] ?? 0, new Float64Array(nodes));
  for (let k = 0; k < size; k++) {
    if (first[labels?.[k] ?? k] < Number.POSITIVE_INFINITY) continue;
    throw new InputError({
      code: "disconnected",
      where,
      problem: `no path from ${quote(all[0])} to ${quote(all[k])}`,
      expected: "a graph that connects all labels",
      got: `${nodes} nodes, ${edges.length} edges`,
      hint: "add the missing edges, or a common root",
    });
  }
  const scratch = new Float64Array(nodes);
  return {
    kind: graph.isTree ? "tree" : "graph",
    size,
    names: all,
    warnings: [],
    ...(labels ? {} : { graph }),
    distancesFrom(i, out = new Float64Array(size)) {
      if (!labels) return shortestPaths(graph, i, out);
      shortestPaths(graph, labels[i], scratch);
      for (let k = 0; k < size; k++) out[k] = scratch[labels[k]];
      return out;
    },
  };
}

/**
 * Labels as nodes of a rooted tree, given by the parent of each.
 *
 * @param parents index of each node's parent; −1 or null for the root
 * @param options.lengths length of the edge to the parent, default 1; the root's is not read
 * @param options.labels, options.names as in {@link labelSpaceFromGraph}
 * @throws InputError when there is not exactly one root, or as {@link labelSpaceFromGraph} does (a cycle is
 * `disconnected` from the root)
 * @example
 * import { labelSpaceFromParents } from "surprisal/decide";
 * const taxonomy = labelSpaceFromParents([-1, 0, 0, 1], { names: ["animal", "bird", "fish", "owl"] });
 * taxonomy.distancesFrom(3); // owl to animal 2, bird 1, fish 3, owl 0
 */
export function labelSpaceFromParents(
  parents: readonly (number | null)[],
  options: GraphLabels & { lengths?: ArrayLike<number> } = {},
): LabelSpace {
  return spaceOfParents("labelSpaceFromParents", parents, options);
}

/** {@link labelSpaceFromParents} on behalf of another function. */
export function spaceOfParents(
  where: string,
  parents: readonly (number | null)[],
  { lengths, ...rest }: GraphLabels & { lengths?: ArrayLike<number>; nodeNames?: readonly string[] },
): LabelSpace {
  const roots = parents.flatMap((parent, node) => (parent === null || parent === -1 ? [node] : []));
  if (roots.length !== 1) {
    throw new InputError({
      code: "bad-tree",
      where,
      problem: `${roots.length} nodes have no parent`,
      expected: "exactly one root",
      got: roots.map((root) => rest.nodeNames?.[root] ?? rest.names?.[root] ?? root),
    });
  }
  const edges = parents.flatMap((parent, node): Edge[] =>
    parent === null || parent === -1 ? [] : [[parent, node, lengths?.[node] ?? 1]],
  );
  return spaceOfGraph(where, parents.length, edges, rest);
}

/**
 * Labels with a table of all distances.
 *
 * @param distances N × N, symmetric within 1e-9, zeros on the diagonal; or K × N with the rows of `options.rows` only,
 * which is enough to predict with those K as the observed labels
 * @throws InputError `negative-distance`, `not-symmetric`, `not-zero-diagonal`, `not-finite`, `shape-mismatch`,
 * `duplicate-names`
 * @example
 * import { labelSpaceFromMatrix } from "surprisal/decide";
 * const space = labelSpaceFromMatrix([[0, 1, 4], [1, 0, 2], [4, 2, 0]]);
 * // space.warnings says that 4 > 1 + 2
 */
export function labelSpaceFromMatrix(
  distances: MatrixLike,
  { names, rows }: Named & { rows?: readonly number[] } = {},
): LabelSpace {
  const where = "labelSpaceFromMatrix";
  const d = asMatrix(distances, where);
  const size = d.cols;
  const rowOf = new Map((rows ?? Array.from({ length: size }, (_, i) => i)).map((label, r) => [label, r]));
  if (d.rows !== rowOf.size || size === 0) {
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: "the matrix does not fit",
      expected: rows ? `${rows.length} different rows` : "as many rows as columns",
      got: `${d.rows} × ${size}`,
    });
  }
  if (rows) requireIndices(where, "rows", rows, size);
  const all = namesOf(where, size, names);
  requireMetricEntries(where, d, rowOf, all);
  const violation = rows ? undefined : triangleViolation(d);
  return {
    kind: "matrix",
    size,
    names: all,
    warnings: violation ? [triangleWarning(d, violation, all)] : [],
    distancesFrom(i, out = new Float64Array(size)) {
      const r = rowOf.get(i);
      if (r === undefined) {
        throw new InputError({
          code: "unknown-distances",
          where,
          problem: `the matrix has no row for ${quote(all[i])}`,
          expected: "a square matrix",
          got: `${d.rows} × ${size}`,
        });
      }
      out.set(d.data.subarray(r * size, (r + 1) * size));
      return out;
    },
  };
}

/**
 * Labels as points.
 *
 * @param points N × e
 * @param options.metric `"euclidean"` (default), or `"cosine"`: the chord √(2 − 2 cos) between directions, so that
 * squared distances are ‖a − b‖² of unit vectors as in zero-shot models
 * @throws InputError `zero-vector` for a cosine of nothing, `not-finite`, `duplicate-names`
 * @example
 * import { labelSpaceFromEmbeddings } from "surprisal/decide";
 * const space = labelSpaceFromEmbeddings([[1, 0], [0, 2], [-1, 0]], { metric: "cosine" });
 * space.distancesFrom(0); // 0, √2, 2
 */
export function labelSpaceFromEmbeddings(
  points: MatrixLike,
  { metric = "euclidean", names }: Named & { metric?: "euclidean" | "cosine" } = {},
): LabelSpace {
  const where = "labelSpaceFromEmbeddings";
  if (metric !== "euclidean" && metric !== "cosine") {
    throw new InputError({
      code: "unknown-metric",
      where,
      problem: "unknown metric",
      expected: '"euclidean" or "cosine"',
      got: metric,
    });
  }
  const given = asMatrix(points, where);
  const all = namesOf(where, given.rows, names);
  const { data, rows: size, cols } = metric === "cosine" ? unitRows(given, where, all) : given;
  return {
    kind: "coordinates",
    size,
    names: all,
    warnings: [],
    points: { data, rows: size, cols },
    distancesFrom(i, out = new Float64Array(size)) {
      for (let y = 0; y < size; y++) {
        let sum = 0;
        for (let j = 0; j < cols; j++) sum += (data[y * cols + j] - data[i * cols + j]) ** 2;
        out[y] = Math.sqrt(sum);
      }
      return out;
    },
  };
}

/**
 * Labels in an order, such as ages or grades: |i − j|.
 *
 * @throws InputError when there is no label, or names are given twice
 * @example
 * import { labelSpaceFromOrder } from "surprisal/decide";
 * labelSpaceFromOrder(5).distancesFrom(2); // 2, 1, 0, 1, 2
 */
export function labelSpaceFromOrder(size: number, { names }: Named = {}): LabelSpace {
  const edges = Array.from({ length: Math.max(0, size - 1) }, (_, i): Edge => [i, i + 1]);
  const path = spaceOfGraph("labelSpaceFromOrder", size, edges, { names });
  return { ...path, kind: "order" };
}

export function requireIndices(where: string, what: string, values: ArrayLike<number>, below: number): void {
  const seen = new Uint8Array(below);
  for (let k = 0; k < values.length; k++) {
    const i = values[k];
    if (!Number.isInteger(i) || i < 0 || i >= below) {
      throw new InputError({
        code: "unknown-label",
        where,
        problem: `${what}[${k}] is not one of them`,
        expected: `an integer from 0 to ${below - 1}`,
        got: i,
      });
    }
    if (seen[i]++ === 0) continue;
    throw new InputError({
      code: "duplicate-labels",
      where,
      problem: `${what} names a label twice`,
      expected: "each once",
      got: i,
    });
  }
}

function namesOf(where: string, size: number, names?: readonly string[]): readonly string[] {
  if (!Number.isInteger(size) || size < 1) {
    throw new InputError({ code: "empty", where, problem: "no labels", expected: "at least 1", got: size });
  }
  if (!names) return Array.from({ length: size }, (_, i) => String(i));
  if (names.length !== size) {
    throw new InputError({
      code: "unequal-lengths",
      where,
      problem: "as many names as labels are needed",
      expected: String(size),
      got: names.length,
    });
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new InputError({
        code: "duplicate-names",
        where,
        problem: "two labels have the same name",
        expected: "each once",
        got: name,
      });
    }
    seen.add(name);
  }
  return [...names];
}

function unitRows({ data, rows, cols }: Matrix, where: string, names: readonly string[]): Matrix {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let j = 0; j < cols; j++) square += data[i * cols + j] ** 2;
    if (square === 0) {
      throw new InputError({
        code: "zero-vector",
        where,
        problem: `${quote(names[i])} has no direction`,
        expected: "a vector that is not zero",
        got: 0,
      });
    }
    const scale = 1 / Math.sqrt(square);
    for (let j = 0; j < cols; j++) out[i * cols + j] = data[i * cols + j] * scale;
  }
  return { data: out, rows, cols };
}
