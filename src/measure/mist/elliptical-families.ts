// Normal and Student t distributions with random correlations of the shapes the field uses.
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { multivariateNormal, multivariateStudent } from "../beyond-normal/beyond-normal.ts";
import { drawDims, type MetaExample, type MetaRequest } from "./meta-sampler.ts";

/** Normal or Student t with a random correlation matrix of one of the field's shapes. */
export function elliptical(request: MetaRequest, heavy: boolean): MetaExample {
  const { rows, random } = request;
  const [dx, dy] = drawDims(request);
  const covariance = drawCovariance(dx, dy, random);
  const sampler = heavy
    ? multivariateStudent(covariance, 1 + 9 * random.uniform(), dx)
    : multivariateNormal(covariance, dx);
  return { ...sampler.sample(rows, random), mutualInformation: sampler.mutualInformation };
}

/** Dense, sparse, latent-variable or factor covariance of dx + dy columns, some of them mirrored. */
function drawCovariance(dx: number, dy: number, random: Random): Matrix {
  const d = dx + dy;
  const out = matrix(d, d);
  const least = Math.min(dx, dy);
  const kind = random.uniform();
  const uniform = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let i = 0; i < d; i++) out.data[i * d + i] = 1;
  const link = (pair: number, strength: number) => {
    const [i, j] = [pair, dx + pair];
    out.data[i * d + j] += strength;
    out.data[j * d + i] += strength;
    out.data[i * d + i] += strength;
    out.data[j * d + j] += strength;
  };
  if (kind < 0.2) {
    const rho = uniform(0, 0.5) * (random.uniform() < 0.3 ? 1.8 : 1);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) if (i !== j) out.data[i * d + j] = rho;
  } else if (kind < 0.5) {
    const interacting = random.uniform() < 0.3 ? Math.min(2, least) : 1 + random.integer(least);
    const common = uniform(0.1, 5) ** 2;
    const own = random.uniform() < 0.5;
    for (let p = 0; p < interacting; p++) link(p, own ? uniform(0.1, 3) ** 2 : common);
  } else if (kind < 0.7) {
    const [alpha, lambda, beta, eta] = [uniform(0, 1), uniform(0.1, 3), uniform(0, 1.5), uniform(0.1, 5)];
    const interacting = 1 + random.integer(least);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) out.data[i * d + j] += alpha ** 2 + (i < dx === j < dx ? beta ** 2 : 0);
    }
    for (let p = 0; p < interacting; p++) link(p, lambda ** 2);
    for (let p = interacting; p < dx; p++) out.data[p * d + p] += eta ** 2;
    for (let p = interacting; p < dy; p++) out.data[(dx + p) * d + dx + p] += eta ** 2;
  } else {
    const factors = 1 + random.integer(d);
    const scale = Math.exp(uniform(Math.log(0.2), Math.log(2))) / Math.sqrt(factors);
    for (let f = 0; f < factors; f++) {
      const loading = Float64Array.from({ length: d }, () => scale * random.normal());
      for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out.data[i * d + j] += loading[i] * loading[j];
    }
  }
  return out;
}
