import { formatCount, formatShare, plural } from "../format.ts";
import type { CompressReport } from "./report.ts";

type Summary = Pick<CompressReport, "originalTokens" | "compressedTokens" | "information">;

/** The result in a sentence. */
export function verdict({ originalTokens, compressedTokens, information }: Summary): string {
  if (compressedTokens === originalTokens) {
    return `All ${plural(originalTokens, "token")} fit: nothing was taken out.`;
  }
  const share = compressedTokens / Math.max(1, originalTokens);
  return `${formatCount(compressedTokens)} of ${plural(originalTokens, "token")} are left (${formatShare(share)}), and with them ${formatShare(keptShare({ information }))} of the information.`;
}

/** The share of the bits that is kept. */
export function keptShare({ information }: Pick<CompressReport, "information">): number {
  return information.total === 0 ? 1 : information.kept / information.total;
}

/** "2.0× shorter" */
export function ratioText({
  compressedTokens,
  ratio,
}: Pick<CompressReport, "compressedTokens" | "ratio">): string {
  return compressedTokens === 0 ? "—" : `${ratio.toFixed(ratio < 9.95 ? 1 : 0)}×`;
}

const tiers: Record<string, string> = {
  ngram: "no model: trigram of English and the text's own words",
  classifier: "the shipped token classifier",
};

export function tierText(scorer: string): string {
  const known = tiers[scorer];
  return known ? `${scorer} (${known})` : scorer;
}

/** "3 of 3 untouched" */
export function protectedText({ protectedSpans: { asked, found, untouched } }: CompressReport): string {
  if (asked.length === 0) return "none asked for";
  return found === 0 ? "none found" : `${formatCount(untouched)} of ${formatCount(found)} untouched`;
}

export function bits(amount: number): string {
  return `${formatCount(Math.round(amount))} bits`;
}

/** The sentence or name under which contexts are listed. */
export function fileName(file: string): string {
  return file === "-" ? "standard input" : file;
}
