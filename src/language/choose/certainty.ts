import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { quantile } from "../../core/statistics.ts";
import type { TaskMethod } from "./methods.ts";
import { entropyOf, perInput, type Reading, taskScores, termsOf } from "./scores.ts";

/** How sure a score is over inputs, and which prompts could be the best. */
export interface ScoreCertainty {
  readonly scores: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Score of the best prompt minus this one's, with its interval. */
  readonly behind: { readonly value: Float64Array; readonly low: Float64Array; readonly high: Float64Array };
  /** Whether no other prompt is surely better. */
  readonly mayBeBest: readonly boolean[];
  readonly best: number;
}

/**
 * Scores over inputs drawn anew with replacement, the same inputs for every prompt: prompts × resamples. What a score
 * compares with (calibration, consensus of the prompts) stays as it is.
 */
async function resampled(
  r: Reading,
  method: TaskMethod,
  resamples: number,
  random: Random,
  { signal, onProgress }: LongRunning,
): Promise<Float64Array> {
  const { prompts, inputs, choices } = r.scores;
  const { global } = termsOf(method);
  const per = perInput(r, method);
  const pace = pacer(signal, "choose");
  const out = new Float64Array(prompts * resamples);
  const times = new Int32Array(inputs);
  const mean = new Float64Array(choices);
  for (let b = 0; b < resamples; b++) {
    times.fill(0);
    for (const x of random.bootstrap(inputs)) times[x]++;
    for (let t = 0; t < prompts; t++) {
      mean.fill(0);
      let sum = 0;
      for (let x = 0, row = t * inputs; x < inputs; x++, row++) {
        const weight = times[x];
        if (weight === 0) continue;
        if (per) sum += weight * per.values[row];
        if (global === "share") mean[r.answer[row]] += weight;
        else if (global === "mean") {
          for (let y = 0; y < choices; y++) mean[y] += weight * r.p[row * choices + y];
        }
      }
      for (let y = 0; y < choices; y++) mean[y] /= inputs;
      out[t * resamples + b] =
        (per ? (per.sign * sum) / inputs : 0) + (global ? entropyOf(mean, 0, choices, r.eps) : 0);
    }
    await pace();
    onProgress?.({ done: b + 1, total: resamples, label: "intervals" });
  }
  return out;
}

/**
 * Intervals of the scores and the set of prompts that may be the best.
 *
 * An interval is the basic bootstrap over inputs, [2θ − q₁, 2θ − q₀]: a plug-in entropy is biased, resamples are biased
 * once more by about as much, and reflecting them takes the bias out.
 *
 * A prompt t may be the best unless some other prompt s beats it by more than c_t standard errors of the paired difference
 * θ_s − θ_t, where c_t is the `level` quantile over resamples of the largest studentised deviation among all s. A prompt
 * that is truly best is wrongly left out with probability 1 − level at most, however many it is compared with (multiple
 * comparisons with the best, Hsu 1981, studentised by the bootstrap).
 *
 * Cost: O(B T X Y + B T²) for B resamples.
 */
export async function certaintyOf(
  r: Reading,
  method: TaskMethod,
  { resamples, level, random, ...run }: { resamples: number; level: number; random: Random } & LongRunning,
): Promise<ScoreCertainty> {
  const scores = taskScores(r, method);
  const drawn = await resampled(r, method, resamples, random, run);
  const of = (t: number) => drawn.subarray(t * resamples, (t + 1) * resamples);
  const prompts = scores.length;
  const alive = Array.from({ length: prompts }, (_, t) => t).filter((t) => r.kept[t]);
  const best = alive.reduce((a, t) => (scores[t] > scores[a] ? t : a));
  const tail = (1 - level) / 2;
  const basic = (value: number, values: Float64Array): [number, number] => [
    2 * value - quantile(values, 1 - tail),
    2 * value - quantile(values, tail),
  ];
  const nowhere = () => new Float64Array(prompts).fill(Number.NEGATIVE_INFINITY);
  const [low, high] = [nowhere(), nowhere()];
  const behind = { value: nowhere(), low: nowhere(), high: nowhere() };
  const mayBeBest = new Array<boolean>(prompts).fill(false);
  const pace = pacer(run.signal, "choose");
  for (const t of alive) {
    [low[t], high[t]] = basic(scores[t], of(t));
    behind.value[t] = scores[best] - scores[t];
    const difference = of(best).map((value, b) => value - of(t)[b]);
    [behind.low[t], behind.high[t]] = basic(behind.value[t], difference);
    mayBeBest[t] = isUnbeaten(t, alive, scores, of, level);
    await pace();
  }
  return { scores, low, high, behind, mayBeBest, best };
}

function isUnbeaten(
  t: number,
  alive: readonly number[],
  scores: Float64Array,
  of: (t: number) => Float64Array,
  level: number,
): boolean {
  const own = of(t);
  const most = new Float64Array(own.length).fill(Number.NEGATIVE_INFINITY);
  let lead = Number.NEGATIVE_INFINITY;
  for (const s of alive) {
    if (s === t) continue;
    const other = of(s);
    const difference = scores[s] - scores[t];
    let square = 0;
    for (let b = 0; b < own.length; b++) square += (other[b] - own[b] - difference) ** 2;
    const error = Math.sqrt(square / own.length);
    // Prompts that answer alike have no error; rounding is not a difference.
    if (error < 1e-12) {
      if (difference > 1e-9) return false;
      continue;
    }
    lead = Math.max(lead, difference / error);
    for (let b = 0; b < own.length; b++) {
      const deviation = (other[b] - own[b] - difference) / error;
      if (deviation > most[b]) most[b] = deviation;
    }
  }
  return !(lead > quantile(most, level));
}
