import type { Codes } from "../core/codes.ts";
import { takeCodes } from "../core/codes.ts";
import { throwIfStopped } from "../core/errors.ts";
import type { Interval } from "../core/estimate.ts";
import { column, type Matrix, takeRows } from "../core/matrix.ts";
import type { LongRunning } from "../core/progress.ts";
import { normalQuantile } from "../core/special.ts";
import { mean, variance } from "../core/statistics.ts";
import type { TableNote } from "../data/table.ts";
import type { EpochRecord, VectorModel } from "./contrastive-mim/contrastive-mim.ts";
import { evaluateEmbeddings } from "./contrastive-mim/embeddings.ts";
import type { Encoding } from "./contrastive-mim/model.ts";
import { type Objective, weightsOf } from "./contrastive-mim/objective.ts";
import { mapRows, principalPlane } from "./embedding-map.ts";
import { type Accuracy, knnAccuracy, linearProbe } from "./probes.ts";
import type {
  Curve,
  EmbeddingMap,
  InformationCurves,
  LearnFindings,
  Reconstruction,
  Score,
  Scores,
} from "./report-data.ts";

/** What a model was trained on, and what it was not shown. */
export interface ContrastiveMIMStudy {
  readonly file: string;
  /** All rows. */
  readonly x: Matrix;
  readonly columns: readonly string[];
  /** Rows trained on, and rows that were not; these may be none. */
  readonly trained: Int32Array;
  readonly heldOut: Int32Array;
  /** What the model was not shown: classes (−1 where missing) or numbers (NaN where missing) of all rows. */
  readonly label?: { readonly name: string } & (
    | { readonly classes: Codes }
    | { readonly numbers: Float64Array }
  );
  /** Where a row is a picture. */
  readonly image?: { readonly height: number; readonly width: number };
  /** What to know about the data. */
  readonly notes?: readonly TableNote[];
}

const names: Record<Objective, string> = {
  ae: "Autoencoder",
  vae: "VAE",
  mim: "A-MIM",
  cmim: "cMIM",
};
const mostEncoded = 10_000;
const mostColumns = 300;
const mostPictures = 10;
const mostPixels = 4096;

/**
 * What a trained autoencoder, VAE, A-MIM or cMIM of rows of numbers is worth, on rows that it has not seen where there
 * are some: curves, what each number of the code tells, reconstructions, and how well simple readers find a label in
 * the code, beside the raw columns and random features.
 *
 * @throws StoppedError when the signal fires
 */
export async function contrastiveMIMFindings(
  model: VectorModel,
  study: ContrastiveMIMStudy,
  { signal, onProgress }: LongRunning = {},
): Promise<LearnFindings> {
  const { settings, training } = model;
  const { objective, latentDim, seed } = settings;
  const tested = evenly(study.heldOut.length > 0 ? study.heldOut : study.trained, mostEncoded);
  const step = (done: number, label: string) => {
    throwIfStopped(signal, "contrastiveMIMFindings");
    onProgress?.({ done, total: 4, label });
  };
  step(0, "encoding held-out rows");
  const encoding = await model.encode(takeRows(study.x, tested));
  step(1, "reconstructing");
  const reconstruction = await reconstructionOf(model, study, tested);
  step(2, "reading the label from the code");
  const scores = await scoresOf(model, study);
  step(3, "drawing the map");
  const map = await mapOf(model, study);

  const notes = [
    ...(study.notes ?? []),
    ...training.warnings.map(({ code, message }) => noteOf(code, "hint", message)),
    ...ownNotes(model, study, encoding, scores),
  ];
  const facts: [string, string | number][] = [
    ["rows trained on", study.trained.length],
    ["held out", study.heldOut.length],
    ["columns", study.columns.length],
    ["numbers in the code", latentDim],
  ];
  return {
    method: "contrastive-mim",
    title: `${names[objective]}: ${study.columns.length} columns in ${latentDim} numbers`,
    file: study.file,
    verdict: verdictOf(names[objective], latentDim, reconstruction, scores),
    facts: facts.map(([name, value]) => ({ name, value: String(value) })),
    options: { ...settings },
    seed,
    training: curvesOf(model),
    ...(objective === "ae" ? {} : { information: informationOf(training.epochs, encoding) }),
    scores: scores ? [scores] : [],
    reconstruction,
    map,
    notes,
    ...(training.stopped ? { stopped: training.stopped } : {}),
  };
}

