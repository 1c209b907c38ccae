import type { ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { ease } from "./ease.ts";
import { evaluate } from "./evaluate.ts";
import { leaderboard, type Measured, type Neural, ndcg, paired, trained } from "./experiment-shared.ts";
import { itemKnn } from "./item-weights.ts";
import { movieLens } from "./movielens.ts";
import type { MultVaeOptions } from "./options.ts";
import { popularity } from "./popularity.ts";
import type { Recommender } from "./recommender.ts";
import { strongGeneralizationSplit } from "./split.ts";
import { tunedEase } from "./tune.ts";

/** MovieLens latest-small: 100 validation and 100 test users, items with five training users. */
export async function realData(
  step: (label: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ rows: ExperimentRow[]; table: ExperimentTable }> {
  await step("MovieLens");
  const clicks = await movieLens();
  const title = "MovieLens latest-small, rating > 3.5";
  if (!clicks) {
    const note = "not measured: Debian's r-cran-dslabs is not installed";
    return { rows: [], table: { title, columns: ["data"], rows: [[note]] } };
  }
  const sizes = `${clicks.matrix.indices.length} events, ${clicks.userIds.length} users, ${clicks.itemIds.length} items`;
  const split = strongGeneralizationSplit(clicks, {
    validationUsers: 100,
    testUsers: 100,
    minItemClicks: 5,
    seed: 1,
  });
  const measure = async (model: Recommender): Promise<Measured> => {
    return { name: model.name, evaluation: await evaluate(model, split.test, { signal }) };
  };
  const base = await measure(popularity(split));
  const neighbours = await measure(itemKnn(split));
  await step("MovieLens: EASE");
  const fixed = await measure(await ease(split, { lambda: 200 }));
  const { model, lambda } = await tunedEase(split, { signal });
  const tuned = await measure(model);
  const vae = { hidden: [200], latentDim: 50, batchSize: 100, epochs: 60, seed: 1 };
  const neural: Neural[] = [];
  const neuralOptions: MultVaeOptions[] = [
    { ...vae, betaCap: 0.2 },
    { ...vae, betaCap: 1 },
    { ...vae, kind: "dae", hidden: [], latentDim: 100 },
  ];
  for (const options of neuralOptions) {
    await step(`MovieLens: ${options.kind === "dae" ? "Mult-DAE" : `Mult-VAE, β ≤ ${options.betaCap}`}`);
    neural.push(await trained(options, split, signal));
  }
  const reported: [Measured, number][] = [
    [base, 0.2261],
    [fixed, 0.412],
    [neural[0], 0.377],
    [neural[1], 0.378],
    [neural[2], 0.379],
  ];
  const rows: ExperimentRow[] = [
    {
      claim: "preparation of MovieLens latest-small",
      reported: "51535 events, 659 users, 6169 items",
      measured: sizes,
      tolerance: "none: nothing is random",
      holds: sizes === "51535 events, 659 users, 6169 items",
    },
    ...reported.map(([one, value]): ExperimentRow => {
      const found = ndcg(one);
      const slack = 4 * Math.SQRT2 * found.standardError!;
      return {
        claim: `NDCG@100 of ${one.name.replace(/, seed.*/, "")} on MovieLens latest-small`,
        reported: String(value),
        measured: `${found.value.toFixed(4)} ± ${found.standardError!.toFixed(4)}`,
        tolerance: `${slack.toFixed(3)}: 4 standard errors of the difference of two splits`,
        holds: Math.abs(found.value - value) <= slack,
      };
    }),
    paired(
      `with ${split.train.rows} training users a tuned EASE beats Mult-VAE in NDCG@100`,
      "0.412 against 0.377",
      [tuned],
      [neural[0]],
    ),
  ];
  const named = { ...tuned, name: `EASE tuned, λ=${lambda}` };
  const all = [base, neighbours, fixed, named, ...neural];
  const users = base.evaluation.users;
  return { rows, table: leaderboard(`${title}: ${users} test users, ${split.itemIds.length} items`, all) };
}
