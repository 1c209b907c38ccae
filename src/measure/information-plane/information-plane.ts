/**
 * What the layers of a network know about its input X and about the label Y while it learns: N. Tishby, N. Zaslavsky, "Deep
 * learning and the information bottleneck principle", ITW 2015; R. Shwartz-Ziv, N. Tishby, "Opening the black box of
 * deep neural networks via information", 2017 (arXiv 1703.00810); A. M. Saxe et al., "On the information bottleneck theory
 * of deep learning", ICLR 2018; compression after the peak as in I. Chelombiev, C. J. Houghton, C. O'Donnell, "Adaptive
 * estimators show information compression in deep neural networks", ICLR 2019 (arXiv 1902.09037).
 *
 * Implemented: I(X;T) and I(T;Y) of every layer T, epoch and run by one of several estimators (`estimators.ts`), the
 * diffusion spectral entropy beside them, means over runs with Student's interval, and how far I(X;T) fell after its
 * highest value; a recorder for `fit` and a reader of folders of `.npy` files.
 *
 * Deviations: equal bins lie between the least and the greatest activation that the layer has in the whole run, where
 * the first papers took −1 to 1 for tanh (the same once units saturate). A layer that ends the same for all rows is
 * called dead and is in no mean. That a later layer cannot know more (the data processing inequality) is not asserted:
 * bins that differ between layers break it.
 *
 * Cost: that of the estimator for each layer, epoch and run; the spectral entropy O(m³) with m ≤ 500 rows (30 ms).
 */
