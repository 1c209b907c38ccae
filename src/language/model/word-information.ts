import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { englishModel } from "./english.ts";
import type { Ngram } from "./ngram/ngram.ts";
import { VocabularyUnits } from "./ngram/units.ts";
import { WordScanner } from "./ngram/words.ts";

export interface WordInformationOptions extends LongRunning {
  /** A model of words. @default the shipped one of English */
  readonly model?: Ngram;
}

/** The words of a text, in order: where each stands and what it tells. */
export interface WordInformation {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** −log₂ p(word | the words before it in its paragraph). */
  readonly bits: Float64Array;
}

const batch = 4096;
const newline = 10;

/**
 * The self-information of every word of a text under an n-gram model: what it adds for a reader of the words before it.
 * A blank line begins anew; a single newline is white space. Over a million words a second, and no memory but the result.
 *
 * @returns places in the text and bits, one per word or mark
 * @throws InputError when the model is not one of words
 * @example
 * import { wordInformation } from "surprisal/language";
 * const text = "The committee met in the Zeppelin hangar.";
 * const { starts, ends, bits } = await wordInformation(text);
 * const words = Array.from(bits, (b, i) => [text.slice(starts[i], ends[i]), b]);
 */
export async function wordInformation(
  text: string,
  { model, signal, onProgress }: WordInformationOptions = {},
): Promise<WordInformation> {
  const { units, predictor, spelling } = model ?? (await englishModel());
  const pace = pacer(signal, "wordInformation");
  await pace();
  if (!(units instanceof VocabularyUnits && units.kind === "word")) {
    throw new InputError({
      code: "bad-option",
      where: "wordInformation",
      problem: "not a model of words",
      expected: 'one trained with unit: "word"',
      got: units.kind,
    });
  }
  const { vocabulary } = units;
  const scanner = new WordScanner(text);
  let starts = new Int32Array(1024);
  let ends = new Int32Array(1024);
  let bits = new Float64Array(1024);
  const ids = new Int32Array(batch);
  const logProbabilities = new Float64Array(batch);
  let state = predictor.start;
  let scored = 0;
  let found = 0;
  let newlines = 0;

  const score = () => {
    state = predictor.advance(state, ids, found - scored, logProbabilities);
    for (let i = scored; i < found; i++) {
      let nats = -logProbabilities[i - scored];
      if (spelling && ids[i - scored] === units.unknown)
        nats -= spelling.logProbability(text, starts[i], ends[i]);
      bits[i] = nats / Math.LN2;
    }
    scored = found;
  };

  while (scanner.next()) {
    const { start, end } = scanner;
    if (text.charCodeAt(start) === newline) {
      newlines++;
      continue;
    }
    if (newlines > 1) {
      score();
      state = predictor.start;
    }
    newlines = 0;
    if (found === starts.length) {
      const length = Math.ceil((1.1 * found * text.length) / start) + 1024;
      starts = withRoom(starts, new Int32Array(length));
      ends = withRoom(ends, new Int32Array(length));
      bits = withRoom(bits, new Float64Array(length));
    }
    const id = vocabulary.find(text, start, end);
    ids[found - scored] = id < 0 ? units.unknown : id;
    starts[found] = start;
    ends[found++] = end;
    if (found - scored === batch) {
      score();
      onProgress?.({ done: end, total: text.length });
      await pace();
    }
  }
  score();
  return { starts: starts.slice(0, found), ends: ends.slice(0, found), bits: bits.slice(0, found) };
}

function withRoom<A extends Int32Array | Float64Array>(old: A, larger: A): A {
  larger.set(old);
  return larger;
}
