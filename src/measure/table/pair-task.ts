import { isCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { Estimate } from "../../core/estimate.ts";
import { defineTask } from "../../core/parallel/index.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import type { Unit } from "../../core/units.ts";
import {
  type ConditionalMutualInformationOptions,
  conditionalMutualInformation,
} from "../conditional-mutual-information/conditional-mutual-information.ts";
import type { Correction, Variable } from "../estimator.ts";
import type { Preprocess } from "../inputs.ts";
import { mutualInformation, trainedEstimators } from "../mutual-information/mutual-information.ts";
import { transferEntropy } from "../transfer-entropy/transfer-entropy.ts";
import { completeRows, type Frame, variableOf } from "./frame.ts";
import type { PairEstimate } from "./measurement.ts";

/** The options of a table's estimates, as plain data. */
export interface PairOptions {
  estimator?: string;
  k?: number;
  bins?: number;
  correction?: Correction;
  preprocess?: Preprocess;
  ties?: "error" | "jitter";
  unit: Unit;
  seed: number;
  level: number;
  permutations: number;
}

/** Time steps of a transfer entropy from x to y. */
export interface TransferSteps {
  lag: number;
  history: number;
}

/** One question to a frame. */
export interface PairUnit {
  x: string[];
  y: string[];
  given?: string[];
  /** Rows are points in time, and x is asked what it says about the next y. */
  transfer?: TransferSteps;
  options: PairOptions;
  /** No interval, no test, no second opinion: for pictures of many pairs. */
  valueOnly?: boolean;
  /** Rows to use at most, drawn at random. */
  mostRows?: number;
}

export type PairAnswer =
  | { refused?: undefined; estimate: PairEstimate }
  | { refused: { code: string; message: string }; unit: { x: string[]; y: string[]; given?: string[] } };

/** Estimates the information that two groups of columns share; a refusal is an answer, not a failure. */
export const measurePair = defineTask(import.meta.url, "measurePair", (unit: PairUnit, frame: Frame) =>
  answerPair(unit, frame),
);

/** The same on the calling thread, for an estimator that trains: it can be stopped and says how far it is. */
export async function answerPair(unit: PairUnit, frame: Frame, run: LongRunning = {}): Promise<PairAnswer> {
  try {
    return { estimate: await estimatePair(unit, frame, run) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { x, y, given } = unit;
    return { refused: { code: error.code, message: withoutPlace(error) }, unit: { x, y, given } };
  }
}

async function estimatePair(unit: PairUnit, frame: Frame, run: LongRunning): Promise<PairEstimate> {
  const { x, y, given, transfer, options, valueOnly } = unit;
  let rows = completeRows(frame, [...x, ...y, ...(given ?? [])]);
  if (unit.mostRows !== undefined && rows.length > unit.mostRows) {
    const chosen = new Random(options.seed).split("rows").subsample(rows.length, unit.mostRows);
    rows = chosen.map((i) => rows[i]);
  }
  const [vx, vy, vz] = [x, y, given ?? []].map((names) =>
    names.length > 0 ? variableOf(frame, names, rows) : undefined,
  );
  const isMixed = [vx, vy, vz].some((v) => v?.isMixed);
  const settings: ConditionalMutualInformationOptions = {
    ...options,
    ...run,
    ...(isMixed && mixedGroup(options.estimator, vx!.variable, vy!.variable, vz?.variable)),
    interval: valueOnly ? false : { level: options.level },
    permutations: valueOnly ? 0 : options.permutations,
  };
  const estimate = await ask();
  if (!Number.isFinite(estimate.value)) throw unbounded(estimate);
  const second = valueOnly || given || transfer || isMixed ? undefined : await secondOpinion(estimate);
  return {
    x,
    y,
    given,
    value: estimate.value,
    unit: estimate.unit,
    interval: estimate.interval,
    pValue: estimate.pValue,
    n: estimate.n,
    method: estimate.method,
    reason: isMixed ? "a group of numbers and categories" : String(estimate.diagnostics.reason),
    warnings: estimate.warnings,
    second,
    nullValues: nullValues(estimate),
  };

  async function ask(): Promise<Estimate> {
    if (transfer) {
      requireUnbroken(frame, rows);
      return transferEntropy(vx!.variable, vy!.variable, { ...settings, ...transfer });
    }
    if (!given) return mutualInformation(vx!.variable, vy!.variable, settings);
    return conditionalMutualInformation(vx!.variable, vy!.variable, vz!.variable, settings);
  }

  async function secondOpinion(first: Estimate): Promise<PairEstimate["second"]> {
    const other = secondEstimator(first.method);
    const answer = await mutualInformation(vx!.variable, vy!.variable, {
      ...options,
      ...other,
      k: undefined,
      interval: false,
      permutations: 0,
    }).catch(refusedOrThrow);
    return (
      answer && {
        method: other.correction ? `discrete, ${other.correction}` : answer.method,
        value: answer.value,
      }
    );
  }
}

function refusedOrThrow(error: unknown): undefined {
  if (!(error instanceof InputError)) throw error;
}

/** Numbers that determine each other share infinitely much, which no bar or file can hold. */
function unbounded({ value }: Estimate): InputError {
  return new InputError({
    code: "deterministic",
    where: "measure",
    problem: "one side determines the other exactly, so the information is not finite",
    got: value,
    hint: "is one a copy of the other?",
  });
}

/** Leaving out rows would glue together times that are apart. */
function requireUnbroken(frame: Frame, rows: Int32Array): void {
  if (rows.length === frame.rows) return;
  const gap = rows.findIndex((row, i) => row !== i);
  throw new InputError({
    code: "missing-in-series",
    where: "transfer entropy",
    problem: `a value is missing at row ${gap < 0 ? rows.length : gap}`,
    expected: "series without gaps",
    hint: "fill the gaps first",
  });
}

/** Numbers and categories side by side are one matrix, already scaled, with the categories far apart. */
function mixedGroup(name: string | undefined, x: Variable, y: Variable, z: Variable | undefined) {
  const byKind = z ? "gao" : isCodes(x) || isCodes(y) ? "ross" : "ksg1";
  const estimator = trainedEstimators.has(name ?? "auto") ? name : byKind;
  return { estimator, preprocess: "none", ties: "jitter" } as const;
}

/** An estimator that works by another principle than the first. */
function secondEstimator(first: string): { estimator: string; correction?: Correction } {
  if (trainedEstimators.has(first)) return { estimator: "auto" };
  switch (first) {
    case "ksg1":
    case "ksg2":
    case "histogram":
      return { estimator: "gaussianCopula" };
    case "discrete":
      return { estimator: "discrete", correction: "shrinkage" };
    default:
      return { estimator: "histogram" };
  }
}

function nullValues(estimate: Estimate): number[] | undefined {
  const test = estimate.diagnostics.permutation as { values: number[] } | undefined;
  return test?.values.map((value) => Number(value.toPrecision(5)));
}

/** The message without the name of the function, which says nothing to someone with a table. */
function withoutPlace(error: InputError): string {
  return error.message.slice(error.where.length + 2);
}
