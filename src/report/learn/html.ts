import type { LearnReport } from "../../learn/report-data.ts";
import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import {
  informationSection,
  mapSection,
  reconstructionSection,
  repeatSection,
  scoresSection,
  trainingSection,
} from "./sections.ts";

/** Bytes of JSON that a page carries with all digits. */
const budget = 500_000;

/**
 * Writes what a learner found as one self-contained page: readable without script, no request to anywhere.
 *
 * @param r what `surprisal learn` found, as its JSON file holds it
 * @returns the HTML document
 */
export async function renderLearnReport(r: LearnReport): Promise<string> {
  const kit = await loadKit();
  const whole = safeJson(r);
  const shortened = whole.length > budget;
  const sections: (Section | undefined)[] = [
    ...r.scores.map((scores, i) => scoresSection(scores, i, kit)),
    notesSection({ notes: [...r.notes], columns: [] }),
    reconstructionSection(r, kit),
    informationSection(r, kit),
    mapSection(r, kit),
    trainingSection(r, kit),
    repeatSection(r, shortened),
  ];
  return renderDocument({
    title: `${r.title} · ${fileName(r)}`,
    kicker: html`surprisal learned from ${fileName(r)}`,
    heading: r.title,
    verdict: r.verdict,
    stopped:
      r.stopped &&
      html`${r.stopped.done} of ${r.stopped.total} epochs are done; the model is as it was then. The command below goes on from there with <code>--resume</code>.`,
    facts: [
      ...r.facts.map(({ name, value }): [string, string] => [
        name,
        /^\d+$/.test(value) ? formatCount(Number(value)) : value,
      ]),
      ["seed", String(r.seed)],
      ["trained", r.environment.date.slice(0, 10)],
    ],
    sections: sections.filter((section) => section !== undefined).map(withShortTitle),
    unit: "nats",
    units: false,
    json: shortened ? safeJson(sixDigits(r)) : whole,
    version: r.environment.version,
  });
}

function fileName({ file }: LearnReport): string {
  return file === "-" ? "standard input" : file;
}

function withShortTitle(section: Section): Section & { short?: string } {
  return section.id.startsWith("scores-") ? { ...section, short: "Scores" } : section;
}

function sixDigits(r: LearnReport): LearnReport {
  return JSON.parse(JSON.stringify(r), (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value,
  );
}