import { type Codes, levelCounts, takeCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { type Matrix, takeRows } from "../../core/matrix.ts";
import { pacer } from "../../core/pace.ts";
import { asUnit, fromNats } from "../../core/units.ts";
import {
  diffusionSpectralEntropy,
  diffusionSpectralMutualInformation,
} from "../diffusion-spectral-entropy/diffusion-spectral-entropy.ts";
import { type PlaneEstimator, planeEstimatorNamed, rowsDrawn } from "./estimators.ts";
import type {
  EpochActivations,
  InformationPlane,
  InformationPlaneOptions,
  LayerTask,
  PlanePoint,
  Run,
} from "./plane.ts";
import { compressionOf, curvesOf, isDead } from "./summary.ts";
import { layersAt, type SurveyedRun, survey } from "./survey.ts";

export { planeEstimators } from "./estimators.ts";
export type {
  CurvePoint,
  EpochActivations,
  InformationPlane,
  InformationPlaneOptions,
  LayerCompression,
  OverRuns,
  Run,
} from "./plane.ts";
export { type ReadActivations, readActivations } from "./read-activations.ts";
export { type ActivationRecorder, type RecordOptions, recordActivations } from "./record-activations.ts";

const where = "informationPlane";
const spectralRows = 500;

/**
 * Measures what every layer knows about input and label at every epoch, the diffusion spectral entropy beside it, and how
 * much each layer compresses after fitting.
 *
 * @param activationsByEpoch one run, or several by name, which should differ in their seed only
 * @param options.y the label of each row; needed, unless the runs bring their own
 * @returns nats or `unit`; see `about` for what the numbers of the estimator are, and what they are not
 * @throws InputError, naming run, epoch and layer, for rows that do not match the labels, NaN or infinities, layers that
 *   come or go, an epoch that is there twice, and estimators that need the inputs where there are none
 * @throws StoppedError once the signal has fired
 * @example
 * import { informationPlane } from "surprisal/measure";
 *
 * const y = ["a", "a", "b", "b"];
 * const before = { epoch: 0, layers: { hidden: [0.1, 0.5, 0.3, 0.9], out: [0.2, 0.2, 0.1, 0.3] } };
 * const after = { epoch: 10, layers: { hidden: [0.1, 0.1, 0.9, 0.9], out: [0, 0, 1, 1] } };
 * const { compression } = await informationPlane([before, after], { y, unit: "bits" });
 * // compression[0] says that I(X;T) of "hidden" fell from 2 to 1 bits
 */
export async function informationPlane(
  activationsByEpoch:
    | readonly EpochActivations[]
    | Readonly<Record<string, Run | readonly EpochActivations[]>>,
  options: InformationPlaneOptions = {},
): Promise<InformationPlane> {
  const { bins = 30, k, seed = 0, level = 0.95, signal, onProgress } = options;
  const unit = asUnit(options.unit, where);
  const estimator = planeEstimatorNamed(options.estimator ?? "binning", where);
  if (!(level > 0 && level < 1)) {
    throw new InputError({
      code: "bad-level",
      where,
      problem: "not a level of confidence",
      expected: "a number between 0 and 1",
      got: level,
    });
  }
  const between = pacer(signal, where);
  const runs: SurveyedRun[] = [];
  for (const [name, run] of namedRuns(activationsByEpoch)) {
    runs.push(await survey(where, name, run, options, between));
  }
  requireRuns(runs, estimator);
  const layers = [...new Set(runs.flatMap((run) => run.layers.map(({ name }) => name)))];
  const total = runs.reduce((sum, run) => sum + run.epochs.length * run.layers.length, 0);
  const inUnit = (nats: number) => fromNats(nats, unit);

  const points: PlanePoint[] = [];
  const said = new Sayings();
  for (const run of runs) {
    const against = await contextOf(run, estimator, { seed, signal });
    for (const at of run.epochs) {
      const read = await layersAt(at, options.layers, `${where}: ${run.name}`);
      for (const [layer, all] of Object.entries(read)) {
        await between();
        onProgress?.({ done: points.length + 1, total, label: `${run.name}, epoch ${at.epoch}, ${layer}` });
        const { range } = run.layers.find(({ name }) => name === layer)!;
        const t = against.rows ? takeRows(all, against.rows) : all;
        const found = await estimator.measure({ ...against, t, range, bins, k, seed, signal });
        for (const warning of found.warnings) said.add(warning, layer);
        points.push({
          run: run.name,
          layer,
          epoch: at.epoch,
          aboutInput: inUnit(found.aboutInput),
          aboutLabel: inUnit(found.aboutLabel),
          ...(options.spectralEntropy !== false && {
            spectralEntropy: inUnit(diffusionSpectralEntropy(all, { maxRows: spectralRows, seed }).value),
          }),
        });
      }
    }
  }
  const epochs = [...new Set(points.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const [{ y, x }] = runs;
  const inputs = x ? distinctRows(x).levels.length : y.codes.length;
  return {
    estimator: estimator.name,
    about: estimator.about,
    unit,
    n: y.codes.length,
    level,
    seed,
    options: { ...estimator.settings({ bins, k }), spectralEntropy: options.spectralEntropy !== false },
    inputLimit: inUnit(Math.log(inputs)),
    labelEntropy: inUnit(entropyOf(y)),
    runs: runs.map(({ name }) => name),
    layers,
    epochs,
    points,
    curves: curvesOf(points, runs, layers, epochs, level),
    compression: compressionOf(points, runs, layers, level),
    warnings: [
      ...remarks(runs, layers, estimator, options.spectralEntropy !== false),
      ...said.warnings(points),
    ],
  };
}

function namedRuns(
  given: readonly EpochActivations[] | Readonly<Record<string, Run | readonly EpochActivations[]>>,
): [string, Run][] {
  if (Array.isArray(given)) return [["run", { epochs: given }]];
  return Object.entries(given as Readonly<Record<string, Run | readonly EpochActivations[]>>).map(
    ([name, run]) => [name, "epochs" in run ? run : { epochs: run }],
  );
}

function requireRuns(runs: readonly SurveyedRun[], estimator: PlaneEstimator): void {
  if (runs.length === 0) throw new InputError({ code: "empty", where, problem: "there are no runs", got: 0 });
  const without = runs.find(({ x }) => !x);
  if (!estimator.needsInput || !without) return;
  throw new InputError({
    code: "missing-inputs",
    where: `${where}: ${without.name}`,
    problem: `estimator ${estimator.name} needs the inputs`,
    expected: "x, one row for each row of the layers",
    hint: 'estimators "binning", "ebab" and "kde" do without',
  });
}

type Context = Pick<LayerTask, "x" | "y" | "inputs" | "inputGroups"> & { rows?: Int32Array };

/** What the layers of a run are measured against: on all rows, or on those that the estimator takes. */
async function contextOf(
  { x: allInputs, y: allLabels }: SurveyedRun,
  estimator: PlaneEstimator,
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<Context> {
  const rows = rowsDrawn(estimator, allLabels.codes.length, seed);
  const x = allInputs && rows ? takeRows(allInputs, rows) : allInputs;
  const y = rows ? takeCodes(allLabels, rows) : allLabels;
  const inputs = x && distinctRows(x);
  let groups: Promise<Codes> | undefined;
  return {
    rows,
    x,
    y,
    // Where all inputs differ, the row is the input.
    inputs: inputs && inputs.levels.length < y.codes.length ? inputs : undefined,
    inputGroups() {
      groups ??= diffusionSpectralMutualInformation(x!, x!, { permutations: 0, seed, signal }).then(
        ({ diagnostics }) => diagnostics.codes as Codes,
      );
      return groups;
    },
  };
}

/** Which rows are equal. */
function distinctRows({ data, rows, cols }: Matrix): Codes {
  let groups = new Int32Array(rows);
  let count = 1;
  for (let j = 0; j < cols && count < rows; j++) {
    const index = new Map<string, number>();
    groups = groups.map((group, i) => {
      const key = `${group} ${data[i * cols + j]}`;
      let code = index.get(key);
      if (code === undefined) index.set(key, (code = index.size));
      return code;
    });
    count = index.size;
  }
  return { codes: groups, levels: Array.from({ length: count }, (_, i) => `input ${i}`) };
}

function entropyOf(y: Codes): number {
  let entropy = 0;
  for (const count of levelCounts(y)) {
    const share = count / y.codes.length;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return entropy;
}

/** What is good to know of the runs as a whole. */
function remarks(
  runs: readonly SurveyedRun[],
  layers: readonly string[],
  estimator: PlaneEstimator,
  spectral: boolean,
): Warning[] {
  const out: Warning[] = [];
  const n = runs[0].y.codes.length;
  if (runs.length === 1) {
    const message = "one run: no intervals, and another initialisation may look quite different";
    out.push({ code: "one-run", message });
  }
  if (runs.some(({ epochs }) => epochs.length === 1)) {
    out.push({
      code: "one-epoch",
      message: "a single epoch: nothing can be said of fitting and compression",
    });
  }
  const odd = runs.find(({ epochs }) => epochs.map((at) => at.epoch).join() !== epochList(runs[0]));
  if (odd) {
    const message = `runs were recorded at different epochs (${runs[0].name} and ${odd.name}): means at an epoch are over those that have it`;
    out.push({ code: "different-epochs", message });
  }
  for (const layer of layers) {
    const dead = runs.filter((run) => isDead(run, layer)).map(({ name }) => name);
    if (dead.length === 0) continue;
    const message = `${layer} ends the same for all rows in ${dead.join(", ")}: a dead layer, left out of its means`;
    out.push({ code: "dead-layer", message });
  }
  if (n > estimator.mostRows) {
    out.push({
      code: "subsample",
      message: `${estimator.mostRows} of ${n} rows were drawn for ${estimator.name}`,
    });
  }
  if (spectral && n > spectralRows) {
    const message = `${spectralRows} of ${n} rows were drawn for the spectral entropy`;
    out.push({ code: "spectral-subsample", message });
  }
  return out;
}

function epochList({ epochs }: SurveyedRun): string {
  return epochs.map(({ epoch }) => epoch).join();
}

/** The same warning at many points becomes one that says at how many. */
class Sayings {
  readonly #by = new Map<string, Warning & { layers: Map<string, number> }>();

  add({ code, message }: Warning, layer: string): void {
    // Those are said once, of the runs as a whole.
    if (code === "dead-layer" || code === "subsampled" || code === "subsample") return;
    const known = this.#by.get(code) ?? { code, message, layers: new Map<string, number>() };
    known.layers.set(layer, (known.layers.get(layer) ?? 0) + 1);
    this.#by.set(code, known);
  }

  warnings(points: readonly PlanePoint[]): Warning[] {
    return Array.from(this.#by.values(), ({ code, message, layers }) => {
      const list = Array.from(layers, ([layer, count]) => {
        const of = points.filter((point) => point.layer === layer).length;
        return count >= of ? layer : `${layer} at ${count} of ${of} points`;
      });
      return { code, message: `${message} (${list.join(", ")})` };
    });
  }
}
