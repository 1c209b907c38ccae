import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount } from "../format.ts";
import { html } from "../markup.ts";
import { notesSection } from "../sections/notes.ts";
import type { Section } from "../sections/section.ts";
import type { CoupleReport } from "./report.ts";
import { answerSection, codeSection, jointSection, rateSection, repeatSection } from "./sections.ts";
import { amount, shownFile, verdict } from "./words.ts";

/**
 * Writes what `surprisal couple` found as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderCoupleReport(r: CoupleReport): Promise<string> {
  const kit = await loadKit();
  const sections: (Section | undefined)[] = [
    answerSection(r, kit),
    notesSection({ notes: [...r.notes], columns: [] }),
    jointSection(r, kit),
    codeSection(r),
    rateSection(r, kit),
    repeatSection(r),
  ];
  const [x, y] = [r.x, r.y].map(({ file }) => shownFile(file));
  return renderDocument({
    title: `Coupling · ${x} and ${y}`,
    kicker: html`surprisal coupled X, ${x}, and Y, ${y}`,
    heading: r.code
      ? "Two distributions, joined through a code"
      : "Two distributions, joined as closely as they can be",
    verdict: verdict(r),
    stopped: r.stopped && "The coupling is done; what arrives at other rates was not worked out.",
    facts: [
      ["outcomes of X", formatCount(r.x.outcomes)],
      ["outcomes of Y", formatCount(r.y.outcomes)],
      ["pairs", formatCount(r.cellCount)],
      ...(r.code ? [["rate", amount(r.code.rateLimit, r)] as [string, string]] : []),
      ["coupled", r.environment.date.slice(0, 10)],
    ],
    sections: sections.filter((section) => section !== undefined),
    unit: r.unit,
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}
