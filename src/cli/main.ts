#!/usr/bin/env node
/** The `surprisal` command. Each subcommand is a file of its own and loads what it needs only when it runs. */
import { Command, CommanderError, type OutputConfiguration } from "commander";
import { askCommand } from "./ask.ts";
import { channelCommand } from "./channel.ts";
import { chooseCommand } from "./choose.ts";
import { compressCommand } from "./compress.ts";
import { coupleCommand } from "./couple.ts";
import { distilCompressorCommand } from "./distil-compressor.ts";
import { doctorCommand } from "./doctor.ts";
import { encodeCommand } from "./encode.ts";
import { failed } from "./failed.ts";
import { headReportCommand } from "./head-report.ts";
import { learnCommand } from "./learn.ts";
import { mcpCommand } from "./mcp.ts";
import { measureCommand } from "./measure.ts";
import { papersCommand } from "./papers.ts";
import { recommendCommand } from "./recommend.ts";
import { relabelCommand } from "./relabel.ts";
import { selectCommand } from "./select.ts";
import { trainLanguageModelCommand } from "./train-language-model.ts";
import { trainMistCommand } from "./train-mist.ts";
import { version } from "./version.ts";
import { watchCommand } from "./watch.ts";

const oneLine: OutputConfiguration = {
  outputError: (text, write) =>
    write(
      `surprisal: ${text
        .replace(/^error: /, "")
        .trim()
        .replace(/\s*\n\s*/g, " ")}\n`,
    ),
};

const program = new Command("surprisal")
  .description(
    `What in your data, models and prompts is informative, how much, and how sure that is.

Examples:
  surprisal measure data.csv --target species            what says much about it?
  surprisal learn contrastive-mim data.csv -o model/     a short code of every row
  surprisal select data.jsonl -k 500 --text body         which rows to label?
  surprisal compress brief.md --budget 800               a shorter prompt, and what it lost
  surprisal papers                                       methods, claims, measurements`,
  )
  .version(version, "-V, --version")
  .exitOverride()
  .configureOutput(oneLine);

const commands = [
  measureCommand(),
  learnCommand(),
  encodeCommand(),
  recommendCommand(),
  selectCommand(),
  relabelCommand(),
  askCommand(),
  coupleCommand(),
  chooseCommand(),
  compressCommand(),
  distilCompressorCommand(),
  channelCommand(),
  watchCommand(),
  headReportCommand(),
  mcpCommand(),
  trainLanguageModelCommand(),
  trainMistCommand(),
  papersCommand(),
  doctorCommand(),
];
for (const command of commands) {
  for (const each of [command, ...command.commands]) each.exitOverride().configureOutput(oneLine);
  program.addCommand(command);
}

try {
  if (process.argv.length <= 2) program.help();
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = failed(error);
}
