import { setMaxListeners } from "node:events";
import { InputError, throwIfStopped } from "../../core/errors.ts";
import { pacer } from "../../core/pace.ts";
import type { LongRunning } from "../../core/progress.ts";
import { type LanguageModel, requireCapabilities } from "../model/model.ts";

const where = "scoreCompressions";
/** Calls under way at once; an endpoint limits further by itself. */
const inFlight = 16;

export interface ScoringOptions extends LongRunning {
  /**
   * The text that the compression is scored after, from a context and its query; the same for every context.
   * @default {@link plainTemplate}
   */
  template?: (context: string, query?: string) => string;
  /** One for each context: what its compressions were written for. */
  queries?: readonly string[];
}

/** Log-likelihoods with what else the model said. */
export interface ScoredCompressions {
  /** N × M × N, for {@link estimateCompressionMI}. */
  readonly ll: Float64Array[][];
  /** Tokens of each compression, N × M, by the scoring model. */
  readonly lengths: number[][];
  /** Calls made; equal texts after the same prefix are scored once. */
  readonly calls: number;
  /** Scores whose first token began before the compression. */
  readonly boundaryMoved: number;
  /** Tokens that took the smallest returned log-probability because theirs was not returned. */
  readonly floored: number;
}

/**
 * The context, then the query where there is one, each followed by an empty line: all that the built-in models need.
 *
 * @example
 * import { plainTemplate } from "surprisal/language";
 * plainTemplate("A harbour froze.", "What froze?"); // "A harbour froze.\n\nWhat froze?\n\n"
 */
export function plainTemplate(context: string, query?: string): string {
  return query === undefined ? `${context}\n\n` : `${context}\n\n${query}\n\n`;
}

/**
 * The log-likelihood of every compression under every context, from one language model.
 *
 * Compressions are scored context after context, so that a server's prefix cache and a built-in model's statistics of the
 * context are used; each with the query of the context it was written for. Everything a caching model has answered before
 * is not asked again, so an interrupted run goes on where it was. N² M calls.
 *
 * @param lm any model that has `scoreContinuation`
 * @param contexts N texts, all different
 * @param compressions M texts for each context
 * @throws InputError for fewer than 2 contexts, equal ones, unequal numbers of compressions, empty texts, and a model without
 *   `scoreContinuation`; StoppedError when stopped
 * Source: He et al. 2025, arXiv 2512.21720 (one proxy model of another family scores all compressors).
 * @example
 * import { estimateCompressionMI, openLanguageModel, scoreCompressions } from "surprisal/language";
 * const lm = await openLanguageModel({ model: "builtin" });
 * const contexts = ["The harbour froze and no ship could sail.", "Her garden was full of bees and roses."];
 * const { ll, lengths } = await scoreCompressions(lm, contexts, [["harbour froze"], ["bees and roses"]]);
 * const { value } = estimateCompressionMI(ll, { lengths, unit: "bits" });
 * // value is close to 1 bit
 */
export async function scoreCompressions(
  lm: LanguageModel,
  contexts: readonly string[],
  compressions: readonly (readonly string[])[],
  { template = plainTemplate, queries, signal, onProgress }: ScoringOptions = {},
): Promise<ScoredCompressions> {
  requireCapabilities(where, lm, ["scoreContinuation"]);
  requireTexts(contexts, compressions, queries);
  const samples = compressions[0].length;
  const ll = contexts.map(() => Array.from({ length: samples }, () => new Float64Array(contexts.length)));
  const lengths = contexts.map(() => new Array<number>(samples).fill(0));
  const units = unitsOf(compressions, queries);
  const pace = pacer(signal, where);
  // A failure ends the calls under way, not only its own.
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  setMaxListeners(0, both);
  let next = 0;
  let done = 0;
  let boundaryMoved = 0;
  let floored = 0;
  const work = async () => {
    while (next < units.length && !stop.signal.aborted) {
      const { l, query, text, places } = units[next++];
      await pace();
      const scored = await lm.scoreContinuation(template(contexts[l], query), text, { signal: both });
      for (const [i, j] of places) {
        ll[i][j][l] = scored.sum;
        if (i === l) lengths[i][j] = scored.count;
      }
      if (scored.boundaryMoved) boundaryMoved++;
      floored += scored.floored ?? 0;
      onProgress?.({ done: ++done, total: units.length, label: "scoring" });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(inFlight, units.length) }, work));
  } catch (error) {
    stop.abort();
    throwIfStopped(signal, where);
    throw error;
  }
  return { ll, lengths, calls: units.length, boundaryMoved, floored };
}

