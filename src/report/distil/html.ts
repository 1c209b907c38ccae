import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount, plural } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { DistilReport } from "./report.ts";
import {
  examplesSection,
  qualitySection,
  repeatSection,
  scoresSection,
  trainingSection,
} from "./sections.ts";
import { chunksText, rate, verdict } from "./words.ts";

/**
 * Writes what `surprisal distil-compressor` did as one self-contained page: readable without script, no request to
 * anywhere.
 *
 * @returns the HTML document
 */
export async function renderDistilReport(r: DistilReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    scoresSection(r, kit),
    examplesSection(r),
    notesSection({
      notes: r.training.warnings.map(({ code, message }) => ({
        code,
        severity: "hint" as const,
        message,
        columns: [],
      })),
      columns: [],
    }),
    qualitySection(r, kit),
    trainingSection(r, kit),
    repeatSection(r),
  ];
  const { done, total } = r.training.stopped ?? { done: 0, total: 0 };
  return renderDocument({
    title: `Compressor · ${r.folder}`,
    kicker: html`surprisal distilled a compressor from ${r.teacher}`,
    heading: "A prompt compressor of your own",
    verdict: verdict(r),
    stopped:
      r.training.stopped &&
      html`${done} of ${total} epochs are done; the compressor is as it was then. The command below goes on from there with <code>--resume</code>.`,
    facts: [
      ["teacher", r.teacher],
      ["texts", plural(r.files.length, "file")],
      ["words", formatCount(r.words)],
      ["chunks", chunksText(r)],
      ["F1 at its budget", rate(r.scores.f1AtBudget)],
      ["area under ROC", rate(r.scores.auc)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: "nats",
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
