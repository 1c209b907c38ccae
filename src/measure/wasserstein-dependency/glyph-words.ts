import { solve } from "../../core/linear-algebra.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";

const letters = 20;
const pixels = 35;
const noise = 0.1;

export interface GlyphWords {
  /** Words of one glyph per factor, and words with the next glyph of each alphabet. */
  x: Matrix;
  y: Matrix;
  /** The letter of each factor, row by row. */
  letters: Int32Array;
  factors: number;
}

/**
 * Words whose every place is a factor: glyphs of 5 × 7 random pixels from an alphabet of 20 per place, the partner spells the
 * next letters. Pairs share ln 20 nats per factor, and telling a small batch apart needs few of them.
 *
 * @param amplitudes of the pixels of each factor
 */
export function glyphWords(n: number, amplitudes: readonly number[], random: Random): GlyphWords {
  const factors = amplitudes.length;
  const glyphs = new Random(7).split("glyphs");
  const alphabet = Float64Array.from({ length: factors * letters * pixels }, () => glyphs.integer(2));
  const [x, y] = [matrix(n, factors * pixels), matrix(n, factors * pixels)];
  const spelled = new Int32Array(n * factors);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < factors; k++) {
      const letter = random.integer(letters);
      spelled[i * factors + k] = letter;
      for (const [word, shown] of [
        [x, letter],
        [y, (letter + 1) % letters],
      ] as const) {
        for (let p = 0; p < pixels; p++) {
          word.data[(i * factors + k) * pixels + p] =
            amplitudes[k] * alphabet[(k * letters + shown) * pixels + p] + noise * random.normal();
        }
      }
    }
  }
  return { x, y, letters: spelled, factors };
}

const ridge = 1e-2;

/** A linear reader of the letters: least squares of one-hot letters on codes, with a small ridge. */
export function letterProbe(codes: Matrix, words: GlyphWords): (codes: Matrix, words: GlyphWords) => number {
  const width = codes.cols + 1;
  const targets = words.factors * letters;
  const gram = matrix(width, width);
  const cross = matrix(width, targets);
  for (let i = 0; i < codes.rows; i++) {
    const row = withOne(codes, i);
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) gram.data[a * width + b] += row[a] * row[b];
      for (let k = 0; k < words.factors; k++) {
        cross.data[a * targets + k * letters + words.letters[i * words.factors + k]] += row[a];
      }
    }
  }
  for (let a = 0; a < width; a++) gram.data[a * width + a] += ridge * codes.rows;
  const weights = solve(gram, cross);
  return (others, { letters: truth, factors }) => {
    let right = 0;
    for (let i = 0; i < others.rows; i++) {
      const row = withOne(others, i);
      for (let k = 0; k < factors; k++) {
        let best = 0;
        let bestScore = Number.NEGATIVE_INFINITY;
        for (let letter = 0; letter < letters; letter++) {
          let score = 0;
          for (let a = 0; a < width; a++) score += row[a] * weights.data[a * targets + k * letters + letter];
          if (score > bestScore) [best, bestScore] = [letter, score];
        }
        if (best === truth[i * factors + k]) right++;
      }
    }
    return right / truth.length;
  };
}

function withOne({ data, cols }: Matrix, i: number): Float64Array {
  const row = new Float64Array(cols + 1);
  row.set(data.subarray(i * cols, (i + 1) * cols));
  row[cols] = 1;
  return row;
}
