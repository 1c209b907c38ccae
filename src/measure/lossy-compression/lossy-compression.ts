/**
 * Mutual information of wide variables: compress each side, then estimate. Butakov, Tolmachev, Malanchuk, Neopryatnaya,
 * Frolov, Andreev, "Information bottleneck analysis of deep neural networks via lossy compression", ICLR 2024
 * (arXiv 2305.08013); entropies of Berrett, Samworth & Yuan, Annals of Statistics 2019.
 *
 * A function of X knows no more about Y than X: I(E(X); F(Y)) ≤ I(X;Y), with equality where the compressors lose
 * nothing that matters. Each compressor (principal components, an autoencoder, the caller's own) learns from its side
 * alone; on the codes KSG runs (Ross's estimator against labels, Gao's where codes repeat), and `wkl`, three weighted
 * Kozachenko–Leonenko entropies, as a second opinion. The interval and the test are those of the codes: the compressors
 * are not fitted again.
 *
 * Self-checks: how the value grows with the components where codes are nested; whether it grows when two leading
 * components of what the compressors left out, with standardised columns, are added to the codes of both sides; whether the two
 * estimators agree; whether a tanh code piles up at its ends. How much variance a compressor keeps is reported, and
 * says nothing of how much information it keeps (see `antiPCA` in `knownInformationImages`).
 *
 * Deviations: the paper estimates with weighted entropies; here KSG is the default, because codes of images often lie on
 * curved sets where entropies of different spaces do not match. Of the paper's compressors the dense autoencoder and
 * principal components are there, not the convolutional one, and of its estimators not the kernel density. The paper's
 * bound of the gap is not computed; its smoothing of curves belongs to drawing.
 *
 * Cost: fitting the compressors, then the estimator's O(n log n) in few dimensions; about 20 estimates for the interval
 * and up to `permutations` for the test.
 */
