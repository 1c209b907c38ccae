import { Command, Option } from "commander";
import { InputError } from "../core/errors.ts";
import type { LongRunning } from "../core/progress.ts";
import type { RelabelFindings, RelabelOptions, ScoreKind } from "../decide/loki/loki.ts";
import type { RelabelReport } from "../report/relabel/report.ts";
import { names, number, quoted, wholeNumber } from "./arguments.ts";

interface RelabelFlags {
  metric: string;
  output?: string;
  observed?: string[];
  truth?: string;
  input: ScoreKind;
  temperature?: number;
  heldOut?: string;
  heldOutTruth?: string;
  top: number;
  next: number;
  locus: "auto" | "tree" | "lp" | "pairs";
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal relabel`: labels that a classifier never saw, from a map of the labels. */
export function relabelCommand(): Command {
  return new Command("relabel")
    .summary("labels that a classifier never saw, from its probabilities and a map of the labels")
    .description(
      `Gives every row the label with the least expected squared distance, of all labels in the map, not only those the classifier knows.

Examples:
  surprisal relabel probs.csv --metric cities.json
  surprisal relabel probs.npy --metric taxonomy.json --observed cat,owl,eel -o labels.npy
  surprisal relabel logits.npy --metric grades.json --input logits --truth grades.csv

The map is JSON with one of
  {"edges": [["cat", "mammal"], ["eel", "fish", 2], …]}     a graph; lengths are 1 unless said
  {"parents": {"cat": "mammal", "mammal": null, …}}         a tree ("newick" also)
  {"coordinates": {"Oslo": [0, 12.5], …}}                   points; "metric": "cosine" for directions
  {"labels": ["a", "b", "c"], "matrix": [[0, 1, 2], …]}     all distances
  {"order": ["low", "middle", "high"]}                      one step apart
and, where wanted, "labels" (what may be predicted) and "observed" (what the columns are).`,
    )
    .argument(
      "<probabilities>",
      'a table with a column for each known label, or an .npy array; "-" for standard input',
    )
    .requiredOption("-m, --metric <labels.json>", "the labels and how far they are apart")
    .option(
      "-o, --output <labels.csv>",
      "where the new labels go: .csv, or .npy for numbers (default: <file>.labels.csv here)",
    )
    .option("--observed <labels>", "what the columns are, in order (commas between names)", names)
    .option(
      "--truth <column or file>",
      "true labels to compare with: a column of the table, or a file with one",
    )
    .addOption(
      new Option(
        "--input <kind>",
        "what the numbers are: scores need not sum to 1, logits go through a softmax",
      )
        .choices(["probabilities", "scores", "logits"])
        .default("probabilities"),
    )
    .option("--temperature <T>", "weights are p^(1/T): below 1 sharpens (default 1)", number)
    .option("--held-out <file>", "rows the classifier was not trained on, to fit the temperature")
    .option("--held-out-truth <column or file>", "their true labels")
    .option("--top <count>", "how many labels for each row, best first", wholeNumber, 1)
    .option("--next <count>", "how many classes worth observing next; 0 for none", wholeNumber, 5)
    .addOption(
      new Option("--locus <method>", "how the labels within reach are found")
        .choices(["auto", "tree", "lp", "pairs"])
        .default("auto"),
    )
    .option("--report <page.html>", "where the report goes (default: <file>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless -o or --report is given")
    .action(relabelAction);
}

async function relabelAction(file: string, flags: RelabelFlags): Promise<void> {
  const started = performance.now();
  requireTogether(flags);
  const [{ answer, environmentSince, withProgress }, { reportPaths }, { outputPath }] = await Promise.all([
    import("./answer.ts"),
    import("./report-paths.ts"),
    import("./relabel/outputs.ts"),
  ]);
  const paths = reportPaths(file, flags);
  const output = await outputPath(file, flags);
  const { done, stopped } = await withProgress(async (work) => ({
    done: await run(file, flags, output, work),
    stopped: work.signal.aborted,
  }));
  const report: RelabelReport = {
    command: ["surprisal", ...process.argv.slice(2)].map(quoted).join(" "),
    file,
    metric: flags.metric,
    ...(output ? { output } : {}),
    ...(done.inputHash ? { inputHash: done.inputHash } : {}),
    ...done.findings,
    ...(stopped ? { stopped: true } : {}),
    environment: environmentSince(started),
  };
  const rendering = {
    page: async (r: RelabelReport) => (await import("../report/relabel/html.ts")).renderRelabelReport(r),
    terminal: (await import("../report/relabel/terminal.ts")).renderRelabelTerminal,
  };
  const printed = output ? report : { ...report, predictions: done.predictions };
  await answer(report, paths, rendering, { asked: flags.json, printed });
  if (report.stopped) {
    process.stderr.write(
      "surprisal: stopped before the labels within reach were known; the new labels are done\n",
    );
    process.exitCode = 130;
  }
}

interface Done {
  readonly findings: RelabelFindings;
  /** By name, where they are not written to a file. */
  readonly predictions: readonly string[];
  readonly inputHash?: string;
}

async function run(
  file: string,
  flags: RelabelFlags,
  output: string | undefined,
  work: LongRunning,
): Promise<Done> {
  const [{ fitTemperature, relabel, relabelFindings }, { hashFile }, inputs] = await Promise.all([
    import("../decide/loki/loki.ts"),
    import("../data/index.ts"),
    import("./relabel/inputs.ts"),
  ]);
  const { readLabels, readScores, readTruth } = inputs;
  const map = await readLabels(flags.metric);
  const scores = await readScores(file, map, flags.observed, work.signal);
  const truth = flags.truth === undefined ? undefined : await readTruth(flags.truth, scores, map.space);
  const { input, top } = flags;
  const options: RelabelOptions = { input, temperature: flags.temperature, top };
  let temperatures: RelabelFindings["temperatures"];
  if (flags.heldOut !== undefined) {
    const heldOut = await readScores(flags.heldOut, map, flags.observed, work.signal);
    inputs.requireSameLabels(scores, heldOut, flags.heldOut, map.space);
    const right = await readTruth(flags.heldOutTruth!, heldOut, map.space);
    inputs.requireComplete(right, flags.heldOut);
    const fit = await fitTemperature(map.space, scores.observed, heldOut.p, right, { input, ...work });
    options.temperature = fit.temperature;
    temperatures = fit.tried;
  }
  const relabelled = await withFile(file, scores.table !== undefined, () =>
    relabel(map.space, scores.observed, scores.p, { ...options, ...work }),
  );
  if (output) {
    const { writeLabels } = await import("./relabel/outputs.ts");
    await writeLabels(output, map.space, relabelled);
  }
  const findings = await relabelFindings(map.space, scores.observed, relabelled, {
    ...options,
    temperatures,
    truth,
    locus: flags.locus,
    next: flags.next,
    ...work,
  });
  return {
    findings: { ...findings, notes: [...scores.notes, ...findings.notes] },
    predictions: Array.from(relabelled.labels, (label) => map.space.names[label]),
    inputHash: file === "-" || /[*?[]/.test(file) ? undefined : await hashFile(file),
  };
}

function requireTogether({ heldOut, heldOutTruth, temperature }: RelabelFlags): void {
  if ((heldOut === undefined) !== (heldOutTruth === undefined)) {
    throw new InputError({
      code: "missing-option",
      where: heldOut === undefined ? "--held-out-truth" : "--held-out",
      problem: "rows and their true labels belong together",
      expected: "--held-out and --held-out-truth",
    });
  }
  if (heldOut === undefined || temperature === undefined) return;
  throw new InputError({
    code: "contradiction",
    where: "--temperature",
    problem: "a temperature is given and is to be fitted",
    expected: "--temperature or --held-out",
  });
}

/** The error of the rule as one about this file; rows of tables are counted from 1, as in other messages about them. */
async function withFile<T>(file: string, isTable: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError && error.where === "relabel") {
      error.message = error.message
        .replace(/^relabel/, file === "-" ? "standard input" : file)
        .replace(/\brow (\d+)/, (text, row) => (isTable ? `row ${Number(row) + 1}` : text))
        .replace("must be named as such", "need --input scores or --input logits");
    }
    throw error;
  }
}
