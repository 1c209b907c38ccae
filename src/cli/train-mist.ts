import { Command } from "commander";
import type { Cell } from "../measure/mist/evaluation.ts";
import type { TrainMistOptions } from "../measure/mist/train.ts";
import { quoted, wholeNumber } from "./arguments.ts";

interface TrainFlags {
  output: string;
  steps: number;
  seed: number;
  from?: string;
  checkpoint?: string;
  quick?: boolean;
  json?: boolean;
}

/** `surprisal train-mist`: the training of the network that reads information off samples. */
export function trainMistCommand(): Command {
  return new Command("train-mist")
    .summary("train the network that reads mutual information off small samples")
    .description(
      `Trains MIST on simulated data of known information and compares it with classical estimators. Own distributions: trainMist({ sampler }) of the library.

Examples:
  surprisal train-mist -o mist/ --quick                       a toy, in seconds
  surprisal train-mist -o mist/ --checkpoint mist.safetensors  as the shipped network was trained
  surprisal train-mist -o mist/ --from mist/ --steps 2000      go on from trained weights`,
    )
    .requiredOption("-o, --output <folder>", "where the network goes: weights, card, curve")
    .option("--steps <count>", "updates", wholeNumber, 10_000)
    .option("--seed <number>", "seed of everything random", wholeNumber, 7)
    .option("--from <folder>", "start from the network in this folder")
    .option("--checkpoint <file>", "kept while training; a run that was stopped or killed goes on from it")
    .option("--quick", "30 updates on small sets of one column a side: to see that it works")
    .option("--json", "print only JSON")
    .action(train);
}

async function train(flags: TrainFlags): Promise<void> {
  const [
    { progressLine },
    { stopSignal },
    { loadMist, saveMist, trainMist },
    { evaluate },
    { writeFileAtomic },
  ] = await Promise.all([
    import("./progress-line.ts"),
    import("./stop-signal.ts"),
    import("../measure/mist/mist.ts"),
    import("../measure/mist/evaluation.ts"),
    import("../data/atomic.ts"),
  ]);
  const start = flags.from === undefined ? undefined : (await loadMist(flags.from)).params;
  const progress = progressLine();
  const stop = stopSignal();
  try {
    const model = await trainMist({
      seed: flags.seed,
      start,
      signal: stop.signal,
      onProgress: progress.update,
      ...(flags.quick ? quick : { steps: flags.steps }),
      ...(flags.checkpoint === undefined ? {} : { checkpoint: { path: flags.checkpoint, resume: true } }),
    });
    progress.end();
    await saveMist(flags.output, model);
    await writeFileAtomic(`${flags.output}/curve.json`, `${JSON.stringify(model.curve, null, 1)}\n`);
    const { card, curve } = model;
    const stopped = stop.signal.aborted;
    const cells = stopped
      ? []
      : await evaluate(model, flags.quick ? { sets: 8, rows: [32] } : { sets: 100, rows: [30, 100, 300] });
    const compared = cells.map(({ trained, rows, columns, sets, mse, coverage }) => ({
      trained,
      rows,
      columns,
      sets,
      mse,
      coverage,
    }));
    const again = ["surprisal", "train-mist", ...process.argv.slice(3)].map(quoted).join(" ");
    if (flags.json) {
      process.stdout.write(`${JSON.stringify({ card, curve, compared, stopped, command: again })}\n`);
    } else {
      const { steps, sets, validation, bestStep } = card;
      process.stdout.write(
        [
          `pinball loss of ln(1 + I) on fresh sets: pure ${validation.pure.toFixed(4)}, hybrid ${validation.hybrid.toFixed(4)} (best of ${curve.length} validations, step ${bestStep})`,
          "",
          ...(compared.length > 0 ? table(compared) : []),
          `${steps} updates, ${sets} training sets${stopped ? "; stopped early, the best so far is kept" : ""}`,
          "",
          `model   ${flags.output}`,
          `again   ${again}`,
          "",
        ].join("\n"),
      );
    }
    if (stopped) process.exitCode = 130;
  } finally {
    progress.end();
    stop.release();
  }
}

const quick: TrainMistOptions = {
  steps: 30,
  validateEvery: 15,
  validationSets: 16,
  buckets: {
    dims: [{ most: 1, weight: 1 }],
    rows: [{ most: 32, weight: 1 }],
    leastRows: 16,
    rowsPerBatch: 512,
  },
};

function table(cells: readonly Pick<Cell, "trained" | "rows" | "columns" | "mse" | "coverage">[]): string[] {
  const lines = cells.map(({ trained, rows, columns, mse, coverage }) => [
    trained ? "trained" : "held out",
    columns,
    String(rows),
    ...[mse.gaussianCopula, Math.min(mse.ksg3, mse.ksg5, mse.ksg10), mse.pure, mse.hybrid].map((v) =>
      v.toFixed(4),
    ),
    ...[coverage.pure, coverage.hybrid].map((v) => `${Math.round(100 * v)} %`),
  ]);
  const titles = [
    "families",
    "columns",
    "rows",
    "copula",
    "best KSG",
    "pure",
    "hybrid",
    "pure",
    "hybrid covers",
  ];
  const all = [titles, ...lines];
  const widths = titles.map((_, c) => Math.max(...all.map((line) => line[c].length)));
  return [
    "mean squared error in nats², and how often the 90 % interval covers the truth",
    ...all.map((line) => `  ${line.map((cell, c) => cell.padStart(widths[c])).join("  ")}`),
    "",
  ];
}
