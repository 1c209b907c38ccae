import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix, type MatrixLike, matrix } from "../../core/matrix.ts";

/** What a classifier's numbers are. */
export type ScoreKind = "probabilities" | "scores" | "logits";

export interface WeightOptions {
  /**
   * `"probabilities"` (default): rows sum to 1 within 1e-3; `"scores"`: not negative, any sum, as one-vs-rest
   * classifiers give; `"logits"`: any numbers, through a softmax.
   */
  input?: ScoreKind;
  /** T in w ∝ p^(1/T): below 1 sharpens, above 1 smooths. Default 1. */
  temperature?: number;
}

/** Half precision rounds each probability by at most 2⁻¹¹ of it. */
const sumTolerance = 1e-3;

/**
 * One distribution over the observed labels for each row: checked, sharpened and scaled to sum 1.
 *
 * @throws InputError `not-finite`, `negative-probability`, `sum-not-one` (by how much), `no-mass` for a row of zeros,
 * `shape-mismatch` when there are not `observed` columns
 */
export function weightsOf(
  where: string,
  given: MatrixLike,
  observed: number,
  { input = "probabilities", temperature = 1 }: WeightOptions,
): Matrix {
  requireOptions(where, input, temperature);
  const { data, rows, cols } = asMatrix(given, where);
  if (cols !== observed || rows === 0) {
    throw new InputError({
      code: "shape-mismatch",
      where,
      problem: "one column for each observed label is needed",
      expected: `rows × ${observed}`,
      got: `${rows} × ${cols}`,
    });
  }
  const out = matrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols);
    if (input !== "logits") requireMass(where, row, i, input);
    sharpen(row, input === "logits", temperature, out.data.subarray(i * cols, (i + 1) * cols));
  }
  return out;
}

function sharpen(row: Float64Array, isLogarithm: boolean, temperature: number, out: Float64Array): void {
  // The largest becomes 1 first, so that no power or exponential overflows and not all underflow.
  let most = row[0];
  for (let j = 1; j < row.length; j++) if (row[j] > most) most = row[j];
  let sum = 0;
  for (let j = 0; j < row.length; j++) {
    const w = isLogarithm ? Math.exp((row[j] - most) / temperature) : (row[j] / most) ** (1 / temperature);
    out[j] = w;
    sum += w;
  }
  for (let j = 0; j < row.length; j++) out[j] /= sum;
}

function requireOptions(where: string, input: string, temperature: number): void {
  if (!["probabilities", "scores", "logits"].includes(input)) {
    throw new InputError({
      code: "unknown-input",
      where,
      problem: "unknown kind of numbers",
      expected: '"probabilities", "scores" or "logits"',
      got: input,
    });
  }
  if (temperature > 0 && temperature < Number.POSITIVE_INFINITY) return;
  throw new InputError({
    code: "bad-temperature",
    where,
    problem: "the temperature must be positive",
    expected: "a finite number above 0",
    got: temperature,
  });
}

function requireMass(where: string, row: Float64Array, i: number, input: ScoreKind): void {
  let sum = 0;
  for (let j = 0; j < row.length; j++) {
    if (row[j] < 0) {
      throw new InputError({
        code: "negative-probability",
        where,
        problem: `row ${i}, column ${j} is negative`,
        expected: input === "scores" ? "scores from 0" : "probabilities",
        got: row[j],
        hint: "logits must be named as such",
      });
    }
    sum += row[j];
  }
  if (sum === 0) {
    throw new InputError({
      code: "no-mass",
      where,
      problem: `all of row ${i} is 0`,
      expected: "at least one positive number",
      got: 0,
    });
  }
  if (input === "scores" || Math.abs(sum - 1) <= sumTolerance) return;
  throw new InputError({
    code: "sum-not-one",
    where,
    problem: `the probabilities of row ${i} sum to ${Number(sum.toPrecision(6))}, off by ${Number((sum - 1).toPrecision(3))}`,
    expected: `1 within ${sumTolerance}`,
    got: sum,
    hint: "one-vs-rest scores and logits must be named as such",
  });
}
