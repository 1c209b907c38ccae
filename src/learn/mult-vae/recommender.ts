import { InputError } from "../../core/errors.ts";
import type { Warning } from "../../core/estimate.ts";
import { logSumExp } from "../../core/special.ts";
import { saveModel } from "../../engine/checkpoint/model.ts";
import { type Tree, tensor } from "../../engine/index.ts";
import { type CsrMatrix, csrFromLists } from "./csr.ts";
import { topItems } from "./ranking.ts";

/** A recommended item. */
export interface Recommendation {
  readonly item: string;
  readonly score: number;
  /** Of being the next click, among items not yet clicked; only from models with probabilities. */
  readonly probability?: number;
}

export interface Recommendations {
  /** Best first; fewer than asked for where the catalogue ends. */
  readonly items: readonly Recommendation[];
  /** Items of the history that the model does not know. */
  readonly unknown: readonly string[];
  /** What to beware of, for instance that this is only what is popular. */
  readonly warnings: readonly Warning[];
}

export interface RecommendOptions {
  /** Never recommend these. */
  exclude?: readonly string[];
  /** Recommend only these. */
  allow?: readonly string[];
}

export type StoredKind = "popularity" | "item-weights" | "mult-vae";

/** A model as it is saved, beside item ids and clicks: tensors, and whatever else JSON can hold. */
interface StoredModel {
  readonly tree: { readonly [name: string]: Tree };
  readonly facts: {
    readonly kind: StoredKind;
    readonly options?: object;
    readonly seed?: number;
    readonly [more: string]: unknown;
  };
}

/** What saved models of this room call themselves. */
export const method = "mult-vae";

/** A fitted model that ranks items for anyone with a few clicks, in training or not. */
export interface Recommender {
  /** For people and tables, for instance "EASE". */
  readonly name: string;
  readonly itemIds: readonly string[];
  /** How many training users clicked each item. */
  readonly clicks: Float64Array;
  /** Scores of all items for each row of items clicked, row-major; what was clicked is not masked. */
  scoreRows(histories: CsrMatrix): Promise<Float64Array>;
  /** Scores of all items for one history; −∞ for those in it. */
  scores(history: readonly string[]): Promise<Float64Array>;
  /**
   * The n items to show next: highest scores, of equal ones the lower index, without the history. A history without a
   * known item gets what is popular, with a warning.
   */
  recommend(history: readonly string[], n: number, options?: RecommendOptions): Promise<Recommendations>;
  /** {@link recommend} for many histories at once. */
  recommendMany(
    histories: readonly (readonly string[])[],
    n: number,
    options?: RecommendOptions,
  ): Promise<Recommendations[]>;
  /**
   * Writes the model into a folder, which is made when it is not there, for `loadRecommender`.
   *
   * @param metrics for the model's card, such as those of the test users
   * @throws ReachError when it cannot be written
   */
  save(folder: string, metrics?: Readonly<Record<string, number>>): Promise<void>;
}

/** What a model has to bring; the rest of a {@link Recommender} follows. */
export interface Scorer {
  readonly name: string;
  readonly itemIds: readonly string[];
  readonly clicks: Float64Array;
  /** Whether scores are logits of a softmax over items. */
  readonly logits?: boolean;
  scoreRows(histories: CsrMatrix): Promise<Float64Array>;
  stored(): StoredModel;
}

const historiesAtOnce = 500;

