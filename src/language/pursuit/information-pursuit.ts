import { InputError } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import { standardDeviation } from "../../core/statistics.ts";
import { entropyOf, requireNames } from "./attribute-table.ts";
import {
  casesFrom,
  conformalTally,
  type Expectation,
  entropyTally,
  exactExpectation,
  type SetRule,
  sampledExpectation,
} from "./candidates.ts";
import { leastCases, predictionSet, requireAlpha, splitConformalThreshold } from "./conformal.ts";
import type { CoveragePoint, InformationPursuit, PursuitOptions, Step, StopReason } from "./contract.ts";
import { checkedPredictor } from "./predictions.ts";
import type { Case, History, Probabilities, Turn } from "./types.ts";

const where = "informationPursuit";

/**
 * Asks the question whose answer leaves least uncertainty about a label, by the entropy of the predictions (information
 * pursuit) or by the size of conformal prediction sets (conformal information pursuit), and knows when to stop.
 *
 * Uncertainties are in bits. With `criterion: "conformal"` call `calibrate` first, or pass a `calibration`. One step costs
 * queries · answers predictions with known likelihoods, queries · samples without; calibration (L + 1) · histories.
 * Predictions that are promises are asked for together and kept by history.
 *
 * @throws InputError `too-few-labels`, `no-queries`, `duplicate-name`, `bad-alpha`, `missing-option`, `not-calibrated`,
 * `too-few-cases` for fewer than ⌈1/α⌉ − 1 calibration cases, `bad-prediction`
 * @source Chan et al. 2025, algorithms 1 and 2
 * @example
 * import { attributeTable, informationPursuit } from "surprisal/language";
 * const table = attributeTable({
 *   labels: ["zebra", "lion", "whale", "trout"],
 *   queries: ["stripes", "hunts", "swims"],
 *   values: [[true, false, false], [false, true, false], [false, true, true], [false, false, true]],
 *   error: 0.05,
 * });
 * const pursuit = informationPursuit({ ...table, criterion: "conformal" });
 * await pursuit.calibrate(table.cases(200, 1));
 * const { query, predictionSet } = await pursuit.next([{ query: "swims", answer: "yes" }]);
 * const { prediction } = await pursuit.play(table.caseOf("trout"));
 */
