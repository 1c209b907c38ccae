import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { ease } from "./ease.ts";
import { evaluate, type MetricValue } from "./evaluate.ts";
import type { Recommender } from "./recommender.ts";
import type { Split } from "./split.ts";

/** The values that EASE's weight is chosen from. */
const easeLambdas: readonly number[] = [10, 20, 50, 100, 200, 500, 1000];

export interface TunedEase {
  readonly model: Recommender;
  readonly lambda: number;
  /** NDCG@100 of the validation users for each value tried. */
  readonly tried: readonly { readonly lambda: number; readonly validation: MetricValue }[];
}

/**
 * EASE with the weight that gives the validation users the best NDCG@100: the baseline to report.
 *
 * @param options `lambdas`, by default 10, 20, 50, 100, 200, 500, 1000
 * @throws InputError when there is nothing to choose by or from
 * @throws StoppedError when the signal fires
 */
export async function tunedEase(
  split: Split,
  options: LongRunning & { lambdas?: readonly number[] } = {},
): Promise<TunedEase> {
  const { lambdas = easeLambdas, signal, onProgress } = options;
  const pace = pacer(signal, "tunedEase");
  const tried: { lambda: number; validation: MetricValue }[] = [];
  let best: { model: Recommender; lambda: number; value: number } | undefined;
  for (const lambda of lambdas) {
    await pace();
    const model = await ease(split, { lambda });
    const { metrics } = await evaluate(model, split.validation, { metrics: ["ndcg@100"], signal });
    tried.push({ lambda, validation: metrics[0] });
    if (!best || metrics[0].value > best.value) best = { model, lambda, value: metrics[0].value };
    onProgress?.({ done: tried.length, total: lambdas.length, label: `EASE λ=${lambda}` });
  }
  if (!best) {
    throw new InputError({
      code: "bad-option",
      where: "tunedEase",
      problem: "no lambdas to try",
      got: lambdas,
    });
  }
  return { model: best.model, lambda: best.lambda, tried };
}
