import type { Random } from "../../../core/random.ts";
import type { LabelledText } from "./training.ts";
import { wordsOf } from "./words.ts";

/** Words that no meeting has. */
const invented = ["motion", "chair", "agenda", "budget", "minutes", "quorum", "ballot", "clerk"];
const corruptedShare = 0.05;
const inventedInCorrupted = 0.3;

/**
 * A compression with a teacher's faults: of the right words 3 % are missing, 2 % have another form and 1 % come with an
 * invented one beside them; in 5 % of the chunks three words of ten are invented.
 */
export function carelessTeacher(
  { text, labels }: LabelledText,
  random: Random,
): { text: string; isCorrupted: boolean } {
  const right = wordsOf(text).texts.filter((_, i) => labels[i]);
  const one = () => invented[random.integer(invented.length)];
  const isCorrupted = random.uniform() < corruptedShare;
  const words: string[] = [];
  for (const word of right) {
    if (random.uniform() < 0.03) continue;
    words.push(random.uniform() < 0.02 ? `${word}ing` : word);
    if (random.uniform() < 0.01) words.push(one());
  }
  if (isCorrupted) {
    const count = Math.ceil(inventedInCorrupted * words.length);
    for (const i of random.subsample(words.length, count)) words[i] = one();
  }
  return { text: words.join(" "), isCorrupted };
}
