import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import { hashFile } from "../../data/index.ts";
import {
  type CompressionResult,
  compressFindings,
  compressJson,
  compressPrompt,
  modelTokenizer,
  openTokenizer,
  type Tokenizer,
  withInformation,
} from "../../language/compress/compress.ts";
import type { LanguageModel } from "../../language/model/model.ts";
import { openLanguageModel } from "../../language/model/model.ts";
import type { CompressReport } from "../../report/compress/report.ts";
import { answer, environmentSince, withProgress } from "../answer.ts";
import { quoted } from "../arguments.ts";
import { modelSource, usageLine } from "../model-options.ts";
import { reportPaths } from "../report-paths.ts";
import type { CompressFlags } from "./flags.ts";
import { outputPath } from "./output.ts";
import { openScorer } from "./scorer.ts";
import { readText } from "./texts.ts";

/** Compresses files, writes the shorter text and the report, and prints what was lost. */
export async function compress(files: readonly string[], flags: CompressFlags): Promise<void> {
  const started = performance.now();
  requireOne(files, flags);
  const output = outputPath(files, flags);
  // A filter writes nothing but its output.
  const quiet = output === "-" && flags.report === undefined;
  const paths = quiet ? undefined : reportPaths(files[0], flags);
  const { result, findings, asked, untouched, usage } = await withProgress((work) => run(files, flags, work));
  const report: CompressReport = {
    command: ["surprisal", ...process.argv.slice(2)].map(quoted).join(" "),
    files: files.map((file, c) => ({
      file,
      before: result.contexts[c].originalTokens,
      after: result.contexts[c].compressedTokens,
      kept: result.contexts[c].kept,
    })),
    ...(output === undefined ? {} : { output }),
    originalTokens: result.originalTokens,
    compressedTokens: result.compressedTokens,
    ...(asked === undefined ? {} : { budget: asked }),
    ratio: result.ratio,
    information: result.information ?? { total: 0, kept: 0 },
    protectedSpans: { asked: flags.keep ?? [], found: result.protectedSpans, untouched },
    ...(flags.question === undefined ? {} : { question: flags.question }),
    scorer: result.scorer,
    tokenizer: result.tokenizer,
    selection: flags.selection,
    notes: [...result.warnings, ...(usage === undefined ? [] : [usage])],
    ...findings,
    inputHashes: await Promise.all(files.map((file) => (file === "-" ? null : hashFile(file)))),
    environment: environmentSince(started),
  };
  if (output === "-") process.stdout.write(result.text);
  else if (output !== undefined) await writeFileAtomic(output, result.text);
  const rendering = {
    page: async (r: CompressReport) =>
      (await import("../../report/compress/html.ts")).renderCompressReport(r),
    terminal: (await import("../../report/compress/terminal.ts")).renderCompressTerminal,
  };
  if (output === "-") {
    if (paths) {
      await writeFileAtomic(paths.json, `${JSON.stringify(report)}\n`);
      await writeFileAtomic(paths.report, await rendering.page(report));
    }
    const color = process.stderr.isTTY === true && !process.env.NO_COLOR;
    process.stderr.write(rendering.terminal(report, { width: process.stderr.columns ?? 100, color, paths }));
    return;
  }
  const printed = output === undefined ? { ...report, text: result.text } : report;
  await answer(report, paths, rendering, { asked: flags.json, printed });
}