export function informationPursuit(options: PursuitOptions): InformationPursuit {
  const {
    labels,
    queries,
    likelihood,
    estimation,
    samples = 4,
    criterion = "conformal",
    weights = "posterior",
    alpha = 0.1,
    bound: form = "simple",
    emptyAs = "full",
    maxQueries = 20,
    proposals = 5,
    stopStd,
    leastGain = 0,
    stopAtOne = true,
    seed = 0,
  } = options;
  requireAlpha(alpha, where);
  requireNames(labels, "label", 2, where);
  if (typeof queries !== "function") requireNames(queries, "query", 1, where);
  requireCount(samples, "samples", 1);
  requireCount(maxQueries, "maxQueries", 1);
  requireCount(proposals, "proposals", 1);
  if (criterion !== "random" && !likelihood && !estimation?.length) {
    throw new InputError({
      code: "missing-option",
      where,
      problem: "nothing says how queries are answered",
      expected: "likelihood, or cases as estimation",
      got: "neither",
    });
  }
  const predictor = checkedPredictor(options, labels.length, where);
  const labelIndex = new Map(labels.map((label, y) => [label, y]));
  const root = new Random(seed);
  let calibration = options.calibration;
  if (calibration && calibration.alpha !== alpha) {
    throw new InputError({
      code: "contradiction",
      where,
      problem: "the calibration was made for another alpha",
      expected: `alpha ${calibration.alpha}`,
      got: alpha,
    });
  }

  const indexOf = ({ label }: Case): number => {
    const y = labelIndex.get(label);
    if (y !== undefined) return y;
    throw new InputError({
      code: "unknown-label",
      where,
      problem: "a case has a label that is none of the labels",
      expected: `one of ${labels.length} labels`,
      got: label,
    });
  };
  const thresholdAt = (length: number): number | undefined => {
    if (!calibration) return undefined;
    const { thresholds } = calibration;
    return thresholds[Math.min(length, thresholds.length - 1)];
  };
  /** The set after a history, and what it means that it is empty. */
  const setOf = (p: Probabilities, length: number): number[] => {
    const threshold = thresholdAt(length);
    if (threshold === undefined) return credibleSet(p, alpha);
    const set = predictionSet(p, threshold);
    return set.length === 0 && emptyAs === "full" ? Array.from(labels.keys()) : set;
  };
  const candidatesAfter = async (
    history: History,
    count: number,
    signal?: AbortSignal,
  ): Promise<string[]> => {
    const asked = new Set(history.map(({ query }) => query));
    const all = typeof queries === "function" ? await queries(history, count, { signal }) : queries;
    return [...new Set(all)].filter((query) => !asked.has(query));
  };
  /** A stream for a history: the same one for the same history. */
  const streamOf = (history: History, from: Random): Random =>
    history.reduce((random, { query, answer }) => random.split(query).split(answer), from);

  const expectationOf = (p: Probabilities, history: History): Expectation => {
    if (likelihood && weights === "posterior") return exactExpectation(likelihood, p);
    const random = streamOf(history, root.split("estimation"));
    const even = new Float64Array(labels.length).fill(1);
    if (likelihood) {
      return sampledExpectation(
        labels,
        casesFrom(likelihood, labels, even, samples, random),
        random.split("answers"),
      );
    }
    const cases = estimation!;
    const counts = new Float64Array(labels.length);
    for (const one of cases) counts[indexOf(one)]++;
    const weight = (one: Case) => (weights === "posterior" ? p[indexOf(one)] / counts[indexOf(one)] : 1);
    const list = cases.map(weight);
    // Where the predictor rules out every label that a case has, all cases count alike.
    const usable = list.some((w) => w > 0) ? list : list.map(() => 1);
    const drawn = Array.from({ length: samples }, () => cases[random.categorical(usable)]);
    return sampledExpectation(labels, drawn, random.split("answers"));
  };

  /** The uncertainty in nats that each candidate leaves, and whether any of them can change the prediction. */
  const evaluate = async (
    history: History,
    p: Probabilities,
    candidates: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ nats: number[]; informative: boolean }> => {
    if (criterion === "entropy" && weights === "posterior" && likelihood && predictor.expectedEntropies) {
      const nats = Array.from(predictor.expectedEntropies(history, candidates));
      const now = entropyOf(p);
      return { nats, informative: nats.some((value) => now - value > 1e-12) };
    }
    const threshold = thresholdAt(history.length + 1);
    if (criterion === "conformal" && threshold === undefined) {
      throw new InputError({
        code: "not-calibrated",
        where,
        problem: "the conformal criterion has no thresholds",
        expected: "calibrate(cases) first, or a calibration",
        got: "none",
      });
    }
    const rule: SetRule = { threshold: threshold ?? 0, alpha, n: calibration?.n ?? 0, form, emptyAs };
    const expect = expectationOf(p, history);
    const continued = predictor.extend(history, signal);
    const pace = pacer(signal, where);
    let informative = false;
    const score = async (query: string): Promise<number> => {
      const tally = criterion === "conformal" ? conformalTally(labels.length, rule) : entropyTally();
      const asked = expect(query);
      const outcomes = asked instanceof Promise ? await asked : asked;
      const likely = outcomes.filter(({ weight }) => weight > 0);
      const add = (next: Probabilities, o: number) => {
        tally.add(next, likely[o]);
        informative ||= differ(next, p);
      };
      const pending: Promise<Probabilities>[] = [];
      likely.forEach(({ answer }, o) => {
        const next = continued(query, answer);
        if (next instanceof Promise) pending[o] = next;
        else add(next, o);
      });
      // In their order, whichever comes first: sums of doubles depend on it.
      if (pending.length > 0) (await Promise.all(pending)).forEach(add);
      return tally.value();
    };
    const scores: Promise<number>[] = [];
    for (const query of candidates) {
      scores.push(score(query));
      await pace();
    }
    return { nats: await Promise.all(scores), informative };
  };

  const stepAt = async (
    history: History,
    { signal, obey, random }: { signal?: AbortSignal; obey: boolean; random?: Random },
  ): Promise<Step> => {
    const p = await predictor.predict(history, { signal });
    const set = setOf(p, history.length);
    let best = 0;
    for (let y = 1; y < p.length; y++) if (p[y] > p[best]) best = y;
    const known = {
      predictionSet: set.sort((i, j) => p[j] - p[i] || i - j).map((y) => labels[y]),
      calibrated: calibration !== undefined,
      posterior: Array.from(p),
      entropy: entropyOf(p) / Math.LN2,
      best: labels[best],
    };
    const stopped = (reason: StopReason, uncertainties: Step["uncertainties"] = []): Step => ({
      ...known,
      uncertainties,
      stop: true,
      reason,
    });
    if (obey && stopAtOne && set.length === 1) return stopped("one-label");
    if (history.length >= maxQueries) return stopped("most-queries");
    const candidates = await candidatesAfter(history, proposals, signal);
    if (candidates.length === 0) return stopped("no-queries");
    if (criterion === "random") {
      const from = random ?? streamOf(history, root.split("query"));
      return { ...known, uncertainties: [], query: candidates[from.integer(candidates.length)], stop: false };
    }
    const { nats, informative } = await evaluate(history, p, candidates, signal);
    const uncertainties = candidates.map((query, q) => ({ query, bits: nats[q] / Math.LN2 }));
    const gain = criterion === "entropy" ? entropyOf(p) - Math.min(...nats) : Number.POSITIVE_INFINITY;
    if (obey && (!informative || gain < leastGain * Math.LN2)) {
      return stopped("nothing-to-learn", uncertainties);
    }
    const finite = nats.filter(Number.isFinite).map((value) => value / Math.LN2);
    if (obey && stopStd !== undefined && finite.length > 1 && standardDeviation(finite) < stopStd) {
      return stopped("even-uncertainties", uncertainties);
    }
    let least = 0;
    for (let q = 1; q < nats.length; q++) if (nats[q] < nats[least]) least = q;
    return { ...known, uncertainties, query: candidates[least], stop: false };
  };

  /** Asks a case, turn by turn, until there is a reason to end. */
  const walk = async (
    one: Case,
    random: Random,
    obey: boolean,
    done: (step: Step, length: number) => boolean,
    signal?: AbortSignal,
  ): Promise<{ steps: Step[]; history: Turn[]; guessed: boolean }> => {
    const steps: Step[] = [];
    const history: Turn[] = [];
    for (;;) {
      const step = await stepAt(history, {
        signal,
        obey,
        random: random.split("query").split(history.length),
      });
      steps.push(step);
      if (done(step, history.length)) return { steps, history, guessed: true };
      if (step.query === undefined) return { steps, history, guessed: false };
      const answer = await one.answer(step.query, random.split("answer").split(history.length));
      history.push({ query: step.query, answer });
    }
  };

  /** A history as it is drawn for calibration: distinct queries at random, or those that are proposed one at a time. */
  const drawHistory = async (
    one: Case,
    length: number,
    random: Random,
    signal?: AbortSignal,
  ): Promise<Turn[]> => {
    const history: Turn[] = [];
    const order = typeof queries === "function" ? undefined : random.permutation(queries.length);
    for (let k = 0; k < length; k++) {
      const query = order
        ? (queries as readonly string[])[order[k]]
        : (await candidatesAfter(history, 1, signal))[0];
      if (query === undefined) return history;
      history.push({ query, answer: await one.answer(query, random.split(k)) });
    }
    return history;
  };
  const longestHistory = typeof queries === "function" ? maxQueries : Math.min(maxQueries, queries.length);

  return {
    async calibrate(cases, run = {}) {
      const {
        histories = Math.min(100, cases.length),
        longest = longestHistory,
        shortest = 0,
        allowWholeSets = false,
        signal,
      } = run;
      const n = Math.min(histories, cases.length);
      if (n < leastCases(alpha) && !allowWholeSets) {
        throw new InputError({
          code: "too-few-cases",
          where: `${where}.calibrate`,
          problem: `no threshold misses at most a share of ${alpha}`,
          expected: `at least ${leastCases(alpha)} cases and histories, or allowWholeSets`,
          got: n,
        });
      }
      for (const one of cases) indexOf(one);
      const pace = pacer(signal, `${where}.calibrate`);
      const random = root.split("calibration");
      /** Probabilities of the true labels of cases after histories; an open set of queries may run out of them. */
      const scoresOf = (lengths: readonly number[], own: Random) =>
        gather(
          drawOrder(cases.length, histories, own.split("cases")),
          async (at, i) => {
            const history = await drawHistory(cases[at], lengths[lengths.length - 1], own.split(i), signal);
            const scores: number[] = [];
            for (const length of lengths) {
              if (length > history.length) break;
              scores.push(
                (await predictor.predict(history.slice(0, length), { signal }))[indexOf(cases[at])],
              );
            }
            return scores;
          },
          pace,
        );
      const lengths = Array.from({ length: longest - shortest + 1 }, (_, i) => shortest + i);
      // Proposed questions cost calls of a model: one walk gives a history of every length.
      const walks = typeof queries === "function" ? await scoresOf(lengths, random) : undefined;
      const thresholds: number[] = new Array(shortest).fill(0);
      for (const [i, length] of lengths.entries()) {
        run.onProgress?.({ done: i, total: lengths.length, label: "calibrating" });
        const scores = walks
          ? walks.flatMap((walk) => walk.slice(i, i + 1))
          : (await scoresOf([length], random.split(length))).flat();
        if (scores.length < leastCases(alpha) && !allowWholeSets) break;
        thresholds.push(splitConformalThreshold(scores, alpha));
      }
      calibration = { alpha, thresholds, n };
      return calibration;
    },
    next: (history, { signal } = {}) => stepAt(history, { signal, obey: true }),
    async play(one, { untilCorrect = false, signal, seed: own = seed } = {}) {
      indexOf(one);
      let firstCorrect: number | undefined;
      const random = new Random(own).split("play");
      const { steps, history, guessed } = await walk(
        one,
        random,
        !untilCorrect,
        (step, length) => {
          if (length > 0 && step.best === one.label) firstCorrect ??= length;
          return untilCorrect && firstCorrect !== undefined;
        },
        signal,
      );
      const last = steps[steps.length - 1];
      return {
        label: one.label,
        steps,
        history,
        prediction: last.best,
        correct: last.best === one.label,
        firstCorrect,
        reason: guessed ? "guessed" : last.reason!,
      };
    },
    async coverage(cases, { signal, onProgress } = {}) {
      const tallies = Array.from({ length: longestHistory + 1 }, () => ({
        random: tallyOf(),
        own: tallyOf(),
      }));
      const pace = pacer(signal, `${where}.coverage`);
      for (const [i, one] of cases.entries()) {
        await pace();
        onProgress?.({ done: i, total: cases.length, label: "playing" });
        const random = root.split("coverage").split(i);
        const held = (p: Probabilities, length: number) => {
          const set = setOf(p, length);
          return { size: set.length, covered: set.includes(indexOf(one)) };
        };
        for (let length = 0; length <= longestHistory; length++) {
          const history = await drawHistory(one, length, random.split(length), signal);
          if (history.length === length)
            tallies[length].random.add(held(await predictor.predict(history, { signal }), length));
        }
        const { steps } = await walk(one, random.split("own"), false, () => false, signal);
        for (const [length, { posterior }] of steps.entries())
          tallies[length]?.own.add(held(posterior, length));
      }
      return {
        alpha,
        cases: cases.length,
        lengths: tallies.map(({ random, own }, length) => ({
          length,
          random: random.mean(),
          own: own.mean(),
        })),
      };
    },
  };
}

