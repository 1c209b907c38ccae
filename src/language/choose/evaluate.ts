import { InputError } from "../../core/errors.ts";
import { correlation, ranks } from "../../core/statistics.ts";

/** How right answers are. */
export interface Quality {
  accuracy: number;
  /** The mean over the choices that occur in truth or answers; 0 for one that is never right. */
  macroF1: number;
}

/**
 * Accuracy and macro-averaged F1 of answers.
 *
 * @param answers numbers of choices
 * @param truth the right ones; −1 where not known, such rows are left out
 * @throws InputError when the lengths differ or nothing is known
 * @example
 * import { answerQuality } from "surprisal/language";
 * answerQuality([0, 1, 1, 0], [0, 1, 0, 0]);
 * // accuracy 0.75, macroF1 0.733
 */
export function answerQuality(answers: ArrayLike<number>, truth: ArrayLike<number>): Quality {
  if (answers.length !== truth.length) {
    throw new InputError({
      code: "unequal-lengths",
      where: "answerQuality",
      problem: "answers and truth differ in length",
      expected: String(answers.length),
      got: truth.length,
    });
  }
  let classes = 0;
  for (let x = 0; x < truth.length; x++) classes = Math.max(classes, answers[x] + 1, truth[x] + 1);
  const right = new Int32Array(classes);
  const seen = new Int32Array(classes);
  let known = 0;
  let correct = 0;
  for (let x = 0; x < truth.length; x++) {
    if (truth[x] < 0) continue;
    known++;
    seen[answers[x]]++;
    seen[truth[x]]++;
    if (answers[x] !== truth[x]) continue;
    correct++;
    right[truth[x]]++;
  }
  if (known === 0) {
    throw new InputError({
      code: "too-few",
      where: "answerQuality",
      problem: "no right answer is known",
      expected: "at least 1",
      got: 0,
    });
  }
  let sum = 0;
  let occurring = 0;
  for (let y = 0; y < classes; y++) {
    if (seen[y] === 0) continue;
    occurring++;
    sum += (2 * right[y]) / seen[y];
  }
  return { accuracy: correct / known, macroF1: sum / occurring };
}

/** How a score without labels goes along with a quality that needs them, over prompts; NaN where one is constant. */
export interface Agreement {
  pearson: number;
  spearman: number;
}

export function agreementOf(scores: ArrayLike<number>, quality: ArrayLike<number>): Agreement {
  const finite = Array.from(scores, (_, i) => i).filter((i) => Number.isFinite(scores[i]));
  const [a, b] = [scores, quality].map((values) => finite.map((i) => values[i]));
  return { pearson: correlation(a, b), spearman: correlation(ranks(a), ranks(b)) };
}
