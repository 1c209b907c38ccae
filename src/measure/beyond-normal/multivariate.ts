import { InputError } from "../../core/errors.ts";
import { cholesky, logDeterminant } from "../../core/linear-algebra.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";
import type { Random } from "../../core/random.ts";
import { digamma, lgamma } from "../../core/special.ts";
import type { DensitySampler } from "./mixture.ts";
import { asRandom, emptySample, type Sample, type Sampler } from "./sampler.ts";

/**
 * A normal distribution of x (the first `dimX` coordinates) and y (the others). Truth:
 * ½ ln(det Σx det Σy / det Σ) nats.
 *
 * @param covariance symmetric and positive definite, (dimX + dimY) × (dimX + dimY)
 * @param mean zero by default
 * @throws InputError when the covariance is not square, symmetric and positive definite, or dimX leaves nothing to y
 * @example
 * import { multivariateNormal } from "surprisal/measure";
 *
 * const normal = multivariateNormal([[1, 0.75], [0.75, 1]], 1);
 * const { x, y } = normal.sample(500, 7);
 * // normal.mutualInformation is -½ ln(1 - 0.75²) = 0.41334 nats
 */
export function multivariateNormal(
  covariance: MatrixLike,
  dimX: number,
  mean?: ArrayLike<number>,
): DensitySampler {
  const where = "multivariateNormal";
  const shape = readShape(covariance, dimX, where);
  const { dim, dimY, lower } = shape;
  const center = Float64Array.from(mean ?? { length: dim }, (value) => value ?? 0);
  if (center.length !== dim) {
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: "mean has another length",
      expected: `${dim} numbers`,
      got: center.length,
    });
  }
  const densityX = normalLogDensity(submatrix(shape.covariance, 0, dimX), center.subarray(0, dimX));
  const densityY = normalLogDensity(submatrix(shape.covariance, dimX, dim), center.subarray(dimX));
  const densityJoint = normalLogDensity(shape.covariance, center);
  return {
    dimX,
    dimY,
    mutualInformation: gaussianInformation(shape.covariance, dimX),
    sample(n, random) {
      return drawElliptical(n, asRandom(random), lower, center, dimX, where, () => 1);
    },
    logDensity({ x, y }) {
      const point = new Float64Array(dim);
      const out = {
        joint: new Float64Array(x.rows),
        x: new Float64Array(x.rows),
        y: new Float64Array(x.rows),
      };
      for (let i = 0; i < x.rows; i++) {
        for (let j = 0; j < dimX; j++) point[j] = x.data[i * dimX + j];
        for (let j = 0; j < dimY; j++) point[dimX + j] = y.data[i * dimY + j];
        out.joint[i] = densityJoint(point);
        out.x[i] = densityX(point.subarray(0, dimX));
        out.y[i] = densityY(point.subarray(dimX));
      }
      return out;
    },
  };
}

/**
 * A multivariate t distribution of x (the first `dimX` coordinates) and y (the others): a normal with covariance
 * `dispersion`, divided by √(χ²/dof). Even with no correlation x and y share the size of that divisor. Truth (Czyż
 * et al. 2023): ½ ln(det Σx det Σy / det Σ) + h(dimX) + h(dimY) − h(dimX + dimY), h the entropy of a standard t.
 *
 * @param dispersion symmetric and positive definite, (dimX + dimY) × (dimX + dimY)
 * @param dof degrees of freedom; the variance is infinite up to 2, the mean undefined up to 1
 * @throws InputError for a bad dispersion, dimX or dof
 * @example
 * import { multivariateStudent } from "surprisal/measure";
 *
 * const { mutualInformation } = multivariateStudent([[1, 0], [0, 1]], 1, 1);
 * // 0.22417 nats without any correlation
 */
