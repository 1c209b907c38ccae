import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ReachError } from "../core/errors.ts";
import type { LongRunning } from "../core/progress.ts";
import { writeFileAtomic } from "../data/atomic.ts";
import { readTable } from "../data/read-table.ts";
import type { TableNote } from "../data/table.ts";
import { evaluate } from "../learn/mult-vae/evaluate.ts";
import { type ClickColumns, clicksOfTable } from "../learn/mult-vae/from-table.ts";
import { type MultVae, multVae } from "../learn/mult-vae/mult-vae.ts";
import type { MultVaeOptions } from "../learn/mult-vae/options.ts";
import { countEvaluated, type Split, strongGeneralizationSplit } from "../learn/mult-vae/split.ts";
import { saveHistories } from "../learn/mult-vae/store.ts";

/** Options of `surprisal learn mult-vae`, parsed. */
export interface LearnMultVaeFlags {
  /** Folder of the model; made when it is not there. */
  output: string;
  columns?: ClickColumns;
  options?: MultVaeOptions;
  /** A tenth of the users each, at most 10,000. */
  validationUsers?: number;
  testUsers?: number;
  minItemClicks?: number;
  /** Go on from the checkpoint of a run that was stopped or killed. */
  resume?: boolean;
}

export interface LearnedMultVae {
  readonly model: MultVae;
  readonly file: string;
  readonly split: Split;
  readonly notes: readonly TableNote[];
  /** What is in the folder now. */
  readonly files: readonly { readonly name: string; readonly what: string }[];
}

const checkpointFile = "checkpoint.safetensors";
const mostHeldOut = 10_000;

/**
 * Reads clicks, trains, and fills the model's folder: `model.safetensors` and `card.json`, `model.onnx`, and
 * `histories.safetensors` with who clicked what, so that users can be named. While training there is a checkpoint; it
 * stays when training was stopped.
 */
export async function learnMultVae(
  file: string,
  flags: LearnMultVaeFlags,
  run: LongRunning = {},
): Promise<LearnedMultVae> {
  const { output, columns = {}, options = {}, resume = false } = flags;
  const fitter = multVae(options);
  const table = await readTable(file, { signal: run.signal });
  const { clicks, notes } = clicksOfTable(table, columns);
  const tenth = Math.min(mostHeldOut, Math.floor(clicks.userIds.length / 10));
  const split = strongGeneralizationSplit(clicks, {
    validationUsers: flags.validationUsers ?? tenth,
    testUsers: flags.testUsers ?? tenth,
    minItemClicks: flags.minItemClicks,
    seed: options.seed,
  });
  await makeFolder(output);
  const checkpoint = join(output, checkpointFile);
  const model = await fitter.fit(split, { ...run, checkpoint: { path: checkpoint, resume } });

  await model.save(output, await testMetrics(model, split));
  await saveHistories(clicks, output);
  await writeFileAtomic(join(output, "model.onnx"), model.toOnnx());
  const { stopped } = model.training;
  if (!stopped) await rm(checkpoint, { force: true });
  return {
    model,
    file,
    split,
    notes: [...table.notes, ...notes],
    files: [
      { name: "model.safetensors", what: "weights, items and options" },
      { name: "card.json", what: "options, versions, training record and metrics" },
      { name: "model.onnx", what: "clicks in, logits and rate out, for any ONNX runtime" },
      { name: "histories.safetensors", what: "who clicked what; leave it out when you pass the model on" },
      ...(stopped ? [{ name: checkpointFile, what: "to go on from with --resume" }] : []),
    ],
  };
}

async function testMetrics(model: MultVae, { test }: Split): Promise<Record<string, number>> {
  if (countEvaluated(test) === 0) return {};
  const { metrics } = await evaluate(model, test);
  return Object.fromEntries(metrics.map(({ metric, value }) => [metric, value]));
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new ReachError(folder, "the folder cannot be made", { cause: error });
  }
}
