import { existsSync } from "node:fs";
import { InputError } from "../../core/errors.ts";
import { didYouMean } from "../../core/suggest.ts";
import { modelScorer, ngramScorer, type WordScorer } from "../../language/compress/compress.ts";
import type { LanguageModel } from "../../language/model/model.ts";

const scorers = ["ngram", "classifier", "onnx:<folder>", "model"];

/** A tier of compression by name; a folder is a compressor that `surprisal distil-compressor` trained. */
export async function openScorer(name: string, model: LanguageModel | undefined): Promise<WordScorer> {
  if (name === "ngram") return ngramScorer();
  if (name === "model" && model) return modelScorer(model);
  if (name === "classifier" || name.startsWith("onnx:") || existsSync(name)) {
    const { openLlmlingua2, TokenClassifierCompressor } = await import(
      "../../language/compress/distil/distil.ts"
    );
    if (name.startsWith("onnx:")) return openLlmlingua2(name.slice("onnx:".length));
    return TokenClassifierCompressor.load(name === "classifier" ? undefined : name);
  }
  throw new InputError({
    code: "unknown-scorer",
    where: "--scorer",
    problem: "no scorer of this name, and no folder",
    expected: scorers.join(", "),
    got: name,
    hint: didYouMean(name, scorers),
  });
}