function curvesOf({ settings, training }: VectorModel): LearnFindings["training"] {
  const { objective, beta } = settings;
  const { epochs, steps, batchSize, bestEpoch } = training;
  const weights = weightsOf(objective, beta);
  const curve = (name: keyof EpochRecord & keyof typeof weights, meaning: string): Curve => ({
    ...ofEpochs(epochs, name),
    name,
    meaning,
    unit: "nats a row",
    ...(weights[name] === 0 ? {} : { weight: weightText(weights[name]) }),
  });
  return {
    epochs: epochs.map(({ epoch }) => epoch),
    kept: bestEpoch ?? epochs.length,
    chosen: bestEpoch !== undefined,
    steps,
    batchSize,
    per: "row",
    curves: [
      {
        ...ofEpochs(epochs, "total"),
        name: "loss",
        meaning: "what is minimised: the weighted sum of the terms",
        unit: "nats a row",
      },
      curve("recon", "−log p(x|z), what the code loses of a row"),
      ...(objective === "ae"
        ? []
        : [
            curve("logQ", "log q(z|x), which grows as the code gets less noisy"),
            curve("logPrior", "log P(z), which falls as codes leave the standard normal"),
            curve(
              "logContrast",
              "log p(k=1|z, x), which is −0.69 when all codes of a batch point the same way and near 0 when none do",
            ),
          ]),
    ],
  };
}

type PartName = "total" | "recon" | "logQ" | "logPrior" | "logContrast";

function ofEpochs(epochs: readonly EpochRecord[], name: PartName): Pick<Curve, "values" | "validation"> {
  const validation = epochs.flatMap((epoch) => (epoch.validation ? [epoch.validation[name]] : []));
  return {
    values: epochs.map((epoch) => epoch[name]),
    ...(validation.length > 0 ? { validation } : {}),
  };
}

function weightText(weight: number): string {
  const size = Math.abs(weight) === 0.5 ? "½" : String(Number(Math.abs(weight).toPrecision(4)));
  return `${weight < 0 ? "−" : ""}${size}`;
}

function informationOf(epochs: readonly EpochRecord[], { mean, logScale }: Encoding): InformationCurves {
  const seen = epochs.map((epoch) => epoch.validation ?? epoch);
  const dimensions = logScale
    ? Array.from({ length: mean.cols }, (_, k) => klOfDimension(mean, logScale, k)).sort((a, b) => b - a)
    : undefined;
  return {
    rate: seen.map(({ logQ, logPrior }) => logQ - logPrior),
    rateMeaning:
      "mean of log q(z|x) − log P(z): what the code tells of a row, at most; it counts the distance of codes from the standard normal too",
    distortion: seen.map(({ recon }) => recon),
    distortionMeaning: "−log p(x|z): what is lost of a row",
    ...(dimensions ? { dimensions } : {}),
  };
}

/** Mean KL divergence of one number of the code from the standard normal, in nats. */
function klOfDimension(mu: Matrix, logScale: Matrix, k: number): number {
  let sum = 0;
  for (let at = k; at < mu.data.length; at += mu.cols) {
    sum += (mu.data[at] ** 2 + Math.exp(2 * logScale.data[at]) - 1) / 2 - logScale.data[at];
  }
  return sum / mu.rows;
}

