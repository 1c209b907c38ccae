import { join } from "node:path";
import { InputError } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Table, TableNote } from "../../data/table.ts";
import type { VectorOptions } from "../../learn/contrastive-mim/contrastive-mim.ts";
import type { ContrastiveMIMStudy } from "../../learn/contrastive-mim-findings.ts";
import { columnNames } from "../arguments.ts";
import { type ModelInput, openFolder, saveInput } from "./model-folder.ts";
import { type Learned, type LearnFlags, runLearner } from "./run.ts";

export interface ContrastiveMIMFlags
  extends LearnFlags,
    Omit<VectorOptions, "seed" | "hidden" | "standardize"> {
  hidden?: number[];
  /** False when asked not to. */
  standardize: boolean;
  columns?: string[];
  ignore?: string[];
  label?: string;
  image?: { height: number; width: number };
}

export async function learnContrastiveMIM(file: string, flags: ContrastiveMIMFlags): Promise<void> {
  await runLearner("contrastive-mim", file, flags, (run, saved) => learn(file, flags, run, saved));
}

const optionNames = [
  "objective",
  "likelihood",
  "latentDim",
  "hidden",
  "temperature",
  "minLogScale",
  "minOutputLogScale",
  "beta",
  "learningRate",
  "batchSize",
  "epochs",
  "validationShare",
  "patience",
  "seed",
] as const;

function optionsOf(flags: ContrastiveMIMFlags): VectorOptions {
  const given = optionNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]]));
  return { ...Object.fromEntries(given), ...(flags.standardize ? {} : { standardize: false }) };
}

async function learn(
  file: string,
  flags: ContrastiveMIMFlags,
  run: LongRunning,
  saved: () => void,
): Promise<Learned> {
  const { contrastiveMIM } = await import("../../learn/contrastive-mim/contrastive-mim.ts");
  const options = optionsOf(flags);
  contrastiveMIM(options); // refuses options before anything is read
  const read = await readRows(file, flags, run.signal);
  const shares = flags.likelihood === undefined && read.image !== undefined && holdsShares(read.x);
  const learner = contrastiveMIM(shares ? { ...options, likelihood: "bernoulli" } : options);
  const rows = shares ? { ...read, notes: [...(read.notes ?? []), sharesNote] } : read;
  const { takeRows } = await import("../../core/matrix.ts");
  const { trained, heldOut } = await split(rows.x.rows, flags);
  const inputHash = await hashOf(file);
  const input: ModelInput = {
    method: "contrastive-mim",
    file,
    ...(inputHash === undefined ? {} : { sha256: inputHash }),
    columns: rows.columns,
  };
  const checkpoint = await openFolder(flags, input);
  const model = await learner.fit(takeRows(rows.x, trained), { ...run, checkpoint });
  await model.save(flags.output);
  await saveInput(flags.output, input);
  saved();
  const { writeFileAtomic } = await import("../../data/atomic.ts");
  for (const [name, bytes] of Object.entries(model.toOnnx())) {
    await writeFileAtomic(join(flags.output, `${name}.onnx`), bytes);
  }
  const { contrastiveMIMFindings } = await import("../../learn/contrastive-mim-findings.ts");
  const findings = await contrastiveMIMFindings(
    model,
    { ...rows, trained, heldOut },
    model.training.stopped ? {} : run,
  );
  return {
    findings,
    inputHash,
    use: ["encode", flags.output, file, "-o", "codes.npy"],
    files: [
      { name: "model.safetensors", what: "the parameters, for surprisal encode" },
      { name: "encoder.onnx", what: "x to mean and logScale, for any ONNX runtime" },
      { name: "decoder.onnx", what: "z to mean and hidden, the informative embedding" },
      { name: "card.json", what: "options, seed, versions and metrics" },
      { name: "input.json", what: "what the model was trained on" },
      {
        name: "checkpoint.safetensors",
        what: "the state of training, to go on with --resume; may be deleted",
      },
    ],
  };
}

function holdsShares({ data }: Matrix): boolean {
  return data.every((value) => value >= 0 && value <= 1);
}

const sharesNote: TableNote = {
  code: "likelihood",
  severity: "hint",
  message:
    "pictures of numbers from 0 to 1: the Bernoulli likelihood was taken; --likelihood gaussian for the other",
  columns: [],
};

