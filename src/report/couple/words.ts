import { formatNumber, plural } from "../format.ts";
import type { CoupleReport } from "./report.ts";

/** "1.234 bits" */
export function amount(value: number, { unit }: Pick<CoupleReport, "unit">): string {
  return `${formatNumber(Math.abs(value) < 5e-10 ? 0 : value)} ${unit}`;
}

/** The most that X and Y can share, as far as the bounds tell. */
export function mostShared(r: CoupleReport): number {
  return r.code ? r.code.upperBound : r.entropyX + r.entropyY - r.lowerBound;
}

/** What was found, in one or two sentences. */
export function verdict(r: CoupleReport): string {
  const told = `X tells ${amount(r.mutualInformation, r)} of Y`;
  if (!r.code) {
    if (r.mutualInformation < 1e-9) return "One side is certain: there is nothing to tell.";
    return r.optimal
      ? `${told}, as much as any joint distribution with these marginals allows.`
      : `${told}; no joint distribution with these marginals allows more than ${amount(mostShared(r), r)}.`;
  }
  const { code } = r;
  const through = `Through ${plural(code.count, "code")} with an entropy of ${amount(code.entropy, r)}, ${told}`;
  const most = r.optimal
    ? "as much as this rate allows"
    : `at most ${amount(code.upperBound, r)} could arrive`;
  return `${through}: ${most}. Without a limit it would be ${amount(code.withoutLimit, r)}.`;
}

/** How the answer was found. */
export function methodWords(method: CoupleReport["method"]): string {
  const words: Record<CoupleReport["method"], string> = {
    exact: "exact search",
    greedy: "the greedy (Kocaoglu et al.)",
    cicalese: "the algorithm of Cicalese, Gargano & Vaccaro",
    "zero-seeking": "the zero-seeking greedy",
  };
  return words[method];
}

/** Why the entropy cannot be much lower. */
export function gapWords(r: CoupleReport): string {
  if (r.code) return r.optimal ? "the most possible" : `at most ${amount(r.gap, r)} below the most possible`;
  if (r.optimal) return "the least possible";
  return `at most ${amount(r.gap, r)} above the least possible`;
}

export function shownFile(file: string): string {
  return file === "-" ? "standard input" : file;
}

/** A probability in about three digits, never rounded to 0. */
export function probability(p: number): string {
  if (p >= 1e-4) return p.toPrecision(3);
  return p.toExponential(1).replace("-", "−");
}
