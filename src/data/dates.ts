const dayMs = 86_400_000;

/** One way of writing dates. */
interface DateFormat {
  pattern: RegExp;
  /** Days since 1970-01-01 from the groups of the pattern; NaN when there is no such day. */
  days(groups: string[]): number;
  /** The day may also be the month. */
  isAmbiguous?: boolean;
}

const time = String.raw`(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?`;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const monthName = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`;

const formats: DateFormat[] = [
  {
    pattern: new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})${time}$`),
    days: ([year, month, day, ...clock]) => dayNumber(year, month, day) + dayPart(clock),
  },
  {
    pattern: new RegExp(String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})${time}$`),
    days: ([month, day, year, ...clock]) => dayNumber(year, month, day) + dayPart(clock),
    isAmbiguous: true,
  },
  {
    pattern: new RegExp(String.raw`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})${time}$`),
    days: ([day, month, year, ...clock]) => dayNumber(year, month, day) + dayPart(clock),
  },
  {
    pattern: new RegExp(String.raw`^${monthName} (\d{1,2}),? (\d{4})${time}$`, "i"),
    days: ([month, day, year, ...clock]) => dayNumber(year, monthNumber(month), day) + dayPart(clock),
  },
  {
    pattern: new RegExp(String.raw`^(\d{1,2})[ -]${monthName}[ -](\d{4})${time}$`, "i"),
    days: ([day, month, year, ...clock]) => dayNumber(year, monthNumber(month), day) + dayPart(clock),
  },
  {
    pattern: /^(\d{4})-(\d{2})$/,
    days: ([year, month]) => dayNumber(year, month, "1"),
  },
];

/**
 * Reads texts as dates when one way of writing fits them all: ISO 8601, year/month/day, month/day/year, day/month/year
 * (also with dots or dashes), and English month names, each with an optional time of day.
 *
 * @returns days since 1970-01-01 UTC, and whether day/month/year would have fitted as well
 */
export function parseDates(
  texts: readonly string[],
): { days: Float64Array; isAmbiguous: boolean } | undefined {
  if (texts.length === 0) return undefined;
  const fitting = formats.flatMap((format) => {
    const days = parseAll(texts, format);
    return days ? [{ format, days }] : [];
  });
  if (fitting.length === 0) return undefined;
  const [{ format, days }] = fitting;
  return { days, isAmbiguous: format.isAmbiguous === true && fitting.length > 1 };
}

function parseAll(texts: readonly string[], { pattern, days }: DateFormat): Float64Array | undefined {
  const out = new Float64Array(texts.length);
  for (let i = 0; i < texts.length; i++) {
    const match = pattern.exec(texts[i]);
    if (!match) return undefined;
    out[i] = days(match.slice(1));
    if (Number.isNaN(out[i])) return undefined;
  }
  return out;
}

function dayNumber(year: string, month: string, day: string): number {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return exists ? date.getTime() / dayMs : Number.NaN;
}

function dayPart([hours, minutes, seconds, zone]: string[]): number {
  if (hours === undefined) return 0;
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds ?? 0)];
  if (h > 24 || m > 59 || s >= 61) return Number.NaN;
  const [, sign, zoneHours, zoneMinutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? "") ?? [];
  const east =
    sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes ?? 0));
  return (h * 3600 + (m - east) * 60 + s) / 86_400;
}

function monthNumber(name: string): string {
  return String(months.indexOf(name.slice(0, 3).toLowerCase()) + 1);
}
