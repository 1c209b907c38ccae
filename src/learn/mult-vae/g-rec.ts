import { csrFromLists } from "./csr.ts";
import { heldOutUsers, type Split } from "./split.ts";

/** Clicks of a mixture of two clusters per user, with the probabilities they were drawn from. */
export interface MixtureClicks {
  /** Items in the order they were drawn, one list per user. */
  readonly draws: readonly (readonly number[])[];
  /** Each user's probability of each item: what a perfect model would know. */
  readonly probabilities: readonly Float64Array[];
  readonly split: Split;
}

const users = 1500;
const items = 200;
const clusters = 10;
const trainUsers = 1000;
const validationUsers = 250;
const mostDraws = 2000;

/**
 * 1500 users × 200 items: item i is popular in cluster i mod 10 and rare elsewhere, a user mixes two clusters and
 * clicks 10 to 29 different items. Of every user a fifth of the items, rounded down, is hidden.
 */
export function mixtureClicks(seed: number): MixtureClicks {
  const random = mulberry32(seed);
  const clusterProbabilities = Array.from({ length: clusters }, (_, k) => {
    const weights = Float64Array.from(
      { length: items },
      (_, i) => (1 + Math.floor(i / clusters)) ** -0.7 * (i % clusters === k ? 1 : 0.02),
    );
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w) => w / total);
  });
  const draws: number[][] = [];
  const probabilities: Float64Array[] = [];
  for (let u = 0; u < users; u++) {
    const a = Math.floor(clusters * random());
    let b = Math.floor((clusters - 1) * random());
    if (b >= a) b++;
    const share = 0.3 + 0.4 * random();
    const wanted = 10 + Math.floor(20 * random());
    const own = clusterProbabilities[a].map((p, i) => share * p + (1 - share) * clusterProbabilities[b][i]);
    const list = new Set<number>();
    for (let draw = 0; list.size < wanted && draw < mostDraws; draw++) {
      let left = random();
      let i = 0;
      while (i < items - 1 && left >= own[i]) left -= own[i++];
      list.add(i);
    }
    draws.push([...list]);
    probabilities.push(own);
  }

  const hide = mulberry32(seed + 1);
  const foldIn: number[][] = [];
  const heldOut: number[][] = [];
  for (const list of draws) {
    const order = [...list].sort((i, j) => i - j);
    for (let e = order.length - 1; e > 0; e--) {
      const other = Math.floor(hide() * (e + 1));
      [order[e], order[other]] = [order[other], order[e]];
    }
    const hidden = Math.floor(0.2 * order.length);
    heldOut.push(order.slice(0, hidden));
    foldIn.push(order.slice(hidden));
  }
  const part = (from: number, to: number) =>
    heldOutUsers(
      names("user", users).slice(from, to),
      foldIn.slice(from, to),
      heldOut.slice(from, to),
      items,
    );
  return {
    draws,
    probabilities,
    split: {
      itemIds: names("item", items),
      trainUserIds: names("user", trainUsers),
      train: csrFromLists(draws.slice(0, trainUsers), items),
      validation: part(trainUsers, trainUsers + validationUsers),
      test: part(trainUsers + validationUsers, users),
      dropped: { items: 0, clicks: 0 },
    },
  };
}

/** Scores nobody can beat on average: the probabilities that the test users' clicks were drawn from. */
export function oracleScores({ probabilities }: MixtureClicks): Float64Array {
  const from = trainUsers + validationUsers;
  const out = new Float64Array((users - from) * items);
  for (let u = from; u < users; u++) out.set(probabilities[u], (u - from) * items);
  return out;
}

/** The generator of the published check values, for these data only. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function names(kind: string, n: number): string[] {
  return Array.from({ length: n }, (_, i) => `${kind} ${i}`);
}