import { asCodes, type CodesLike, isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { asMatrix, type MatrixLike } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { fromNats } from "../../core/units.ts";
import { type CertaintyOptions, certaintyOf, withCertainty } from "../certainty.ts";
import { type TrainedEstimator, take, type Variable } from "../estimator.ts";
import { requireEqualRows, type VariableLike } from "../inputs.ts";
import { subsampleInterval } from "../subsample.ts";
import { autoencoderCompressor, type Compressor, pcaCompressor } from "./compressors.ts";
import { selfChecks, standardErrorOf } from "./self-checks.ts";
import { compress, defaultComponents, studyOf } from "./study.ts";

export {
  type AutoencoderOptions,
  autoencoderCompressor,
  type Compression,
  type Compressor,
  firstColumnsCompressor,
  noCompressor,
  type PcaOptions,
  pcaCompressor,
} from "./compressors.ts";
export { type ImageKind, type KnownImages, knownInformationImages } from "./known-information.ts";
export { wkl } from "./wkl.ts";

const where = "compressedMutualInformation";
const defaultNeighbours = 5;

export interface CompressedOptions extends CertaintyOptions {
  /** How x is compressed. @default `pcaCompressor(4, { reduceRank: true })`; rows of at most 4 numbers are left as they are */
  compressX?: Compressor;
  /** How y is compressed; labels never are. @default likewise */
  compressY?: Compressor;
  /** What runs on the codes: `"ksg"` (Ross's against labels) or `"wkl"`. @default "ksg" */
  estimator?: "ksg" | "wkl";
  /** Neighbours. @default 5 */
  k?: number;
}

/**
 * Estimates how much two variables of many columns share, from codes of a few numbers (Butakov et al. 2024).
 *
 * `diagnostics` hold for each compressed side its compressor, the number of components and the share of variance lost;
 * `secondOpinion`, the other estimator's value; `byComponents`, the values with fewer components where codes are nested;
 * `withRest`, the value with two components of what was left out on each side; and `standardError` of the value.
 *
 * @param x n × d numbers, or labels
 * @param y likewise, with as many rows
 * @returns a lower bound of the information in nats (or `unit`), up to the estimator's error
 * @throws InputError for unequal lengths, NaN or infinities, fewer than 200 rows, codes of n / 50 numbers or more,
 *   two sides of labels, labels with fewer than 2k rows, and codes whose columns depend linearly on each other
 * @example
 * import { compressedMutualInformation, knownInformationImages } from "surprisal/measure";
 *
 * const { x, y } = knownInformationImages("bump", 1, 1000, 1);
 * const estimate = await compressedMutualInformation(x, y, { permutations: 0 });
 * // estimate.value is near 1 from 256 pixels on each side
 */
export async function compressedMutualInformation(
  x: VariableLike,
  y: VariableLike,
  options: CompressedOptions = {},
): Promise<Estimate> {
  const certainty = certaintyOf(options, where);
  const { estimator: wanted = "ksg", k = defaultNeighbours } = options;
  if (wanted !== "ksg" && wanted !== "wkl") {
    throw new InputError({
      code: "unknown-estimator",
      where,
      problem: "unknown estimator",
      expected: '"ksg" or "wkl"',
      got: wanted,
    });
  }
  const sides = [asSide(x, `${where}: x`), asSide(y, `${where}: y`)];
  requireEqualRows(where, ...sides);
  const compressors = [options.compressX, options.compressY];
  const found = await compress(sides, compressors, certainty.random, options);
  const study = studyOf(found, wanted, k);
  const { settings, estimator, codes } = study;
  const inUnit = (nats: number) => fromNats(nats, certainty.unit);
  const diagnostics: Record<string, unknown> = {};
  for (const { name, label, compression, lost, width } of found.sides) {
    if (compression)
      diagnostics[name] = { compressor: label, components: compression.codes.cols, of: width, lost };
  }
  return withCertainty(
    {
      where,
      method: `compressed ${estimator.name}`,
      options: { estimator: wanted, ...settings },
      n: found.n,
      warnings: [...found.warnings, ...study.warnings],
      diagnostics,
      point() {
        const point = estimator.estimate(codes.x, codes.y, settings);
        const checks = selfChecks(study, found, point.value, standardErrorOf(point.local));
        const { secondOpinion, byComponents, withRest, standardError, warnings } = checks;
        diagnostics.standardError = inUnit(standardError);
        if (secondOpinion) {
          diagnostics.secondOpinion = { method: secondOpinion.method, value: inUnit(secondOpinion.value) };
        }
        diagnostics.byComponents = byComponents.map(({ components, value }) => ({
          components,
          value: inUnit(value),
        }));
        if (withRest !== undefined) diagnostics.withRest = inUnit(withRest);
        return { ...point, warnings: [...point.warnings, ...warnings] };
      },
      onUnits: (rows) => estimator.estimate(take(codes.x, rows), take(codes.y, rows), settings).value,
      permuted(random) {
        const evaluate = study.permuter();
        const order = Int32Array.from({ length: found.n }, (_, i) => i);
        return () => evaluate(random.shuffle(order));
      },
    },
    certainty,
    options,
  );
}

/** Principal components, then KSG or Ross's estimator, for `mutualInformation(x, y, { estimator: "pca" })`. */
export const pcaThenEstimate = thenEstimate("pca", "4 principal components, then neighbours", () =>
  pcaCompressor(defaultComponents, { reduceRank: true }),
);

/** An autoencoder, then KSG or Ross's estimator, for `mutualInformation(x, y, { estimator: "autoencoder" })`. */
export const autoencoderThenEstimate = thenEstimate(
  "autoencoder",
  "code of an autoencoder with 4 numbers, then neighbours",
  () => autoencoderCompressor({ components: defaultComponents }),
);

function thenEstimate(name: string, title: string, compressor: () => Compressor): TrainedEstimator {
  return {
    name,
    title,
    takes: { x: "continuous", y: "any" },
    bound: "lower",
    defaults: { components: defaultComponents, k: defaultNeighbours },
    async estimate(x, y, { seed, level, signal, onProgress }) {
      const random = new Random(seed);
      const chosen = [x, y].map((v) =>
        isCodes(v) || v.cols <= defaultComponents ? undefined : compressor(),
      );
      const found = await compress([x, y], chosen, random, { signal, onProgress });
      const study = studyOf(found, "ksg", defaultNeighbours);
      const { estimator, codes, settings } = study;
      const point = estimator.estimate(codes.x, codes.y, settings);
      const standardError = standardErrorOf(point.local);
      const { secondOpinion, warnings } = selfChecks(study, found, point.value, standardError);
      const interval =
        level === undefined
          ? undefined
          : await subsampleInterval(
              found.n,
              point.value,
              level,
              random.split("interval"),
              (rows) => estimator.estimate(take(codes.x, rows), take(codes.y, rows), settings).value,
            );
      return {
        ...point,
        warnings: [...found.warnings, ...study.warnings, ...point.warnings, ...warnings],
        diagnostics: {
          ...point.diagnostics,
          standardError,
          ...(secondOpinion ? { secondOpinion: secondOpinion.value } : {}),
          ...Object.fromEntries(
            found.sides.flatMap(({ name, lost }) => (lost === undefined ? [] : [[`${name}.lost`, lost]])),
          ),
        },
        interval,
        test: {
          statistic: point.value,
          permuted(stream) {
            const evaluate = study.permuter();
            const order = Int32Array.from({ length: found.n }, (_, i) => i);
            return () => evaluate(stream.shuffle(order));
          },
        },
      };
    },
  };
}

function asSide(value: VariableLike, place: string): Variable {
  const first = isCodes(value) || !("length" in value) ? undefined : value[0];
  const discrete = isCodes(value) || typeof first === "string" || typeof first === "boolean";
  return discrete ? asCodes(value as CodesLike, place) : asMatrix(value as MatrixLike, place);
}
