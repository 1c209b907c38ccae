import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { ChannelReport } from "./report.ts";
import { answerSection, confusionSection, contextSection, repeatSection, scoreSection } from "./sections.ts";
import { verdict } from "./words.ts";

/**
 * Writes what `surprisal channel` found as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderChannelReport(r: ChannelReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    answerSection(r, kit),
    notesSection({ notes: [...r.notes], columns: [] }),
    scoreSection(r, kit),
    confusionSection(r, kit),
    contextSection(r),
    repeatSection(r),
  ];
  const file = r.file === "-" ? "standard input" : r.file;
  return renderDocument({
    title: `Compressors · ${file}`,
    kicker: html`surprisal measured what compressions tell about ${file}`,
    heading: "What compressors keep",
    verdict: verdict(r),
    facts: [
      ["contexts", formatCount(r.contexts.length)],
      ["compressors", formatCount(r.compressors.length)],
      ["scoring model", r.model],
      ["scorings", formatCount(r.scorings)],
      ["measured", r.environment.date.slice(0, 10)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: "bits",
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
