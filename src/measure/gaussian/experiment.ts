import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { cholesky, covariance, multiply, transpose } from "../../core/linear-algebra.ts";
import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { chiSquareSurvival } from "../../core/special.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { gaussian, gaussianConditional, gaussianCopula } from "./gaussian.ts";
import { correlated, mapped, normals } from "./samples.ts";
import { shrunkCorrelation } from "./shrinkage.ts";

const bivariateTruth = -0.5 * Math.log(1 - 0.75 ** 2);
const twoPairTruth = -Math.log(1 - 0.8 ** 2);

export const experiment: Experiment = {
  id: "gaussian",
  async run({ quick = false, signal, onProgress } = {}) {
    const effort = quick ? 1 : 10;
    const parts: ((random: Random) => ExperimentRow[])[] = [
      (random) => independence(random, 300 * effort),
      (random) => twoPairs(random, 300 * effort),
      (random) => bivariate(random, 200 * effort),
      (random) => margins(random, 50 * effort),
      (random) => invariance(random),
      (random) => strongDependence(random, 100 * effort),
      (random) => conditional(random, 300 * effort),
      (random) => chiSquare(random, 500 * effort),
      (random) => shrinkage(random, 100 * effort),
      (random) => missed(random, 50 * effort),
    ];
    const rows: ExperimentRow[] = [];
    for (const [done, part] of parts.entries()) {
      throwIfStopped(signal, "gaussian");
      rows.push(...part(new Random(17).split(done)));
      onProgress?.({ done: done + 1, total: parts.length });
      await undefined;
    }
    return { rows };
  },
};

function independence(random: Random, repeats: number): ExperimentRow[] {
  const corrected = new Float64Array(repeats);
  const raw = new Float64Array(repeats);
  let bias = 0;
  for (let r = 0; r < repeats; r++) {
    const result = gaussian.estimate(normals(random, 50, 5), normals(random, 50, 5), {});
    bias = result.diagnostics.bias as number;
    corrected[r] = result.value;
    raw[r] = result.value + bias;
  }
  return [
    within("independent normal data, n = 50, 5 × 5 columns: no bias is left", "0 (exact)", corrected, 0),
    within(
      "the same without correction: off by the digamma terms",
      `${bias.toFixed(4)} nats (exact)`,
      raw,
      bias,
    ),
  ];
}

function twoPairs(random: Random, repeats: number): ExperimentRow[] {
  const values = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    const x = normals(random, 50, 5);
    values[r] = gaussian.estimate(x, correlated(random, x, [0.8, 0.8, 0, 0, 0]), {}).value;
  }
  const reported = `${twoPairTruth.toFixed(5)} nats (truth; unbiased whatever the covariance)`;
  return [within("two of five pairs correlated by 0.8, n = 50", reported, values, twoPairTruth)];
}

function bivariate(random: Random, repeats: number): ExperimentRow[] {
  return [20, 100, 1000].map((n) => {
    const values = new Float64Array(repeats);
    for (let r = 0; r < repeats; r++) {
      const x = normals(random, n, 1);
      values[r] = gaussian.estimate(x, correlated(random, x, [0.75]), {}).value;
    }
    const reported = `${bivariateTruth.toFixed(5)} nats (truth)`;
    return within(`bivariate normal, correlation 0.75, n = ${n}`, reported, values, bivariateTruth);
  });
}

function margins(random: Random, repeats: number): ExperimentRow[] {
  const n = 2000;
  const plain = new Float64Array(repeats);
  const copula = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    const x = normals(random, n, 1);
    const y = mapped(correlated(random, x, [0.75]), halfCube);
    const bent = mapped(x, halfCube);
    plain[r] = gaussian.estimate(bent, y, {}).value;
    copula[r] = gaussianCopula.estimate(bent, y, {}).value;
  }
  // The sheet's number is a mean over three seeds: standard error 0.75 / √(3 n).
  const slack = (4 * 0.75) / Math.sqrt(3 * n);
  const fromPlain = mean(plain);
  return [
    {
      claim: `margins bent by x√|x|, n = ${n}: correlations of the raw columns lose information`,
      reported: "0.375 nats (three seeds, not corrected)",
      measured: summary(plain),
      tolerance: `${slack.toFixed(4)}: 4 standard errors of the reported mean`,
      holds: Math.abs(fromPlain - 0.375) <= slack,
    },
    within(
      "normal scores bring it back",
      `${bivariateTruth.toFixed(5)} nats (truth)`,
      copula,
      bivariateTruth,
    ),
  ];
}

