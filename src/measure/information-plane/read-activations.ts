import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "../../core/errors.ts";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { didYouMean } from "../../core/suggest.ts";
import { type NumberArray, readArray, readArrays } from "../../data/index.ts";
import type { EpochActivations, LayerActivations, Run } from "./plane.ts";

/** What a folder of activations holds. */
export interface ReadActivations {
  /** By name, in natural order; activations are read when they are needed. */
  readonly runs: Readonly<Record<string, Run>>;
  /** How the folder was understood, in sentences. */
  readonly notes: readonly string[];
}

const layout =
  "runs/<seed>/epoch-0003/layer-1.npy (or epoch-0003.npz) with y.npy, the labels, and x.npy, the inputs, beside the epochs or in runs/";
const labelNames = ["y.npy", "labels.npy", "targets.npy"];
const inputNames = ["x.npy", "inputs.npy"];

/**
 * Finds activations that anybody saved as NumPy files: a folder for each run, in it a folder (or an `.npz` file) for each
 * epoch, in it one array for each layer. The last number in an epoch's name is its epoch: `epoch-0003`, `step_300`, `7`.
 * One run may also lie in the folder itself. Labels are `y.npy` (classes as integers, or one column of 0 and 1 for each
 * class), inputs `x.npy`; both beside the epochs, or once for all runs in the folder above. Arrays with more than two
 * axes are read row by row; layers are in natural order of their names.
 *
 * @throws InputError when there is no such folder or nothing of that kind in it, for labels that are no classes, and, once
 *   activations are read, for arrays with numbers that are not finite, each with the name of the file
 * @throws ReachError when a file cannot be read
 * @example
 * import { mkdir } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { writeArray } from "surprisal/data";
 * import { informationPlane, readActivations } from "surprisal/measure";
 *
 * const folder = `${tmpdir()}/surprisal-runs`;
 * await mkdir(`${folder}/seed-1/epoch-0`, { recursive: true });
 * await writeArray(`${folder}/y.npy`, Int32Array.of(0, 0, 1, 1));
 * await writeArray(`${folder}/seed-1/epoch-0/layer-1.npy`, [[0.1, 0.2], [0.3, 0.1], [0.8, 0.5], [0.9, 0.4]]);
 * const { runs } = await readActivations(folder);
 * const plane = await informationPlane(runs);
 */
