import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { InputError, StoppedError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import { openTokenizer } from "../../language/compress/compress.ts";
import {
  type DistilledRow,
  type Dropped,
  distil,
  distilFindings,
  distillationInstruction,
  evaluateClassifier,
  filterDistilled,
  labelPairs,
  ruleTeacher,
  TokenClassifierCompressor,
} from "../../language/compress/distil/distil.ts";
import { type LanguageModel, openLanguageModel } from "../../language/model/model.ts";
import type { DistilReport } from "../../report/distil/report.ts";
import { answer, environmentSince, withProgress } from "../answer.ts";
import { quoted, repeatCommand } from "../arguments.ts";
import { readText } from "../compress/texts.ts";
import { openFolder, requireFolder, saveInput } from "../learn/model-folder.ts";
import { modelSource, usageLine } from "../model-options.ts";
import { reportPaths } from "../report-paths.ts";
import type { DistilFlags } from "./flags.ts";
import { readPairs } from "./pairs.ts";

const method = "distil-compressor";
const everySeconds = 60;
const leastChunks = 4;
const dataFile = "labelled.jsonl";

/** Distils a compressor into a folder, tests it on chunks that were held out, and says how good it is. */
export async function distilCompressor(files: readonly string[], flags: DistilFlags): Promise<void> {
  const started = performance.now();
  requireSensible(files, flags);
  const folder = { ...flags, checkpointEvery: everySeconds };
  await requireFolder(folder);
  const paths = pathsOf(flags);
  const again = repeatCommand([method], process.argv.slice(3).filter(isRepeated), flags.seed);
  let model: LanguageModel | undefined;
  try {
    const found = await withProgress(async (run) => {
      const labelled = await label(files, flags, run, (opened) => {
        model = opened;
      });
      return train(files, flags, labelled, run);
    });
    const { teacher, findings, written } = found;
    const usage = model && usageLine(model);
    const report: DistilReport = {
      command: `${again} --overwrite`,
      use: ["surprisal", "compress", "brief.md", "--budget", "800", "--scorer", flags.output]
        .map(quoted)
        .join(" "),
      files: flags.pairs === undefined ? files : [flags.pairs],
      teacher,
      ...(usage === undefined ? {} : { usage }),
      ...findings,
      folder: flags.output,
      written,
      seed: flags.seed,
      environment: environmentSince(started),
    };
    const rendering = {
      page: async (r: DistilReport) => (await import("../../report/distil/html.ts")).renderDistilReport(r),
      terminal: (await import("../../report/distil/terminal.ts")).renderDistilTerminal,
    };
    await answer(report, paths, rendering, { asked: flags.json });
    if (findings.training.stopped) {
      const { done, total } = findings.training.stopped;
      process.stderr.write(
        `surprisal: stopped after ${done} of ${total} epochs, the compressor so far is saved; go on with: ${again} --resume\n`,
      );
      process.exitCode = 130;
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw named(error);
    const isTraining = error.message.startsWith("TokenClassifierCompressor");
    const how = isTraining ? "in the first epoch" : "before training; the answers of an endpoint are kept";
    process.stderr.write(`surprisal: stopped ${how}; go on with: ${again}${isTraining ? " --resume" : ""}\n`);
    process.exitCode = 130;
  } finally {
    await model?.close?.();
  }
}

interface Labelled {
  readonly teacher: string;
  readonly rows: readonly DistilledRow[];
  readonly kept: readonly DistilledRow[];
  readonly dropped: readonly Dropped<DistilledRow>[];
}

/** Rows from pairs or from a teacher, filtered. */
async function label(
  files: readonly string[],
  flags: DistilFlags,
  run: Required<LongRunning>,
  opened: (model: LanguageModel) => void,
): Promise<Labelled> {
  const filter = (rows: DistilledRow[], teacher: string): Labelled => ({
    teacher,
    rows,
    ...filterDistilled(rows, { vrQuantile: 1 - flags.dropVariation, agQuantile: 1 - flags.dropGap }),
  });
  if (flags.pairs !== undefined)
    return filter(await labelPairs(await readPairs(flags.pairs, run.signal)), "pairs");
  const docs = await Promise.all(files.map((file) => readText(file, run.signal)));
  const tokenizer = await openTokenizer();
  const options = {
    chunkTokens: flags.chunkTokens,
    tokensOf: (word: string) => tokenizer.count(` ${word}`),
    ...run,
  };
  if (teacherOf(flags) === "rules") return filter(await distil(docs, ruleTeacher(docs), options), "rules");
  const instruction =
    flags.instruction === undefined ? distillationInstruction : await readInstruction(flags.instruction);
  const model = await openLanguageModel({ ...modelSource(flags), ...run });
  opened(model);
  const rows = await distil(docs, model, { ...options, instruction, concurrency: flags.concurrency });
  return filter(rows, model.name);
}

async function train(
  files: readonly string[],
  flags: DistilFlags,
  { teacher, rows, kept, dropped }: Labelled,
  run: Required<LongRunning>,
) {
  const { output, testShare, seed, epochs, width, layers, learningRate } = flags;
  if (kept.length < leastChunks) {
    throw new InputError({
      code: "too-few-rows",
      where: method,
      problem: `too little text: ${leastChunks} chunks are needed to train and test`,
      expected: "more texts, or a smaller --chunk-tokens",
      got: kept.length,
    });
  }
  const order = new Random(seed).split("test").permutation(kept.length);
  const held = Math.max(1, Math.round(testShare * kept.length));
  const test = Array.from(order.subarray(0, held).sort(), (i) => kept[i]);
  const training = Array.from(order.subarray(held).sort(), (i) => kept[i]);
  const input = {
    method,
    file: flags.pairs ?? files.join(" "),
    sha256: hashOf(rows),
    columns: [teacher],
  };
  const checkpoint = await openFolder({ ...flags, checkpointEvery: everySeconds }, input);
  await writeFileAtomic(join(output, dataFile), jsonLines(files, rows, dropped, test));
  const model = await TokenClassifierCompressor.train(
    training,
    { epochs, width, layers, learningRate, seed },
    { ...run, checkpoint },
  );
  // Once training was stopped there is no time left to be stopped in.
  const rest = model.card.training?.stopped ? {} : { signal: run.signal };
  const scores = await evaluateClassifier(model, test, rest);
  const { calibration, ...heldOut } = scores;
  await model.save(output, { teacher, heldOut });
  await saveInput(output, input);
  await writeFileAtomic(join(output, "model.onnx"), model.toOnnx());
  const findings = await distilFindings(rows, dropped, test, model, scores, rest);
  await model.dispose();
  const written = [
    { name: "model.safetensors", what: "weights and vocabulary, for surprisal compress --scorer" },
    { name: "card.json", what: "how it was built and trained, and how good it is" },
    { name: "model.onnx", what: "features of words to keep probabilities, for any ONNX runtime" },
    { name: dataFile, what: "every chunk with its compression, labels, rates and use" },
    { name: "checkpoint.safetensors", what: "the state of training, to go on with --resume; may be deleted" },
  ];
  return { teacher, findings, written };
}

function jsonLines(
  files: readonly string[],
  rows: readonly DistilledRow[],
  dropped: readonly Dropped<DistilledRow>[],
  test: readonly DistilledRow[],
): string {
  const reasons = new Map(dropped.map(({ row, reason }) => [row, reason]));
  const held = new Set(test);
  const lines = rows.map((row) => {
    const { document, chunk, text, compressed, labels, ...rates } = row;
    const reason = reasons.get(row);
    return JSON.stringify({
      document: files.length > 0 ? basename(files[document]) : document,
      chunk,
      text,
      compressed,
      labels: labels.map(Number).join(""),
      ...rates,
      use: reason === undefined ? (held.has(row) ? "test" : "train") : "dropped",
      ...(reason === undefined ? {} : { reason }),
    });
  });
  return `${lines.join("\n")}\n`;
}

function hashOf(rows: readonly DistilledRow[]): string {
  const hash = createHash("sha256");
  for (const { text, compressed } of rows) hash.update(JSON.stringify([text, compressed]));
  return hash.digest("hex");
}

function teacherOf({ teacher, model, endpoint }: DistilFlags): "rules" | "model" {
  return teacher ?? (model === undefined && endpoint === undefined ? "rules" : "model");
}

async function readInstruction(file: string): Promise<string> {
  const text = await readText(file);
  if (text.includes("{text}")) return text;
  throw new InputError({
    code: "bad-instruction",
    where: file,
    problem: "the instruction does not say where the text goes",
    expected: "{text} in it",
    got: text,
  });
}

function requireSensible(files: readonly string[], flags: DistilFlags): void {
  const refuse = (where: string, problem: string, got: unknown, hint: string) => {
    throw new InputError({ code: "bad-option", where, problem, got, hint });
  };
  const { pairs, teacher, testShare, dropVariation, dropGap } = flags;
  if (pairs === undefined && files.length === 0) {
    refuse(method, "no texts", "none", "name files, or --pairs with what is shortened already");
  }
  if (pairs !== undefined && files.length > 0) {
    refuse("--pairs", "texts and pairs at once", pairs, "a teacher shortens texts; pairs need none");
  }
  if (pairs !== undefined && teacher !== undefined) {
    refuse("--teacher", "pairs need no teacher", teacher, "leave out one of them");
  }
  if (teacher === "rules" && (flags.endpoint !== undefined || flags.model !== undefined)) {
    refuse("--teacher", "rules ask no model", teacher, "leave out --teacher to have the model as teacher");
  }
  for (const [name, value] of Object.entries({
    "--test-share": testShare,
    "--drop-variation": dropVariation,
    "--drop-gap": dropGap,
  })) {
    if (!(value >= 0 && value < 0.9)) refuse(name, "not a share of the chunks", value, "from 0 to below 0.9");
  }
}

function pathsOf(flags: DistilFlags): { report: string; json: string } | undefined {
  if (typeof flags.report === "string") return reportPaths(flags.output, flags);
  if (flags.report === false || flags.json) return undefined;
  return { report: join(flags.output, "report.html"), json: join(flags.output, "report.json") };
}

function isRepeated(word: string): boolean {
  return word !== "--resume" && word !== "--overwrite";
}

/** The error in the words of the command line. */
function named(error: unknown): unknown {
  if (error instanceof InputError) {
    error.message = error.message
      .replace(/^TokenClassifierCompressor\.train: /, "distil-compressor: ")
      .replace("learningRate", "--learning-rate");
  }
  return error;
}