/** Of a named file; nothing for standard input and several files. */
export async function hashOf(file: string): Promise<string | undefined> {
  if (file === "-" || /[*?[]/.test(file)) return undefined;
  const { hashFile } = await import("../../data/hash.ts");
  return hashFile(file);
}

async function split(
  rows: number,
  { testShare, seed }: ContrastiveMIMFlags,
): Promise<{ trained: Int32Array; heldOut: Int32Array }> {
  const { Random } = await import("../../core/random.ts");
  const held = Math.floor(testShare * rows);
  const order = new Random(seed).split("test").permutation(rows);
  return { trained: order.slice(held).sort(), heldOut: order.slice(0, held).sort() };
}

type Rows = Omit<ContrastiveMIMStudy, "trained" | "heldOut">;

async function readRows(file: string, flags: ContrastiveMIMFlags, signal?: AbortSignal): Promise<Rows> {
  if (/\.npy$/i.test(file)) return readPictureOrRows(file, flags);
  const { inferColumns, readTable } = await import("../../data/index.ts");
  const table = await readTable(file, { signal });
  const asked = flags.columns && columnNames(flags.columns, table);
  const ignored = flags.ignore && columnNames(flags.ignore, table);
  const decisions = inferColumns(table, {
    ...(asked ? { continuous: asked } : {}),
    ...(ignored ? { ignore: ignored } : {}),
    ...(flags.label === undefined ? {} : { target: flags.label }),
  });
  const isNumeric = new Set(table.columns.flatMap(({ name, type }) => (type === "text" ? [] : [name])));
  // A pixel that never changes belongs to the picture all the same.
  const informative = (name: string, use: string) =>
    flags.image ? !ignored?.includes(name) : use === "continuous" || use === "discrete";
  const usable = (name: string, use: string) =>
    name !== flags.label && isNumeric.has(name) && informative(name, use);
  const columns = asked ?? decisions.flatMap(({ name, use }) => (usable(name, use) ? [name] : []));
  if (columns.length === 0) {
    throw new InputError({
      code: "no-columns",
      where: file,
      problem: "no columns of numbers to learn from",
      expected: "numbers",
      got: table.columns.map(({ name }) => name).join(", "),
    });
  }
  if (flags.label !== undefined && columns.includes(flags.label)) {
    throw new InputError({
      code: "contradiction",
      where: "--label",
      problem: "the label is among the columns to learn from",
      got: flags.label,
    });
  }
  const left = decisions.filter(({ name }) => name !== flags.label && !columns.includes(name));
  return readColumns(table, columns, flags, [...table.notes, ...leftOut(left)]);
}

async function readColumns(
  table: Table,
  columns: readonly string[],
  { label, image }: ContrastiveMIMFlags,
  notes: readonly TableNote[],
): Promise<Rows> {
  const [{ completeRows, inferColumns, toMatrix }, { categoriesOf, numbersOf }] = await Promise.all([
    import("../../data/index.ts"),
    import("../../data/table.ts"),
  ]);
  const complete = completeRows(table, columns);
  const x = toMatrix(table, columns, complete);
  if (image) requireImage(image, x);
  const all = [...notes];
  if (complete.length < table.rows) {
    const message = `${table.rows - complete.length} of ${table.rows} rows have missing values and were left out`;
    all.push({ code: "missing-rows", severity: "problem", message, columns: [] });
  }
  const study = { file: table.name, x, columns, notes: all, ...(image ? { image } : {}) };
  if (label === undefined) return study;
  const { use } = inferColumns(table, { target: label }).find(({ name }) => name === label)!;
  if (use === "continuous") {
    const numbers = numbersOf(table, label);
    return { ...study, label: { name: label, numbers: Float64Array.from(complete, (row) => numbers[row]) } };
  }
  const { codes, levels } = categoriesOf(table, label);
  return {
    ...study,
    label: { name: label, classes: { codes: Int32Array.from(complete, (row) => codes[row]), levels } },
  };
}

/** An array of n rows, or of n pictures. */
async function readPictureOrRows(file: string, flags: ContrastiveMIMFlags): Promise<Rows> {
  const [{ readArray }, { asMatrix }] = await Promise.all([
    import("../../data/arrays.ts"),
    import("../../core/matrix.ts"),
  ]);
  for (const name of ["columns", "ignore", "label"] as const) {
    if (flags[name] === undefined) continue;
    throw new InputError({
      code: "no-columns",
      where: `--${name}`,
      problem: "an .npy file has no names of columns",
      expected: "a table, or an .npz file with an array for the rows and one for the label",
      got: file,
    });
  }
  const { shape, data } = await readArray(file);
  const [n, ...rest] = shape;
  const width = rest.reduce((product, length) => product * length, 1);
  if (n === undefined || rest.length === 0) {
    throw new InputError({
      code: "shape-mismatch",
      where: file,
      problem: "not rows of numbers",
      expected: "an array [rows, columns] or [pictures, height, width]",
      got: shape,
    });
  }
  const x = asMatrix({ data, shape: [n, width] }, file);
  const image =
    flags.image ??
    (rest.length >= 2 && rest[0] * rest[1] === width ? { height: rest[0], width: rest[1] } : undefined);
  if (image) requireImage(image, x);
  const columns = Array.from({ length: width }, (_, j) => `x${j}`);
  return { file, x, columns, ...(image ? { image } : {}) };
}

function requireImage({ height, width }: { height: number; width: number }, { cols }: Matrix): void {
  if (height * width === cols) return;
  throw new InputError({
    code: "shape-mismatch",
    where: "--image",
    problem: `a row of ${cols} numbers is no picture of this size`,
    expected: `height × width = ${cols}`,
    got: `${height}x${width}`,
  });
}

function leftOut(decisions: readonly { name: string; use: string; because: string }[]): TableNote[] {
  if (decisions.length === 0) return [];
  const few = decisions.slice(0, 5).map(({ name, because }) => `${name} (${because})`);
  const more = decisions.length > few.length ? ` and ${decisions.length - few.length} more` : "";
  return [
    {
      code: "columns-left-out",
      severity: "hint",
      message: `columns not learned from: ${few.join(", ")}${more}`,
      columns: decisions.map(({ name }) => name),
    },
  ];
}