function invariance(random: Random): ExperimentRow[] {
  const x = normals(random, 300, 2);
  const y = correlated(random, x, [0.6, 0.3]);
  const before = gaussianCopula.estimate(x, y, {}).value;
  const after = gaussianCopula.estimate(
    mapped(x, Math.exp),
    mapped(y, (v) => v ** 3 + 5),
    {},
  ).value;
  return [
    {
      claim: "the copula estimate does not change when columns pass through increasing maps",
      reported: "equal",
      measured: `difference ${Math.abs(after - before)} nats`,
      tolerance: "0: ranks are the same",
      holds: after === before,
    },
  ];
}

function strongDependence(random: Random, repeats: number): ExperimentRow[] {
  const n = 200;
  const rho = 0.95;
  const truth = -0.5 * Math.log(1 - rho * rho);
  const values = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    const x = normals(random, n, 1);
    values[r] = gaussianCopula.estimate(x, correlated(random, x, [rho]), {}).value;
  }
  const spread = standardDeviation(values);
  return [
    {
      claim: `the price of normal scores: at correlation ${rho}, n = ${n}, the copula estimate is low, by less than it scatters`,
      reported: `${truth.toFixed(5)} nats (truth)`,
      measured: summary(values),
      tolerance: `${spread.toFixed(4)}: one standard deviation`,
      holds: Math.abs(mean(values) - truth) < spread,
    },
  ];
}

function conditional(random: Random, repeats: number): ExperimentRow[] {
  const n = 50;
  const chain = new Float64Array(repeats);
  const collider = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    const source = normals(random, n, 1);
    const between = mapped(source, (v) => v + 0.5 * random.normal());
    const end = mapped(between, (v) => v + 0.5 * random.normal());
    chain[r] = gaussianConditional(source, end, between).value;
    const [a, b] = [normals(random, n, 1), normals(random, n, 1)];
    const sum = matrix(n, 1);
    for (let i = 0; i < n; i++) sum.data[i] = a.data[i] + b.data[i] + 0.5 * random.normal();
    collider[r] = gaussianConditional(a, b, sum).value;
  }
  const truth = Math.log(5 / 3);
  return [
    within(`chain x → z → y, n = ${n}: nothing is left given z`, "0 (truth)", chain, 0),
    within(
      `collider z = x + y + ½ noise, n = ${n}: z binds x and y`,
      `${truth.toFixed(7)} nats (truth)`,
      collider,
      truth,
    ),
  ];
}

function chiSquare(random: Random, repeats: number): ExperimentRow[] {
  const n = 500;
  let rejected = 0;
  for (let r = 0; r < repeats; r++) {
    const z = normals(random, n, 1);
    const { value, diagnostics } = gaussianConditional(
      normals(random, n, 2),
      correlated(random, z, [0.5]),
      z,
    );
    if (chiSquareSurvival(2 * n * (value + (diagnostics.bias as number)), 2) < 0.05) rejected++;
  }
  const share = rejected / repeats;
  // The statistic's mean is off by a share of about (dx + dy + 1 + 2 dz) / 2n = 0.006; its effect on a 5 % level is
  // 0.006 × 6 × 0.05 / 2 < 0.001.
  const tolerance = 4 * Math.sqrt((0.05 * 0.95) / repeats) + 0.001;
  return [
    {
      claim: `2n × (value + bias) is chi-square with dx dy degrees of freedom when x and y share nothing given z (n = ${n}, dx = 2)`,
      reported: "5 % rejected at level 0.05",
      measured: `${(100 * share).toFixed(2)} % of ${repeats}`,
      tolerance: `${(100 * tolerance).toFixed(2)} points: 4 standard errors + 0.1 for the order 1/n`,
      holds: Math.abs(share - 0.05) <= tolerance,
    },
  ];
}

