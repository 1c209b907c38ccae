import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { RelabelReport } from "./report.ts";
import {
  distanceSection,
  labelsSection,
  locusSection,
  movesSection,
  repeatSection,
  temperatureSection,
} from "./sections.ts";
import { verdict } from "./words.ts";

/**
 * Writes what `surprisal relabel` found as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderRelabelReport(r: RelabelReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    distanceSection(r),
    notesSection({ notes: [...r.notes], columns: [] }),
    locusSection(r, kit),
    labelsSection(r, kit),
    movesSection(r),
    temperatureSection(r, kit),
    repeatSection(r),
  ];
  const file = r.file === "-" ? "standard input" : r.file;
  return renderDocument({
    title: `New labels · ${file}`,
    kicker: html`surprisal relabelled ${file} by ${r.metric}`,
    heading: "Labels from a map of the labels",
    verdict: verdict(r),
    stopped: r.stopped && "The new labels are done; which labels are within reach was not found.",
    facts: [
      ["rows", formatCount(r.rows)],
      ["labels", formatCount(r.space.labels)],
      ["known to the classifier", formatCount(r.observed.length)],
      ["temperature", String(Number(r.temperature.toPrecision(3)))],
      ["relabelled", r.environment.date.slice(0, 10)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: "nats",
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
