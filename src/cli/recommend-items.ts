import { InputError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { rowIndices } from "../learn/mult-vae/csr.ts";
import type { Recommendations } from "../learn/mult-vae/recommender.ts";
import { isMultVae, loadHistories, loadRecommender } from "../learn/mult-vae/store.ts";

/** Options of `surprisal recommend`, parsed. */
export interface RecommendFlags {
  /** A user of the file that the model was learned from. */
  user?: string;
  /** Or items by hand. */
  history?: readonly string[];
  /** 20. */
  top?: number;
  exclude?: readonly string[];
  allow?: readonly string[];
}

/** Plain JSON. */
export interface RecommendAnswer extends Recommendations {
  readonly model: string;
  readonly user?: string;
  readonly history: readonly string[];
  /** What the model's code tells about the history, in nats; only of a Mult-VAE. */
  readonly rate?: number;
}

/** Loads a model and asks it what comes next for a user of its file, or for a history given by hand. */
export async function recommendItems(folder: string, flags: RecommendFlags): Promise<RecommendAnswer> {
  const { user, top = 20, exclude, allow } = flags;
  if ((user === undefined) === (flags.history === undefined)) {
    throw new InputError({
      code: "missing-option",
      where: "recommend",
      problem: "whom to recommend to is not clear",
      expected: "either --user or --history",
      got: user === undefined ? "neither" : "both",
    });
  }
  const model = await loadRecommender(folder);
  const history = flags.history ?? (await historyOf(folder, user!));
  const found = await model.recommend(history, top, { exclude, allow });
  const isKnown = new Set(history).size > found.unknown.length;
  const hasRate = isMultVae(model) && model.settings.kind === "vae" && isKnown;
  return {
    model: model.name,
    ...(user === undefined ? {} : { user }),
    history,
    ...(hasRate ? { rate: await model.rate(history) } : {}),
    ...found,
  };
}

async function historyOf(folder: string, user: string): Promise<string[]> {
  const { userIds, itemIds, matrix } = await loadHistories(folder);
  const row = userIds.indexOf(user);
  if (row >= 0) return Array.from(rowIndices(matrix, row), (i) => itemIds[i]);
  throw new InputError({
    code: "unknown-user",
    where: "recommend",
    problem: "no such user in the file that the model was learned from, or with too few items",
    got: user,
    hint: didYouMean(user, userIds) ?? "give items with --history",
  });
}

/** The answer for a terminal. */
export function recommendText(answer: RecommendAnswer): string {
  const { model, user, history, rate, items, warnings } = answer;
  const whose = user === undefined ? "this history" : `user ${user}`;
  const kept = rate === undefined ? "" : `, ${rate.toFixed(1)} nats of them kept`;
  const width = Math.max(4, ...items.map(({ item }) => item.length));
  const places = String(items.length).length;
  const lines = items.map(({ item, score, probability }, i) => {
    const value = probability === undefined ? score.toPrecision(4) : `${(100 * probability).toFixed(2)} %`;
    return `  ${String(i + 1).padStart(places)}  ${item.padEnd(width)}  ${value.padStart(9)}`;
  });
  return [
    `What is next for ${whose}, by ${model} (${history.length} items${kept})`,
    "",
    ...(items.length > 0 ? lines : ["  nothing is left to recommend"]),
    ...(warnings.length > 0 ? ["", ...warnings.map(({ message }) => `note: ${message}`)] : []),
    "",
  ].join("\n");
}
