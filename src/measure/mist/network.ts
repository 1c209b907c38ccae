// The network as a pure function of its parameters. Three stages, none of which knows an order of rows or columns:
//
//   1. columns against columns: learnt functions of the cells, their covariances for every pair of columns (means over
//      rows), then layers on these edges, where an edge jk sees the paths j–l–k (a matrix product over l)
//   2. rows: each side of a row becomes P sums over its columns of learnt functions, with weights from stage 1; a token
//      is g(u, v) + g(v, u), and a set transformer (inducing points, then attention pooling: Lee et al. 2019) reads them
//   3. two heads give quantiles of ln(1 + I): `pure` from the network alone, `hybrid` also from classical estimates
//
// X and Y are treated alike, so that swapping them changes nothing.
import {
  add,
  broadcastTo,
  concatenate,
  cumsum,
  div,
  expandDims,
  gelu,
  layers,
  less,
  matmul,
  mul,
  random,
  reshape,
  slice,
  softplus,
  sub,
  sum,
  swapAxes,
  type Tensor,
  tensor,
  transpose,
  where,
} from "../../engine/index.ts";
import { glorotUniform, normal } from "../../engine/initialisers.ts";
import { type Dense, dense, type Mab, mab, mlp, type Norm, standard } from "./blocks.ts";

/** Sizes of the network. */
export interface Architecture {
  /** Learnt functions of a cell. */
  readonly functions: number;
  /** Width of the edges between columns, and their layers. */
  readonly edgeWidth: number;
  readonly edgeLayers: number;
  /** Sums that each side of a row is reduced to. */
  readonly projections: number;
  /** Width of the row tokens, layers with inducing points, and their number. */
  readonly rowWidth: number;
  readonly rowLayers: number;
  readonly inducing: number;
}

export const mistSmall: Architecture = {
  functions: 12,
  edgeWidth: 32,
  edgeLayers: 3,
  projections: 12,
  rowWidth: 48,
  rowLayers: 2,
  inducing: 16,
};

/** Where the quantile function is learnt; between them it is a straight line. The median is in the middle. */
export const knots: readonly number[] = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975];
const middle = (knots.length - 1) / 2;

/** Classical numbers that the hybrid head sees; the first is its anchor, ln(1 + Gaussian copula). */
export const featureCount = 9;
/** What both heads know of the shape: ln n / 6, (dx + dy) / 16, |dx − dy| / 8. */
export const shapeCount = 3;

const seeds = 4;

/** A batch of samples, padded: x in the first half of the columns, y in the second. */
export type Inputs = {
  /** Normal scores, sets × rows × columns; 0 where padded. */
  readonly z: Tensor;
  /** 1 for a row (sets × rows) and for a column (sets × columns), 0 for padding. */
  readonly rows: Tensor;
  readonly columns: Tensor;
  readonly shape: Tensor;
  readonly features: Tensor;
};

type EdgeLayer = {
  readonly norm: Norm;
  readonly left: Dense;
  readonly right: Dense;
  readonly path: Dense;
  readonly normHidden: Norm;
  readonly first: Dense;
  readonly second: Dense;
};
type RowLayer = { readonly points: Tensor; readonly gather: Mab; readonly spread: Mab };

export type Parameters = {
  readonly cells: { readonly slope: Tensor; readonly shift: Tensor; readonly mix: Dense };
  readonly edges: { readonly start: Dense; readonly layers: readonly EdgeLayer[]; readonly norm: Norm };
  readonly nodes: Dense;
  readonly whole: Dense;
  readonly weights: Dense;
  readonly token: { readonly own: Tensor; readonly other: Dense; readonly out: Dense; readonly whole: Dense };
  readonly rows: readonly RowLayer[];
  readonly pool: { readonly seeds: Tensor; readonly mab: Mab };
  readonly summary: Dense;
  readonly pure: readonly Dense[];
  readonly hybrid: readonly Dense[];
};

