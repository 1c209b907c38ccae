/** Three decimals; never "-0.000". Infinite and absent numbers keep their meaning. */
export function formatNumber(value: number | undefined | null, digits = 3): string {
  if (value === undefined || value === null || Number.isNaN(value)) return "—";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** "[0.12, 0.34]" */
export function formatInterval(interval: { low: number; high: number }): string {
  return `[${formatNumber(interval.low)}, ${formatNumber(interval.high)}]`;
}

/**
 * "p=0.41", and "p<0.005" when no permutation reached the value: the limit 1/(P+1) is all that P permutations can
 * show ("p≤" when the rounded limit is the limit itself).
 */
export function formatP(p: number | undefined, permutations: number): string {
  if (p === undefined) return "";
  const limit = 1 / (permutations + 1);
  if (permutations > 0 && p <= limit * (1 + 1e-9)) {
    const scale = 10 ** Math.ceil(-Math.log10(limit));
    const rounded = Math.ceil(limit * scale - 1e-9) / scale;
    return `p${rounded - limit < 1e-12 ? "≤" : "<"}${rounded}`;
  }
  return `p=${formatPlain(p)}`;
}

/** Two significant digits without an exponent. */
function formatPlain(p: number): string {
  const rounded = Number(p.toPrecision(2));
  return rounded >= 1e-6 || rounded === 0 ? rounded.toString() : rounded.toExponential(0);
}

/** "59 %", with a space that does not break. */
export function formatShare(share: number): string {
  const percent = 100 * share;
  return `${Math.abs(percent) < 10 ? Number(percent.toFixed(1)) : Math.round(percent)}\u00a0%`;
}

/** "7,043" */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** "1 column", "2 columns" */
export function plural(count: number, word: string, more = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : more}`;
}

/** "a", "a and b", "a, b and c", "a, b, c and 4 more" */
export function listWords(words: readonly string[], most = words.length): string {
  if (words.length > most) return `${words.slice(0, most).join(", ")} and ${words.length - most} more`;
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** "0.8 s", "2 min 5 s" */
export function formatDuration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
