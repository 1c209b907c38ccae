import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputError } from "../../core/errors.ts";
import { saveArpa } from "./arpa.ts";
import { trainNgram } from "./ngram/ngram.ts";
import { saveNgram } from "./ngram/store.ts";
import { openLanguageModel } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "open-"));
const text = "the cat sat on the mat\nthe dog sat on the rug\n";

describe("opening a language model", () => {
  test("ngram: takes a text, a saved model and an ARPA file, by what is in them", async () => {
    const model = await trainNgram(text, { lowerCase: true });
    const paths = ["text.txt", "model.ngram", "model.arpa"].map((name) => join(folder, name));
    writeFileSync(paths[0], text);
    await saveNgram(paths[1], model);
    await saveArpa(paths[2], model);
    const { sum } = await model.scoreText("the cat sat on the rug");
    for (const path of paths) {
      const opened = await openLanguageModel({ model: `ngram:${path}` });
      const found = (await opened.scoreText("the cat sat on the rug")).sum;
      // An ARPA file does not say how unknown words are spelt: "cat", "rug" and others seen once are only a class there.
      if (path.endsWith(".arpa")) expect(found).toBeGreaterThan(sum);
      else expect(found).toBeCloseTo(sum, 12);
    }
  });

  test("without anything said it is the document model over the shipped trigram", async () => {
    const model = await openLanguageModel();
    expect(model.name).toBe("document and English trigram");
    const told = await model.scoreContinuation("The ship is the Pequod.", " the Pequod");
    expect(told.sum).toBeGreaterThan((await model.scoreText(" the Pequod")).sum);
  });

  test.each([
    [{ model: "gpt" }, /^openLanguageModel: no such kind of model; expected builtin, ngram:, .+, got "gpt"$/],
    [{ model: "ngram:" }, /no such kind of model/],
    [{ model: "builtin", endpoint: "http://127.0.0.1:1" }, /a model and an endpoint at once; give one/],
    [{ model: `ngram:${join(folder, "missing")}` }, /no such file/],
    [{ model: `ngram:${folder}` }, /folder/],
    [{ model: `trigram:${join(folder, "text.txt")}` }, /not a binary trigram model/],
  ])("refuses %j", async (source, message) => {
    const opening = openLanguageModel(source);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(InputError);
  });
});
