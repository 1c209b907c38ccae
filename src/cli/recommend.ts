import { Command } from "commander";
import { InputError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import type { Recommendations, Recommender } from "../learn/mult-vae/recommender.ts";
import { names, wholeNumber } from "./arguments.ts";
import { withHint } from "./encode.ts";

interface RecommendFlags {
  user?: string;
  history?: string[];
  top: number;
  json?: boolean;
}

/** `surprisal recommend`: what to show next, from a trained recommender. */
export function recommendCommand(): Command {
  return new Command("recommend")
    .summary("what to show next, from a model of surprisal learn mult-vae")
    .description(
      `Ranks what a user has not clicked yet. The user need not have been there in training.

Examples:
  surprisal recommend model/ --user 42 --top 20
  surprisal recommend model/ --history 318,527,593
  surprisal recommend model/ --user 42 --json`,
    )
    .argument("<model>", "the folder of the model")
    .option("--user <id>", "someone in the file that the model was trained on")
    .option("--history <items>", "items clicked by anyone else (commas between ids)", names)
    .option("--top <count>", "how many", wholeNumber, 10)
    .option("--json", "print only JSON")
    .action(recommend);
}

async function recommend(folder: string, flags: RecommendFlags): Promise<void> {
  if ((flags.user === undefined) === (flags.history === undefined)) {
    throw new InputError({
      code: "missing-option",
      where: "recommend",
      problem: flags.user === undefined ? "for whom?" : "--user and --history at once",
      expected: "--user <id> or --history <items>",
    });
  }
  const { isMultVae, loadRecommender } = await import("../learn/mult-vae/store.ts");
  const model = await loadRecommender(folder).catch((error) => {
    throw withHint(error, "contrastive-mim", `surprisal encode ${folder} data.csv -o codes.npy`);
  });
  const history =
    flags.user === undefined ? itemsOf(flags.history ?? [], model) : await historyOf(folder, flags.user);
  const answer = await model.recommend(history, flags.top);
  const knowsSome = history.length > answer.unknown.length;
  const rate =
    isMultVae(model) && model.settings.kind === "vae" && knowsSome ? await model.rate(history) : undefined;
  const notes = [...answer.warnings.map(({ message }) => message), ...meant(answer, model)];
  if (flags.json) {
    const { items, unknown } = answer;
    const facts = { model: model.name, ...(flags.user === undefined ? {} : { user: flags.user }) };
    process.stdout.write(`${JSON.stringify({ ...facts, history, rate, items, unknown, notes })}\n`);
    return;
  }
  process.stdout.write(`${lines(model, flags, history, answer, rate, notes).join("\n")}\n`);
}

/** Ids may hold commas themselves: what is an item as it stands is not taken apart. */
function itemsOf(given: readonly string[], { itemIds }: Recommender): string[] {
  const known = new Set(itemIds);
  return given.flatMap((text) =>
    known.has(text)
      ? [text]
      : text
          .split(",")
          .map((id) => id.trim())
          .filter(Boolean),
  );
}

async function historyOf(folder: string, user: string): Promise<string[]> {
  const { loadHistories } = await import("../learn/mult-vae/store.ts");
  const { userIds, itemIds, matrix } = await loadHistories(folder).catch((error) => {
    if (error instanceof InputError && error.code === "missing-file") {
      throw new InputError({
        code: "no-histories",
        where: folder,
        problem: "the model came without the histories of its users",
        expected: "--history with the items that the user clicked",
        got: `--user ${user}`,
      });
    }
    throw error;
  });
  const row = userIds.indexOf(user);
  if (row < 0) {
    throw new InputError({
      code: "unknown-user",
      where: "--user",
      problem: "nobody of that name clicked anything in the training data",
      expected: `one of ${userIds.length} users, or --history with items the user clicked`,
      got: user,
      hint: didYouMean(user, userIds),
    });
  }
  const items = matrix.indices.subarray(matrix.offsets[row], matrix.offsets[row + 1]);
  return Array.from(items, (item) => itemIds[item]);
}

const mostMeant = 3;

/** Items of the catalogue that unknown ones are probably misspellings of. */
function meant({ unknown }: Recommendations, { itemIds }: Recommender): string[] {
  return unknown.slice(0, mostMeant).flatMap((id) => {
    const hint = /^\d+$/.test(id) ? undefined : didYouMean(id, itemIds);
    return hint === undefined ? [] : [`${id}: ${hint}`];
  });
}

function lines(
  model: Recommender,
  { user }: RecommendFlags,
  history: readonly string[],
  { items, warnings }: Recommendations,
  rate: number | undefined,
  notes: readonly string[],
): string[] {
  const who = user === undefined ? "someone" : `user ${user}`;
  const told = rate === undefined ? "" : `; the code tells at most ${rate.toFixed(1)} nats of them`;
  const widest = Math.max(4, ...items.map(({ item }) => item.length));
  const isCold = warnings.some(({ code }) => code === "cold-start");
  const measure = isCold ? "clicks" : items[0]?.probability === undefined ? "score" : "probability";
  return [
    `${isCold ? "popularity" : model.name}: for ${who} with ${history.length} ${history.length === 1 ? "item" : "items"}${told}`,
    "",
    `      ${"item".padEnd(widest)}  ${measure}`,
    ...items.map(({ item, score, probability }, i) => {
      const value = probability?.toFixed(5) ?? (isCold ? String(score) : score.toPrecision(4));
      return `  ${String(i + 1).padStart(2)}  ${item.padEnd(widest)}  ${value}`;
    }),
    ...(notes.length > 0 ? ["", "worth knowing", ...notes.map((message) => `  ! ${message}`)] : []),
  ];
}
