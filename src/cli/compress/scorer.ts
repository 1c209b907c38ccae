import { existsSync, statSync } from "node:fs";
import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { modelScorer, ngramScorer, type WordScorer } from "../../language/compress/compress.ts";
import type { LanguageModel } from "../../language/model/model.ts";

const scorers = ["ngram", "classifier", "onnx:<folder>", "model"];

/** A tier of compression: by name, published weights in a folder, or a folder of `surprisal distil-compressor`. */
export async function openScorer(name: string, model: LanguageModel | undefined): Promise<WordScorer> {
  if (name === "ngram") return ngramScorer();
  if (name === "model" && model) return modelScorer(model);
  const isFolder = existsSync(name) && statSync(name).isDirectory();
  if (name === "classifier" || name.startsWith("onnx:") || isFolder) {
    const { openLlmlingua2, TokenClassifierCompressor } = await import(
      "../../language/compress/distil/distil.ts"
    );
    if (name.startsWith("onnx:")) return openLlmlingua2(name.slice("onnx:".length));
    return TokenClassifierCompressor.load(isFolder ? name : undefined);
  }
  throw new InputError({
    code: "unknown-scorer",
    where: "--scorer",
    problem: "no scorer of this name, and no folder",
    expected: `${scorers.join(", ")} or a folder of surprisal distil-compressor`,
    got: name,
    hint: didYouMean(name, scorers),
  });
}
