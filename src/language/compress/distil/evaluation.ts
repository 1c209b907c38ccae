import type { LongRunning } from "../../../core/progress.ts";
import { ranks } from "../../../core/statistics.ts";
import type { WordScorer } from "../scorer.ts";
import type { LabelledText } from "./training.ts";

/** Words whose probability lies in one tenth of the range. */
interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly words: number;
  /** Mean probability, and the share that was kept. */
  readonly predicted: number;
  readonly observed: number;
}

/** How well a scorer says what was kept. */
export interface ClassifierScores {
  readonly words: number;
  readonly kept: number;
  /** F1 of kept words when each text keeps as many as its labels: the first by score. Mean over texts by words. */
  readonly f1AtBudget: number;
  /** F1 and accuracy at probability ½. */
  readonly f1: number;
  readonly accuracy: number;
  /** Probability that a kept word has a higher score than one that was not. */
  readonly auc: number;
  readonly calibration: readonly CalibrationBin[];
  /** Mean distance of predicted and observed share, by words. */
  readonly calibrationError: number;
}

/**
 * Compares a scorer with labels: F1, area under the ROC curve, calibration.
 *
 * @example
 * import { evaluateClassifier, TokenClassifierCompressor } from "surprisal/language";
 * const model = await TokenClassifierCompressor.load();
 * const labels = [false, true, false, true, false, true, true, false];
 * const scores = await evaluateClassifier(model, [{ text: "The council will vote on item 15.", labels }]);
 * scores.auc; // near 1
 */
export async function evaluateClassifier(
  scorer: WordScorer,
  texts: readonly LabelledText[],
  options: LongRunning = {},
): Promise<ClassifierScores> {
  const p: number[] = [];
  const y: boolean[] = [];
  let right = 0;
  for (const { text, labels } of texts) {
    const { keep } = await scorer.score(text, { signal: options.signal });
    const count = labels.filter((isKept) => isKept).length;
    right += rightAtBudget(keep, labels, count);
    for (let i = 0; i < labels.length; i++) {
      p.push(keep[i]);
      y.push(labels[i]);
    }
  }
  const kept = y.filter((isKept) => isKept).length;
  const chosen = p.filter((x) => x > 0.5).length;
  const hits = p.filter((x, i) => x > 0.5 && y[i]).length;
  const correct = p.filter((x, i) => x > 0.5 === y[i]).length;
  const calibration = calibrationOf(p, y);
  return {
    words: p.length,
    kept,
    f1AtBudget: right / kept,
    f1: (2 * hits) / (chosen + kept),
    accuracy: correct / p.length,
    auc: areaUnderCurve(p, y),
    calibration,
    calibrationError: calibration.reduce(
      (sum, { words, predicted, observed }) => sum + (words / p.length) * Math.abs(predicted - observed),
      0,
    ),
  };
}

/** How many of the first `count` words by score are kept ones; ties go to the earlier word. */
function rightAtBudget(keep: Float64Array, labels: readonly boolean[], count: number): number {
  const order = Array.from(keep, (_, i) => i).sort((a, b) => keep[b] - keep[a] || a - b);
  return order.slice(0, count).filter((i) => labels[i]).length;
}

/** Mann–Whitney's statistic as a share; ties count half. */
function areaUnderCurve(p: readonly number[], y: readonly boolean[]): number {
  const positives = y.filter((isKept) => isKept).length;
  let sum = 0;
  ranks(p).forEach((rank, i) => {
    if (y[i]) sum += rank;
  });
  return (sum - (positives * (positives + 1)) / 2) / (positives * (p.length - positives));
}

const bins = 10;

function calibrationOf(p: readonly number[], y: readonly boolean[]): CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ words: 0, predicted: 0, observed: 0 }));
  p.forEach((x, i) => {
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.floor(x * bins)))];
    bin.words++;
    bin.predicted += x;
    bin.observed += y[i] ? 1 : 0;
  });
  return sums.flatMap(({ words, predicted, observed }, b) =>
    words === 0
      ? []
      : [
          {
            from: b / bins,
            to: (b + 1) / bins,
            words,
            predicted: predicted / words,
            observed: observed / words,
          },
        ],
  );
}
