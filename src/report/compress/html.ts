import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount, formatShare, plural } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { CompressReport } from "./report.ts";
import { curveSection, lossSection, repeatSection, textSection } from "./sections.ts";
import { fileName, keptShare, protectedText, ratioText, verdict } from "./words.ts";

/**
 * Writes what `surprisal compress` did as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderCompressReport(r: CompressReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    textSection(r),
    notesSection({
      notes: r.notes.map((message) => ({
        code: "compress",
        severity: "hint" as const,
        message,
        columns: [],
      })),
      columns: [],
    }),
    lossSection(r, kit),
    curveSection(r, kit),
    repeatSection(r),
  ];
  const name = r.files.length === 1 ? fileName(r.files[0].file) : plural(r.files.length, "context");
  return renderDocument({
    title: `Shorter · ${name}`,
    kicker: html`surprisal compressed ${name}`,
    heading:
      r.question === undefined
        ? "What is left of the prompt"
        : html`What the prompt says about “${r.question}”`,
    verdict: verdict(r),
    facts: [
      ["tokens", `${formatCount(r.originalTokens)} → ${formatCount(r.compressedTokens)}`],
      ["shorter by", ratioText(r)],
      ["information kept", formatShare(keptShare(r))],
      ["protected spans", protectedText(r)],
      ["scores", r.scorer],
      ["tokenizer", r.tokenizer],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: "bits",
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
