import { asCodes, type Codes, type CodesLike } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import { type CsrMatrix, columnCounts, csrColumns, csrFromEntries, csrRows } from "./csr.ts";

/** Who clicked what, one entry per event. */
export interface InteractionColumns {
  user: CodesLike;
  item: CodesLike;
  /** Numbers of which only those above `threshold` count as a click. */
  rating?: ArrayLike<number>;
  /** How often; added up per user and item. Without it a click counts once, however often it occurs. */
  count?: ArrayLike<number>;
}

export interface InteractionOptions {
  /** Ratings must be above this; required with ratings. */
  threshold?: number;
  /** Users with fewer different items are dropped; 5 by default. */
  minUserClicks?: number;
}

/** What preparation left out. */
export interface DroppedInteractions {
  /** Events whose rating is not above the threshold. */
  belowThreshold: number;
  /** Events of a user and item that had occurred before, merged. */
  duplicates: number;
  /** Users with too few items, and their events after merging. */
  users: number;
  eventsOfUsers: number;
}

/** Users × items with the ids of both. */
export interface Interactions {
  readonly userIds: readonly string[];
  readonly itemIds: readonly string[];
  readonly matrix: CsrMatrix;
  readonly dropped: DroppedInteractions;
}

/**
 * Prepares implicit feedback: ratings above a threshold, duplicates merged, users with too few items dropped, with
 * counts of everything left out. Items are not filtered; those without a click left do not appear.
 *
 * @param columns equally long: `user` and `item` (texts or whole numbers), `rating` or `count` if there are any
 * @param options `threshold` (required with ratings), `minUserClicks` (default 5)
 * @throws InputError for unequal lengths, a NaN, a count that is not positive, ratings without a threshold, or nothing
 *   left
 * @example
 * import { interactions } from "surprisal/learn";
 * const clicks = interactions(
 *   { user: ["ann", "ann", "bob"], item: ["tea", "milk", "tea"], rating: [5, 2, 4] },
 *   { threshold: 3.5, minUserClicks: 1 },
 * );
 * clicks.itemIds; // ["tea"]
 */
export function interactions(columns: InteractionColumns, options: InteractionOptions = {}): Interactions {
  const { threshold, minUserClicks = 5 } = options;
  const user = asCodes(columns.user, "interactions: user");
  const item = asCodes(columns.item, "interactions: item");
  const n = user.codes.length;
  requireLength(item.codes, n, "item");
  for (const name of ["rating", "count"] as const) requireNumbers(columns[name], n, name);
  if (columns.rating && threshold === undefined) {
    throw new InputError({
      code: "missing-option",
      where: "interactions",
      problem: "ratings without a threshold",
      expected: "a threshold: higher ratings count as clicks",
      got: threshold,
    });
  }
  const { rating } = columns;
  const kept = rating ? indicesWhere(n, (e) => rating[e] > threshold!) : indicesWhere(n, () => true);
  const pick = (values: ArrayLike<number>) => Float64Array.from(kept, (e) => values[e]);
  let matrix = csrFromEntries(
    user.levels.length,
    item.levels.length,
    Int32Array.from(kept, (e) => user.codes[e]),
    Int32Array.from(kept, (e) => item.codes[e]),
    columns.count && pick(columns.count),
  );
  if (!columns.count) matrix.values.fill(1);
  const duplicates = kept.length - matrix.indices.length;

  const clicks = (u: number) => matrix.offsets[u + 1] - matrix.offsets[u];
  const present = indicesWhere(matrix.rows, (u) => clicks(u) > 0);
  const users = present.filter((u) => clicks(u) >= minUserClicks);
  const before = matrix.indices.length;
  matrix = csrRows(matrix, users);
  const counts = columnCounts(matrix);
  const items = indicesWhere(matrix.cols, (i) => counts[i] > 0);
  if (users.length === 0) {
    throw new InputError({
      code: "nothing-left",
      where: "interactions",
      problem: `no user with ${minUserClicks} different items`,
      expected: "a lower threshold or minUserClicks",
      got: `${n} events of ${user.levels.length} users, ${kept.length} of them clicks`,
    });
  }
  return {
    userIds: names(user, users),
    itemIds: names(item, items),
    matrix: csrColumns(matrix, items),
    dropped: {
      belowThreshold: n - kept.length,
      duplicates,
      users: present.length - users.length,
      eventsOfUsers: before - matrix.indices.length,
    },
  };
}

function names(codes: Codes, kept: Int32Array): string[] {
  return Array.from(kept, (code) => codes.levels[code]);
}

function indicesWhere(n: number, keep: (index: number) => boolean): Int32Array {
  const out = new Int32Array(n);
  let size = 0;
  for (let i = 0; i < n; i++) if (keep(i)) out[size++] = i;
  return out.slice(0, size);
}

function requireLength(values: ArrayLike<number>, n: number, name: string): void {
  if (values.length === n) return;
  throw new InputError({
    code: "length-mismatch",
    where: "interactions",
    problem: `${name} has another length than user`,
    expected: `${n} values`,
    got: values.length,
  });
}

function requireNumbers(values: ArrayLike<number> | undefined, n: number, name: "rating" | "count"): void {
  if (!values) return;
  requireLength(values, n, name);
  for (let e = 0; e < n; e++) {
    if (name === "count" ? values[e] > 0 && values[e] < Number.POSITIVE_INFINITY : Number.isFinite(values[e]))
      continue;
    throw new InputError({
      code: Number.isFinite(values[e]) ? "not-positive" : "not-finite",
      where: "interactions",
      problem: `${name} of row ${e} will not do`,
      expected: name === "count" ? "positive finite numbers" : "finite numbers",
      got: values[e],
    });
  }
}
