import { Command, Option } from "commander";
import type { LongRunning } from "../core/progress.ts";
import type { InformationPlaneOptions } from "../measure/information-plane/information-plane.ts";
import type { WatchReport } from "../report/watch/watch-report.ts";
import { names, number, repeatCommand, wholeNumber } from "./arguments.ts";

interface WatchFlags extends Pick<InformationPlaneOptions, "bins" | "k" | "level"> {
  estimator: string;
  layers?: string[];
  spectral: boolean;
  unit: "nats" | "bits";
  seed: number;
  /** A path, `false` for none, or undefined for the default place. */
  report?: string | false;
  json?: boolean;
}

/** `surprisal watch`: what the layers of a network know of input and label while it trains. */
export function watchCommand(): Command {
  return new Command("watch")
    .summary("what the layers of a network know of input and label over training")
    .description(
      `Reads saved activations and says, for each layer and epoch, how much it knows of the input, I(X;T), and of the
label, I(T;Y), how many modes it has, and how much it compresses after fitting.

Examples:
  surprisal watch runs/
  surprisal watch runs/ --estimator ebab --unit bits
  surprisal watch runs/ --layers layer-4,layer-5 --json

The folder: runs/<seed>/epoch-0003/layer-1.npy (or runs/<seed>/epoch-0003.npz with an array for each layer), the labels
as y.npy and, for some estimators, the inputs as x.npy, beside the epochs or in runs/. numpy.save writes such files.
Several seeds give intervals.`,
    )
    .argument("<folder>", "runs of epochs of layers, or the epochs of one run")
    .option("--estimator <name>", "binning, ebab, kde, ksg, gaussian, lossyCompression or dse", "binning")
    .option("--layers <names>", "measure these only (commas between names)", names)
    .option("--bins <count>", "bins of binning and ebab (default: 30)", wholeNumber)
    .option("--k <neighbours>", "neighbours of ksg and lossyCompression", wholeNumber)
    .option("--no-spectral", "leave the spectral entropy out")
    .addOption(new Option("--unit <unit>", "unit of information").choices(["nats", "bits"]).default("nats"))
    .option("--level <share>", "coverage of the intervals over runs", number, 0.95)
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option("--report <page.html>", "where the report goes (default: <folder>.report.html here)")
    .option("--no-report", "write no files")
    .option("--json", "print only JSON, write no files unless --report is given")
    .action(watch);
}

async function watch(folder: string, flags: WatchFlags): Promise<void> {
  const started = performance.now();
  const [{ answer, environmentSince, withProgress }, { reportPaths }] = await Promise.all([
    import("./answer.ts"),
    import("./report-paths.ts"),
  ]);
  const paths = reportPaths(folder, flags);
  const found = await withProgress((run) => measureFolder(folder, flags, run));
  const report: WatchReport = {
    folder,
    ...found,
    command: repeatCommand(["watch", folder], process.argv.slice(3), flags.seed),
    environment: environmentSince(started),
  };
  const rendering = {
    page: async (r: WatchReport) => (await import("../report/watch/html.ts")).renderWatchReport(r),
    terminal: (await import("../report/watch/terminal.ts")).renderWatchTerminal,
  };
  await answer(report, paths, rendering, { asked: flags.json });
}

async function measureFolder(folder: string, flags: WatchFlags, run: LongRunning) {
  const { informationPlane, planeEstimators, readActivations } = await import(
    "../measure/information-plane/information-plane.ts"
  );
  const { verdictOf } = await import("../report/watch/verdict.ts");
  const { runs, notes } = await readActivations(folder);
  const { estimator, bins, k, level, unit, seed, spectral } = flags;
  const layers = flags.layers?.flatMap((text) => text.split(",").map((name) => name.trim())).filter(Boolean);
  const plane = await informationPlane(runs, {
    estimator,
    layers,
    bins,
    k,
    level,
    unit,
    seed,
    spectralEntropy: spectral,
    ...run,
  });
  const severities: Record<string, "problem" | "fact"> = {
    "dead-layer": "problem",
    "one-epoch": "problem",
    subsample: "fact",
    "spectral-subsample": "fact",
  };
  return {
    ...plane,
    estimatorTitle: planeEstimators.get(plane.estimator)!.title,
    verdict: verdictOf(plane),
    notes: [
      ...plane.warnings.map(({ code, message }) => ({
        code,
        severity: severities[code] ?? ("hint" as const),
        message,
        columns: [],
      })),
      { code: "estimator", severity: "fact" as const, message: plane.about, columns: [] },
      ...notes.map((message) => ({ code: "layout", severity: "fact" as const, message, columns: [] })),
    ],
  };
}
