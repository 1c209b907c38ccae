import { Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../core/errors.ts";
import type { LongRunning } from "../core/progress.ts";
import type { Divergence, HeadInput } from "../language/head-report/head-report.ts";
import type { HeadPageReport } from "../report/head-report/report.ts";
import { repeatCommand, wholeNumber } from "./arguments.ts";

interface HeadFlags {
  bias?: string;
  next?: string;
  truth?: string;
  text?: string;
  contexts: number;
  divergence: Divergence;
  unit: "nats" | "bits";
  seed: number;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal head-report`: what a language model's head says and what its hidden states know. */
export function headReportCommand(): Command {
  return new Command("head-report")
    .summary("how random, how sensitive and how far-sighted a language model's head is")
    .description(
      `Reads hidden states and the output matrix of any language model (or classifier) and says how much it leaves open, to which directions it reacts, whether hidden states lie as their predictions do, and what they know beyond the next token.

Examples:
  surprisal head-report hidden.npy unembedding.npy --next tokens.npy
  surprisal head-report run.npz:hidden model.safetensors:lm_head.weight --unit nats
  surprisal head-report small.safetensors --text speeches.txt     a model of surprisal train-lm

Hidden states are n × d: the vectors that are multiplied by the output matrix, after any last layer norm. The output matrix is V × d. Arrays are .npy, arrays.npz:name or weights.safetensors:name.`,
    )
    .argument("<hidden>", "hidden states, or with --text a model that surprisal trained")
    .argument("[unembedding]", "the output matrix, one row per token")
    .option("--bias <array>", "biases of the tokens")
    .option("--next <array>", "the token that followed each context; a second column is the one after it")
    .option("--truth <array>", "true next-token probabilities, n × V")
    .option("--text <file>", "a text to run the model over, instead of arrays")
    .option("--contexts <count>", "tokens of the text that are looked at", wholeNumber, 2000)
    .addOption(
      new Option(
        "--divergence <name>",
        "of the categorical entropy: kl, tv, chi2, hellinger or renyi:<order>",
      )
        .default("kl")
        .argParser(divergence),
    )
    .addOption(new Option("--unit <unit>", "unit of information").choices(["nats", "bits"]).default("bits"))
    .option("--seed <number>", "of the probe", wholeNumber, 0)
    .option("--report <page.html>", "where the report goes (default: <hidden>.report.html here)")
    .option("--no-report", "write no report")
    .option("--json", "print only JSON, write no files unless --report is given")
    .action(headReportAction);
}

function divergence(text: string): Divergence {
  const order = /^renyi:(.+)$/.exec(text)?.[1];
  if (order !== undefined && Number(order) > 0 && Number.isFinite(Number(order)))
    return { renyi: Number(order) };
  if (text === "kl" || text === "tv" || text === "chi2" || text === "hellinger") return text;
  throw new InvalidArgumentError(`expected kl, tv, chi2, hellinger or renyi:<order above 0>, got "${text}".`);
}

async function headReportAction(
  hidden: string,
  unembedding: string | undefined,
  flags: HeadFlags,
): Promise<void> {
  const started = performance.now();
  requireSource(unembedding, flags);
  const [{ answer, environmentSince, withProgress }, { reportPaths }] = await Promise.all([
    import("./answer.ts"),
    import("./report-paths.ts"),
  ]);
  const paths = reportPaths(hidden.replace(/^(.*\.(?:npz|safetensors)):.*$/i, "$1"), flags);
  const { files, found } = await withProgress((work) => run(hidden, unembedding, flags, work));
  const { mostDirections } = await import("../report/head-report/report.ts");
  const report: HeadPageReport = {
    command: repeatCommand(["head-report", hidden], process.argv.slice(3), flags.seed),
    source: flags.text === undefined ? `${hidden} and ${unembedding}` : `${hidden} over ${flags.text}`,
    ...found,
    metric: {
      ...found.metric,
      eigenvalues: Array.from(found.metric.eigenvalues.subarray(0, mostDirections)),
    },
    varianceInSensitive: Array.from(found.varianceInSensitive),
    dirichlet: Array.from(found.dirichlet),
    files,
    environment: environmentSince(started),
  };
  await answer(
    report,
    paths,
    {
      page: async (r: HeadPageReport) => (await import("../report/head-report/html.ts")).renderHeadReport(r),
      terminal: (await import("../report/head-report/terminal.ts")).renderHeadTerminal,
    },
    { asked: flags.json },
  );
}

async function run(hidden: string, unembedding: string | undefined, flags: HeadFlags, work: LongRunning) {
  const { headReport } = await import("../language/head-report/head-report.ts");
  const { input, files } =
    flags.text === undefined
      ? await fromArrays(hidden, unembedding!, flags)
      : await fromText(hidden, flags.text, flags);
  const { divergence, unit, seed } = flags;
  const found = await headReport(input, { divergence, unit, seed, ...work });
  return { files, found };
}

type Read = { readonly input: HeadInput; readonly files: { path: string; what: string }[] };

async function fromArrays(hidden: string, unembedding: string, flags: HeadFlags): Promise<Read> {
  const { readFollowing, readMatrix, readVector } = await import("./head-report/inputs.ts");
  const files = [
    { path: hidden, what: "hidden states" },
    { path: unembedding, what: "the output matrix" },
  ];
  const input: HeadInput = { H: await readMatrix(hidden), W: await readMatrix(unembedding) };
  if (flags.bias !== undefined) {
    input.b = await readVector(flags.bias);
    files.push({ path: flags.bias, what: "biases" });
  }
  if (flags.next !== undefined) {
    Object.assign(input, await readFollowing(flags.next));
    files.push({ path: flags.next, what: "the tokens that followed" });
  }
  if (flags.truth !== undefined) {
    input.P = await readMatrix(flags.truth);
    files.push({ path: flags.truth, what: "true next-token probabilities" });
  }
  return { input, files };
}

/** Bytes of text for each token asked for: pieces of small vocabularies are shorter than that. */
const bytesPerToken = 8;

async function fromText(model: string, file: string, { contexts }: HeadFlags): Promise<Read> {
  const [{ loadTransformer }, { readFile }, { unreadable }] = await Promise.all([
    import("../language/model/model.ts"),
    import("node:fs/promises"),
    import("../data/unreadable.ts"),
  ]);
  const loaded = await loadTransformer(model);
  const text = await readFile(file, "utf8").catch(async (error) => {
    throw await unreadable(file, error);
  });
  const { H, tokens } = await loaded.hiddenStates(text.slice(0, contexts * bytesPerToken));
  const n = Math.min(contexts, tokens.length - 1);
  if (n < 2) {
    throw new InputError({
      code: "too-few-rows",
      where: file,
      problem: "the text is too short",
      got: text.length,
    });
  }
  const ids = Int32Array.from(tokens, ({ id }) => id ?? 0);
  return {
    input: {
      H: { data: H.data.slice(0, n * H.cols), shape: [n, H.cols] },
      W: loaded.unembedding(),
      next: ids.subarray(0, n),
      future: ids.subarray(1, n + 1),
    },
    files: [
      { path: model, what: "the model" },
      { path: file, what: "the text" },
    ],
  };
}

function requireSource(unembedding: string | undefined, flags: HeadFlags): void {
  const refuse = (where: string, problem: string, expected: string): never => {
    throw new InputError({ code: "contradiction", where, problem, expected });
  };
  if (flags.text === undefined) {
    if (unembedding === undefined) {
      refuse(
        "head-report",
        "the output matrix is missing",
        "hidden states and an output matrix, or a model with --text",
      );
    }
    return;
  }
  if (unembedding !== undefined) refuse("--text", "a model has its own output matrix", "the model alone");
  for (const name of ["bias", "next", "truth"] as const) {
    if (flags[name] !== undefined) refuse(`--${name}`, "the text gives the tokens", "arrays without --text");
  }
}
