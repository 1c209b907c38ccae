import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { ChooseReport } from "./report.ts";
import {
  biasSection,
  matrixSection,
  methodsSection,
  promptsSection,
  rankingSection,
  repeatSection,
} from "./sections.ts";
import { verdict } from "./words.ts";

/**
 * Writes what `surprisal choose` found as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderChooseReport(r: ChooseReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    rankingSection(r, kit),
    notesSection({ notes: [...r.notes], columns: [] }),
    matrixSection(r, kit),
    biasSection(r, kit),
    methodsSection(r),
    promptsSection(r),
    repeatSection(r),
  ];
  return renderDocument({
    title: `Which prompt? · ${r.file}`,
    kicker: html`surprisal compared the prompts of ${r.file}`,
    heading: "Which prompt should I use?",
    verdict: verdict(r),
    facts: [
      ["prompts", formatCount(r.prompts.length)],
      ["inputs", formatCount(r.inputs)],
      ["labels", formatCount(r.labels.length)],
      ["method", r.method],
      ["calibration", r.calibration ?? "none"],
      ...(r.model === undefined ? [] : [["model", r.model] as [string, string]]),
      ["compared", r.environment.date.slice(0, 10)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: r.unit,
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
