import { amountWithUnit } from "../amounts.ts";
import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount, formatShare } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import { curvesSection, layersSection, planeSection, repeatSection, runsSection } from "./sections.ts";
import type { WatchReport } from "./watch-report.ts";

/**
 * Writes an information plane as one self-contained page: readable without script, no request to anywhere.
 *
 * @param r what `surprisal watch` found, as its JSON file holds it
 * @returns the HTML document
 */
export async function renderWatchReport(r: WatchReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    layersSection(r),
    notesSection({ notes: [...r.notes], columns: [] }),
    planeSection(r, kit),
    curvesSection(r, kit),
    runsSection(r),
    repeatSection(r),
  ];
  const [first, last] = [r.epochs[0], r.epochs[r.epochs.length - 1]];
  return renderDocument({
    title: `What the layers know · ${r.folder}`,
    kicker: html`surprisal watched ${r.folder}`,
    heading: "What do the layers know of input and label?",
    verdict: r.verdict,
    facts: [
      ["rows", formatCount(r.n)],
      ["runs", formatCount(r.runs.length)],
      ["layers", formatCount(r.layers.length)],
      ["epochs", first === last ? String(first) : `${formatCount(r.epochs.length)}, ${first} to ${last}`],
      ["entropy of the label", amountWithUnit(r.labelEntropy, r)],
      ["estimator", r.estimatorTitle],
      ...(r.runs.length > 1 ? [["intervals", formatShare(r.level)] as [string, string]] : []),
      ["seed", String(r.seed)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: r.unit,
    units: true,
    json: safeJson(r),
    version: r.environment.version,
  });
}