/** First parameters. */
export function initialParameters(size: Architecture, seed: number): Parameters {
  const { functions: h, edgeWidth: e, rowWidth: w, projections: p } = size;
  const keys = random.split(random.key(seed), 512);
  let used = 0;
  const key = () => slice(keys, used++);
  const dense = (inputs: number, outputs: number): Dense => layers.dense(inputs, outputs).init(key());
  const norm = (width: number): Norm => layers.layerNorm(width).init(key());
  const matrix = () => glorotUniform(key(), [w, w]);
  const mab = (): Mab => ({
    normQuery: norm(w),
    normContext: norm(w),
    query: matrix(),
    key: matrix(),
    value: matrix(),
    out: matrix(),
    normHidden: norm(w),
    first: dense(w, 2 * w),
    second: dense(2 * w, w),
  });
  const edgeLayer = (): EdgeLayer => ({
    norm: norm(e),
    left: dense(e, h),
    right: dense(e, h),
    path: dense(h, e),
    normHidden: norm(e),
    first: dense(e, 2 * e),
    second: dense(2 * e, e),
  });
  const head = (inputs: number): Dense[] => [dense(inputs, w), dense(w, knots.length)];
  return {
    cells: {
      slope: normal(1)(key(), [h]),
      shift: normal(1)(key(), [h]),
      mix: dense(h + 1, h),
    },
    edges: {
      start: dense(h + 3 + shapeCount, e),
      layers: Array.from({ length: size.edgeLayers }, edgeLayer),
      norm: norm(e),
    },
    nodes: dense(3 * e + h, w),
    whole: dense(2 * w + e + shapeCount, w),
    weights: dense(w, (h + 1) * p),
    token: { own: glorotUniform(key(), [p, w]), other: dense(p, w), out: dense(w, w), whole: dense(w, w) },
    rows: Array.from({ length: size.rowLayers }, () => ({
      points: normal(1)(key(), [size.inducing, w]),
      gather: mab(),
      spread: mab(),
    })),
    pool: { seeds: normal(1)(key(), [seeds, w]), mab: mab() },
    summary: dense(seeds * w + w, 2 * w),
    pure: head(2 * w),
    hybrid: head(2 * w + featureCount),
  };
}

/** Quantiles of ln(1 + I) at the knots, sets × knots, from both heads. */
export type Quantiles = { readonly pure: Tensor; readonly hybrid: Tensor };

/** The whole network. */
export function forward(size: Architecture, params: Parameters, inputs: Inputs): Quantiles {
  const { z, rows, columns, shape, features } = inputs;
  const [sets, n, d] = z.shape;
  const half = d / 2;
  const { functions: h, projections: p } = size;
  const rowCount = expandDims(sum(rows, 1, { keepdims: true }), 2);
  const cells = cellFunctions(params, z, rows, columns, rowCount);
  const centred = cells.centred;
  const edgeMask = mul(expandDims(columns, 2), expandDims(columns, 1));
  const edges = edgeNetwork(params, centred, edgeMask, rowCount, shape);

  const flags = sides(half);
  const aggregate = (flag: Tensor) => {
    const weights = mul(edgeMask, flag);
    const count = add(sum(weights, 2, { keepdims: true }), 1e-6);
    return div(sum(mul(edges, expandDims(weights, 3)), 2), count);
  };
  const own = sum(mul(edges, expandDims(flags.self, 2)), 2);
  const nodeInputs = concatenate([aggregate(flags.same), aggregate(flags.cross), own, cells.means], 2);
  const nodes = mul(gelu(dense(params.nodes, nodeInputs)), expandDims(columns, 2));
  const nodeSum = sum(nodes, 1);
  const crossSum = sum(mul(edges, expandDims(mul(edgeMask, flags.cross), 3)), [1, 2]);
  const wholeInputs = [
    div(nodeSum, sum(columns, 1, { keepdims: true })),
    mul(nodeSum, 1 / 8),
    mul(crossSum, 1 / 16),
    shape,
  ];
  const whole = gelu(dense(params.whole, concatenate(wholeInputs, 1)));

  const weights = mul(dense(params.weights, nodes), expandDims(columns, 2));
  const perSide = (from: number, to: number) => {
    const cellsOf = reshape(slice(cells.all, [], [], [from, to]), [sets, n, half * (h + 1)]);
    return mul(
      matmul(cellsOf, reshape(slice(weights, [], [from, to]), [sets, half * (h + 1), p])),
      1 / Math.sqrt(h),
    );
  };
  const [u, v] = [perSide(0, half), perSide(half, d)];
  const { token } = params;
  const mixed = (a: Tensor, b: Tensor) => gelu(add(matmul(a, token.own), dense(token.other, b)));
  const fromWhole = expandDims(dense(token.whole, whole), 1);
  let x = add(dense(token.out, add(mixed(u, v), mixed(v, u))), fromWhole);
  const hidden = mul(sub(expandDims(rows, [1, 2]), 1), 1e9);
  for (const { points, gather, spread } of params.rows) {
    const induced = mab(gather, broadcastTo(points, [sets, ...points.shape]), x, hidden);
    x = mab(spread, x, induced);
  }
  const pooled = mab(
    params.pool.mab,
    broadcastTo(params.pool.seeds, [sets, ...params.pool.seeds.shape]),
    x,
    hidden,
  );
  const flat = concatenate([reshape(pooled, [sets, seeds * size.rowWidth]), whole], 1);
  const summary = gelu(dense(params.summary, flat));
  return {
    pure: quantiles(mlp(params.pure, summary)),
    hybrid: quantiles(mlp(params.hybrid, concatenate([summary, features], 1)), slice(features, [], [0, 1])),
  };
}

