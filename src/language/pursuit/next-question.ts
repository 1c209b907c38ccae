import { InputError } from "../../core/errors.ts";
import { attributeTable, type Cell } from "./attribute-table.ts";
import type { PursuitOptions, Step } from "./contract.ts";
import { informationPursuit } from "./information-pursuit.ts";
import type { Case, History, Predict } from "./types.ts";

interface Asked {
  /** What was asked so far. Default nothing. */
  readonly history?: History;
  /** Cases to calibrate prediction sets on; with a table they are drawn from it. */
  readonly calibrationCases?: readonly Case[];
  readonly signal?: AbortSignal;
}

/** A question over a table of labels by queries: see {@link attributeTable}. */
export interface TableQuestion extends Asked, Omit<PursuitOptions, "predict" | "likelihood" | "queries"> {
  readonly queries: readonly string[];
  /** `table[y][q]`: the answer of each label to each query. */
  readonly table: readonly (readonly Cell[])[];
  /** Share of wrong answers. Default 0.05. */
  readonly error?: number;
  readonly prior?: ArrayLike<number>;
}

/** A question by a predictor of the caller's. */
export interface PredictorQuestion extends Asked, PursuitOptions {
  readonly predict: Predict;
}

/**
 * The next question to ask, and whether to ask any: one call for each turn, with nothing kept between calls.
 *
 * The uncertainty that each query is expected to leave is in bits. By default the mean entropy decides; over a table it is
 * exact, and prediction sets are calibrated on 200 cases drawn from the table. With a predictor of your own give
 * `likelihood` or `estimation` cases, and `calibrationCases` or a `calibration` for calibrated sets and
 * `criterion: "conformal"`.
 *
 * @throws InputError as `informationPursuit` and `attributeTable`
 * @source Chan et al. 2025, algorithm 2
 * @example
 * import { nextQuestion } from "surprisal/language";
 * const { query, uncertainties, predictionSet, stop } = await nextQuestion({
 *   labels: ["router", "cable", "provider"],
 *   queries: ["Does the light blink?", "Do other devices work?"],
 *   table: [[true, false], [false, false], [true, null]],
 *   history: [{ query: "Do other devices work?", answer: "no" }],
 * });
 */
export async function nextQuestion(options: TableQuestion | PredictorQuestion): Promise<Step> {
  const { history = [], calibrationCases, signal, ...rest } = options;
  if ("table" in rest === "predict" in rest) {
    throw new InputError({
      code: "missing-option",
      where: "nextQuestion",
      problem: "the labels' probabilities come from a table or from a predictor",
      expected: "table or predict",
      got: "table" in rest ? "both" : "neither",
    });
  }
  const world =
    "table" in rest ? attributeTable({ ...rest, values: rest.table, error: rest.error ?? 0.05 }) : undefined;
  const pursuit = informationPursuit({
    criterion: "entropy",
    ...(rest as PursuitOptions),
    ...world,
  });
  const cases = calibrationCases ?? world?.cases(200, rest.seed ?? 0);
  if (cases && !rest.calibration) {
    // Only what is known now, and what each answer would add, needs a threshold.
    const longest = history.length + 1;
    await pursuit.calibrate(cases, {
      shortest: history.length,
      longest: typeof rest.queries === "function" ? longest : Math.min(longest, rest.queries.length),
      histories: Math.min(200, cases.length),
      signal,
    });
  }
  return pursuit.next(history, { signal });
}
