import { rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { LanguageModel } from "../../language/model/language-model.ts";
import type { TransformerOptions } from "../../language/model/transformer/options.ts";
import type { TransformerLanguageModel } from "../../language/model/transformer/transformer.ts";
import { withProgress } from "../answer.ts";
import { quoted, repeatCommand } from "../arguments.ts";
import { readText } from "../compress/texts.ts";

const optionNames = [
  "steps",
  "vocabularySize",
  "width",
  "layers",
  "heads",
  "context",
  "batchSize",
  "learningRate",
  "seed",
] as const satisfies readonly (keyof TransformerOptions)[];

export interface TrainFlags extends Pick<TransformerOptions, (typeof optionNames)[number]> {
  output: string;
  gguf?: string;
  huggingFace?: string;
  testShare: number;
  seed: number;
  resume?: boolean;
  overwrite?: boolean;
  checkpointEvery: number;
  json?: boolean;
}

/** A model and how many bits it needs for a byte of the held-out text. */
interface Compared {
  readonly model: string;
  readonly bitsPerByte: number;
}

export async function trainLanguageModel(file: string, flags: TrainFlags): Promise<void> {
  const checkpoint = `${flags.output}.checkpoint`;
  await requirePlace(flags, checkpoint);
  const { transformerLanguageModel } = await import("../../language/model/transformer/transformer.ts");
  const given = optionNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]]));
  // Refuses options before anything is read.
  const learner = transformerLanguageModel(Object.fromEntries(given));
  const text = await readText(file);
  const [train, test] = split(file, text, flags.testShare);
  const again = repeatCommand(
    ["train-lm", file],
    process.argv.slice(3).filter((word) => word !== "--resume" && word !== "--overwrite"),
    flags.seed,
  );
  const model = await withProgress((run) =>
    learner.fit(train, {
      ...run,
      checkpoint: {
        path: checkpoint,
        resume: flags.resume === true,
        everySeconds: flags.checkpointEvery,
      },
    }),
  );
  await model.save(flags.output);
  const files = [{ path: flags.output, what: "the model, for --model transformer:" }];
  if (flags.gguf !== undefined) {
    await model.toGguf(flags.gguf);
    files.push({ path: flags.gguf, what: "the same for llama.cpp, and --model gguf:" });
  }
  if (flags.huggingFace !== undefined) {
    await model.toHuggingFace(flags.huggingFace);
    files.push({ path: flags.huggingFace, what: "the same for ONNX runtimes, and --model onnx:" });
  }
  const { stopped } = model.training;
  if (stopped) {
    process.stderr.write(
      `surprisal: stopped after ${stopped.done} of ${stopped.total} updates, the model so far is saved; go on with: ${again} --resume\n`,
    );
    process.exitCode = 130;
  } else {
    await rm(checkpoint, { force: true });
  }
  const compared =
    test === "" || stopped ? [] : await withProgress((run) => compare(model, train, test, run));
  const [{ text: sample }] = await model.generate("The", {
    maxTokens: 40,
    temperature: 0.7,
    seed: flags.seed,
  });
  const { settings, training } = model;
  const heldOut = { bytes: Buffer.byteLength(test), compared };
  if (flags.json) {
    process.stdout.write(
      `${JSON.stringify({ settings, training, heldOut, sample: `The${sample}`, files, command: again })}\n`,
    );
    return;
  }
  const lines = [
    ...comparison(file, flags.testShare, heldOut),
    `sample: The${sample}`.replace(/\s+/g, " ").trim(),
    "",
    `${training.parameters} parameters, ${training.steps} updates${training.bestStep === undefined ? "" : `, those of update ${training.bestStep} kept`}`,
    ...training.warnings.map(({ message }) => `note: ${message}`),
    "",
    ...files.map(({ path, what }) => `${path}   ${what}`),
    "",
    `use     ${use(flags.output)}`,
    `again   ${again}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function use(output: string): string {
  return ["surprisal", "compress", "brief.md", "--budget", "800", "--model", `transformer:${output}`]
    .map(quoted)
    .join(" ");
}

function comparison(file: string, share: number, heldOut: { bytes: number; compared: Compared[] }): string[] {
  const { bytes, compared } = heldOut;
  if (compared.length === 0) return [];
  const width = Math.max(...compared.map(({ model }) => model.length));
  return [
    `bits per byte of the last ${Number((100 * share).toPrecision(3))} % of ${file}, held out (${bytes} bytes); smaller is better`,
    ...compared.map(({ model, bitsPerByte }) => `  ${model.padEnd(width)}  ${bitsPerByte.toFixed(3)}`),
    ...(compared.slice(1).some(({ bitsPerByte }) => bitsPerByte < compared[0].bitsPerByte)
      ? ["An n-gram predicts this text better so far: train for longer (--steps) or on more text."]
      : []),
    "",
  ];
}

/** Refuses a place that cannot take a new model, or has no training to go on with, before any work. */
async function requirePlace(flags: TrainFlags, checkpoint: string): Promise<void> {
  const { output, gguf, resume, overwrite } = flags;
  for (const path of [output, gguf].filter((one) => one !== undefined)) {
    if ((await stat(dirname(path)).catch(() => undefined))?.isDirectory()) continue;
    throw new InputError({
      code: "missing-folder",
      where: path,
      problem: "no such folder",
      got: dirname(path),
    });
  }
  const refuse = (code: string, problem: string, hint: string) => {
    throw new InputError({ code, where: "--output", problem, got: output, hint });
  };
  const exists = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  const [hasModel, hasCheckpoint] = await Promise.all([output, checkpoint].map(exists));
  if (resume && overwrite) refuse("contradiction", "--resume and --overwrite at once", "choose one of them");
  if (resume && !hasCheckpoint)
    refuse("nothing-to-resume", "no training to go on from", "leave out --resume");
  if (overwrite) await rm(checkpoint, { force: true });
  if (resume || overwrite) return;
  if (hasCheckpoint) {
    refuse(
      "model-exists",
      "there is an unfinished training beside it",
      "go on with --resume, or start anew with --overwrite",
    );
  }
  if (hasModel)
    refuse("model-exists", "there is a model already", "replace it with --overwrite, or choose another file");
}

function split(file: string, text: string, share: number): [train: string, test: string] {
  if (!(share >= 0 && share <= 0.5)) {
    throw new InputError({
      code: "bad-option",
      where: "--test-share",
      problem: "not a share that leaves enough to learn from",
      expected: "a number from 0 to 0.5",
      got: share,
    });
  }
  if (text.trim() === "") {
    throw new InputError({ code: "empty", where: file, problem: "no text to learn from", got: text });
  }
  let at = Math.round((1 - share) * text.length);
  if (/[\uDC00-\uDFFF]/.test(text[at] ?? "")) at++;
  return [text.slice(0, at), text.slice(at)];
}

async function compare(
  model: TransformerLanguageModel,
  train: string,
  test: string,
  { signal, onProgress }: LongRunning,
): Promise<Compared[]> {
  const { trainNgram } = await import("../../language/model/ngram/ngram.ts");
  const orders = [5, 2];
  const total = orders.length + 1;
  onProgress?.({ done: 0, total, label: "held-out text" });
  const bits = async (of: LanguageModel) =>
    -(await of.scoreText(test, { signal })).sum / Math.LN2 / Buffer.byteLength(test);
  const out: Compared[] = [{ model: "transformer", bitsPerByte: await bits(model) }];
  for (const [i, order] of orders.entries()) {
    onProgress?.({ done: i + 1, total, label: `n-grams of ${order} bytes` });
    const ngram = await trainNgram(train, { order, unit: "byte", signal });
    out.push({ model: `Kneser–Ney ${order}-gram of bytes`, bitsPerByte: await bits(ngram) });
  }
  return out;
}
