import type { CodesLike } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import { type Accuracy, knnAccuracy, linearProbe, randomFeatures } from "../probes.ts";
import type { ContrastiveMIM } from "./model.ts";

/** A decoder of one's own, of which only the state is needed that the parameters of p(x|z) are computed from. */
export interface HiddenStateDecoder<X> {
  /**
   * The last hidden layer at each code: a matrix with a row for each. Or, of an autoregressive decoder that is fed the
   * true `targets`, a matrix for each code: a row for each token that is not padding, the state that predicts it.
   */
  hiddenStates(codes: Matrix, targets?: X): Promise<Matrix | readonly Matrix[]> | Matrix | readonly Matrix[];
}

/**
 * Informative embeddings of any encoder–decoder: hidden states of its decoder at the mean codes, averaged over tokens
 * where there are some. Nothing is trained. Compare them with {@link randomFeatures} of the same width.
 *
 * @param codes n × K posterior means, without noise
 * @param targets what the decoder is to be fed with, passed on as it is
 * @returns n × width of the hidden state
 * @throws InputError when the decoder does not give a row or a matrix for each code
 * @see Livne, "cMIM", 2025 (arXiv 2502.19642), informative embeddings
 * @example
 * import { informativeEmbedding } from "surprisal/learn";
 * import { asMatrix, type Matrix } from "surprisal/core";
 * const decoder = { hiddenStates: (z: Matrix) => asMatrix(z.data.map(Math.tanh)) };
 * await informativeEmbedding(decoder, [0.5, -0.5]); // 2 × 1
 */
export async function informativeEmbedding<X>(
  decoder: HiddenStateDecoder<X>,
  codes: MatrixLike,
  targets?: X,
): Promise<Matrix> {
  const where = "informativeEmbedding";
  const z = asMatrix(codes, where);
  const states = await decoder.hiddenStates(z, targets);
  const isPooled = "rows" in states;
  const count = isPooled ? states.rows : states.length;
  const empty = isPooled ? -1 : states.findIndex(({ rows, cols }) => rows === 0 || cols !== states[0].cols);
  if (count !== z.rows || empty >= 0) {
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem:
        empty >= 0 ? `hiddenStates ${empty} has no row or another width` : "not a hidden state for each code",
      expected: `${z.rows} rows, or matrices of equal width with at least a row`,
      got: empty >= 0 && !isPooled ? [states[empty].rows, states[empty].cols] : count,
    });
  }
  if (isPooled) return states;
  const { cols } = states[0];
  const out = matrix(z.rows, cols);
  states.forEach(({ data, rows }, i) => {
    for (let at = 0; at < data.length; at++) out.data[i * cols + (at % cols)] += data[at] / rows;
  });
  return out;
}

/** How well simple readers tell classes from one kind of features. */
export interface EmbeddingScore {
  readonly features: "mean code" | "informative embedding" | "random features of the mean code";
  readonly dimensions: number;
  readonly knn: Accuracy;
  readonly probe: Accuracy;
}

/**
 * Nearest neighbours and a linear probe on the mean codes, on the informative embeddings, and on random features of the
 * mean codes as wide as those: the control without which the second says little, because a wider representation is easier
 * to read.
 *
 * @param train rows that the readers learn from; the model may have seen them
 * @param test rows that neither has seen
 * @param options neighbours `k` (5), `lambda` of the probe (10), `seed` of the random features (0)
 * @throws InputError when rows and labels do not fit together
 * @example
 * import { contrastiveMIM, evaluateEmbeddings } from "surprisal/learn";
 * const rows = Array.from({ length: 120 }, (_, i) => [i % 2, Math.sin(i), Math.cos(i)]);
 * const labels = rows.map(([first]) => first);
 * const model = await contrastiveMIM({ latentDim: 2, hidden: [16], epochs: 5 }).fit(rows.slice(0, 80));
 * const scores = await evaluateEmbeddings(
 *   model,
 *   { x: rows.slice(0, 80), labels: labels.slice(0, 80) },
 *   { x: rows.slice(80), labels: labels.slice(80) },
 * );
 * scores.map(({ features, probe }) => [features, probe.accuracy]);
 */
export async function evaluateEmbeddings<X>(
  model: Pick<ContrastiveMIM<X, unknown>, "encode" | "informativeEmbedding">,
  train: { readonly x: X; readonly labels: CodesLike },
  test: { readonly x: X; readonly labels: CodesLike },
  { k = 5, lambda = 10, seed = 0 }: { k?: number; lambda?: number; seed?: number } = {},
): Promise<EmbeddingScore[]> {
  const sets = [train, test];
  const codes: Matrix[] = [];
  const hidden: Matrix[] = [];
  for (const { x } of sets) {
    codes.push((await model.encode(x)).mean);
    hidden.push(await model.informativeEmbedding(x));
  }
  const random = randomFeatures(codes[0], hidden[0].cols, seed);
  const score = (features: EmbeddingScore["features"], both: readonly Matrix[]): EmbeddingScore => {
    const [known, asked] = sets.map(({ labels }, i) => ({ features: both[i], labels }));
    return {
      features,
      dimensions: both[0].cols,
      knn: knnAccuracy(known, asked, { k }),
      probe: linearProbe(known, asked, { lambda }),
    };
  };
  return [
    score("mean code", codes),
    score("informative embedding", hidden),
    score("random features of the mean code", codes.map(random)),
  ];
}