export function recommenderFrom(scorer: Scorer): Recommender {
  const { name, itemIds, clicks } = scorer;
  const index = new Map(itemIds.map((id, i) => [id, i]));

  const recommendMany: Recommender["recommendMany"] = async (histories, n, options = {}) => {
    requireCount(n);
    const asked = histories.map((history) => ({ given: history.length, ...lookUp(index, history) }));
    const { exclude = [], allow } = options;
    const hidden = lookUp(index, exclude).known;
    const allowed = allow && lookUp(index, allow);
    const kept = allowed && new Set(allowed.known);
    const out: Recommendations[] = [];
    for (let from = 0; from < asked.length; from += historiesAtOnce) {
      const chunk = asked.slice(from, from + historiesAtOnce);
      const rows = csrFromLists(
        chunk.map(({ known }) => known),
        itemIds.length,
      );
      const scores = await scorer.scoreRows(rows);
      for (const [row, { given, known, unknown }] of chunk.entries()) {
        const cold = known.length === 0;
        const own = cold
          ? Float64Array.from(clicks)
          : scores.subarray(row * itemIds.length, (row + 1) * itemIds.length);
        for (const i of known) own[i] = Number.NEGATIVE_INFINITY;
        const logTotal = scorer.logits && !cold ? logSumExp(own) : undefined;
        for (const i of hidden) own[i] = Number.NEGATIVE_INFINITY;
        if (kept) for (let i = 0; i < own.length; i++) if (!kept.has(i)) own[i] = Number.NEGATIVE_INFINITY;
        const items = Array.from(topItems(own, n), (i): Recommendation => {
          const base = { item: itemIds[i], score: own[i] };
          return logTotal === undefined ? base : { ...base, probability: Math.exp(own[i] - logTotal) };
        });
        const warnings: Warning[] = [];
        if (unknown.length > 0) warnings.push(unknownItems(unknown, given));
        if (cold) warnings.push(coldStart(given));
        if (allow && allowed && allowed.unknown.length > 0)
          warnings.push(unknownAllowed(allowed.unknown, allow.length));
        out.push({ items, unknown, warnings });
      }
    }
    return out;
  };

  return {
    name,
    itemIds,
    clicks,
    save(folder, metrics = {}) {
      const { tree, facts } = scorer.stored();
      return saveModel(
        folder,
        { itemIds, clicks: tensor(clicks), ...tree },
        { method, name, ...facts, metrics },
      );
    },
    scoreRows: (histories) => scorer.scoreRows(histories),
    async scores(history) {
      const { known } = lookUp(index, history);
      const scores = await scorer.scoreRows(csrFromLists([known], itemIds.length));
      for (const i of known) scores[i] = Number.NEGATIVE_INFINITY;
      return scores;
    },
    recommend: async (history, n, options) => (await recommendMany([history], n, options))[0],
    recommendMany,
  };
}

/** Item numbers without repeats, and ids that have none. */
export function lookUp(
  index: ReadonlyMap<string, number>,
  ids: readonly string[],
): { known: number[]; unknown: string[] } {
  const known = new Set<number>();
  const unknown = new Set<string>();
  for (const id of ids) {
    const i = index.get(id);
    if (i === undefined) unknown.add(id);
    else known.add(i);
  }
  return { known: [...known], unknown: [...unknown] };
}

function coldStart(given: number): Warning {
  return {
    code: "cold-start",
    message:
      given === 0
        ? "the history is empty: these are the most popular items"
        : "the model knows no item of the history: these are the most popular items",
  };
}

function unknownItems(unknown: readonly string[], given: number): Warning {
  return {
    code: "unknown-items",
    message: `${unknown.length} of ${given} items of the history are unknown to the model and were left out: ${few(unknown)}`,
  };
}

function unknownAllowed(unknown: readonly string[], given: number): Warning {
  return {
    code: "unknown-allowed",
    message: `${unknown.length} of ${given} allowed items are unknown to the model: ${few(unknown)}`,
  };
}

function few(ids: readonly string[]): string {
  return ids.length > 5 ? `${ids.slice(0, 5).join(", ")}, …` : ids.join(", ");
}

function requireCount(n: number): void {
  if (Number.isInteger(n) && n >= 1) return;
  throw new InputError({
    code: "bad-count",
    where: "recommend",
    problem: "not a number of items",
    expected: "a whole number from 1",
    got: n,
  });
}
