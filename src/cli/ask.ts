import { Command, Option } from "commander";
import { InputError } from "../core/errors.ts";
import { names, number, wholeNumber } from "./arguments.ts";
import { addModelOptions, type ModelFlags, missingOption } from "./model-options.ts";

export interface AskFlags extends ModelFlags {
  entity?: string;
  columns?: string[];
  ignore?: string[];
  labels?: string[];
  about?: string;
  questions?: string;
  criterion: "entropy" | "conformal" | "random";
  alpha: number;
  error: number;
  most: number;
  seed: number;
  play?: string;
  answers?: string;
  simulate?: boolean;
  list?: boolean;
  output?: string;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal ask`: twenty questions over a table, or over labels with a language model's questions. */
export function askCommand(): Command {
  const command = new Command("ask")
    .summary("which question to ask next: 20 questions over a table or a language model")
    .description(
      `You think of an entity of a table; it asks the question whose answer leaves least uncertainty, until one is left.

Examples:
  surprisal ask
  surprisal ask plants.csv --entity name --simulate
  surprisal ask --labels flu,cold,covid --endpoint http://localhost:8000

Without a table it knows some animals. Answers are y (yes), n (no), ? (don't know), b (back) and q (quit), typed or one a line on standard input. Columns of numbers are asked about by thresholds, categories one by one. With --labels a language model gives the probabilities, and the questions unless a file has them.`,
    )
    .argument(
      "[entities]",
      'a table with a row for each entity; "-" for standard input (with --play or --simulate)',
    )
    .option(
      "--entity <column>",
      "the column that names the entities (default: the first that tells rows apart)",
    )
    .option("--columns <columns>", "ask about these columns only (commas between names)", names)
    .option("--ignore <columns>", "leave these columns out", names)
    .option(
      "--labels <labels>",
      "instead of a table: what it may be, for a language model (commas between)",
      names,
    )
    .option("--about <what>", 'what the labels are, for the model: "an animal"')
    .option("--questions <file>", "questions to choose from, one a line, instead of the model's own")
    .addOption(
      new Option(
        "--criterion <name>",
        "what the next question makes least: mean entropy, or the prediction set",
      )
        .choices(["entropy", "conformal", "random"])
        .default("entropy"),
    )
    .option("--alpha <share>", "how often the prediction set may miss the answer", number, 0.1)
    .option("--error <share>", "how many answers may be wrong", number, 0.05)
    .option("--most <count>", "most questions", wholeNumber, 20)
    .option("--play <entity>", "let an entity of the table answer")
    .option("--answers <file.json>", 'answers from a file: {"question": "yes", …} or ["yes", "no", …]')
    .option("--simulate", "play every entity: how many questions, how often right")
    .option("--list", "print the questions, and ask none")
    .option(
      "-o, --output <transcript.json>",
      "where the transcript goes (default, when you answer: <entities>.transcript.json)",
    )
    .option(
      "--report <page.html>",
      "where the report goes (default, with --simulate: <entities>.report.html here)",
    )
    .option("--no-report", "write no report")
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("--json", "print only JSON; questions go to standard error");
  return addModelOptions(command).addOption(missingOption()).action(ask);
}

async function ask(file: string | undefined, flags: AskFlags): Promise<void> {
  requireSense(file, flags);
  const { runAsk } = await import("./ask/run.ts");
  await runAsk(file, flags);
}

function requireSense(file: string | undefined, flags: AskFlags): void {
  const { play, answers, simulate, labels } = flags;
  const chosen = Object.entries({ "--play": play, "--answers": answers, "--simulate": simulate })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  const refuse = (code: string, problem: string, expected: string, got: string): never => {
    throw new InputError({ code, where: "ask", problem, expected, got });
  };
  if (chosen.length > 1) refuse("contradiction", "several that answer", "one of them", chosen.join(" "));
  if (labels === undefined) {
    const needed = Object.entries({ "--about": flags.about, "--questions": flags.questions }).find(
      ([, value]) => value !== undefined,
    );
    if (needed)
      refuse("missing-option", `${needed[0]} is for a language model`, "--labels <labels>", needed[1]!);
    if (file === "-" && chosen.length === 0 && !flags.list) {
      refuse(
        "one-input",
        "the table and the answers both come from standard input",
        "a file, or --simulate",
        "-",
      );
    }
    return;
  }
  if (file !== undefined) refuse("contradiction", "a table and --labels at once", "one of them", file);
  if (simulate || play !== undefined) {
    refuse("contradiction", "nothing says what the labels would answer", "a table, or --answers", chosen[0]);
  }
  if (flags.list && flags.questions === undefined) {
    refuse("contradiction", "the model makes up its questions as it goes", "--questions <file>", "--list");
  }
  if (flags.criterion === "conformal") {
    refuse(
      "contradiction",
      "there are no cases to calibrate prediction sets on",
      "--criterion entropy",
      "conformal",
    );
  }
}
