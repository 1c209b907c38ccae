import type { Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { column, type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { didYouMean } from "../../core/suggest.ts";
import {
  adaptiveKdeBounds,
  ebab,
  fixedBinning,
  type LayerInformation,
} from "../adaptive-binning/adaptive-binning.ts";
import { diffusionSpectralMutualInformation } from "../diffusion-spectral-entropy/diffusion-spectral-entropy.ts";
import { gaussian } from "../gaussian/gaussian.ts";
import { constantColumn } from "../inputs.ts";
import {
  type Compressor,
  compressedMutualInformation,
  pcaCompressor,
} from "../lossy-compression/lossy-compression.ts";
import { mutualInformation } from "../mutual-information/mutual-information.ts";
import type { LayerFinding, LayerTask } from "./plane.ts";

/** A way to put a layer into the information plane. */
export interface PlaneEstimator {
  readonly name: string;
  readonly title: string;
  /** What its numbers are, and what they are not. */
  readonly about: string;
  readonly needsInput: boolean;
  /** Of more rows so many are drawn, the same for all layers and epochs. */
  readonly mostRows: number;
  /** The options that it reads, after defaults were filled in. */
  settings(task: Pick<LayerTask, "bins" | "k">): Record<string, unknown>;
  measure(task: LayerTask): Promise<LayerFinding>;
}

const all: readonly PlaneEstimator[] = [
  {
    name: "binning",
    title: "equal bins",
    about:
      "Bins of equal width between the least and the greatest activation of the layer in the whole run. I(X;T) is the entropy of the binned layer: it falls when inputs come to lie in the same bins, whether or not the network forgets them.",
    needsInput: false,
    mostRows: Number.POSITIVE_INFINITY,
    settings: ({ bins }) => ({ bins }),
    measure: async ({ t, y, inputs, bins, range: [low, high] }) =>
      low < high ? counted(fixedBinning(t, y, { low, high, bins, inputs })) : nothing,
  },
  {
    name: "ebab",
    title: "adaptive bins (EBAB)",
    about:
      "Bins that hold about equally many different activations, made anew for each layer and epoch. I(X;T) is the entropy of the binned layer: it falls when inputs come to lie in the same bins, whether or not the network forgets them.",
    needsInput: false,
    mostRows: Number.POSITIVE_INFINITY,
    settings: ({ bins }) => ({ bins }),
    // Units that are off give exactly 0, which gets a bin of its own.
    measure: async ({ t, y, inputs, bins, range: [low] }) =>
      counted(ebab(t, y, { bins, inputs, ...(low === 0 && { lower: 0 }) })),
  },
  {
    name: "kde",
    title: "kernel bound with adaptive noise",
    about:
      "Upper bound of I(X;T) when noise of 3 % of the layer's largest activation is added to it. I(T;Y) is a difference of two such bounds, and no bound itself.",
    needsInput: false,
    mostRows: 2048,
    settings: () => ({ noise: "0.03 of the largest activation" }),
    measure: async ({ t, y, seed }) => counted(adaptiveKdeBounds(t, y, { seed }).upper),
  },
  {
    name: "ksg",
    title: "nearest neighbours (KSG, Ross)",
    about:
      "Distances to nearest neighbours. For a network without noise the true I(X;T) is infinite: what is seen is limited by the number of rows, and far too low in many dimensions.",
    needsInput: true,
    mostRows: 2000,
    settings: ({ k = 3 }) => ({ k }),
    measure: async ({ t: given, x: inputs, y, k = 3, seed, signal }) => {
      const [t, x] = [varying(given), varying(inputs!)];
      if (t.cols === 0) return nothing;
      const options = { k, seed, signal, ties: "jitter", interval: false, permutations: 0 } as const;
      return both(
        await mutualInformation(x, t, { estimator: "ksg1", ...options }),
        await mutualInformation(t, y, { estimator: "ross", ...options }),
      );
    },
  },
  {
    name: "gaussian",
    title: "Gaussian",
    about:
      "Linear dependence only: what a normal distribution with the same correlations would share. Labels enter as one column of 0 and 1 for each class.",
    needsInput: true,
    mostRows: Number.POSITIVE_INFINITY,
    settings: () => ({}),
    measure: async ({ t: given, x, y }) => {
      const t = varying(given);
      if (t.cols === 0) return nothing;
      const input = gaussian.estimate(varying(x!), t, {});
      const label = gaussian.estimate(t, oneHot(y), {});
      return {
        aboutInput: input.value,
        aboutLabel: label.value,
        warnings: [...input.warnings, ...label.warnings],
      };
    },
  },
  {
    name: "lossyCompression",
    title: "four principal components, then neighbours",
    about:
      "Inputs and layers are compressed to four principal components each, then measured by nearest neighbours: a lower bound, meant for layers with noise. For a network without noise the true I(X;T) is infinite.",
    needsInput: true,
    mostRows: 2000,
    settings: ({ k = 5 }) => ({ k, components: 4 }),
    measure: async ({ t: given, x, y, k = 5, seed, signal }) => {
      const t = varying(given);
      if (t.cols === 0) return nothing;
      const options = { k, seed, signal, interval: false, permutations: 0 } as const;
      return withFewerComponents(t, async (compressor) =>
        both(
          await compressedMutualInformation(varying(x!), t, { ...options, compressY: compressor }),
          await compressedMutualInformation(t, y, { ...options, compressX: compressor }),
        ),
      );
    },
  },
  {
    name: "dse",
    title: "diffusion spectral (DSMI)",
    about:
      "How much less spread out the activations of one class (for X: of one cluster of inputs) are than as many of all rows. It needs no bins and is no Shannon information: compare it with itself only.",
    needsInput: true,
    mostRows: 1000,
    settings: () => ({ sigma: "median", t: 1, clusters: 10 }),
    measure: async ({ t, y, inputGroups, seed, signal }) => {
      const options = { permutations: 0, seed, signal };
      return both(
        await diffusionSpectralMutualInformation(t, await inputGroups(), options),
        await diffusionSpectralMutualInformation(t, y, options),
      );
    },
  },
];

/** The estimators of {@link informationPlane} by name, in the order in which they are recommended. */
export const planeEstimators: ReadonlyMap<string, PlaneEstimator> = new Map(
  all.map((estimator) => [estimator.name, estimator]),
);

export function planeEstimatorNamed(name: string, where: string): PlaneEstimator {
  const found = planeEstimators.get(name);
  if (found) return found;
  const names = [...planeEstimators.keys()];
  throw new InputError({
    code: "unknown-estimator",
    where,
    problem: "unknown estimator",
    expected: `one of ${names.join(", ")}`,
    got: name,
    hint: didYouMean(name, names),
  });
}

/** The rows that an estimator takes of so many, ascending; undefined for all. */
export function rowsDrawn({ mostRows }: PlaneEstimator, n: number, seed: number): Int32Array | undefined {
  return n > mostRows ? new Random(seed).split("plane rows").subsample(n, mostRows).sort() : undefined;
}

const nothing: LayerFinding = { aboutInput: 0, aboutLabel: 0, warnings: [] };

/** Layers may lie in fewer dimensions than four: then fewer components are all there is. */
async function withFewerComponents(
  t: Matrix,
  measure: (compressor: Compressor | undefined) => Promise<LayerFinding>,
): Promise<LayerFinding> {
  const most = Math.min(4, t.cols);
  for (let components = most; ; components--) {
    try {
      return await measure(components === most ? undefined : pcaCompressor(components));
    } catch (error) {
      if (!(error instanceof InputError && error.code === "singular" && components > 1)) throw error;
    }
  }
}

function counted({ aboutInput, aboutLabel, warnings }: LayerInformation): LayerFinding {
  return { aboutInput, aboutLabel, warnings };
}

function both(input: Estimate, label: Estimate): LayerFinding {
  return {
    aboutInput: input.value,
    aboutLabel: label.value,
    // Repeated values are the rule in layers (units that are off), and a value below 0 speaks for itself.
    warnings: [...input.warnings, ...label.warnings].filter(
      ({ code }) => code !== "ties" && code !== "negative",
    ),
  };
}

/** Without the columns that are the same for all rows. */
function varying(m: Matrix): Matrix {
  if (!constantColumn(m)) return m;
  const columns = Array.from({ length: m.cols }, (_, j) => column(m, j)).filter((values) =>
    values.some((value) => value !== values[0]),
  );
  const out = matrix(m.rows, columns.length);
  for (let i = 0, at = 0; i < m.rows; i++) for (const values of columns) out.data[at++] = values[i];
  return out;
}

/** A column for each level that occurs, but one: the last says nothing that the others do not. */
function oneHot({ codes, levels }: Codes): Matrix {
  const present = levels.map((_, code) => code).filter((code) => codes.includes(code));
  const out = matrix(codes.length, present.length - 1);
  for (let i = 0; i < codes.length; i++) {
    const place = present.indexOf(codes[i]);
    if (place < out.cols) out.data[i * out.cols + place] = 1;
  }
  return out;
}
