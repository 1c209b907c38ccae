import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { normalCdf } from "../../core/special.ts";

export type ImageKind = "bump" | "rectangle" | "antiPCA";

/** Pairs of images, one a row, drawn by one-to-one maps from normal coordinates, whose information is known. */
export interface KnownImages {
  /** n × pixels. */
  x: Matrix;
  y: Matrix;
  /** The uniform coordinates (0 to 1) behind the images, n × d. */
  latentX: Matrix;
  latentY: Matrix;
  /** Nats. */
  mutualInformation: number;
}

const bumpSide = 16;
const rectangleSide = 32;
const antiColumns = 32;
/** The shortest side of a rectangle, as a share of the image's. */
const shortest = 2 / rectangleSide;

/**
 * Images whose mutual information is set (Butakov et al. 2024, section on synthetic data): d normal coordinates on each
 * side with correlation √(1 − exp(−2I/d)) are turned into pixels without loss.
 *
 * @param kind `"bump"`: a soft spot in 16 × 16 pixels (d = 2); `"rectangle"`: an anti-aliased box in 32 × 32 (d = 4);
 *   `"antiPCA"`: 32 columns whose variance is nearly all noise that is not shared (d = 1)
 * @param mutualInformation nats, from 0
 * @param n pairs
 * @throws InputError for a negative or infinite information and n below 1
 * @example
 * import { knownInformationImages } from "surprisal/measure";
 *
 * const { x, y, latentX } = knownInformationImages("bump", 2, 100, 1);
 * // x.cols is 256, latentX.cols is 2
 */
export function knownInformationImages(
  kind: ImageKind,
  mutualInformation: number,
  n: number,
  seed: number,
): KnownImages {
  const where = "knownInformationImages";
  if (!(mutualInformation >= 0 && mutualInformation < Number.POSITIVE_INFINITY)) {
    const expected = "a finite number from 0";
    throw new InputError({
      code: "negative",
      where,
      problem: "not an amount of information",
      expected,
      got: mutualInformation,
    });
  }
  if (!Number.isInteger(n) || n < 1) {
    const expected = "an integer from 1";
    throw new InputError({ code: "bad-count", where, problem: "not a number of pairs", expected, got: n });
  }
  const random = new Random(seed);
  const { dimensions, pixels, draw } = kinds[kind];
  const rho = Math.sqrt(1 - Math.exp((-2 * mutualInformation) / dimensions));
  const rest = Math.sqrt(1 - rho * rho);
  const [latentX, latentY] = [matrix(n, dimensions), matrix(n, dimensions)];
  for (let i = 0; i < latentX.data.length; i++) {
    const z = random.normal();
    latentX.data[i] = normalCdf(z);
    latentY.data[i] = normalCdf(rho * z + rest * random.normal());
  }
  const images = (latent: Matrix, nuisance: Random): Matrix => {
    const out = matrix(n, pixels);
    for (let i = 0; i < n; i++) {
      const at = i * dimensions;
      draw(
        latent.data.subarray(at, at + dimensions),
        out.data.subarray(i * pixels, (i + 1) * pixels),
        nuisance,
      );
    }
    return out;
  };
  return {
    x: images(latentX, random.split("x")),
    y: images(latentY, random.split("y")),
    latentX,
    latentY,
    mutualInformation,
  };
}

interface Drawing {
  dimensions: number;
  pixels: number;
  draw(u: Float64Array, out: Float64Array, nuisance: Random): void;
}

const kinds: Record<ImageKind, Drawing> = {
  bump: {
    dimensions: 2,
    pixels: bumpSide ** 2,
    draw(u, out) {
      for (let i = 0; i < out.length; i++) {
        const [row, column] = [Math.floor(i / bumpSide) / (bumpSide - 1), (i % bumpSide) / (bumpSide - 1)];
        out[i] = Math.exp(-10 * ((column - u[0]) ** 2 + (row - u[1]) ** 2));
      }
    },
  },
  rectangle: {
    dimensions: 4,
    pixels: rectangleSide ** 2,
    draw(u, out) {
      const [left, right] = interval(u[0], u[1]);
      const [top, bottom] = interval(u[2], u[3]);
      for (let row = 0; row < rectangleSide; row++) {
        const height = covered(row, top, bottom);
        for (let column = 0; column < rectangleSide; column++) {
          out[row * rectangleSide + column] = height * covered(column, left, right);
        }
      }
    },
  },
  antiPCA: {
    dimensions: 1,
    pixels: antiColumns,
    draw(u, out, nuisance) {
      const x = 2 * u[0] - 1;
      const s = 2 * nuisance.uniform() - 1;
      for (let k = 2; k < antiColumns; k++) {
        const a = x + s * k;
        out[k] = Math.max(a, 0.1 * k * a);
      }
      out[0] = x;
      out[1] = s;
    },
  },
};

/** Two uniform numbers as the ends of an interval inside 0 to 1, at least `shortest` long. */
function interval(u1: number, u2: number): [start: number, end: number] {
  const start = (1 - shortest) * (1 - Math.sqrt(1 - u1));
  return [start, u2 * (1 - start - shortest) + start + shortest];
}

/** The share of pixel `index` between start and end. */
function covered(index: number, start: number, end: number): number {
  const overlap = Math.min(index + 1, end * rectangleSide) - Math.max(index, start * rectangleSide);
  return Math.max(0, overlap);
}
