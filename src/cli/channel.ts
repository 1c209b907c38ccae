import { Command } from "commander";
import { InputError, StoppedError } from "../core/errors.ts";
import type { LongRunning } from "../core/progress.ts";
import type { TableNote } from "../data/table.ts";
import type { ChannelReport } from "../report/channel/report.ts";
import { names, number, repeatCommand, wholeNumber } from "./arguments.ts";
import type { Plan, PlannedScoring } from "./channel/measure.ts";
import { addModelOptions, type ModelFlags } from "./model-options.ts";

interface ChannelFlags extends ModelFlags {
  text: string;
  id: string;
  queries?: string;
  scores?: string[];
  compress?: string[];
  sample?: number;
  template?: string;
  tokenizer?: string;
  dryRun?: boolean;
  price?: number;
  seed: number;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal channel`: which compressor keeps most of what tells contexts apart, in bits and in bits per token. */
export function channelCommand(): Command {
  const command = new Command("channel")
    .summary("which compressor keeps most of a text, in bits and bits per token, without labels")
    .description(
      `Scores every compression under every context with one language model and says how many bits it tells about its own: the ranking of compressors that needs no labels and no run of the large model.

Examples:
  surprisal channel contexts.jsonl compressions.jsonl
  surprisal channel contexts.jsonl --compress 10%,25%,50%
  surprisal channel papers/ summaries.jsonl --endpoint http://localhost:8000 --scores accuracy --dry-run

A context is a line {"id": …, "text": …} of a .jsonl file, a row of a table, or a .txt or .md file of a folder (its name
is the id). A compression is a line {"id": …, "compressor": …, "text": …}, several for each pair where a compressor was
sampled; --scores names fields with the score of an answer made from it.`,
    )
    .argument(
      "<contexts>",
      'a .jsonl file, a table, or a folder of texts; "-" for JSON lines on standard input',
    )
    .argument("[compressions]", "what compressors made of them: .jsonl or a table")
    .option("--compress <shares>", "also our own compressor, at these shares of the tokens (25%,50%)", names)
    .option("--scores <fields>", "fields of the compressions with downstream scores, larger is better", names)
    .option(
      "--queries <field>",
      "field of the contexts with the question their compressions were written for",
    )
    .option(
      "--id <field>",
      "field of the contexts with their id (rows are numbered where there is none)",
      "id",
    )
    .option("--text <field>", "field of the contexts with their text", "text")
    .option(
      "--sample <count>",
      "use so many contexts, drawn at random; scorings grow with their square",
      wholeNumber,
    )
    .option(
      "--template <text>",
      "what compressions are scored after, with {context} and {query} (\\n for a line break)",
    )
    .option("--tokenizer <name>", "also count tokens by o200k, cl100k, words or a tokenizer.json")
    .option("--dry-run", "say how many scorings and tokens it takes, and score nothing")
    .option("--price <amount>", "of a million tokens read, for the cost in the dry run", number)
    .option("--seed <number>", "of the intervals and of --sample", wholeNumber, 0)
    .option("--report <page.html>", "where the report goes (default: <contexts>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless --report is given");
  return addModelOptions(command).action(channelAction);
}

async function channelAction(
  file: string,
  compressions: string | undefined,
  flags: ChannelFlags,
): Promise<void> {
  const started = performance.now();
  if (compressions === undefined && flags.compress === undefined) {
    throw new InputError({
      code: "missing-argument",
      where: "channel",
      problem: "nothing to compare",
      expected: "a file of compressions, or --compress with shares such as 25%,50%",
    });
  }
  const [{ answer, environmentSince, withProgress }, { reportPaths }] = await Promise.all([
    import("./answer.ts"),
    import("./report-paths.ts"),
  ]);
  const paths = flags.dryRun ? undefined : reportPaths(file, flags);
  const found = await withProgress((work) => run(file, compressions, flags, work)).catch((error) => {
    if (error instanceof StoppedError && flags.endpoint !== undefined) {
      process.stderr.write("surprisal: what was answered is kept; the same command goes on from there\n");
    }
    throw error;
  });
  if ("scorings" in found && "promptTokens" in found) {
    process.stdout.write(flags.json ? `${JSON.stringify(found)}\n` : plannedText(found, flags.price));
    return;
  }
  const report: ChannelReport = {
    ...found,
    command: repeatCommand(["channel", file], process.argv.slice(3), flags.seed),
    file,
    ...(compressions === undefined ? {} : { compressions }),
    inputHashes: await hashes([file, compressions]),
    environment: environmentSince(started),
  };
  const rendering = {
    page: async (r: ChannelReport) => (await import("../report/channel/html.ts")).renderChannelReport(r),
    terminal: (await import("../report/channel/terminal.ts")).renderChannelTerminal,
  };
  await answer(report, paths, rendering, { asked: flags.json });
}

async function run(file: string, compressions: string | undefined, flags: ChannelFlags, work: LongRunning) {
  const [{ measure, planned }, { modelSource, usageLine }, { openLanguageModel }] = await Promise.all([
    import("./channel/measure.ts"),
    import("./model-options.ts"),
    import("../language/model/model.ts"),
  ]);
  const plan = await planOf(file, compressions, flags, work);
  const lm = await openLanguageModel({ ...modelSource(flags), ...work });
  try {
    if (flags.dryRun) return await planned(plan, lm, work);
    const { openTokenizer } = await import("../language/compress/compress.ts");
    const tokenizer = flags.tokenizer === undefined ? undefined : await openTokenizer(flags.tokenizer);
    const found = await measure(plan, lm, { seed: flags.seed, tokenizer }, work);
    const usage = usageLine(lm);
    const notes: TableNote[] =
      usage === undefined ? [] : [{ code: "usage", severity: "fact", message: usage, columns: [] }];
    return { ...found, notes: [...found.notes, ...notes], template: plan.template };
  } finally {
    await lm.close?.();
  }
}

async function planOf(
  file: string,
  compressions: string | undefined,
  flags: ChannelFlags,
  work: LongRunning,
): Promise<Plan> {
  const { readCompressions, readContexts, sampleContexts } = await import("./channel/inputs.ts");
  const { ownCompressions, shares } = await import("./channel/own-compressions.ts");
  const budgets = shares(flags.compress ?? []);
  const template = templateOf(flags);
  const all = await readContexts(file, flags, work.signal);
  const { contexts, dropped, notes } = sampleContexts(all, flags.sample, flags.seed);
  const scores = (flags.scores ?? []).flatMap((names) => names.split(",").map((name) => name.trim()));
  const given =
    compressions === undefined
      ? []
      : await readCompressions(compressions, contexts, dropped, { scores }, work.signal);
  const own = budgets.length > 0 ? await ownCompressions(contexts, budgets, work) : [];
  return { contexts, compressors: [...given, ...own], notes, template };
}

/** The built-in models take the context as it is; others are told what they read. */
function templateOf({ template, queries, endpoint, model }: ChannelFlags): string {
  if (template !== undefined) {
    const needed = queries === undefined ? ["{context}"] : ["{context}", "{query}"];
    const missing = needed.find((name) => !template.includes(name));
    if (missing !== undefined) {
      throw new InputError({
        code: "bad-option",
        where: "--template",
        problem: `${missing} does not occur in it`,
        expected: needed.join(" and "),
        got: template,
      });
    }
    return template.replaceAll("\\n", "\n");
  }
  const instructed = endpoint !== undefined || /^(gguf|onnx):/.test(model ?? "");
  const query = queries === undefined ? "" : instructed ? "Question: {query}\n\n" : "{query}\n\n";
  return instructed
    ? `Text:\n{context}\n\n${query}A short version of the text${query && " that is enough to answer the question"}:\n`
    : `{context}\n\n${query}`;
}

function plannedText(p: PlannedScoring, price: number | undefined): string {
  const count = (n: number) => Math.round(n).toLocaleString("en");
  const about = p.exact ? "" : "about ";
  return [
    `${count(p.contexts)} contexts, ${count(p.compressors.length)} compressors, ${count(p.compressions)} compressions, scored by ${p.model}`,
    `${count(p.scorings)} scorings: every compression under every context`,
    `${count(p.calls)} requests to pay, ${count(p.cached)} answered already; ${about}${count(p.promptTokens)} tokens read${p.completionTokens > 0 ? `, ${count(p.completionTokens)} written` : ""}`,
    ...(price === undefined || p.calls === 0
      ? []
      : [`at ${price} for a million tokens read: ${about}${((p.promptTokens * price) / 1e6).toFixed(2)}`]),
    "contexts are sent one after the other, so that a server with a prefix cache reads each about once",
    "nothing was scored",
    "",
  ].join("\n");
}

async function hashes(files: readonly (string | undefined)[]): Promise<Record<string, string>> {
  const [{ hashFile }, { stat }] = await Promise.all([
    import("../data/index.ts"),
    import("node:fs/promises"),
  ]);
  const out: Record<string, string> = {};
  for (const file of files) {
    if (file !== undefined && file !== "-" && (await stat(file).catch(() => undefined))?.isFile())
      out[file] = await hashFile(file);
  }
  return out;
}
