import { Command, Option } from "commander";
import { InputError, StoppedError } from "../core/errors.ts";
import type { LongRunning } from "../core/progress.ts";
import type { CouplingMethod, EncoderMethod, RatePoint } from "../decide/coupling/coupling.ts";
import type { CoupleReport } from "../report/couple/report.ts";
import { names, number, quoted } from "./arguments.ts";
import type { Found } from "./couple/findings.ts";
import type { Side } from "./couple/inputs.ts";
import type { TablePaths } from "./couple/outputs.ts";

interface CoupleFlags {
  rate?: number;
  normalize?: boolean;
  x?: string[];
  y?: string[];
  method: CouplingMethod;
  encoder?: EncoderMethod;
  unit: "nats" | "bits";
  output?: string;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** Outcomes of both sides together up to which the rate curve is drawn finely. */
const fineCurve = 2000;

/** `surprisal couple`: joins two distributions so that each tells most of the other. */
export function coupleCommand(): Command {
  return new Command("couple")
    .summary("join two distributions so that each tells most of the other, also through a code")
    .description(
      `Finds the joint distribution with two given marginals in which X tells most of Y: the one of least entropy. With --rate, X first goes through a code of at most that entropy, and what comes out still follows Y exactly.

Examples:
  surprisal couple p.csv q.csv
  surprisal couple messages.csv words.csv --rate 2.5 -o joint.csv
  surprisal couple a.csv b.csv --x state,people --y land,people --normalize

A file has one row for each outcome: its name and its probability, or the probability alone. CSV, TSV, JSON, JSON Lines, Parquet, .npy; "-" reads standard input.`,
    )
    .argument("<p>", "the distribution of X")
    .argument("<q>", "the distribution of Y")
    .option("-r, --rate <amount>", "most entropy of a code between X and Y, in --unit", number)
    .option("--normalize", "the numbers are counts or weights: divide them by their sums")
    .option(
      "--x <names,probabilities>",
      "columns of the first file (or only that of the probabilities)",
      names,
    )
    .option("--y <names,probabilities>", "columns of the second file", names)
    .addOption(
      new Option(
        "--method <name>",
        "how the coupling is found; best: exactly up to 25 cells, else the best of the others",
      )
        .choices(["best", "greedy", "cicalese", "zero-seeking", "exact"])
        .default("best"),
    )
    .addOption(
      new Option("--encoder <name>", "how the code is found, with --rate (default: best)").choices([
        "best",
        "greedy",
        "exhaustive",
        "neighborhood",
        "uniform",
      ]),
    )
    .addOption(new Option("--unit <unit>", "unit of information").choices(["nats", "bits"]).default("bits"))
    .option("-o, --output <joint.csv>", "where the joint distribution goes (default: <p>-<q>.joint.csv here)")
    .option("--report <page.html>", "where the report goes (default: <p>-<q>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless -o or --report is given")
    .action(couple);
}

async function couple(p: string, q: string, flags: CoupleFlags): Promise<void> {
  const started = performance.now();
  requireSense(p, q, flags);
  const [{ answer, environmentSince, withProgress }, { reportPaths, stem }, { tablePaths }] =
    await Promise.all([import("./answer.ts"), import("./report-paths.ts"), import("./couple/outputs.ts")]);
  const name = `${stem(p)}-${stem(q)}`;
  const paths = reportPaths(`${name}.csv`, flags);
  const output = flags.output ?? (flags.json ? undefined : `${name}.joint.csv`);
  const tables = output === undefined ? undefined : tablePaths(output, [p, q]);
  const done = await withProgress((work) => run(p, q, flags, tables, work));
  const { reported } = await import("./couple/findings.ts");
  const report: CoupleReport = {
    command: ["surprisal", ...process.argv.slice(2)].map(quoted).join(" "),
    ...reported(done.x, done.y, done.found, flags.json === true && output === undefined),
    normalized: flags.normalize === true,
    curve: done.curve ?? [],
    files: done.files,
    ...(done.curve ? {} : { stopped: true }),
    environment: environmentSince(started),
  };
  const rendering = {
    page: async (r: CoupleReport) => (await import("../report/couple/html.ts")).renderCoupleReport(r),
    terminal: (await import("../report/couple/terminal.ts")).renderCoupleTerminal,
  };
  await answer(report, paths, rendering, { asked: flags.json });
  if (report.stopped) {
    process.stderr.write("surprisal: stopped before the rate curve was known; the coupling is done\n");
    process.exitCode = 130;
  }
}

async function run(
  p: string,
  q: string,
  flags: CoupleFlags,
  tables: TablePaths | undefined,
  work: LongRunning,
) {
  const [{ readSide }, { findCoupling, codeNames }, { rateCurve }, { writeJoint }] = await Promise.all([
    import("./couple/inputs.ts"),
    import("./couple/findings.ts"),
    import("../decide/coupling/coupling.ts"),
    import("./couple/outputs.ts"),
  ]);
  const normalize = flags.normalize === true;
  const signal = work.signal!;
  const x = await readSide(p, "--x", flags.x, normalize, signal);
  const y = await readSide(q, "--y", flags.y, normalize, signal);
  const found = byFlag(() => findCoupling(x, y, flags));
  const files: { path: string; what: string }[] = [];
  if (tables) {
    await writeJoint(tables.joint, found.joint, ["x", "y"], [x.ids, y.ids]);
    files.push({ path: tables.joint, what: "the joint distribution: x, y, p" });
    if (found.bottleneck) {
      const { encoder, decoder } = found.bottleneck;
      const codes = codeNames(encoder.pT.length);
      await writeJoint(tables.encoder, encoder.joint, ["x", "t"], [x.ids, codes], true);
      await writeJoint(tables.decoder, decoder.joint, ["t", "y"], [codes, y.ids], true);
      files.push({ path: tables.encoder, what: "the code of each x: p is that of t given x" });
      files.push({ path: tables.decoder, what: "what comes out: p is that of y given t" });
    }
  }
  const curve = await curveOf(x, y, found, flags, work, rateCurve);
  return { x, y, found, files, curve };
}

/** The curve, or nothing when it was stopped: the coupling itself is kept. */
async function curveOf(
  x: Side,
  y: Side,
  { unit }: Found,
  { method, encoder }: CoupleFlags,
  work: LongRunning,
  rateCurve: typeof import("../decide/coupling/coupling.ts").rateCurve,
): Promise<RatePoint[] | undefined> {
  const small = x.p.length + y.p.length <= fineCurve;
  // Methods for small tables only cannot be asked at every rate.
  const decoder = method === "exact" ? "best" : method;
  const code = encoder === "exhaustive" ? "best" : encoder;
  try {
    return await rateCurve(x.p, y.p, { encoder: code, decoder, unit, points: small ? 25 : 9, ...work });
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    throw error;
  }
}

function requireSense(p: string, q: string, { rate, encoder }: CoupleFlags): void {
  if (p === "-" && q === "-") {
    throw new InputError({
      code: "one-input",
      where: "couple",
      problem: "both distributions come from standard input",
      expected: "a file for at least one of them",
      got: "- -",
    });
  }
  if (encoder === undefined || rate !== undefined) return;
  throw new InputError({
    code: "missing-option",
    where: "--encoder",
    problem: "there is no code without a rate",
    expected: "--rate <amount>",
    got: encoder,
  });
}

/** Errors of the library by the names that were typed. */
function byFlag<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) {
      const flag = {
        "bad-rate": "--rate",
        "too-many-symbols": "--encoder",
        "too-large": "--method",
        "too-many-cells": "--rate",
      }[error.code];
      error.message = error.message.replace(/^\w+/, flag ?? "couple").replace('method "best"', "best");
    }
    throw error;
  }
}
