import { InputError } from "../../core/errors.ts";
import { asRandom, emptySample, type Sampler } from "./sampler.ts";

/**
 * X uniform on (0, 1), Y = X + noise uniform on (−epsilon, epsilon). Truth: epsilon − ln 2epsilon nats up to
 * epsilon = ½, 1/(4 epsilon) above (Czyż et al. 2023).
 *
 * @throws InputError when epsilon is not positive
 * @example
 * import { additiveUniform } from "surprisal/measure";
 *
 * const { x, y } = additiveUniform(0.1).sample(1000, 7);
 */
export function additiveUniform(epsilon: number): Sampler {
  const where = "additiveUniform";
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new InputError({
      code: "not-positive",
      where,
      problem: "epsilon is not a positive number",
      got: epsilon,
    });
  }
  return {
    dimX: 1,
    dimY: 1,
    mutualInformation: epsilon <= 0.5 ? epsilon - Math.log(2 * epsilon) : 1 / (4 * epsilon),
    sample(n, random) {
      const stream = asRandom(random);
      const sample = emptySample(n, 1, 1, where);
      for (let i = 0; i < n; i++) {
        const x = stream.uniform();
        sample.x.data[i] = x;
        sample.y.data[i] = x + epsilon * (2 * stream.uniform() - 1);
      }
      return sample;
    },
  };
}

/**
 * X uniform on the integers 0 … m − 1, Y uniform on (X, X + 2): a discrete and a continuous variable. Truth:
 * ln m − (m − 1) ln 2 / m nats (Gao, Kannan, Oh, Viswanath 2017, experiment I).
 *
 * @throws InputError when m is not an integer from 1
 * @example
 * import { gaoMixture } from "surprisal/measure";
 *
 * const { mutualInformation } = gaoMixture(5);
 * // 1.0549201679861442
 */
export function gaoMixture(m: number): Sampler {
  const where = "gaoMixture";
  if (!Number.isInteger(m) || m < 1) {
    throw new InputError({
      code: "bad-count",
      where,
      problem: "m is not a count",
      expected: "an integer from 1",
      got: m,
    });
  }
  return {
    dimX: 1,
    dimY: 1,
    mutualInformation: Math.log(m) - ((m - 1) * Math.LN2) / m,
    sample(n, random) {
      const stream = asRandom(random);
      const sample = emptySample(n, 1, 1, where);
      for (let i = 0; i < n; i++) {
        const x = stream.integer(m);
        sample.x.data[i] = x;
        sample.y.data[i] = x + 2 * stream.uniform();
      }
      return sample;
    },
  };
}
