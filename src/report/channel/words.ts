import type { ChannelFindings, CompressorFinding, ScoreFinding } from "../../language/channel/channel.ts";
import { formatNumber, listWords } from "../format.ts";

/** "≥ 5.58", "1.20", "0 (−0.30)" */
export function bitsText({ bits, saturated }: CompressorFinding): string {
  if (bits < 0) return `0 (${minus(formatNumber(bits, 2))})`;
  return `${saturated ? "≥ " : ""}${formatNumber(bits, 2)}`;
}

/** "[1.02, 1.39]" */
export function intervalText({ low, high }: { low: number; high: number }, digits = 2): string {
  return minus(`[${formatNumber(low, digits)}, ${formatNumber(high, digits)}]`);
}

/** "1.83", "∞", or nothing for a saturated one. */
export function upperText({ upper, saturated }: CompressorFinding): string {
  if (saturated) return "?";
  return upper === null ? "∞" : minus(formatNumber(upper, 2));
}

export function rankText({ rank: { best, worst } }: CompressorFinding): string {
  return best === worst ? String(best) : `${best}–${worst}`;
}

export function minus(text: string): string {
  return text.replaceAll("-", "−");
}

/** The result in one or two sentences; `name` dresses the names of compressors. */
export function verdict(f: ChannelFindings): string {
  const { compressors, limit } = f;
  const [first] = compressors;
  const ceiling = `${formatNumber(limit, 2)} bits is all that ${f.contexts.length} contexts hold`;
  if (compressors.length === 1) {
    return `${first.name} keeps ${amount(first)} about which context it was given; ${ceiling}.`;
  }
  const saturated = compressors.filter((one) => one.saturated);
  if (saturated.length > 1) {
    const rest = compressors.filter(({ rank }) => rank.best > saturated.length).length;
    return `${saturated.length} of ${compressors.length} compressors tell nearly all contexts apart and cannot be ranked here${rest > 0 ? `; ${rest === compressors.length - saturated.length ? "the others" : rest} keep less` : ""}: ${ceiling}.`;
  }
  const tied = compressors.filter(({ rank }) => rank.best === 1);
  const most =
    tied.length === 1
      ? `${first.name} keeps most: ${amount(first)}`
      : `${listWords(
          tied.map(({ name }) => name),
          4,
        )} cannot be told apart at the top: ${first.name} shows ${amount(first)}`;
  return `${most}; ${ceiling}.`;
}

function amount(one: CompressorFinding): string {
  return one.bits < 0
    ? "nothing that was seen"
    : `${one.saturated ? "at least " : ""}${formatNumber(one.bits, 2)} bits`;
}

/** "1 − accuracy = 0.600 exp(−1.50 R) + 0.100, R in bits per token; R² 0.98" */
export function curveText({ name, curve }: ScoreFinding): string | undefined {
  if (!curve) return undefined;
  const { C, b, D0, r2 } = curve;
  return minus(
    `1 - ${name} = ${formatNumber(C)} exp(-${formatNumber(b, 2)} R) + ${formatNumber(D0)}, R in bits per token; R² ${formatNumber(r2, 2)}`,
  );
}

/** "a further bit is worth +0.062 [0.041, 0.083] of accuracy" */
export function regressionText({ name, regression }: ScoreFinding): string | undefined {
  if (!regression) return undefined;
  const { slope, r2, items } = regression;
  const sign = slope.value >= 0 ? "+" : "";
  return minus(
    `a further bit goes with ${sign}${formatNumber(slope.value)} [${formatNumber(slope.interval.low)}, ${formatNumber(slope.interval.high)}] of ${name} (R² ${formatNumber(r2, 2)} over ${items} compressions)`,
  );
}
