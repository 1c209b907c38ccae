import type { SelectReport } from "../../decide/submodular/report-data.ts";
import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import {
  aboutRows,
  balanceSection,
  coverageSection,
  mapSection,
  picksSection,
  redundancySection,
  repeatSection,
  targetsSection,
} from "./sections.ts";
import { heading, verdict } from "./words.ts";

/** Bytes of JSON that a page carries with all digits. */
const budget = 500_000;

/**
 * Writes a selection as one self-contained page: readable without script, no request to anywhere.
 *
 * @param r what `surprisal select` found, as its JSON file holds it
 * @returns the HTML document
 */
export async function renderSelectReport(r: SelectReport): Promise<string> {
  const kit = await loadKit();
  const whole = safeJson(r);
  const shortened = whole.length > budget;
  const sections: (Section | undefined)[] = [
    coverageSection(r, kit),
    notesSection({ notes: [...r.notes], columns: [] }),
    targetsSection(r),
    balanceSection(r),
    redundancySection(r),
    mapSection(r, kit),
    picksSection(r, kit),
    repeatSection(r, shortened),
  ];
  const name = r.file === "-" ? "standard input" : r.file;
  return renderDocument({
    title: `${heading(r)} · ${name}`,
    kicker: html`surprisal chose from ${name}`,
    heading: heading(r),
    verdict: verdict(r),
    facts: [
      ["rows", aboutRows(r)],
      ["compared by", r.comparedBy],
      ["objective", r.objective],
      ["optimizer", r.optimizer],
      ["gains computed", formatCount(r.evaluations)],
      ["seed", String(r.seed)],
      ["chosen", r.environment.date.slice(0, 10)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: "nats",
    units: false,
    json: shortened ? safeJson(sixDigits(r)) : whole,
    version: r.environment.version,
  });
}

function sixDigits(r: SelectReport): SelectReport {
  return JSON.parse(JSON.stringify(r), (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value,
  );
}
