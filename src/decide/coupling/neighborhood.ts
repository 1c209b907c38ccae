import { type CodeMap, codeMasses } from "./code-map.ts";
import { phi, slack } from "./information.ts";

const halvings = 60;

/**
 * The best map that Theorem 3 reaches from a map without split, H(T) ≤ R: where there is rate to spare, a part of one
 * symbol gets a code of its own; where the map is above the rate, a part of one symbol moves to the likeliest code.
 * Undefined when there is none.
 *
 * Theorem 3 speaks of infinitesimal parts; the same moves are followed until H(T) = R. I(X;T) is increasing in the
 * part in the first case, and convex in the second, where only the smallest part that suffices can be best beside
 * moving the whole symbol, which is another map without split.
 */
export function bestNeighbour(p: Float64Array, map: CodeMap, rate: number): CodeMap | undefined {
  if (Math.abs(map.rate - rate) <= slack) return undefined;
  return map.rate < rate ? splitOff(p, map, rate) : moveOver(p, map, rate);
}

function splitOff(p: Float64Array, map: CodeMap, rate: number): CodeMap | undefined {
  const q = codeMasses(p, map.codes, map.count);
  const x = argmin(p.length, (x) => p[x] / q[map.codes[x]]);
  const own = q[map.codes[x]];
  // Alone in its code: splitting it tells nothing.
  if (!(p[x] < own)) return undefined;
  const rateAt = (moved: number) => map.rate + phi(own - moved) - phi(own) + phi(moved);
  if (rateAt(p[x]) <= rate) return undefined;
  const moved = root(p[x], (part) => rateAt(part) <= rate);
  const information = map.rate + phi(own - moved) - phi(own) - phi(p[x] - moved) + phi(p[x]);
  const split = { symbol: x, to: map.count, moved };
  return { codes: map.codes, count: map.count + 1, split, rate: rateAt(moved), information };
}

function moveOver(p: Float64Array, map: CodeMap, rate: number): CodeMap | undefined {
  const q = codeMasses(p, map.codes, map.count);
  const low = argmin(map.count, (t) => q[t]);
  const high = argmin(map.count, (t) => -q[t]);
  if (low === high) return undefined;
  const x = argmin(p.length, (x) => (map.codes[x] === low ? p[x] : 2));
  const rateAt = (moved: number) =>
    map.rate + phi(q[low] - moved) - phi(q[low]) + phi(q[high] + moved) - phi(q[high]);
  if (rateAt(p[x]) > rate) return undefined;
  const moved = p[x] - root(p[x], (kept) => rateAt(p[x] - kept) <= rate);
  const information = rateAt(moved) - (phi(moved) + phi(p[x] - moved) - phi(p[x]));
  const split = { symbol: x, to: high, moved };
  return { codes: map.codes, count: map.count, split, rate: rateAt(moved), information };
}

/** The largest number up to `most` at which a condition holds that holds at 0 and is lost once. */
function root(most: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, most];
  for (let step = 0; step < halvings; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The index with the smallest value, the first of equal ones. */
function argmin(n: number, value: (index: number) => number): number {
  let best = 0;
  let least = value(0);
  for (let i = 1; i < n; i++) {
    const candidate = value(i);
    if (candidate < least) {
      best = i;
      least = candidate;
    }
  }
  return best;
}
