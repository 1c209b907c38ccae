import { readFile } from "node:fs/promises";
import type { Ngram } from "./ngram/ngram.ts";
import { parseNgram } from "./ngram/store.ts";

let shipped: Promise<Ngram> | undefined;

/**
 * The word trigram of English that comes with this package: trained on State of the Union addresses and Moby Dick, in
 * lower case. `weights/english.json` says what it was trained on and how well it predicts.
 *
 * @returns the same model every time
 * @example
 * import { englishModel } from "surprisal/language";
 * const model = await englishModel();
 * const { mean } = await model.scoreText("We the people of the United States.");
 */
export function englishModel(): Promise<Ngram> {
  shipped ??= (async () => {
    const file = new URL("./weights/english.ngram", import.meta.url);
    return parseNgram(await readFile(file), "english.ngram");
  })();
  return shipped;
}