/** The likeliest labels that hold 1 − alpha of the probability together, in the labels' order. */
function credibleSet(p: Probabilities, alpha: number): number[] {
  const order = Array.from({ length: p.length }, (_, y) => y).sort((i, j) => p[j] - p[i] || i - j);
  let sum = 0;
  const set: number[] = [];
  for (const y of order) {
    set.push(y);
    sum += p[y];
    if (sum >= 1 - alpha - 1e-12) break;
  }
  return set.sort((i, j) => i - j);
}

/** Cases in random order, over again where more are drawn than there are. */
function drawOrder(cases: number, count: number, random: Random): number[] {
  const order: number[] = [];
  for (let round = 0; order.length < count; round++) order.push(...random.split(round).permutation(cases));
  return order.slice(0, count);
}

/** All results in order: works that wait for a model run together. */
async function gather<T>(
  items: readonly number[],
  work: (item: number, index: number) => Promise<T>,
  pace: () => Promise<void> | undefined,
): Promise<T[]> {
  const pending: Promise<T>[] = [];
  for (const [i, item] of items.entries()) {
    pending.push(work(item, i));
    await pace();
  }
  return Promise.all(pending);
}

function tallyOf() {
  let n = 0;
  let sizes = 0;
  let hits = 0;
  return {
    add({ size, covered }: { size: number; covered: boolean }) {
      n++;
      sizes += size;
      if (covered) hits++;
    },
    mean: (): CoveragePoint => ({ coverage: hits / n, meanSize: sizes / n }),
  };
}

function differ(a: Probabilities, b: Probabilities): boolean {
  for (let y = 0; y < a.length; y++) if (Math.abs(a[y] - b[y]) > 1e-12) return true;
  return false;
}

function requireCount(value: number, name: string, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new InputError({
    code: "bad-count",
    where,
    problem: `${name} is not a count`,
    expected: `an integer from ${least}`,
    got: value,
  });
}
