import type { BeforeAfter, RelabelFindings } from "../../decide/loki/loki.ts";
import { formatCount, formatShare, plural } from "../format.ts";

/** The result in one or two sentences. */
export function verdict(f: RelabelFindings): string {
  const changed = `${formatCount(f.changed)} of ${plural(f.rows, "prediction")} changed`;
  const unseen = f.unseen > 0 ? `, ${formatCount(f.unseen)} to labels the classifier does not know` : "";
  const { truth } = f;
  if (!truth) {
    return `${changed}${unseen}. By its own probabilities the expected squared distance falls by ${lowered(f.expected)}.`;
  }
  const { difference } = truth.squaredDistance;
  const found =
    difference.high < 0
      ? `The squared distance to the truth fell by ${lowered(truth.squaredDistance)}.`
      : difference.low > 0
        ? `The squared distance to the truth rose by ${lowered(truth.squaredDistance)}.`
        : "The squared distance to the truth could not be told apart from what it was.";
  return `${changed}${unseen}. ${found}`;
}

function lowered({ before, after }: BeforeAfter): string {
  return before === 0 ? "nothing" : formatShare(Math.abs(1 - after / before));
}

/** "Loki reaches 14 of 20 labels", and how that is known. */
export function locusSentence(f: RelabelFindings): string | undefined {
  const { locus, space } = f;
  if (!locus) return undefined;
  const how = {
    tree: "the nodes between observed ones in a tree with equal edges",
    lp: "exact, by one linear program for each label",
    pairs: "by weights on two labels, so at least these",
  }[locus.method];
  return `${formatCount(locus.reachable)} of ${plural(space.labels, "label")} can be predicted for some probabilities, ${formatCount(locus.identifiable)} of them without a tie (${how}).`;
}
