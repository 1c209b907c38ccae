import { Command, Option } from "commander";
import type { LongRunning } from "../core/progress.ts";
import type { TableMeasurement } from "../measure/table/measurement.ts";
import type { TableRequest } from "../measure/table/question.ts";
import { columnNames, names, number, repeatCommand, wholeNumber } from "./arguments.ts";

interface MeasureFlags {
  target?: string;
  x?: string[];
  y?: string[];
  given?: string[];
  pairs?: boolean;
  lag?: number;
  history?: number;
  discrete?: string[];
  continuous?: string[];
  ignore?: string[];
  estimator?: string;
  k?: number;
  bins?: number;
  preprocess?: TableRequest["preprocess"];
  ties?: TableRequest["ties"];
  unit: "nats" | "bits";
  seed: number;
  permutations: number;
  level: number;
  sample?: number;
  threads?: number;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal measure`: how much the columns of a table say about a target, or about each other. */
export function measureCommand(): Command {
  return new Command("measure")
    .summary("how much information columns carry about a target, or share with each other")
    .description(
      `Reads a table and says how much information its columns carry: value, interval, p-value, and why that estimator.

Examples:
  surprisal measure data.csv --target species
  surprisal measure data.csv --x height,width --y price --given year --unit bits
  cat data.jsonl | surprisal measure - --target churned --json

CSV, TSV, JSON, JSON Lines, Parquet (also .gz and globs), .npy and .npz; "-" reads standard input.`,
    )
    .argument("<file>", 'the table; "-" for standard input')
    .option("-t, --target <column>", "the column that the others are to tell something about")
    .option("--x <columns>", "columns taken together as one variable (commas between names)", names)
    .option("--y <columns>", "the other side of the question, taken together", names)
    .option("--given <columns>", "information taken as known: conditional mutual information", names)
    .option("--pairs", "all pairs of columns (without a target this is what happens)")
    .option("--lag <steps>", "rows are points in time: transfer entropy between --x and --y", wholeNumber)
    .option(
      "--history <steps>",
      "past steps of the receiving series taken as known (with --lag; default 1)",
      wholeNumber,
    )
    .option("--discrete <columns>", "use these as categories", names)
    .option("--continuous <columns>", "use these as numbers", names)
    .option("--ignore <columns>", "leave these out", names)
    .option(
      "--estimator <name>",
      "auto, ksg1, ksg2, gaussian, gaussianCopula, histogram, discrete, ross, gao; mist, a trained network; trained on the rows, seconds a pair: mine, donsker-varadhan, nwj, infonce, js, smile",
    )
    .option("--k <neighbours>", "neighbours of the nearest-neighbour estimators", wholeNumber)
    .option("--bins <cells>", "cells per axis of the histogram", wholeNumber)
    .addOption(
      new Option("--preprocess <how>", "rescaling of numbers before distances").choices([
        "standardize",
        "copula",
        "none",
      ]),
    )
    .addOption(
      new Option("--ties <how>", "when many rows are exact twins and the estimator is named").choices([
        "error",
        "jitter",
      ]),
    )
    .addOption(new Option("--unit <unit>", "unit of information").choices(["nats", "bits"]).default("nats"))
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("--permutations <count>", "most permutations per test; 0 for no p-values", wholeNumber, 200)
    .option("--level <share>", "coverage of the intervals", number, 0.95)
    .option("--sample <rows>", "use a random sample of the rows, drawn while reading", wholeNumber)
    .option("--threads <count>", "worker threads (default: all cores when there is much to do)", wholeNumber)
    .option("--report <page.html>", "where the report goes (default: <file>.report.html here)")
    .option("--no-report", "write no files")
    .option("--json", "print only JSON, write no files unless --report is given")
    .action(measure);
}

async function measure(file: string, flags: MeasureFlags): Promise<void> {
  const started = performance.now();
  const [{ answer, environmentSince, withProgress }, { reportPaths }] = await Promise.all([
    import("./answer.ts"),
    import("./report-paths.ts"),
  ]);
  const paths = reportPaths(file, flags);
  const measured = await withProgress((run) => measureFile(file, flags, run));
  const measurement: TableMeasurement = {
    command: repeatCommand(["measure", file], process.argv.slice(3), flags.seed),
    ...measured,
    environment: environmentSince(started),
  };
  const rendering = {
    page: async (m: TableMeasurement) => (await import("../report/html.ts")).renderReport(m),
    terminal: (await import("../report/terminal.ts")).renderTerminal,
  };
  await answer(measurement, paths, rendering, { asked: flags.json });
  if (measurement.stopped) {
    const { done, total } = measurement.stopped;
    process.stderr.write(`surprisal: stopped; ${done} of ${total} were measured and kept\n`);
    process.exitCode = 130;
  }
}

async function measureFile(file: string, flags: MeasureFlags, run: LongRunning) {
  const { hashFile, inferColumns, readTable } = await import("../data/index.ts");
  const { measureTable } = await import("../measure/table/measure-table.ts");
  const { sample, seed } = flags;
  const table = await readTable(file, { sample, seed, signal: run.signal });
  const columns = (given?: string[]) => given && columnNames(given, table);
  const decisions = inferColumns(table, {
    discrete: columns(flags.discrete),
    continuous: columns(flags.continuous),
    ignore: columns(flags.ignore),
    target: flags.target,
  });
  const request: TableRequest = {
    ...flags,
    x: columns(flags.x),
    y: columns(flags.y),
    given: columns(flags.given),
    mist: true,
  };
  const measured = await measureTable(table, decisions, request, run);
  return { ...measured, inputHash: file === "-" || /[*?[]/.test(file) ? undefined : await hashFile(file) };
}
