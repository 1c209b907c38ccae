import type { LongRunning } from "../../core/progress.ts";

/** What a scorer says about the words of one text, all arrays of equal length and in text order. */
export interface WordScores {
  /** Where each word starts, in UTF-16 units of the text; words do not overlap and cover all but white space. */
  starts: Int32Array;
  /** One past each word's last unit. */
  ends: Int32Array;
  /** How much each word deserves to stay: a probability for classifiers, an information score otherwise; finite. */
  keep: Float64Array;
  /** Information of each word in bits, where the scorer knows it. */
  bits?: Float64Array;
  /** Index of the first word of each window scored on its own; percentile selection has one threshold a window. */
  windows?: Int32Array;
}

/** Says of every word of a text how much it deserves to stay; each tier of compression is one. */
export interface WordScorer {
  /** Short and stable: the tier, shown in results. */
  readonly name: string;
  score(text: string, options?: LongRunning): Promise<WordScores>;
}
