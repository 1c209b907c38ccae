import { type Codes, isCodes } from "../../core/codes.ts";
import type { Warning } from "../../core/estimate.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { copulaTransform } from "../../core/statistics.ts";
import type { EstimatorOptions, MutualInformationEstimator, PointEstimate, Variable } from "../estimator.ts";
import { rowsOf, take } from "../estimator.ts";
import { frenzelPompe, neighbourhoodPermutation } from "../frenzel-pompe/frenzel-pompe.ts";
import { gaussianConditional } from "../gaussian/gaussian.ts";
import { mesnerShalizi } from "../mesner-shalizi/mesner-shalizi.ts";
import { discreteConditionalMutualInformation, stratifiedPermutation } from "../plug-in/plug-in.ts";

/** An estimator of I(X;Y|Z), on checked and preprocessed variables. Nats. */
export interface ConditionalEstimator {
  readonly name: string;
  readonly defaults: EstimatorOptions;
  estimate(x: Variable, y: Variable, z: Variable, options: EstimatorOptions): PointEstimate;
}

export const frenzelPompe1: ConditionalEstimator = {
  name: "ksg1",
  defaults: { k: 3 },
  estimate: (x, y, z, { k }) => frenzelPompe(x as Matrix, y as Matrix, z as Matrix, { k, algorithm: 1 }),
};

export const frenzelPompe2: ConditionalEstimator = {
  name: "ksg2",
  defaults: { k: 3 },
  estimate: (x, y, z, { k }) => frenzelPompe(x as Matrix, y as Matrix, z as Matrix, { k, algorithm: 2 }),
};

export const gaussian: ConditionalEstimator = {
  name: "gaussian",
  defaults: {},
  estimate: (x, y, z) => gaussianConditional(x as Matrix, y as Matrix, z as Matrix),
};

export const gaussianCopula: ConditionalEstimator = {
  name: "gaussianCopula",
  defaults: {},
  estimate(x, y, z) {
    const [scoresX, scoresY, scoresZ] = [x, y, z].map((v) => copulaTransform(v as Matrix));
    return gaussianConditional(scoresX, scoresY, scoresZ);
  },
};

export const discrete: ConditionalEstimator = {
  name: "discrete",
  defaults: { correction: "miller-madow" },
  estimate: (x, y, z, { correction }) =>
    discreteConditionalMutualInformation(x as Codes, y as Codes, z as Codes, { correction }),
};

/** Numbers, categories and anything between them. */
export const mixture: ConditionalEstimator = {
  name: "gao",
  defaults: { k: 5 },
  estimate: (x, y, z, { k }) => mesnerShalizi(x, y, z, { k }),
};

/**
 * For a discrete z: the estimator of I(X;Y) inside each level of z, weighted by the share of the level. Levels with
 * no more rows than neighbours are left out.
 */
export function stratified(inside: MutualInformationEstimator): ConditionalEstimator {
  return {
    name: inside.name,
    defaults: inside.defaults,
    estimate(x, y, z, options) {
      const n = rowsOf(x);
      const fewest = (options.k ?? 1) + 2;
      const warnings = new Map<string, Warning>();
      let sum = 0;
      let used = 0;
      for (const rows of rowsByLevel(z as Codes)) {
        if (rows.length < fewest) continue;
        const [partX, partY] = [take(x, rows), take(y, rows)];
        used += rows.length;
        // A variable that does not vary inside a level shares nothing there.
        if (isConstant(partX) || isConstant(partY)) continue;
        const part = inside.estimate(partX, partY, options);
        sum += rows.length * part.value;
        for (const warning of part.warnings) warnings.set(warning.code, warning);
      }
      if (used < n) {
        const message = `${n - used} rows stand in levels of the condition with fewer than ${fewest} rows`;
        warnings.set("small-strata", { code: "small-strata", message });
      }
      return {
        value: used === 0 ? Number.NaN : sum / used,
        n: used,
        warnings: [...warnings.values()],
        diagnostics: { levels: (z as Codes).levels.length },
      };
    },
  };
}

/**
 * An order for the rows of x that keeps what z says about it: inside the levels of a discrete z, among the nearest
 * neighbours in z otherwise (Runge 2018).
 */
export function conditionalPermutation(z: Variable, random: Random): () => Int32Array {
  if (isCodes(z)) return () => stratifiedPermutation(z, random);
  return neighbourhoodPermutation(z, random);
}

function rowsByLevel({ codes, levels }: Codes): Int32Array[] {
  const counts = new Int32Array(levels.length);
  for (const code of codes) counts[code]++;
  const out = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let i = 0; i < codes.length; i++) out[codes[i]][counts[codes[i]]++] = i;
  return out;
}

function isConstant(v: Variable): boolean {
  if (isCodes(v)) return v.codes.every((code) => code === v.codes[0]);
  for (let j = 0; j < v.cols; j++) {
    let i = 1;
    while (i < v.rows && v.data[i * v.cols + j] === v.data[j]) i++;
    if (i === v.rows) return true;
  }
  return false;
}