export function multivariateStudent(dispersion: MatrixLike, dof: number, dimX: number): Sampler {
  const where = "multivariateStudent";
  if (!(dof > 0 && Number.isFinite(dof))) {
    throw new InputError({ code: "not-positive", where, problem: "dof is not a positive number", got: dof });
  }
  const { covariance, dim, dimY, lower } = readShape(dispersion, dimX, where);
  const h = (k: number) => standardStudentEntropy(k, dof);
  const center = new Float64Array(dim);
  return {
    dimX,
    dimY,
    mutualInformation: gaussianInformation(covariance, dimX) + h(dimX) + h(dimY) - h(dim),
    sample(n, random) {
      const stretch = (stream: Random) => 1 / Math.sqrt(stream.chiSquare(dof) / dof);
      return drawElliptical(n, asRandom(random), lower, center, dimX, where, stretch);
    },
  };
}

/** ½ ln(det Σx det Σy / det Σ), in nats. */
function gaussianInformation(covariance: Matrix, dimX: number): number {
  const logDet = (from: number, to: number) => logDeterminant(submatrix(covariance, from, to));
  return (logDet(0, dimX) + logDet(dimX, covariance.rows) - logDet(0, covariance.rows)) / 2;
}

/** Differential entropy of a k-dimensional t with dispersion I. */
function standardStudentEntropy(k: number, dof: number): number {
  const half = (dof + k) / 2;
  const volume = lgamma(dof / 2) - lgamma(half) + (k / 2) * Math.log(dof * Math.PI);
  return volume + half * (digamma(half) - digamma(dof / 2));
}

/** Rows center + stretch · L z with z standard normal and L the Cholesky factor. */
function drawElliptical(
  n: number,
  random: Random,
  lower: Matrix,
  center: Float64Array,
  dimX: number,
  where: string,
  stretch: (random: Random) => number,
): Sample {
  const dim = lower.rows;
  const dimY = dim - dimX;
  const sample = emptySample(n, dimX, dimY, where);
  const z = new Float64Array(dim);
  for (let i = 0; i < n; i++) {
    const scale = stretch(random);
    for (let j = 0; j < dim; j++) {
      z[j] = random.normal();
      let sum = 0;
      for (let k = 0, at = j * dim; k <= j; k++, at++) sum += lower.data[at] * z[k];
      const value = center[j] + scale * sum;
      if (j < dimX) sample.x.data[i * dimX + j] = value;
      else sample.y.data[i * dimY + j - dimX] = value;
    }
  }
  return sample;
}

/** ln density of a normal: forward substitution L w = v − mean, then −½‖w‖² − ½ ln det(2πΣ). */
function normalLogDensity(covariance: Matrix, mean: Float64Array): (point: Float64Array) => number {
  const { rows: dim, data: lower } = cholesky(covariance);
  const constant = -(dim * Math.log(2 * Math.PI) + logDeterminant(covariance)) / 2;
  const w = new Float64Array(dim);
  return (point) => {
    let square = 0;
    for (let j = 0; j < dim; j++) {
      let rest = point[j] - mean[j];
      for (let k = 0; k < j; k++) rest -= lower[j * dim + k] * w[k];
      w[j] = rest / lower[j * dim + j];
      square += w[j] * w[j];
    }
    return constant - square / 2;
  };
}

/** The square block of rows and columns from `from` up to `to`. */
function submatrix({ cols, data }: Matrix, from: number, to: number): Matrix {
  const out = matrix(to - from, to - from);
  for (let i = from, at = 0; i < to; i++) for (let j = from; j < to; j++) out.data[at++] = data[i * cols + j];
  return out;
}

function readShape(value: MatrixLike, dimX: number, where: string) {
  const covariance = asMatrix(value, where);
  const lower = cholesky(covariance, where);
  const dim = lower.rows;
  if (!Number.isInteger(dimX) || dimX < 1 || dimX >= dim) {
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: "dimX leaves nothing to one side",
      expected: `an integer from 1 to ${dim - 1}`,
      got: dimX,
    });
  }
  return { covariance, dim, dimY: dim - dimX, lower };
}