async function reconstructionOf(
  model: VectorModel,
  { x, columns, heldOut, image }: ContrastiveMIMStudy,
  tested: Int32Array,
): Promise<Reconstruction> {
  const asked = takeRows(x, tested);
  const given = await model.reconstruct(asked);
  const each = columns.map((name, j) => {
    const [wanted, got] = [column(asked, j), column(given, j)];
    const meanSquaredError = mean(wanted.map((value, i) => (value - got[i]) ** 2));
    return { name, meanSquaredError, spread: variance(wanted) };
  });
  const shares = each.map((one) => ({
    name: one.name,
    meanSquaredError: one.meanSquaredError,
    explained: one.spread > 0 ? 1 - one.meanSquaredError / one.spread : null,
  }));
  shares.sort((a, b) => (a.explained ?? 2) - (b.explained ?? 2));
  return {
    rows: heldOut.length > 0 ? "rows that were not trained on" : "rows that were trained on",
    count: tested.length,
    explained: image ? shareOfAll(each) : mean(shares.flatMap(({ explained }) => explained ?? [])),
    columns: shares.slice(0, mostColumns),
    ...(image && image.height * image.width <= mostPixels
      ? { pictures: await picturesOf(model, image, asked, given) }
      : {}),
  };
}

/** Of pixels, which are in one unit; columns of a table are not, and each counts alike. */
function shareOfAll(
  columns: readonly { readonly meanSquaredError: number; readonly spread: number }[],
): number {
  const spread = mean(columns.map((one) => one.spread));
  return spread > 0 ? 1 - mean(columns.map((one) => one.meanSquaredError)) / spread : 0;
}

async function picturesOf(
  model: VectorModel,
  { height, width }: NonNullable<ContrastiveMIMStudy["image"]>,
  asked: Matrix,
  given: Matrix,
): Promise<NonNullable<Reconstruction["pictures"]>> {
  const count = Math.min(mostPictures, asked.rows);
  const [low, high] = asked.data.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const shown = evenly(
    Int32Array.from({ length: asked.rows }, (_, i) => i),
    count,
  );
  const picture = ({ data, cols }: Matrix, i: number) =>
    Array.from(data.subarray(i * cols, (i + 1) * cols), (value) => Number(value.toPrecision(3)));
  const samples = await model.sample(count, { seed: model.settings.seed });
  return {
    height,
    width,
    low,
    high,
    originals: Array.from(shown, (row) => picture(asked, row)),
    reconstructions: Array.from(shown, (row) => picture(given, row)),
    samples: Array.from({ length: count }, (_, i) => picture(samples, i)),
  };
}

/** At most so many rows, from everywhere: files are often sorted by what they hold. */
function evenly(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows;
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]);
}

/** How well simple readers find the label, where there are classes and held-out rows. */
async function scoresOf(model: VectorModel, study: ContrastiveMIMStudy): Promise<Scores | undefined> {
  const { label, x, trained, heldOut } = study;
  if (!label || !("classes" in label)) return undefined;
  const { classes, name } = label;
  const labelled = (rows: Int32Array) =>
    evenly(
      rows.filter((row) => classes.codes[row] >= 0),
      mostEncoded,
    );
  const [known, asked] = [labelled(trained), labelled(heldOut)];
  if (asked.length === 0 || known.length < 10) return undefined;
  const [train, test] = [known, asked].map((rows) => ({
    x: takeRows(x, rows),
    labels: takeCodes(classes, rows),
  }));
  const { seed } = model.settings;
  const readers = await evaluateEmbeddings(model, train, test, { seed });
  const [before, after] = [train, test].map((set) => ({ features: set.x, labels: set.labels }));
  const rows = [
    ...readers.map(({ features, dimensions, knn, probe }) => ({
      name: `${features} (${dimensions})`,
      knn,
      probe,
      own: features !== "random features of the mean code",
    })),
    {
      name: `columns as they are (${x.cols})`,
      knn: knnAccuracy(before, after),
      probe: linearProbe(before, after),
      own: false,
    },
  ];
  const entries = (reader: "knn" | "probe"): Score[] =>
    rows.map(({ name: entry, own, [reader]: accuracy }) => ({
      name: entry,
      value: accuracy.accuracy,
      interval: wilson(accuracy),
      own,
    }));
  return {
    title: `Reading ${name} from the code`,
    about: `The model was not shown ${name}. Readers learned it from ${known.length} rows and were asked about ${asked.length} held-out ones. Random features of the code, as wide as the informative embedding, are the control: what they gain as well is due to width. In brackets: how many numbers a reader sees.`,
    metrics: [
      { name: "accuracy of a linear reader", entries: entries("probe") },
      { name: "accuracy of 5 nearest neighbours", entries: entries("knn") },
    ],
  };
}

