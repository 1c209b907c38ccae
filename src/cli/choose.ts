import { Command, Option } from "commander";
import { InputError, StoppedError } from "../core/errors.ts";
import type { LongRunning } from "../core/progress.ts";
import type { CalibrationPlace } from "../language/choose/choose.ts";
import type { ChooseReport } from "../report/choose/report.ts";
import { repeatCommand, wholeNumber } from "./arguments.ts";
import { addModelOptions, type ModelFlags } from "./model-options.ts";

export interface ChooseFlags extends ModelFlags {
  inputs?: string;
  labels?: string;
  method: string;
  calibration: "cbm" | "cc" | "pmi" | "none";
  calibrate: Exclude<CalibrationPlace, "none">;
  filter?: boolean;
  mode?: "all-tokens" | "first-token";
  aggregate?: "mean" | "sum";
  missing?: "error" | "floor";
  sample: number;
  explain?: string;
  prices?: string;
  dryRun?: boolean;
  unit: "nats" | "bits";
  seed: number;
  output?: string;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal choose`: which prompt to use, without labels. */
export function chooseCommand(): Command {
  const command = new Command("choose")
    .summary("which prompt to use, from a model's answers to unlabelled inputs")
    .description(
      `Asks a model every prompt for every input once, and ranks the prompts by how much its answers depend on the inputs. No labels are needed; where there are some, they judge the ranking and do not enter it.

Examples:
  surprisal choose prompts.yaml --inputs tickets.jsonl --endpoint http://localhost:8000 --dry-run
  surprisal choose prompts.yaml --inputs tickets.jsonl --endpoint http://localhost:8000 --labels topic
  surprisal choose prompts.scores.json --method MI_AGL --explain p4

prompts.yaml is a list of prompts (JSON will do as well):
  - name: plain
    template: "{{text}}\\nThis ticket is about"
    choices: [billing, a bug]                      the texts that may follow, or label: text
{{field}} stands for a field of the inputs, {{choices}} for the choices as a lettered list. Instead of prompts, log-probabilities that are there already: {"logScore": [prompt][input][choice]} as JSON, such as this command writes.`,
    )
    .argument("<prompts>", "prompts (.yaml, .json), or saved log-probabilities (.json)")
    .option(
      "-i, --inputs <file>",
      "a table with the fields of the prompts (.jsonl, .csv …), one row an input",
    )
    .option(
      "--labels <column or file>",
      "right answers, to judge with: a column of the inputs, or a file of one column",
    )
    .option(
      "--method <name>",
      "MI, MI_AG, GE, GE_M, LE, MDL_M, ZLP, ZPM, ZMV, PPL; a prompt for each input: MDL, MI_AL, MI_AGL, PPL_L",
      "MI",
    )
    .addOption(
      new Option("--calibration <name>", "removes what a prompt answers whatever the input")
        .choices(["cbm", "cc", "pmi", "none"])
        .default("cbm"),
    )
    .addOption(
      new Option("--calibrate <what>", "where it acts: on answers, on the ranking, or both")
        .choices(["answer", "selection", "both"])
        .default("answer"),
    )
    .option("--filter", "leave out the less confident prompts first")
    .addOption(
      new Option(
        "--mode <mode>",
        "what is scored of a choice (default: all tokens where the model can, else the first)",
      ).choices(["all-tokens", "first-token"]),
    )
    .addOption(
      new Option(
        "--aggregate <how>",
        "how its tokens add up (default: mean, and sum for choices that come from the input)",
      ).choices(["mean", "sum"]),
    )
    .addOption(
      new Option(
        "--missing <what>",
        "of a choice outside the tokens that the endpoint returns: error, or their smallest",
      )
        .choices(["error", "floor"])
        .default("error"),
    )
    .option("--sample <count>", "use so many inputs at most, drawn at random", wholeNumber, 1000)
    .option("--explain <prompt>", "say more about one prompt")
    .option("--dry-run", "say how many calls and tokens it takes and what they cost, and ask nothing")
    .option("--prices <prices.json>", "what a million tokens costs, by model")
    .addOption(new Option("--unit <unit>", "unit of information").choices(["nats", "bits"]).default("nats"))
    .option("--seed <number>", "of the sample and of the intervals", wholeNumber, 0)
    .option(
      "-o, --output <chosen.json>",
      "where the chosen prompt goes; answers and log-probabilities beside it (default: <prompts>.chosen.json here)",
    )
    .option("--report <page.html>", "where the report goes (default: <prompts>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless -o or --report is given");
  return addModelOptions(command).action(chooseAction);
}

async function chooseAction(file: string, flags: ChooseFlags): Promise<void> {
  const started = performance.now();
  const [{ answer, environmentSince, withProgress }, { reportPaths, stem }, { outputPaths }] =
    await Promise.all([import("./answer.ts"), import("./report-paths.ts"), import("./choose/outputs.ts")]);
  const { asMethod } = await import("../language/choose/choose.ts");
  asMethod(flags.method, "--method");
  const paths = flags.dryRun ? undefined : reportPaths(file, flags);
  const output = flags.output ?? (flags.json ? undefined : `${stem(file)}.chosen.json`);
  const targets =
    output === undefined || flags.dryRun
      ? undefined
      : outputPaths(output, [file, flags.inputs, flags.labels]);
  const { readTask } = await import("./choose/inputs.ts");
  const task = await readTask(file, flags);
  if (flags.dryRun) {
    const { dryRun, planText } = await import("./choose/plan.ts");
    const planned = await withProgress((work) => dryRun(task, flags, work));
    process.stdout.write(flags.json ? `${JSON.stringify(planned)}\n` : planText(planned));
    return;
  }
  const { choose } = await import("./choose/run.ts");
  const done = await withProgress((work) => choose(task, flags, targets, work)).catch(resumable(flags));
  const report: ChooseReport = {
    ...done,
    command: repeatCommand(["choose", file], process.argv.slice(3), flags.seed),
    file,
    ...(flags.inputs === undefined ? {} : { inputsFile: flags.inputs }),
    environment: environmentSince(started),
  };
  const rendering = {
    page: async (r: ChooseReport) => (await import("../report/choose/html.ts")).renderChooseReport(r),
    terminal: (await import("../report/choose/terminal.ts")).renderChooseTerminal,
  };
  await answer(report, paths, rendering, { asked: flags.json });
}

/** Says that answers that are paid for are not lost. */
function resumable({ endpoint }: ChooseFlags): (error: unknown) => never {
  return (error) => {
    if (endpoint !== undefined && !(error instanceof InputError)) {
      const stopped = error instanceof StoppedError ? "stopped; " : "";
      process.stderr.write(
        `surprisal: ${stopped}answers so far are kept, and the same command goes on from there\n`,
      );
    }
    throw error;
  };
}

export type Work = Required<Pick<LongRunning, "signal" | "onProgress">>;
