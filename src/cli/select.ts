import { Command, Option } from "commander";
import { InputError } from "../core/errors.ts";
import type { SelectReport } from "../decide/submodular/report-data.ts";
import type { Optimizer } from "../decide/submodular/submodular.ts";
import { names, number, repeatCommand, wholeNumber } from "./arguments.ts";

export interface SelectFlags {
  count?: number;
  text?: string;
  columns?: string[];
  query?: string;
  avoid?: string;
  balance?: string;
  cost?: string;
  budget?: number;
  id?: string;
  objective?: string;
  metric?: "cosine" | "shifted-cosine" | "rbf";
  optimizer?: Optimizer;
  epsilon: number;
  neighbours?: number;
  seed: number;
  output?: string;
  report?: string | false;
  json?: boolean;
}

/** `surprisal select`: the rows that represent the others, or that answer some examples. */
export function selectCommand(): Command {
  return new Command("select")
    .summary("choose the rows to label, to train on or to show")
    .description(
      `Chooses rows that represent the others without repeating each other, and says how well they do.

Examples:
  surprisal select data.jsonl -k 500 --text body
  surprisal select pool.csv -k 20 --query examples.csv --avoid seen.csv
  surprisal select embeddings.npy -k 100 -o chosen.csv

Rows are compared by a text (sentence embeddings, English), by columns of numbers (standardised), or as they are in an
.npy array. With --query, rows like the examples are chosen; with --avoid, rows that the avoided do not represent.`,
    )
    .argument("<file>", 'a table or an .npy array of rows; "-" for standard input')
    .option("-k, --count <rows>", "how many rows to choose (needed unless there is a --budget)", wholeNumber)
    .option("--text <column>", "compare rows by what this column says")
    .option("--columns <names>", "compare rows by these columns of numbers (default: all)", names)
    .option("--query <file>", "examples of what to look for; same columns")
    .option("--avoid <file>", "rows that are known already, or unwanted; same columns")
    .option("--balance <column>", "choose equally many rows of each of its values")
    .option("--cost <column>", "what a row costs; rows are ranked by gain per cost (with --budget)")
    .option("--budget <number>", "the most that the chosen rows may cost together", number)
    .option("--id <column>", "names the rows; must be different in each")
    .option(
      "--objective <name>",
      "facility-location, saturated-coverage, graph-cut, log-determinant, feature-based, sum-redundancy; with --query flqmi, flvmi, gcmi, logdetmi, com",
    )
    .addOption(
      new Option(
        "--metric <name>",
        "how rows are compared (default: cosine; rbf for columns of a table)",
      ).choices(["cosine", "shifted-cosine", "rbf"]),
    )
    .addOption(
      new Option("--optimizer <name>", "how rows are found (default: lazy where that is exact)").choices([
        "naive",
        "lazy",
        "stochastic",
        "lazier-than-lazy",
      ]),
    )
    .option("--epsilon <share>", "of the optimizers that look at a random sample in each step", number, 0.1)
    .option(
      "--neighbours <count>",
      "keep similarities to so many neighbours only (default: all up to 5,000 rows, else 32)",
      wholeNumber,
    )
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("-o, --output <file>", "where the rows go: .csv or .jsonl (default: <file>.selected.… here)")
    .option("--report <page.html>", "where the report goes (default: <file>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless they are named")
    .action(select);
}

async function select(file: string, flags: SelectFlags): Promise<void> {
  const started = performance.now();
  const [{ answer, environmentSince, withProgress }, { reportPaths }, { outputPath, rowsText }] =
    await Promise.all([import("./answer.ts"), import("./report-paths.ts"), import("./select/output.ts")]);
  const paths = reportPaths(file, flags);
  const output = outputPath(file, flags);
  if (flags.count === undefined && flags.budget === undefined) {
    throw new InputError({
      code: "missing-option",
      where: "select",
      problem: "how many rows?",
      expected: "-k <rows>, or --budget",
    });
  }
  const { selectFile } = await import("./select/select-file.ts");
  const { table, findings } = await withProgress((run) => selectFile(file, flags, run));
  const report: SelectReport = {
    ...findings,
    command: repeatCommand(["select", file], process.argv.slice(3), flags.seed),
    files: output ? [{ name: output, what: "the chosen rows in order, each with its gain" }] : [],
    environment: environmentSince(started),
  };
  if (output) {
    const { writeFileAtomic } = await import("../data/atomic.ts");
    await writeFileAtomic(output, rowsText(output, report.picks, table));
  }
  const rendering = {
    page: async (r: SelectReport) => (await import("../report/select/html.ts")).renderSelectReport(r),
    terminal: (await import("../report/select/terminal.ts")).renderSelectTerminal,
  };
  await answer(report, paths, rendering, { asked: flags.json });
}