export async function readActivations(folder: string): Promise<ReadActivations> {
  const entries = await list(folder);
  const notes: string[] = [];
  const shared = await labelsAndInputs(folder, entries, notes);
  const own = epochsIn(folder, entries);
  const folders = entries.filter(({ isFolder, name }) => isFolder && !name.startsWith("."));
  const found: [string, Run][] = [];
  // Folders named by numbers may be epochs of one run or runs of several: what is in them decides.
  const looksLikeRuns = await Promise.all(folders.map(async ({ name }) => hasEpochs(join(folder, name))));
  if (looksLikeRuns.some(Boolean)) {
    for (const { name } of folders.filter((_, i) => looksLikeRuns[i])) {
      const path = join(folder, name);
      const inside = await list(path);
      const labels = await labelsAndInputs(path, inside, notes);
      found.push([name, { ...shared, ...labels, epochs: epochsIn(path, inside) }]);
    }
    const passed = folders.filter((_, i) => !looksLikeRuns[i]).map(({ name }) => name);
    if (passed.length > 0) notes.push(`no epochs in ${passed.join(", ")}: passed over`);
  } else if (own.length > 0) {
    found.push([basename(folder) || "run", { ...shared, epochs: own }]);
  }
  if (found.length === 0) {
    throw new InputError({
      code: "no-activations",
      where: folder,
      problem: "no activations in this folder",
      expected: layout,
      got:
        entries.length === 0
          ? "an empty folder"
          : entries
              .slice(0, 5)
              .map(({ name }) => name)
              .join(", "),
    });
  }
  const without = found.find(([, run]) => run.y === undefined);
  if (without) {
    const beside = found.length > 1 || without[0] !== basename(folder) ? join(folder, without[0]) : folder;
    throw new InputError({
      code: "missing-labels",
      where: beside,
      problem: "no labels beside the epochs",
      expected: `y.npy there or in ${folder}`,
      got:
        entries
          .filter(({ isFolder }) => !isFolder)
          .map(({ name }) => name)
          .join(", ") || "no files",
    });
  }
  return { runs: Object.fromEntries(found), notes: [...new Set(notes)] };
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

const natural = new Intl.Collator("en", { numeric: true });

async function list(folder: string): Promise<Entry[]> {
  const stats = await stat(folder).catch(() => undefined);
  if (!stats?.isDirectory()) {
    const parent = await readdir(join(folder, "..")).catch(() => [] as string[]);
    throw new InputError({
      code: stats ? "not-a-folder" : "missing-folder",
      where: folder,
      problem: stats ? "a file, not a folder of activations" : "no such folder",
      expected: stats ? layout : undefined,
      hint: stats ? undefined : didYouMean(basename(folder), parent),
    });
  }
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((a, b) => natural.compare(a.name, b.name));
}

/** The epoch in a name is its last number. */
function epochOf(name: string): number | undefined {
  const number = /(\d+)(?!.*\d)/.exec(name.replace(/\.npz$/i, ""))?.[1];
  return number === undefined ? undefined : Number(number);
}

function isArray({ name, isFolder }: Entry): boolean {
  return !isFolder && /\.npy$/i.test(name) && !name.startsWith(".");
}

async function hasEpochs(path: string): Promise<boolean> {
  const inside = await list(path);
  if (
    epochsIn(
      path,
      inside.filter(({ isFolder }) => !isFolder),
    ).length > 0
  )
    return true;
  for (const { name, isFolder } of inside) {
    if (isFolder && epochOf(name) !== undefined && (await list(join(path, name))).some(isArray)) return true;
  }
  return false;
}

function epochsIn(folder: string, entries: readonly Entry[]): EpochActivations[] {
  const out: EpochActivations[] = [];
  for (const entry of entries) {
    const epoch = epochOf(entry.name);
    const path = join(folder, entry.name);
    if (epoch === undefined || entry.name.startsWith(".")) continue;
    if (entry.isFolder) out.push({ epoch, layers: () => layersIn(path) });
    else if (/\.npz$/i.test(entry.name)) out.push({ epoch, layers: () => layersInFile(path) });
  }
  return out.sort((a, b) => a.epoch - b.epoch);
}

async function layersIn(folder: string): Promise<LayerActivations> {
  const files = (await list(folder)).filter(isArray);
  if (files.length === 0) {
    throw new InputError({
      code: "no-layers",
      where: folder,
      problem: "no arrays in this epoch",
      expected: "one .npy file for each layer",
    });
  }
  const layers: Record<string, Matrix> = {};
  for (const { name } of files) {
    const path = join(folder, name);
    layers[name.replace(/\.npy$/i, "")] = asRows(await readArray(path), path);
  }
  return layers;
}

async function layersInFile(path: string): Promise<LayerActivations> {
  const arrays = await readArrays(path);
  const names = Object.keys(arrays).sort(natural.compare);
  return Object.fromEntries(names.map((name) => [name, asRows(arrays[name], `${path}: ${name}`)]));
}

/** Rows along the first axis, everything else as columns; finite numbers. */
function asRows({ shape, data }: NumberArray, where: string): Matrix {
  const [rows, ...rest] = shape;
  const cols = rest.reduce((product, length) => product * length, 1);
  if (rows === undefined || rows * cols === 0) {
    throw new InputError({ code: "empty", where, problem: "no rows", expected: "[rows, units]", got: shape });
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError({
      code: "not-finite",
      where,
      problem: `row ${Math.floor(bad / cols)}, unit ${bad % cols} is not a finite number`,
      expected: "finite activations",
      got: data[bad],
      hint: "training may have diverged; leave this epoch out",
    });
  }
  return matrix(rows, cols, data instanceof Float64Array ? data : Float64Array.from(data));
}

async function labelsAndInputs(
  folder: string,
  entries: readonly Entry[],
  notes: string[],
): Promise<Pick<Run, "x" | "y">> {
  const named = (names: readonly string[]) =>
    names.find((name) => entries.some((entry) => !entry.isFolder && entry.name.toLowerCase() === name));
  const [labels, inputs] = [named(labelNames), named(inputNames)];
  const out: { x?: Matrix; y?: Int32Array } = {};
  if (labels !== undefined) {
    const path = join(folder, entries.find(({ name }) => name.toLowerCase() === labels)!.name);
    out.y = asLabels(asRows(await readArray(path), path), path, notes);
  }
  if (inputs !== undefined) {
    const path = join(folder, entries.find(({ name }) => name.toLowerCase() === inputs)!.name);
    out.x = asRows(await readArray(path), path);
  }
  return out;
}

function asLabels({ data, rows, cols }: Matrix, where: string, notes: string[]): Int32Array {
  if (cols === 1) {
    const bad = data.findIndex((value) => !Number.isInteger(value));
    if (bad < 0) return Int32Array.from(data);
    throw new InputError({
      code: "not-discrete",
      where,
      problem: `row ${bad} is no class`,
      expected: "whole numbers, one for each row",
      got: data[bad],
      hint: "a number to be predicted has to be cut into classes first",
    });
  }
  const labels = Int32Array.from({ length: rows }, (_, i) =>
    data.subarray(i * cols, (i + 1) * cols).indexOf(1),
  );
  const isOneHot =
    data.every((value) => value === 0 || value === 1) && data.reduce((a, b) => a + b, 0) === rows;
  if (isOneHot && !labels.includes(-1)) {
    notes.push(`${where} was read as one column for each of ${cols} classes`);
    return labels;
  }
  throw new InputError({
    code: "not-discrete",
    where,
    problem: "labels of several columns that are not one 1 among zeros",
    expected: "one whole number for each row",
    got: [rows, cols],
  });
}
