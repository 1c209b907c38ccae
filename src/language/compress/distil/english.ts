// Part of speech and lemma of English words, by wink-nlp's small model. Loaded when first needed.
import type { ItsHelpers, Model, PartOfSpeech, TokenItsFunction, WinkMethods } from "wink-nlp";
import type { Words } from "./words.ts";

export type { PartOfSpeech } from "wink-nlp";

export interface English {
  /** Dictionary form of a word on its own, lower case; a word it does not know is its own. */
  lemma(word: string): string;
  /**
   * Parts of speech of each word, from its context: more than one where the tagger sees parts (do + n't).
   */
  tags(text: string, words: Words): readonly (readonly PartOfSpeech[])[];
}

let loaded: Promise<English> | undefined;

/** The tagger, loaded once. */
export function english(): Promise<English> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<English> {
  const [{ default: winkNLP }, { default: model }] = await Promise.all([
    import("wink-nlp") as Promise<{ default: (model: Model, pipe: string[]) => WinkMethods }>,
    import("wink-eng-lite-web-model") as Promise<{ default: Model }>,
  ]);
  const nlp = winkNLP(model, ["sbd", "pos"]);
  const its: ItsHelpers = nlp.its;
  const lemmas = new Map<string, string>();
  return {
    lemma(word) {
      const known = lemmas.get(word);
      if (known !== undefined) return known;
      const found = (
        nlp
          .readDoc(word.toLowerCase())
          .tokens()
          .out(its.lemma as TokenItsFunction<string>) as string[]
      ).join("");
      const lemma = found === "" ? word.toLowerCase() : found;
      lemmas.set(word, lemma);
      return lemma;
    },
    tags(text, { starts, ends }) {
      const tokens = nlp.readDoc(text).tokens();
      const values = tokens.out(its.value) as string[];
      const spaces = tokens.out(its.precedingSpaces) as string[];
      const parts = tokens.out(its.pos) as PartOfSpeech[];
      const tags: PartOfSpeech[][] = Array.from(starts, () => []);
      let word = 0;
      let at = 0;
      for (let t = 0; t < values.length; t++) {
        const from = at + spaces[t].length;
        at = from + values[t].length;
        while (word < starts.length && ends[word] <= from) word++;
        for (let w = word; w < starts.length && starts[w] < at; w++) tags[w].push(parts[t]);
      }
      return tags;
    },
  };
}