/** The cell and h learnt functions of it: as they are, centred over the rows, and their means. */
function cellFunctions(params: Parameters, z: Tensor, rows: Tensor, columns: Tensor, count: Tensor) {
  const { slope, shift, mix } = params.cells;
  const value = expandDims(z, 3);
  const raw = dense(mix, concatenate([value, gelu(add(mul(value, slope), shift))], 3));
  const mask = mul(expandDims(rows, [2, 3]), expandDims(columns, [1, 3]));
  const kept = mul(raw, mask);
  const means = div(sum(kept, 1), count);
  const centred = mul(sub(raw, expandDims(means, 1)), mask);
  return { centred, means, all: concatenate([value, centred], 3) };
}

/** Edges between columns, sets × columns × columns × width. */
function edgeNetwork(
  params: Parameters,
  cells: Tensor,
  mask: Tensor,
  rowCount: Tensor,
  shape: Tensor,
): Tensor {
  const [sets, , d] = cells.shape;
  const turned = transpose(cells, [0, 3, 2, 1]);
  const covariance = transpose(
    div(matmul(turned, swapAxes(turned, 2, 3)), expandDims(rowCount, 3)),
    [0, 2, 3, 1],
  );
  const { same, cross, self } = sides(d / 2);
  const spread = (t: Tensor, width: number) => broadcastTo(t, [sets, d, d, width]);
  const start = concatenate(
    [
      covariance,
      ...[same, cross, self].map((flag) => spread(expandDims(flag, [0, 3]), 1)),
      spread(expandDims(shape, [1, 2]), shapeCount),
    ],
    3,
  );
  const visible = expandDims(mask, 3);
  let edges = gelu(dense(params.edges.start, start));
  for (const layer of params.edges.layers) {
    const ready = standard(layer.norm, edges);
    const [left, right] = [layer.left, layer.right].map((part) =>
      transpose(mul(dense(part, ready), visible), [0, 3, 1, 2]),
    );
    const paths = transpose(mul(matmul(left, right), 0.5), [0, 2, 3, 1]);
    edges = add(edges, dense(layer.path, paths));
    edges = add(edges, dense(layer.second, gelu(dense(layer.first, standard(layer.normHidden, edges)))));
  }
  return mul(standard(params.edges.norm, edges), visible);
}

/** Which columns lie on one side, on both, and are the same. */
function sides(half: number) {
  const d = 2 * half;
  const of = (holds: (j: number, k: number) => boolean) =>
    tensor(Array.from({ length: d }, (_, j) => Array.from({ length: d }, (_, k) => (holds(j, k) ? 1 : 0))));
  return {
    same: of((j, k) => j !== k && j < half === k < half),
    cross: of((j, k) => j < half !== k < half),
    self: of((j, k) => j === k),
  };
}

/** Quantiles that cannot cross: the median, and sums of positive steps from it. */
function quantiles(raw: Tensor, anchor?: Tensor): Tensor {
  const at = (from: number, to: number) => slice(raw, [], [from, to]);
  const centre = anchor ? add(at(middle, middle + 1), anchor) : at(middle, middle + 1);
  const steps = (t: Tensor) => cumsum(mul(softplus(t), 0.1), 1);
  const below = steps(at(0, middle));
  const above = steps(at(middle + 1, knots.length));
  const reversed = concatenate(
    Array.from({ length: middle }, (_, i) => slice(below, [], [middle - 1 - i, middle - i])),
    1,
  );
  return concatenate([sub(centre, reversed), centre, add(centre, above)], 1);
}

/** Pinball loss of quantiles of ln(1 + I), mean over sets and knots. */
export function pinball(predicted: Tensor, target: Tensor): Tensor {
  const levels = tensor([...knots]);
  const short = sub(expandDims(target, 1), predicted);
  const loss = where(less(short, 0), mul(short, sub(levels, 1)), mul(short, levels));
  return mul(sum(loss), 1 / loss.size);
}
