import { asCodes, type Codes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import { asMatrix, type Matrix } from "../../core/matrix.ts";
import { didYouMean } from "../../core/suggest.ts";
import type { EpochActivations, InformationPlaneOptions, Run } from "./plane.ts";

/** A run whose activations were all looked at once. */
export interface SurveyedRun {
  readonly name: string;
  readonly epochs: readonly EpochActivations[];
  readonly x?: Matrix;
  readonly y: Codes;
  readonly layers: readonly SurveyedLayer[];
}

interface SurveyedLayer {
  readonly name: string;
  readonly units: number;
  /** Least and greatest activation over the run. */
  readonly range: readonly [low: number, high: number];
  /** Whether it is the same for all rows at the last epoch. */
  readonly dead: boolean;
}

/** Reads every activation once: whatever is wrong with them is found before anything is measured. */
export async function survey(
  where: string,
  name: string,
  run: Run,
  options: Pick<InformationPlaneOptions, "x" | "y" | "layers">,
  between: () => Promise<void> | undefined,
): Promise<SurveyedRun> {
  const place = `${where}: ${name}`;
  const y = labelsOf(place, run.y ?? options.y);
  const n = y.codes.length;
  const inputs = run.x ?? options.x;
  const x = inputs === undefined ? undefined : asMatrix(inputs, `${place}: x`);
  if (x) requireRows(`${place}: x`, x.rows, n);
  const epochs = [...run.epochs].sort((a, b) => a.epoch - b.epoch);
  const twice = epochs.find(({ epoch }, i) => epoch === epochs[i - 1]?.epoch);
  if (epochs.length === 0 || twice) {
    throw new InputError({
      code: twice ? "duplicate-epoch" : "empty",
      where: place,
      problem: twice ? "an epoch is there twice" : "there are no epochs",
      got: twice?.epoch ?? 0,
    });
  }
  const layers = new Map<string, { units: number; low: number; high: number; dead: boolean }>();
  for (const [i, at] of epochs.entries()) {
    await between();
    const read = await layersAt(at, options.layers, place);
    if (i > 0) requireSameLayers(`${place}, epoch ${at.epoch}`, [...layers.keys()], Object.keys(read));
    for (const [layer, t] of Object.entries(read)) {
      const spot = `${place}, epoch ${at.epoch}, ${layer}`;
      requireRows(spot, t.rows, n);
      const seen = layers.get(layer) ?? {
        units: t.cols,
        low: Number.POSITIVE_INFINITY,
        high: Number.NEGATIVE_INFINITY,
        dead: false,
      };
      if (seen.units !== t.cols || t.cols === 0) {
        throw new InputError({
          code: "shape-mismatch",
          where: spot,
          problem: "another number of units than in the epochs before",
          expected: `${seen.units || "at least 1"} units`,
          got: t.cols,
        });
      }
      for (const value of t.data) {
        if (value < seen.low) seen.low = value;
        if (value > seen.high) seen.high = value;
      }
      seen.dead = t.data.every((value, k) => value === t.data[k % t.cols]);
      layers.set(layer, seen);
    }
  }
  return {
    name,
    epochs,
    x,
    y,
    layers: Array.from(layers, ([layer, { units, low, high, dead }]) => ({
      name: layer,
      units,
      range: [low, high],
      dead,
    })),
  };
}

/** The chosen layers of an epoch, as matrices. */
export async function layersAt(
  { epoch, layers }: EpochActivations,
  chosen: readonly string[] | undefined,
  where: string,
): Promise<Record<string, Matrix>> {
  const read = typeof layers === "function" ? await layers() : layers;
  const names = Object.keys(read);
  const unknown = chosen?.find((name) => !names.includes(name));
  if (unknown !== undefined || names.length === 0) {
    throw new InputError({
      code: "unknown-layer",
      where: `${where}, epoch ${epoch}`,
      problem: unknown === undefined ? "no layers" : "no such layer",
      expected: names.length > 0 ? `one of ${names.join(", ")}` : undefined,
      got: unknown,
      hint: unknown && didYouMean(unknown, names),
    });
  }
  return Object.fromEntries(
    (chosen ?? names).map((name) => [name, asMatrix(read[name], `${where}, epoch ${epoch}, ${name}`)]),
  );
}

function labelsOf(where: string, given: Run["y"]): Codes {
  if (given === undefined) {
    throw new InputError({
      code: "missing-labels",
      where,
      problem: "no labels",
      expected: "y, the label of each row",
    });
  }
  const y = asCodes(given, `${where}: y`);
  if (new Set(y.codes).size < 2) {
    throw new InputError({
      code: "constant-column",
      where: `${where}: y`,
      problem: "all rows have the same label",
      expected: "at least two labels",
      got: y.levels[y.codes[0]] ?? "no rows",
    });
  }
  return y;
}

function requireRows(where: string, rows: number, n: number): void {
  if (rows === n) return;
  throw new InputError({
    code: "unequal-lengths",
    where,
    problem: "another number of rows than labels",
    expected: `${n} rows`,
    got: rows,
  });
}

function requireSameLayers(where: string, before: readonly string[], now: readonly string[]): void {
  const odd = before.find((name) => !now.includes(name)) ?? now.find((name) => !before.includes(name));
  if (odd === undefined) return;
  throw new InputError({
    code: "unequal-layers",
    where,
    problem: before.includes(odd) ? "a layer is missing" : "a layer that earlier epochs do not have",
    expected: before.join(", "),
    got: odd,
  });
}
