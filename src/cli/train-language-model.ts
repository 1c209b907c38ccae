import { Command } from "commander";
import { number, wholeNumber } from "./arguments.ts";
import type { TrainFlags } from "./train-language-model/run.ts";

/** `surprisal train-lm`: a small language model of one's own text. */
export function trainLanguageModelCommand(): Command {
  return new Command("train-lm")
    .summary("train a small language model on your own text")
    .description(
      `Trains a small transformer on a text, in minutes on a laptop, and says how well it predicts what it has not seen, next to n-grams. It learns spelling and phrases of your text, not facts.

Examples:
  surprisal train-lm corpus.txt -o model.safetensors
  surprisal train-lm corpus.txt -o model.safetensors --gguf model.gguf --steps 3000 --width 96 --layers 4
  surprisal train-lm corpus.txt -o model.safetensors --resume

Then: surprisal compress brief.md --budget 800 --model transformer:model.safetensors

Ctrl-C keeps the model so far; --resume goes on from there, also when the run was killed.`,
    )
    .argument("<file>", 'a text (UTF-8), better a megabyte than ten kilobytes; "-" for standard input')
    .requiredOption("-o, --output <file.safetensors>", "where the model goes")
    .option("--gguf <file.gguf>", "write it for llama.cpp too")
    .option("--hugging-face <folder>", "write it as a folder with an ONNX file too")
    .option("--steps <count>", "updates (default: 1000)", wholeNumber)
    .option(
      "--vocabulary-size <count>",
      "bytes and pieces of words; 259 for bytes only (default: 512)",
      wholeNumber,
    )
    .option("--width <count>", "length of a token's vector (default: 64)", wholeNumber)
    .option("--layers <count>", "layers of the network (default: 2)", wholeNumber)
    .option("--heads <count>", "heads of attention (default: 4)", wholeNumber)
    .option("--context <count>", "tokens seen at once (default: 128)", wholeNumber)
    .option("--batch-size <count>", "windows per update (default: 32)", wholeNumber)
    .option("--learning-rate <number>", "of Adam, at its highest (default: 0.008)", number)
    .option("--test-share <share>", "of the text, its end, held out for the comparison", number, 0.05)
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("--resume", "go on from where training was stopped")
    .option("--overwrite", "replace a model that is there")
    .option("--checkpoint-every <seconds>", "how often the state of training is saved", number, 60)
    .option("--json", "print only JSON")
    .action(async (file: string, flags: TrainFlags) => {
      const { trainLanguageModel } = await import("./train-language-model/run.ts");
      await trainLanguageModel(file, flags);
    });
}
