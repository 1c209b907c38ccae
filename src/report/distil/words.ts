import { formatCount, formatShare, plural } from "../format.ts";
import type { DistilReport } from "./report.ts";

/** The result in a sentence. */
export function verdict({ scores, testChunks }: DistilReport): string {
  const { f1AtBudget, kept, words } = scores;
  return `Of the words that the teacher kept in ${plural(testChunks, "held-out chunk")}, the compressor finds ${formatShare(f1AtBudget)} when it keeps as many; by chance it would be ${formatShare(kept / words)}.`;
}

/** "950 of 1,000 chunks" */
export function chunksText({ chunks, keptChunks }: DistilReport): string {
  return `${formatCount(keptChunks)} of ${formatCount(chunks)} kept`;
}

export function reasonText(reason: DistilReport["droppedChunks"][number]["reason"]): string {
  return reason === "variation-rate" ? "invented words" : "words out of order";
}

/** Rates with the digits that three thousand chunks can have. */
export function rate(value: number): string {
  return value.toFixed(3);
}
