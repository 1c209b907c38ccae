import type { TableMeasurement } from "../measure/table/measurement.ts";
import { type Kit, loadKit } from "./charts/kit.ts";
import { embeddedJson } from "./embedded.ts";
import { asAsked } from "./findings.ts";
import { renderPage } from "./page.ts";
import { answerSection } from "./sections/answer.ts";
import { dataSection } from "./sections/data.ts";
import { informationSection } from "./sections/information.ts";
import { notesSection } from "./sections/notes.ts";
import { overlapSection } from "./sections/overlap.ts";
import { pairsSection } from "./sections/pairs.ts";
import { repeatSection } from "./sections/repeat.ts";
import type { SectionOf } from "./sections/section.ts";
import { trustSection } from "./sections/trust.ts";

/** In reading order: the result first, what it rests on last. */
const order: SectionOf[] = [
  answerSection,
  notesSection,
  informationSection,
  overlapSection,
  pairsSection,
  trustSection,
  dataSection,
];

/**
 * Writes a measurement as one self-contained page: readable without script, no request to anywhere, at most 2 MB.
 *
 * @param m what `surprisal measure` found
 * @returns the HTML document
 * @example
 * import { inferColumns, readTable } from "surprisal/data";
 * import { measureTable } from "surprisal/measure";
 * import { renderReport } from "surprisal/report";
 *
 * const table = await readTable("node_modules/vega-datasets/data/penguins.json");
 * const target = "Species";
 * const measured = await measureTable(table, inferColumns(table, { target }), { target, permutations: 50 });
 * const date = new Date().toISOString();
 * const environment = { version: "0.1.0", node: process.version, cores: 1, date, elapsedMs: 0 };
 * const page = await renderReport({ ...measured, command: "a script", environment });
 * // page is a whole HTML document
 */
export async function renderReport(m: TableMeasurement): Promise<string> {
  const kit: Kit = await loadKit();
  const { json, leftOut } = embeddedJson(m);
  const asked = asAsked(m);
  const sections = order.map((section) => section(asked, kit)).filter((section) => section !== undefined);
  return renderPage(asked, [...sections, repeatSection(asked, leftOut)], json);
}
