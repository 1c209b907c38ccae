import type { SelectReport } from "../../decide/submodular/report-data.ts";
import { formatCount, formatNumber, formatShare, listWords, plural } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";

/** What the selection is, in a heading. */
export function heading({ picks, rows, targets }: SelectReport): string {
  const chosen = `${formatCount(picks.length)} of ${plural(rows, "row")}`;
  if (targets?.queries) return `${chosen} for ${plural(targets.queries.count, "query", "queries")}`;
  return `${chosen}${targets?.avoided ? `, beside ${formatCount(targets.avoided.count)} to avoid` : ""}`;
}

/** What came out, in one or two sentences. */
export function verdict(r: SelectReport): string {
  const { curve } = r;
  const last = curve.sizes.length - 1;
  const { mean, low, high } = curve.random;
  const reached = shortNumber(curve.chosen[last]);
  const range = `${shortNumber(mean[last])} [${shortNumber(low[last])}, ${shortNumber(high[last])}]`;
  const what = capital(curve.what);
  return `${what}: ${reached}. Random rows reach ${range}.${sameAsRandom(r)}`;
}

/** How many random rows do as well: how much labelling the choice saves. */
function sameAsRandom({ curve }: SelectReport): string {
  const { sizes, chosen, random } = curve;
  const last = sizes.length - 1;
  const needed = chosen.findIndex((value) => value >= random.mean[last]);
  if (needed < 0 || needed === last) return "";
  return ` The first ${formatCount(sizes[needed])} do as well as ${formatCount(sizes[last])} random ones.`;
}

/** What is known about the best possible choice, in a sentence or two. */
export function goodness({ certified, guarantee, approximation }: SelectReport): string {
  const promised =
    guarantee.factor === undefined
      ? `Nothing is promised in advance: ${guarantee.because}.`
      : `Promised in advance: ${guarantee.because}, here ${formatShare(guarantee.factor)}.`;
  if (certified === undefined) return promised;
  return `At least ${formatShare(Math.floor(1000 * certified) / 1000)} of the best possible value${approximation ? " of the approximated objective" : ""}, by a bound computed afterwards. ${promised}`;
}

/** How much less the chosen rows repeat each other, in a sentence; nothing for a single row. */
export function redundancyText({ redundancy, rows, picks }: SelectReport): string | undefined {
  const { chosen, random, measured, near, left } = redundancy;
  if (measured < 2) return undefined;
  const first = measured < picks.length ? ` (the first ${formatCount(measured)})` : "";
  const alike = `A chosen row${first} has a similarity of ${formatNumber(chosen)} to the chosen row most similar to it; among random rows it is ${formatNumber(random.mean)} [${formatNumber(random.low)}, ${formatNumber(random.high)}].`;
  const close = near.find(({ share }) => share >= 0.05) ?? near[near.length - 1];
  if (left === 0) return alike;
  const sampled = left < rows - picks.length ? `, by ${formatCount(left)} of them` : "";
  return `${alike} ${formatShare(close.share)} of the rows left have a chosen row at a similarity of ${close.similarity} or more${sampled}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How many of each group were chosen, in a sentence. */
export function balanceText({ balance }: SelectReport): string | undefined {
  if (!balance) return undefined;
  const groups = balance.groups.map(
    ({ name, rows, chosen }) => `${name} ${formatCount(chosen)} of ${formatCount(rows)}`,
  );
  return `By ${balance.column}: ${listWords(groups, 8)}.`;
}