/** Wilson's interval of a share. */
function wilson({ accuracy, n }: Accuracy, level = 0.95): Interval {
  const z = normalQuantile((1 + level) / 2);
  const middle = (accuracy + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const reach = (z * Math.sqrt((accuracy * (1 - accuracy)) / n + (z / (2 * n)) ** 2)) / (1 + (z * z) / n);
  return { low: middle - reach, high: middle + reach, level, how: `Wilson's interval over ${n} rows` };
}

async function mapOf(model: VectorModel, { x, label }: ContrastiveMIMStudy): Promise<EmbeddingMap> {
  const rows = mapRows(x.rows, model.settings.seed);
  const { mean: codes } = await model.encode(takeRows(x, rows));
  return {
    what: "row",
    caption: "Mean codes of rows, in the two directions in which they differ most.",
    ...principalPlane(codes),
    total: x.rows,
    ...(label ? { colour: colourOf(label, rows) } : {}),
  };
}

function colourOf(
  label: NonNullable<ContrastiveMIMStudy["label"]>,
  rows: Int32Array,
): NonNullable<EmbeddingMap["colour"]> {
  const { name } = label;
  if ("numbers" in label) {
    const values = Array.from(rows, (row) => (Number.isNaN(label.numbers[row]) ? null : label.numbers[row]));
    return { kind: "numbers", name, values };
  }
  const { codes, levels } = label.classes;
  return { kind: "categories", name, codes: Array.from(rows, (row) => codes[row]), levels };
}

function verdictOf(
  name: string,
  latentDim: number,
  { explained, rows, count }: Reconstruction,
  scores: Scores | undefined,
): string {
  const share = (value: number) => `${(100 * value).toFixed(0)} %`;
  const back = `In ${latentDim} numbers, ${name} keeps ${share(explained)} of the variance of ${count} ${rows}.`;
  if (!scores) return back;
  const [code, informative, random] = scores.metrics[0].entries.map(({ value }) => share(value));
  return `${back} A linear reader is right about the label in ${code} of them from the code, in ${informative} from the informative embedding, and in ${random} from random features of the code.`;
}

function ownNotes(
  { settings }: VectorModel,
  { heldOut }: ContrastiveMIMStudy,
  { logScale }: Encoding,
  scores: Scores | undefined,
): TableNote[] {
  const notes: TableNote[] = [];
  const { minLogScale, objective } = settings;
  if (heldOut.length === 0) {
    const message = "no rows were held out: reconstructions are of rows that the model was trained on";
    notes.push(noteOf("nothing-held-out", "hint", message));
  }
  if (logScale && objective !== "vae") {
    const atFloor = mean(logScale.data.map((value) => Number(value < minLogScale + 0.05)));
    if (atFloor > 0.5) {
      const message = `${Math.round(100 * atFloor)} % of the code's deviations are at their floor e^${minLogScale}: where A-MIM and cMIM are meant to end`;
      notes.push(noteOf("scale-at-floor", "fact", message));
    }
  }
  if (scores) {
    const [, informative, random] = scores.metrics[0].entries;
    if (informative.interval && random.value >= informative.interval.low) {
      const message =
        "the informative embedding is not told apart from random features of the code of the same width";
      notes.push(noteOf("control", "fact", message));
    }
  }
  return notes;
}

function noteOf(code: string, severity: TableNote["severity"], message: string): TableNote {
  return { code, severity, message, columns: [] };
}