function shrinkage(random: Random, repeats: number): ExperimentRow[] {
  const d = 20;
  const n = 10;
  const truth = matrix(d, d);
  for (let j = 0; j < d; j++) truth.data[j * d + j] = 1;
  for (const [i, j] of [
    [0, 10],
    [1, 11],
  ]) {
    truth.data[i * d + j] = truth.data[j * d + i] = 0.8;
  }
  const factor = transpose(cholesky(truth));
  const gains = new Float64Array(repeats);
  let positive = 0;
  for (let r = 0; r < repeats; r++) {
    const data = multiply(normals(random, n, d), factor);
    const { correlation, intensity } = shrunkCorrelation(data);
    const sample = covariance(data);
    let shrunkError = 0;
    let sampleError = 0;
    for (let i = 0; i < d * d; i++) {
      const [j, k] = [Math.floor(i / d), i % d];
      const scale = Math.sqrt(sample.data[j * d + j] * sample.data[k * d + k]);
      shrunkError += (correlation.data[i] - truth.data[i]) ** 2;
      sampleError += (sample.data[i] / scale - truth.data[i]) ** 2;
    }
    gains[r] = sampleError - shrunkError;
    if (intensity > 0) positive++;
  }
  const error = (4 * standardDeviation(gains)) / Math.sqrt(repeats);
  return [
    {
      claim: `${n} rows, ${d} columns: shrunk correlations are positive definite and closer to the truth than sample correlations`,
      reported: "lower mean squared error",
      measured: `squared error lower by ${summary(gains, "")}; positive definite in ${positive} of ${repeats}`,
      tolerance: `${error.toFixed(2)}: the gain exceeds 4 standard errors`,
      holds: mean(gains) > error && positive === repeats,
    },
  ];
}

function missed(random: Random, repeats: number): ExperimentRow[] {
  const n = 1000;
  const values = new Float64Array(repeats);
  for (let r = 0; r < repeats; r++) {
    const x = normals(random, n, 1);
    const y = mapped(x, (v) => v * v + 0.5 * random.normal());
    values[r] = gaussianCopula.estimate(x, y, {}).value;
  }
  const claim = `limit: y = x² + ½ noise, truth ${parabolaTruth().toFixed(3)} nats, is not seen at all (n = ${n})`;
  // E r² ≤ 3/n for scores x and s, since E x² s² ≤ E x⁴ = 3: the mean exceeds 0 by at most (3 − 1) / 2n.
  return [within(claim, "0: the correlation of the scores is 0", values, 0, 1 / n)];
}

/** I(X;Y) = h(Y) − h(Y|X) for Y = X² + ½ noise, by quadrature. */
function parabolaTruth(): number {
  const step = 0.02;
  const normal = (t: number, sd: number) => Math.exp(-((t / sd) ** 2) / 2) / (sd * Math.sqrt(2 * Math.PI));
  let entropy = 0;
  for (let y = -3; y < 40; y += step) {
    let density = 0;
    for (let x = 0; x < 6.5; x += step)
      density += 2 * step * normal(x + step / 2, 1) * normal(y - (x + step / 2) ** 2, 0.5);
    if (density > 0) entropy -= step * density * Math.log(density);
  }
  return entropy - 0.5 * Math.log(2 * Math.PI * Math.E * 0.25);
}

function within(
  claim: string,
  reported: string,
  values: Float64Array,
  truth: number,
  knownBias = 0,
): ExperimentRow {
  const error = (4 * standardDeviation(values)) / Math.sqrt(values.length);
  const extra = knownBias > 0 ? ` + ${knownBias.toPrecision(1)} for terms of order 1/n` : "";
  return {
    claim,
    reported,
    measured: summary(values),
    tolerance: `${(error + knownBias).toFixed(4)}: 4 standard errors${extra}`,
    holds: Math.abs(mean(values) - truth) <= error + knownBias,
  };
}

function summary(values: Float64Array, unit = " nats"): string {
  return `${mean(values).toFixed(4)}${unit} (sd ${standardDeviation(values).toFixed(4)}, ${values.length} runs)`;
}

function halfCube(value: number): number {
  return value * Math.sqrt(Math.abs(value));
}
