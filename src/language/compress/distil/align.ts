import { InputError } from "../../../core/errors.ts";

export interface AlignmentOptions {
  /** How far from the last match a word is looked for, in words. Default 400. */
  window?: number;
  /** What is compared in place of the word itself; case never counts. Default: the word. */
  normalize?: (word: string) => string;
}

/** Which words a compression kept, and how far it can be trusted to have only left words out. */
export interface Alignment {
  /** One a word of the original. */
  labels: boolean[];
  /** VR: share of compressed words that the original does not have anywhere; 1 for an empty compression. */
  variationRate: number;
  /** HR: compressed words that the original has somewhere, over words of the original. */
  hittingRate: number;
  /** MR: labelled words over words of the original. */
  matchingRate: number;
  /** AG = HR − MR: words found but not matched, as after a change of order. */
  alignmentGap: number;
  /** Compressed words over words of the original. */
  compressionRate: number;
}

/**
 * Labels the words of a text by what a compression of it kept, looking for each compressed word around the place of the
 * last match.
 *
 * @throws InputError when the original has no words or the window is not a count
 * @see Pan et al. (2024), algorithm 1 and section 3.3: variation, hitting and matching rate, alignment gap
 * @example
 * import { labelByAlignment } from "surprisal/language";
 * const { labels } = labelByAlignment(["the", "council", "will", "vote"], ["council", "vote"]);
 * // [false, true, false, true]
 */
export function labelByAlignment(
  original: readonly string[],
  compressed: readonly string[],
  { window = 400, normalize = (word) => word }: AlignmentOptions = {},
): Alignment {
  const n = original.length;
  if (n === 0) throw refuse("the original has no words", 0);
  if (!Number.isInteger(window) || window < 1) throw refuse("window is not a count from 1", window);
  const key = (word: string) => normalize(word).toLowerCase();
  const words = original.map(key);
  const known = new Set(words);
  const labels = new Array<boolean>(n).fill(false);
  let hits = 0;
  let matches = 0;
  let previous = 0;
  for (const word of compressed) {
    const wanted = key(word);
    // A word that is nowhere cannot be matched; the walk would only take time.
    if (!known.has(wanted)) continue;
    hits++;
    const isAt = (j: number) => j >= 0 && j < n && !labels[j] && words[j] === wanted;
    for (let i = 0; i < window; i++) {
      const right = previous + i;
      const left = previous - i;
      if (right >= n && left < 0) break;
      if (isAt(right)) {
        labels[right] = true;
        previous = i > window / 2 ? previous + Math.floor(window / 2) : right;
        matches++;
        break;
      }
      if (isAt(left)) {
        labels[left] = true;
        previous = left;
        matches++;
        break;
      }
    }
  }
  const hittingRate = hits / n;
  const matchingRate = matches / n;
  return {
    labels,
    variationRate: compressed.length === 0 ? 1 : (compressed.length - hits) / compressed.length,
    hittingRate,
    matchingRate,
    alignmentGap: (hits - matches) / n,
    compressionRate: compressed.length / n,
  };
}

function refuse(problem: string, got: unknown): InputError {
  return new InputError({ code: "bad-option", where: "labelByAlignment", problem, got });
}
