import { InputError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { type CsrMatrix, columnCounts, csrColumns, csrFromLists, csrRows, rowIndices } from "./csr.ts";
import type { Interactions } from "./interactions.ts";

/** Users who are not trained on: what the model is shown of them, and what it has to find. */
export interface HeldOutUsers {
  readonly userIds: readonly string[];
  readonly foldIn: CsrMatrix;
  /** Empty rows for users with too few items; they do not count in metrics. */
  readonly heldOut: CsrMatrix;
}

/** Training users, and validation and test users whose items are known to the training users. */
export interface Split {
  readonly itemIds: readonly string[];
  readonly trainUserIds: readonly string[];
  readonly train: CsrMatrix;
  readonly validation: HeldOutUsers;
  readonly test: HeldOutUsers;
  readonly dropped: {
    /** Items without enough clicks of training users. */
    items: number;
    /** Clicks on them, in all three parts. */
    clicks: number;
  };
}

export interface SplitOptions {
  validationUsers: number;
  testUsers: number;
  /** Share of a held-out user's items that is hidden, rounded down; 0.2 by default. */
  heldOutFraction?: number;
  /** Items need this many training users; 1 by default. */
  minItemClicks?: number;
  seed?: number;
}

/** Users with fewer items left are shown completely and do not count in metrics. */
const fewestItems = 5;

/**
 * The protocol of the Mult-VAE paper: whole users are held out ("strong generalisation"). Users are put in random
 * order, the last are test, those before them validation, the rest train; items are those of training users; of every
 * held-out user with 5 items or more a share is hidden.
 *
 * @param options `heldOutFraction` 0.2, `minItemClicks` 1 (training users an item needs), `seed` 0
 * @throws InputError when no training user or no item is left, or an option is out of range
 * @example
 * import { interactions, strongGeneralizationSplit } from "surprisal/learn";
 * const user = Array.from({ length: 60 }, (_, e) => e % 10);
 * const item = user.map((u, e) => (u + e) % 13);
 * const split = strongGeneralizationSplit(interactions({ user, item }), { validationUsers: 2, testUsers: 2 });
 * split.train.rows; // 6
 */
export function strongGeneralizationSplit(data: Interactions, options: SplitOptions): Split {
  const { validationUsers, testUsers, heldOutFraction = 0.2, minItemClicks = 1, seed = 0 } = options;
  const users = data.matrix.rows;
  requireWhole("validationUsers", validationUsers, 0, users - 1);
  requireWhole("testUsers", testUsers, 0, users - validationUsers - 1);
  requireWhole("minItemClicks", minItemClicks, 1, users);
  if (!(heldOutFraction > 0 && heldOutFraction < 1)) {
    throw refusal("heldOutFraction", "a number between 0 and 1", heldOutFraction);
  }
  const random = new Random(seed);
  const order = random.split("users").permutation(users);
  const trained = order.slice(0, users - validationUsers - testUsers);
  const validated = order.slice(trained.length, users - testUsers);
  const tested = order.slice(users - testUsers);

  const counts = columnCounts(csrRows(data.matrix, trained));
  const items = Int32Array.from(counts.keys()).filter((i) => counts[i] >= minItemClicks);
  if (items.length === 0) {
    throw refusal("minItemClicks", "some item that as many training users clicked", minItemClicks);
  }
  const matrix = csrColumns(data.matrix, items);
  const hold = random.split("held out");
  const withheld = (chosen: Int32Array): HeldOutUsers => ({
    userIds: Array.from(chosen, (u) => data.userIds[u]),
    ...holdOut(csrRows(matrix, chosen), heldOutFraction, hold),
  });
  return {
    itemIds: Array.from(items, (i) => data.itemIds[i]),
    trainUserIds: Array.from(trained, (u) => data.userIds[u]),
    train: csrRows(matrix, trained),
    validation: withheld(validated),
    test: withheld(tested),
    dropped: {
      items: data.matrix.cols - items.length,
      clicks: data.matrix.indices.length - matrix.indices.length,
    },
  };
}

/** ⌊share · n⌋ of each row's n items apart, drawn without replacement. */
function holdOut(rows: CsrMatrix, share: number, random: Random): { foldIn: CsrMatrix; heldOut: CsrMatrix } {
  const hidden = new Uint8Array(rows.indices.length);
  for (let u = 0; u < rows.rows; u++) {
    const [from, to] = [rows.offsets[u], rows.offsets[u + 1]];
    if (to - from < fewestItems) continue;
    for (const e of random.subsample(to - from, Math.floor(share * (to - from)))) hidden[from + e] = 1;
  }
  return { foldIn: entriesWhere(rows, hidden, 0), heldOut: entriesWhere(rows, hidden, 1) };
}

function entriesWhere(m: CsrMatrix, mark: Uint8Array, wanted: number): CsrMatrix {
  const offsets = new Int32Array(m.rows + 1);
  for (let u = 0; u < m.rows; u++) {
    offsets[u + 1] = offsets[u];
    for (let e = m.offsets[u]; e < m.offsets[u + 1]; e++) if (mark[e] === wanted) offsets[u + 1]++;
  }
  return {
    ...m,
    offsets,
    indices: m.indices.filter((_, e) => mark[e] === wanted),
    values: m.values.filter((_, e) => mark[e] === wanted),
  };
}

/** Held-out users given as lists of item numbers. */
export function heldOutUsers(
  userIds: readonly string[],
  foldIn: readonly ArrayLike<number>[],
  heldOut: readonly ArrayLike<number>[],
  items: number,
): HeldOutUsers {
  return { userIds, foldIn: csrFromLists(foldIn, items), heldOut: csrFromLists(heldOut, items) };
}

/** How many users have something to find. */
export function countEvaluated(users: HeldOutUsers): number {
  let n = 0;
  for (let u = 0; u < users.heldOut.rows; u++) if (rowIndices(users.heldOut, u).length > 0) n++;
  return n;
}

function requireWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw refusal(name, `a whole number from ${least} to ${most}`, value);
}

function refusal(name: string, expected: string, got: unknown): InputError {
  return new InputError({
    code: "bad-option",
    where: "strongGeneralizationSplit",
    problem: `${name} will not do`,
    expected,
    got,
  });
}
