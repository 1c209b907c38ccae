import type { TableMeasurement } from "../measure/table/measurement.ts";
import { amountWithUnit } from "./amounts.ts";
import { renderDocument } from "./document.ts";
import { question, targetEntropy, verdict } from "./findings.ts";
import { formatCount, formatShare } from "./format.ts";
import { type Content, html, type Markup } from "./markup.ts";
import type { Section } from "./sections/section.ts";

/** The page of a measurement. */
export function renderPage(m: TableMeasurement, sections: readonly Section[], json: string): string {
  const ask = question(m);
  return renderDocument({
    title: `${ask} · ${fileName(m)}`,
    kicker: html`surprisal measured ${fileName(m)}`,
    heading: ask,
    verdict: verdict(m),
    stopped:
      m.stopped &&
      html`${m.stopped.done} of ${m.stopped.total} estimates are here; what is here is complete.`,
    facts: facts(m),
    sections: sections.map((section) => ({ ...section, short: short(section.title) })),
    unit: m.unit,
    units: true,
    json,
    version: m.environment.version,
  });
}

function fileName(m: TableMeasurement): string {
  return m.file === "-" ? "standard input" : m.file;
}

function facts(m: TableMeasurement): [string, Content][] {
  const entropy = targetEntropy(m);
  return [
    ["rows", formatCount(m.n)],
    ["columns", formatCount(m.columns.length)],
    ...(entropy === undefined
      ? []
      : [["entropy of the target", amountWithUnit(entropy, m)] as [string, Markup]]),
    ...(m.estimates.some((e) => e.interval) ? [["intervals", formatShare(m.level)] as [string, string]] : []),
    ["permutations", m.permutations === 0 ? "none" : `up to ${formatCount(m.permutations)}`],
    ["seed", String(m.seed)],
    ["measured", m.environment.date.slice(0, 10)],
  ];
}

/** The contents stay short, whatever a target is called. */
function short(title: string): string {
  return title.startsWith("Information about ") ? "Information" : title;
}
