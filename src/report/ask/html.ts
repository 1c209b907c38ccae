import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { AskReport } from "./report.ts";
import {
  coverageSection,
  gameSections,
  gamesSection,
  questionsSection,
  repeatSection,
  startFacts,
} from "./sections.ts";
import { sourceName, verdict } from "./words.ts";

/**
 * Writes what `surprisal ask` found as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderAskReport(r: AskReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    ...gameSections(r, kit),
    questionsSection(r, kit),
    notesSection({ notes: [...r.notes], columns: [] }),
    coverageSection(r, kit),
    gamesSection(r),
    repeatSection(r),
  ];
  const simulated = r.mode === "simulate";
  return renderDocument({
    title: `${simulated ? "Twenty questions" : "A dialogue"} · ${sourceName(r)}`,
    kicker: html`surprisal asked about ${sourceName(r)}`,
    heading: simulated ? "How many questions does it take?" : "Which one is it?",
    verdict: verdict(r),
    stopped: r.stopped && "What is here was found out before.",
    facts: [...startFacts(r), ["seed", String(r.seed)], ["asked", r.environment.date.slice(0, 10)]],
    sections: sections.filter((section) => section !== undefined),
    unit: "bits",
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
