import { InputError } from "../../core/errors.ts";
import { defineTask } from "../../core/parallel/index.ts";
import { Random } from "../../core/random.ts";
import {
  type MutualInformationOptions,
  mutualInformation,
  trainedEstimators,
} from "../mutual-information/mutual-information.ts";
import { completeRows, type Frame, variableOf } from "./frame.ts";
import type { PairEstimate, Trust } from "./measurement.ts";
import type { PairOptions } from "./pair-task.ts";
import { twinsOf } from "./twins.ts";

const mostRows = 20_000;
const neighbours = [2, 3, 5, 10, 20];
const cellCounts = [5, 10, 15, 20];
const corrections = ["none", "miller-madow", "shrinkage", "chao-shen", "grassberger"] as const;

/** How far an estimate can be trusted: other settings, another estimator, and data whose truth is known. */
export const trustTask = defineTask(
  import.meta.url,
  "trustTask",
  async ({ pair, options }: { pair: PairEstimate; options: PairOptions }, frame: Frame): Promise<Trust> => {
    const rows = completeRows(frame, [...pair.x, ...pair.y]);
    const { variable: x } = variableOf(frame, pair.x, rows);
    const { variable: y } = variableOf(frame, pair.y, rows);
    const base: MutualInformationOptions = {
      ...options,
      estimator: pair.method,
      ties: "jitter",
      interval: false,
      permutations: 0,
    };
    const value = async (changed: MutualInformationOptions): Promise<number | undefined> => {
      try {
        return (await mutualInformation(x, y, { ...base, ...changed })).value;
      } catch (error) {
        if (error instanceof InputError) return undefined;
        throw error;
      }
    };

    const sensitivity: Trust["sensitivity"] = [];
    for (const { parameter, at, changed } of settingsToTry(pair.method)) {
      const answer = await value(changed);
      if (answer !== undefined) sensitivity.push({ parameter, at, value: answer });
    }

    const n = Math.min(rows.length, mostRows);
    const repeats = Math.max(4, Math.min(20, Math.round(100_000 / n)));
    const nats = pair.unit === "bits" ? pair.value * Math.LN2 : pair.value;
    const random = new Random(options.seed).split("twins");
    const twin: Trust["twin"] = [];
    // A training for each twin would take longer than the question itself.
    const twins = trainedEstimators.has(pair.method) ? [] : twinsOf(x, y, nats);
    for (const { description, truth, sample } of twins) {
      const values: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const data = sample(n, random.split(description).split(repeat));
        try {
          values.push((await mutualInformation(data.x, data.y, base)).value);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }
      if (values.length < 2) continue;
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
      twin.push({
        description: n < rows.length ? `${description} (${n} rows)` : description,
        truth: pair.unit === "bits" ? truth / Math.LN2 : truth,
        mean,
        sd,
        repeats: values.length,
      });
    }

    const { second } = pair;
    return {
      x: pair.x,
      y: pair.y,
      method: pair.method,
      reason: pair.reason,
      second: second && { ...second, agrees: agrees(pair) },
      sensitivity,
      twin,
    };
  },
);

/** Whether the second estimator's value lies in the interval, or within a tenth of the value where there is none. */
export function agrees({ value, interval, second }: PairEstimate): boolean {
  if (!second) return true;
  const slack = Math.max(0.1 * Math.abs(value), 0.02);
  return (
    second.value >= (interval?.low ?? value) - slack && second.value <= (interval?.high ?? value) + slack
  );
}

function settingsToTry(
  method: string,
): { parameter: string; at: number | string; changed: MutualInformationOptions }[] {
  switch (method) {
    case "ksg1":
    case "ksg2":
    case "ross":
    case "gao":
      return neighbours.map((k) => ({ parameter: "k", at: k, changed: { k } }));
    case "histogram":
      return cellCounts.map((bins) => ({ parameter: "bins", at: bins, changed: { bins } }));
    case "discrete":
      return corrections.map((correction) => ({
        parameter: "correction",
        at: correction,
        changed: { correction },
      }));
    default:
      return [];
  }
}