/**
 * The calls that {@link scoreCompressions} makes, in its order, each a prefix and what follows it: N² M but for repeated texts.
 *
 * @throws InputError as scoreCompressions, but for the model
 * @example
 * import { planCost, openLanguageModel, scoringCalls } from "surprisal/language";
 * const calls = [...scoringCalls(["A harbour froze.", "Her garden bloomed."], [["ice"], ["roses"]])];
 * const plan = calls.map((call) => ({ call: "scoreContinuation" as const, ...call }));
 * const { promptTokens } = await planCost(await openLanguageModel(), plan);
 */
export function* scoringCalls(
  contexts: readonly string[],
  compressions: readonly (readonly string[])[],
  { template = plainTemplate, queries }: Pick<ScoringOptions, "template" | "queries"> = {},
): Generator<{ prefix: string; continuation: string }> {
  requireTexts(contexts, compressions, queries);
  for (const { l, query, text } of unitsOf(compressions, queries)) {
    yield { prefix: template(contexts[l], query), continuation: text };
  }
}

interface Unit {
  /** The context it is scored under. */
  readonly l: number;
  readonly query: string | undefined;
  readonly text: string;
  /** The compressions that this answers. */
  readonly places: [number, number][];
}

/** Context after context; equal texts for equal queries once. */
function unitsOf(
  compressions: readonly (readonly string[])[],
  queries: readonly string[] | undefined,
): Unit[] {
  const once = new Map<string, Omit<Unit, "l">>();
  for (const [i, texts] of compressions.entries()) {
    const query = queries?.[i];
    for (const [j, text] of texts.entries()) {
      const key = JSON.stringify([query, text]);
      const known = once.get(key);
      if (known) known.places.push([i, j]);
      else once.set(key, { query, text, places: [[i, j]] });
    }
  }
  return compressions.flatMap((_, l) => Array.from(once.values(), (unit) => ({ ...unit, l })));
}

function requireTexts(
  contexts: readonly string[],
  compressions: readonly (readonly string[])[],
  queries: readonly string[] | undefined,
): void {
  const refuse = (code: string, problem: string, expected: string, got: unknown) => {
    throw new InputError({ code, where, problem, expected, got });
  };
  const n = contexts.length;
  if (n < 2) refuse("too-few-rows", "information needs contexts to tell apart", "at least 2 contexts", n);
  for (const [name, count] of [
    ["compressions", compressions.length],
    ["queries", queries?.length ?? n],
  ] as const) {
    if (count !== n) refuse("unequal-lengths", `${name} and contexts differ in number`, String(n), count);
  }
  const seen = new Map<string, number>();
  for (const [i, context] of contexts.entries()) {
    const before = seen.get(context);
    if (before !== undefined) {
      refuse(
        "duplicate-context",
        `contexts ${before} and ${i} are the same text, which no compression can tell apart`,
        "each context once",
        context,
      );
    }
    seen.set(context, i);
  }
  const samples = compressions[0].length;
  for (const [i, texts] of compressions.entries()) {
    if (texts.length === 0 || texts.length !== samples) {
      refuse(
        "unequal-lengths",
        `context ${i} has another number of compressions than context 0`,
        samples === 0 ? "at least one for each" : `${samples} for each`,
        texts.length,
      );
    }
    const empty = texts.findIndex((text) => text.trim() === "");
    if (empty >= 0) {
      refuse("empty-text", `compression ${empty} of context ${i} is empty`, "some text", texts[empty]);
    }
  }
}
