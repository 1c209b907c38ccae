import { Command, Option } from "commander";
import { number, wholeNumber } from "./arguments.ts";
import type { DistilFlags } from "./distil/flags.ts";
import { addModelOptions } from "./model-options.ts";

/** `surprisal distil-compressor`: a prompt compressor of one's own, trained on what a teacher keeps. */
export function distilCompressorCommand(): Command {
  const command = new Command("distil-compressor")
    .summary("train a prompt compressor on your own texts")
    .description(
      `Has a teacher shorten your texts, labels every word by whether it stayed, leaves out what the teacher made up, and trains a small classifier that keeps what the teacher would keep.

Examples:
  surprisal distil-compressor minutes/*.txt -o my-compressor --endpoint http://localhost:8000 --endpoint-model llama
  surprisal distil-compressor minutes/*.txt -o my-compressor --teacher rules
  surprisal distil-compressor --pairs shortened.jsonl -o my-compressor

Then: surprisal compress brief.md --budget 800 --scorer my-compressor

Pairs are JSON lines with "original" and "compressed". The endpoint's answers are kept: a run that was stopped asks for the rest only.`,
    )
    .argument("[files...]", 'texts (UTF-8); "-" for standard input')
    .requiredOption("-o, --output <folder>", "where the compressor goes")
    .addOption(
      new Option(
        "--teacher <name>",
        "rules: part of speech and rarity, no model (default: --model or --endpoint, else rules)",
      ).choices(["rules", "model"]),
    )
    .option("--pairs <file.jsonl>", "texts that are shortened already, instead of a teacher")
    .option("--instruction <file>", "what the teacher is told, with {text} where the text goes")
    .option("--chunk-tokens <count>", "most tokens a teacher is given at a time", wholeNumber, 512)
    .option("--drop-variation <share>", "leave out the chunks with most invented words", number, 0.05)
    .option("--drop-gap <share>", "of the rest, those with most words out of order", number, 0.1)
    .option("--epochs <count>", "passes over the chunks", wholeNumber, 6)
    .option("--width <count>", "length of the network's vectors", wholeNumber, 64)
    .option("--layers <count>", "layers of the network", wholeNumber, 2)
    .option("--learning-rate <number>", "of Adam, at its highest", number, 0.003)
    .option("--test-share <share>", "of the chunks, held out for the report", number, 0.1)
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("--resume", "go on from where training was stopped")
    .option("--overwrite", "replace a model that is there")
    .option("--report <page.html>", "where the report goes (default: report.html in the folder)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no report unless --report is given");
  return addModelOptions(command).action(async (files: string[], flags: DistilFlags) => {
    const { distilCompressor } = await import("./distil/run.ts");
    await distilCompressor(files, flags);
  });
}
