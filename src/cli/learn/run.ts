import { join } from "node:path";
import { InputError, StoppedError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { LearnFindings, LearnReport } from "../../learn/report-data.ts";
import { quoted, repeatCommand } from "../arguments.ts";
import { reportPaths } from "../report-paths.ts";
import { type FolderFlags, requireFolder } from "./model-folder.ts";

/** What every learner takes beside its own options. */
export interface LearnFlags extends FolderFlags {
  seed: number;
  testShare: number;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

export interface Learned {
  readonly findings: LearnFindings;
  readonly inputHash?: string;
  readonly files: LearnReport["files"];
  /** The words of a command that uses the model. */
  readonly use: readonly string[];
}

/**
 * Runs a learner with progress and a stop signal, writes its report and says what came out. `learn` is called once the
 * folder is known to be usable; `saved` is to be called by it when the model is on disk.
 */
export async function runLearner(
  method: string,
  file: string,
  flags: LearnFlags,
  learn: (run: LongRunning, saved: () => void) => Promise<Learned>,
): Promise<void> {
  const started = performance.now();
  await requireFolder(flags);
  const paths = pathsOf(file, flags);
  const [{ answer, environmentSince, withProgress }, { executorName }] = await Promise.all([
    import("../answer.ts"),
    import("../executors.ts"),
  ]);
  const again = repeatWords(method, file, flags.seed);
  let isSaved = false;
  let learned: Learned;
  try {
    const saved = () => {
      isSaved = true;
    };
    learned = await withProgress((run) => learn(run, saved));
  } catch (error) {
    if (isSaved && error instanceof StoppedError) {
      process.stderr.write(
        `surprisal: stopped while the model was tested; it is trained and saved in ${flags.output}\n`,
      );
      process.exitCode = 130;
      return;
    }
    throw explained(error, flags);
  }
  const report: LearnReport = {
    command: `${again} --overwrite`,
    use: ["surprisal", ...learned.use].map(quoted).join(" "),
    ...learned.findings,
    ...(learned.inputHash === undefined ? {} : { inputHash: learned.inputHash }),
    folder: flags.output,
    files: learned.files,
    environment: { ...environmentSince(started), executor: await executorName() },
  };
  const rendering = {
    page: async (r: LearnReport) => (await import("../../report/learn/html.ts")).renderLearnReport(r),
    terminal: (await import("../../report/learn/terminal.ts")).renderLearnTerminal,
  };
  await answer(report, paths, rendering, { asked: flags.json });
  if (report.stopped) {
    const { done, total } = report.stopped;
    process.stderr.write(
      `surprisal: stopped after ${done} of ${total} epochs, the model so far is saved; go on with: ${again} --resume\n`,
    );
    process.exitCode = 130;
  }
}

/** The same question again, whether this run went on from a checkpoint or not. */
function repeatWords(method: string, file: string, seed: number): string {
  const given = process.argv.slice(4).filter((word) => word !== "--resume" && word !== "--overwrite");
  return repeatCommand(["learn", method, file], given, seed);
}

type Paths = { report: string; json: string } | undefined;

function pathsOf(file: string, flags: LearnFlags): Paths {
  if (typeof flags.report === "string") return reportPaths(file, flags);
  if (flags.report === false || flags.json) return undefined;
  return { report: join(flags.output, "report.html"), json: join(flags.output, "report.json") };
}

/** The error in the words of the command line. */
function explained(error: unknown, flags: LearnFlags): unknown {
  if (!(error instanceof Error)) return error;
  if ("code" in error && error.code === "diverged") {
    error.message = `${error.message.replace("; the parameters before it are kept", "")} (start anew with --overwrite and a smaller --learning-rate)`;
  } else if (error instanceof InputError && error.code === "foreign-checkpoint") {
    const problem = otherOptions(error) ?? error.message;
    error.message = `${problem} (give the options of the first run to go on, or start anew with --overwrite)`;
  } else if (error instanceof InputError) {
    error.message = inFlags(error.message, flags);
  }
  return error;
}

/** The options that differ, where the checkpoint says that the card does. */
function otherOptions({ where, expected, got }: InputError): string | undefined {
  if (!expected?.startsWith("{") || typeof got !== "object" || got === null) return undefined;
  const [own, stored] = [JSON.parse(expected), got] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(own), ...Object.keys(stored)])];
  const differ = names.filter((name) => JSON.stringify(own[name]) !== JSON.stringify(stored[name]));
  const list = differ.map((name) => `${flagOf(name)} was ${stored[name]}, not ${own[name]}`);
  return `${where}: the training in it had other options: ${list.join(", ")}`;
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Options by the names that were typed. */
function inFlags(message: string, flags: object): string {
  return message.replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (name) => (name in flags ? flagOf(name) : name));
}