async function run(files: readonly string[], flags: CompressFlags, work: LongRunning) {
  const texts = await Promise.all(files.map((file) => readText(file, work.signal)));
  const needsModel =
    flags.model !== undefined ||
    flags.endpoint !== undefined ||
    flags.scorer === "model" ||
    flags.tokenizer === "model";
  const model = needsModel ? await openLanguageModel({ ...modelSource(flags), ...work }) : undefined;
  try {
    const tokenizer = await tokenizerOf(flags.tokenizer, model);
    const scorer = await withInformation(
      await openScorer(flags.scorer ?? (model && flags.tokenizer !== "model" ? "model" : "ngram"), model),
    );
    const options = {
      rate: flags.rate,
      targetTokens: flags.budget,
      budgets: flags.budgets === undefined ? undefined : budgetsOf(flags.budgets),
      keepPatterns: flags.keep,
      forceTokens: flags.force?.map((token) => token.replaceAll("\\n", "\n").replaceAll("\\t", "\t")),
      forceReserveDigit: flags.digits,
      dropConsecutive: flags.dropConsecutive,
      question: flags.question,
      selection: flags.selection,
      targetContexts: flags.contexts,
      tokenizer,
      ...work,
    };
    const isJson = files.length === 1 && /\.jsonl?$/i.test(files[0]);
    const result = await (isJson
      ? compressJson(scorer, texts[0], options)
      : compressPrompt(scorer, texts, options)
    ).catch((error) => {
      throw named(error, flags);
    });
    return {
      result,
      findings: compressFindings(texts, result, tokenizer),
      asked: budgetAsked(flags, result),
      untouched: untouchedSpans(texts, result),
      usage: model && usageLine(model),
    };
  } finally {
    await model?.close?.();
  }
}

async function tokenizerOf(name: string, model: LanguageModel | undefined): Promise<Tokenizer> {
  return name === "model" && model ? modelTokenizer(model) : openTokenizer(name);
}

function budgetAsked(
  { budget, rate = 0.5, budgets }: CompressFlags,
  result: CompressionResult,
): number | undefined {
  return budgets === undefined ? (budget ?? Math.floor(rate * result.originalTokens + 1e-9)) : undefined;
}

const optionNames: Record<string, string> = {
  rate: "--rate",
  targetTokens: "--budget",
  budgets: "--budgets",
  forceTokens: "--force",
  targetContexts: "--contexts",
};

/** A refusal of the library as one about the option that was typed. */
function named(error: unknown, flags: CompressFlags): unknown {
  if (error instanceof InputError) {
    const length = flags.budgets ? "--budgets" : flags.budget === undefined ? "--rate" : "--budget";
    error.message = error.message
      .replace(/^compressPrompt, (\w+)/, (text, name) => optionNames[name] ?? text)
      .replace(/^compressPrompt:/, error.code === "budget-below-protected" ? `${length}:` : "compress:");
  }
  return error;
}

/** Protected spans looked up again, one after the other, in what is left. */
function untouchedSpans(texts: readonly string[], { contexts }: CompressionResult): number {
  let found = 0;
  for (const [c, { text, words, kept }] of contexts.entries()) {
    if (!kept) continue;
    let from = 0;
    for (let i = 0; i < words.starts.length; i++) {
      if (words.status[i] !== 2) continue;
      const span = texts[c].slice(words.starts[i], words.ends[i]);
      const at = text.indexOf(span, from);
      if (at < 0) continue;
      found++;
      from = at + span.length;
    }
  }
  return found;
}

function budgetsOf(text: string): number[] {
  return text.split(",").map((part) => {
    const budget = Number(part);
    if (part.trim() !== "" && Number.isFinite(budget)) return budget;
    throw new InputError({
      code: "bad-budgets",
      where: "--budgets",
      problem: "not numbers of tokens",
      expected: "one for each file, such as 400,200",
      got: text,
    });
  });
}

/** One way to say how long the result is to be, and standard input once. */
function requireOne(files: readonly string[], { budget, rate, budgets }: CompressFlags): void {
  const given = [
    ["--budget", budget],
    ["--rate", rate],
    ["--budgets", budgets],
  ].flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (given.length > 1) {
    throw new InputError({
      code: "contradiction",
      where: String(given[1]),
      problem: `the length is given twice, by ${given.join(" and ")}`,
      expected: "one of --budget, --rate and --budgets",
    });
  }
  if (files.filter((file) => file === "-").length > 1) {
    throw new InputError({
      code: "contradiction",
      where: "compress",
      problem: "standard input can be read once",
      expected: 'one "-"',
      got: files.join(" "),
    });
  }
}
