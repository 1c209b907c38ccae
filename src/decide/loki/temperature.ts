import { InputError } from "../../core/errors.ts";
import { asMatrix, type MatrixLike } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { LabelSpace } from "./label-space.ts";
import { meanSquaredDistance, relabel } from "./relabel.ts";
import { type ScoreKind, weightsOf } from "./weights.ts";

export interface FitTemperatureOptions extends LongRunning {
  /** What the columns are, as in `relabel`. */
  input?: ScoreKind;
  /** What is to be least on the held-out rows. Default `"squared-distance"`. */
  criterion?: "squared-distance" | "log-loss";
}

export interface TemperatureFit {
  readonly temperature: number;
  /** What was tried, and the criterion there. */
  readonly tried: readonly { readonly temperature: number; readonly value: number }[];
}

/** 2^(i/4): the squared distance is a step function of the temperature, a finer grid fits noise. */
const temperatures = Array.from({ length: 25 }, (_, i) => 2 ** ((i - 16) / 4));

/**
 * The temperature, of 25 from 1/16 to 4, that does best on held-out rows whose labels are known.
 *
 * @param scores rows that the classifier was not trained on
 * @param truth the label of each, as an index into all labels
 * @throws InputError as `relabel` does; for a log-loss also when a true label is not observed
 * @throws StoppedError when the signal fires
 * @example
 * import { fitTemperature, labelSpaceFromOrder } from "surprisal/decide";
 * const smooth = [[0.6, 0.4], [0.55, 0.45], [0.4, 0.6], [0.35, 0.65]];
 * const { temperature } = await fitTemperature(labelSpaceFromOrder(7), [0, 6], smooth, [0, 0, 6, 6]);
 * // well below 1: the classifier is right, but not sure enough
 */
export async function fitTemperature(
  space: LabelSpace,
  observed: ArrayLike<number>,
  scores: MatrixLike,
  truth: ArrayLike<number>,
  { input, criterion = "squared-distance", signal, onProgress }: FitTemperatureOptions = {},
): Promise<TemperatureFit> {
  const where = "fitTemperature";
  if (criterion !== "squared-distance" && criterion !== "log-loss") {
    throw new InputError({
      code: "unknown-criterion",
      where,
      problem: "unknown criterion",
      expected: '"squared-distance" or "log-loss"',
      got: criterion,
    });
  }
  const given = asMatrix(scores, where);
  const tried: { temperature: number; value: number }[] = [];
  for (const temperature of temperatures) {
    onProgress?.({ done: tried.length, total: temperatures.length, label: "temperatures" });
    const options = { input, temperature };
    const value =
      criterion === "log-loss"
        ? logLoss(observed, weightsOf(where, given, observed.length, options), truth)
        : meanSquaredDistance(
            space,
            (await relabel(space, observed, given, { ...options, signal })).labels,
            truth,
          );
    tried.push({ temperature, value });
  }
  // Of equal ones the closest to leaving the probabilities as they are.
  const far = (temperature: number) => Math.abs(Math.log(temperature));
  const [best] = [...tried].sort((a, b) =>
    a.value === b.value ? far(a.temperature) - far(b.temperature) : a.value - b.value,
  );
  return { temperature: best.temperature, tried };
}

function logLoss(
  observed: ArrayLike<number>,
  { data, rows, cols }: ReturnType<typeof weightsOf>,
  truth: ArrayLike<number>,
): number {
  const columnOf = new Map(Array.from(observed, (label, j) => [label, j]));
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    const j = columnOf.get(truth[i]);
    if (j === undefined) {
      throw new InputError({
        code: "unknown-label",
        where: "fitTemperature",
        problem: `row ${i} has a label that the classifier does not know`,
        expected: "an observed label",
        got: truth[i] ?? "nothing",
        hint: 'criterion "squared-distance" takes any label',
      });
    }
    sum -= Math.log(data[i * cols + j]);
  }
  return sum / rows;
}
