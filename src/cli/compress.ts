import { Command, Option } from "commander";
import { names, number, wholeNumber } from "./arguments.ts";
import type { CompressFlags } from "./compress/flags.ts";
import { addModelOptions } from "./model-options.ts";

/** `surprisal compress`: a shorter prompt made of the words of a longer one. */
export function compressCommand(): Command {
  const command = new Command("compress")
    .summary("a shorter prompt that fits a budget of tokens, and what it lost in bits")
    .description(
      `Takes out the words that say least until the text fits, and says how much information that cost.

Examples:
  surprisal compress brief.md --budget 800 --keep '\`\`\`…\`\`\`'
  surprisal compress notes.txt manual.txt --rate 0.33 --question "Who pays for the repair?"
  cat transcript.txt | surprisal compress - --budget 2000 > short.txt

Only words of the text are left, in their order; tokens are counted with the tokenizer of the model that will read it.
.json and .jsonl files, such as chat messages, keep keys, structure and short values.`,
    )
    .argument("<files...>", 'texts (UTF-8), each a context of its own; "-" for standard input')
    .option("-b, --budget <tokens>", "tokens of the result, never exceeded", wholeNumber)
    .option("-r, --rate <share>", "share of the tokens to keep, above 0 up to 1 (default: 0.5)", number)
    .option("--budgets <tokens>", "tokens for each file (commas between)", String)
    .option(
      "-k, --keep <pattern>",
      "leave what matches as it is: literal text, … for anything between",
      names,
    )
    .option(
      "--force <word>",
      "a word or sign that always stays, such as '.' or '\\n'; may be repeated",
      names,
    )
    .option("--digits", "words with a digit always stay")
    .option("--drop-consecutive", "of equal forced words with nothing kept between, only the first stays")
    .option("-q, --question <text>", "prefer what says something about this")
    .option(
      "--scorer <name>",
      "ngram, classifier, onnx:<folder> of published weights, a folder of distil-compressor, or model (default: ngram; model where one is given)",
    )
    .option("--tokenizer <name>", "o200k, cl100k, words, model, or a tokenizer.json", "o200k")
    .addOption(
      new Option(
        "--selection <how>",
        "best words of the whole text, or the reference's threshold for each window",
      )
        .choices(["exact", "percentile"])
        .default("exact"),
    )
    .option("--contexts <count>", "leave out whole files first, keeping so many", wholeNumber)
    .option(
      "-o, --output <file>",
      'where the text goes (default: <file>.short.<ending> here; "-" for standard output)',
    )
    .option("--report <page.html>", "where the report goes (default: <file>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless -o or --report is given");
  return addModelOptions(command).action(async (files: string[], flags: CompressFlags) => {
    const { compress } = await import("./compress/run.ts");
    await compress(files, flags);
  });
}
