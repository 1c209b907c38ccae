// What the two parts of the experiment share: a model with what it is worth, and claims about two of them.
import type { ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { mean } from "../../core/statistics.ts";
import { type Evaluation, evaluate, type MetricValue, overUsers } from "./evaluate.ts";
import { type MultVae, multVae } from "./mult-vae.ts";
import type { MultVaeOptions } from "./options.ts";
import type { Split } from "./split.ts";

/** A recommender with what it was measured to be worth for test users. */
export interface Measured {
  readonly name: string;
  readonly evaluation: Evaluation;
  /** Mean over test users, in nats. */
  readonly rate?: number;
}

export interface Neural extends Measured {
  readonly model: MultVae;
}

export async function trained(options: MultVaeOptions, split: Split, signal?: AbortSignal): Promise<Neural> {
  const model = await multVae(options).fit(split, { signal });
  const evaluation = await evaluate(model, split.test, { signal });
  const rate = model.settings.kind === "vae" ? mean(await model.rateRows(split.test.foldIn)) : undefined;
  return { name: `${model.name}, seed ${model.settings.seed}`, model, evaluation, rate };
}

/** A claim that the first is better for the same users: the mean difference, averaged over seeds, is clearly positive. */
export function paired(
  claim: string,
  reported: string,
  first: readonly Measured[],
  second: readonly Measured[],
): ExperimentRow {
  const users = ndcg(first[0]).perUser!.length;
  const difference = new Float64Array(users);
  first.forEach((one, s) => {
    const [a, b] = [ndcg(one).perUser!, ndcg(second[s]).perUser!];
    for (let u = 0; u < users; u++) difference[u] += (a[u] - b[u]) / first.length;
  });
  const { value, standardError } = overUsers("ndcg@100", difference);
  return {
    claim,
    reported,
    measured: `difference ${signed(value)} ± ${standardError!.toFixed(4)} over ${users} users`,
    tolerance: "above 0 by 2 standard errors",
    holds: value > 2 * standardError!,
  };
}

export function leaderboard(title: string, measured: readonly Measured[]): ExperimentTable {
  const cell = ({ value, standardError }: MetricValue) =>
    `${value.toFixed(4)} ± ${standardError!.toFixed(4)}`;
  return {
    title,
    columns: ["", "Recall@20", "Recall@50", "NDCG@100", "rate, nats"],
    rows: measured.map(({ name, evaluation, rate }) => [
      name,
      ...evaluation.metrics.map(cell),
      rate === undefined ? "–" : rate.toFixed(1),
    ]),
  };
}

export function ndcg({ evaluation }: Measured): MetricValue {
  return evaluation.metrics[2];
}

export function ndcgValue(one: Measured): number {
  return ndcg(one).value;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
}
