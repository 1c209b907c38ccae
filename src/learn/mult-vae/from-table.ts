import { InputError } from "../../core/errors.ts";
import { column as matrixColumn } from "../../core/matrix.ts";
import { completeRows, type Table, type TableNote, toCodes, toMatrix } from "../../data/table.ts";
import { type InteractionOptions, type Interactions, interactions } from "./interactions.ts";

export interface ClickColumns extends InteractionOptions {
  /** Names of columns; by default those called so or much like it, such as `userId` and `movie_id`. */
  user?: string;
  item?: string;
  /** Ratings of which those above the threshold count; by default a column called rating, stars or score. */
  rating?: string;
  /** How often. */
  count?: string;
}

export interface ClicksOfTable {
  readonly clicks: Interactions;
  /** The columns used, and the threshold where there are ratings. */
  readonly used: { user: string; item: string; rating?: string; count?: string; threshold?: number };
  readonly notes: readonly TableNote[];
}

const usualNames = {
  user: ["user", "userid", "uid", "customer", "customerid", "visitor", "visitorid", "member", "memberid"],
  item: [
    "item",
    "itemid",
    "iid",
    "movie",
    "movieid",
    "film",
    "filmid",
    "product",
    "productid",
    "sku",
    "asin",
    "isbn",
  ],
  rating: ["rating", "ratings", "stars", "score"],
};
/** The paper's 3.5 of 5 stars. */
const defaultShare = 0.7;

/**
 * Clicks from a table with one event a row. Ratings without a `threshold` count above 0.7 of the highest, which is 3.5
 * of 5 stars; when all are equal, every row counts. What was guessed, and what was left out, is said in `notes`.
 *
 * @throws InputError when a column is not there or cannot be told, and as {@link interactions}
 * @example
 * import { writeFileAtomic, readTable } from "surprisal/data";
 * import { clicksOfTable } from "surprisal/learn";
 * import { tmpdir } from "node:os";
 * const path = `${tmpdir()}/surprisal-ratings.csv`;
 * await writeFileAtomic(path, "userId,movieId,rating\n1,10,5\n1,20,2\n2,10,4\n");
 * const { clicks, used } = clicksOfTable(await readTable(path), { minUserClicks: 1 });
 * used.threshold; // 3.5
 * clicks.matrix.indices.length; // 2
 */
export function clicksOfTable(table: Table, options: ClickColumns = {}): ClicksOfTable {
  const user = options.user ?? usual(table, "user") ?? unclear(table, "user");
  const item = options.item ?? usual(table, "item") ?? unclear(table, "item");
  const { count } = options;
  const rating = options.rating ?? (count === undefined ? usual(table, "rating") : undefined);
  if (options.threshold !== undefined && !rating) {
    throw new InputError({
      code: "missing-option",
      where: table.name,
      problem: "a threshold without a column of ratings",
      expected: `the name of one of ${namesOf(table)}`,
      got: "none",
    });
  }
  const names = [user, item, ...(rating ? [rating] : []), ...(count ? [count] : [])];
  const rows = completeRows(table, names);
  const notes: TableNote[] = [];
  if (rows.length < table.rows) {
    const message = `${table.rows - rows.length} of ${table.rows} rows have no value in ${names.join(", ")} and were left out`;
    notes.push({ code: "incomplete-rows", severity: "hint", message, columns: names });
  }
  const numbers = (name: string) => matrixColumn(toMatrix(table, [name], rows), 0);
  const ratings = rating ? numbers(rating) : undefined;
  const threshold = ratings ? (options.threshold ?? usualThreshold(ratings)) : undefined;
  if (rating && threshold !== undefined && options.threshold === undefined) {
    const message = `ratings above ${threshold} count as clicks; choose another threshold if that is not what they mean`;
    notes.push({ code: "threshold", severity: "fact", message, columns: [rating] });
  }
  const clicks = interactions(
    {
      user: toCodes(table, user, rows),
      item: toCodes(table, item, rows),
      ...(ratings && threshold !== undefined ? { rating: ratings } : {}),
      ...(count ? { count: numbers(count) } : {}),
    },
    { threshold, minUserClicks: options.minUserClicks },
  );
  notes.push(...droppedNotes(clicks));
  return { clicks, used: { user, item, rating, count, threshold }, notes };
}

function usualThreshold(ratings: Float64Array): number | undefined {
  const highest = ratings.reduce((most, r) => Math.max(most, r), Number.NEGATIVE_INFINITY);
  return ratings.every((r) => r === highest) ? undefined : Number((defaultShare * highest).toPrecision(12));
}

function droppedNotes({ dropped }: Interactions): TableNote[] {
  const fact = (code: string, message: string): TableNote => ({
    code,
    severity: "fact",
    message,
    columns: [],
  });
  const { belowThreshold, duplicates, users, eventsOfUsers } = dropped;
  return [
    ...(belowThreshold > 0
      ? [fact("below-threshold", `${belowThreshold} ratings are not above the threshold`)]
      : []),
    ...(duplicates > 0 ? [fact("duplicates", `${duplicates} repeated clicks were merged`)] : []),
    ...(users > 0
      ? [fact("few-clicks", `${users} users with too few items were left out, with ${eventsOfUsers} clicks`)]
      : []),
  ];
}

function usual(table: Table, what: keyof typeof usualNames): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  for (const wanted of usualNames[what]) {
    const found = table.columns.find(({ name }) => plain(name) === wanted);
    if (found) return found.name;
  }
  return undefined;
}

function unclear(table: Table, what: "user" | "item"): never {
  throw new InputError({
    code: "unclear-columns",
    where: table.name,
    problem: `which column names the ${what} cannot be told`,
    expected: `the name of one of ${namesOf(table)}`,
    got: "none",
  });
}

function namesOf(table: Table): string {
  return table.columns.map(({ name }) => name).join(", ");
}
