import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { bareSelection, hostileSelection, selection } from "../../../test/fixtures/report/select.ts";
import type { SelectReport } from "../../decide/submodular/report-data.ts";
import { renderSelectReport } from "./html.ts";
import { renderSelectTerminal } from "./terminal.ts";

const reports: Record<string, SelectReport> = {
  whole: selection(),
  hostile: hostileSelection(),
  bare: bareSelection(),
};
const pages: Record<string, string> = {};
const documents: Record<string, ReturnType<typeof parseHTML>["document"]> = {};

beforeAll(async () => {
  for (const [name, report] of Object.entries(reports)) {
    pages[name] = await renderSelectReport(report);
    documents[name] = parseHTML(pages[name]).document;
  }
}, 60_000);

describe.each(Object.keys(reports))("the report of a selection: %s", (name) =>
  pageRules(() => pages[name], reports[name]),
);

describe("the report of a selection", () => {
  const section = (name: string, id: string) => documents[name].getElementById(id);

  it("says how good it is first and what it takes to repeat last", () => {
    const ids = (name: string) => [...documents[name].querySelectorAll("main > section")].map((s) => s.id);
    expect(ids("whole")).toEqual([
      "coverage",
      "notes",
      "targets",
      "balance",
      "redundancy",
      "map",
      "rows",
      "repeat",
    ]);
    expect(ids("bare")).toEqual(["coverage", "rows", "repeat"]);
  });

  it("draws the chosen rows beside random ones, and the examples apart on the map", () => {
    expect(section("whole", "coverage")!.querySelectorAll('svg [stroke-dasharray="4 3"]')).toHaveLength(1);
    const dots = (fill: string) =>
      section("whole", "map")!.querySelectorAll(`svg g[fill="var(--${fill})"] circle`).length;
    expect([dots("marginal"), dots("c1")]).toEqual([400, 60]);
    expect(section("whole", "map")!.textContent).toContain("Of 2,340 rows left 400 were drawn at random.");
  });

  it("lists the rows in their order", () => {
    const rows = [...section("whole", "rows")!.querySelectorAll("tbody tr")];
    expect(rows).toHaveLength(60);
    expect(rows[1].textContent?.replace(/\s+/g, " ").trim()).toBe(
      "24utterance number 2, with some words48.74",
    );
  });

  it("shows names as they are, however hostile", () => {
    const text = documents.hostile.querySelector("main")?.textContent;
    for (const attack of attacks.slice(0, 3)) expect(text).toContain(attack);
  });
});

describe("a selection in the terminal", () => {
  const text = (name: string, width = 80) => renderSelectTerminal(reports[name], { width, color: false });

  it("says what was chosen, how good it is, and how to repeat it", () => {
    const lines = text("whole").split("\n");
    expect(lines[0]).toMatch(/^pool\.jsonl {3}400 of 404 rows/);
    expect(text("whole")).toContain("60 of 400 rows for 3 queries");
    expect(text("whole")).toMatch(/At least 91 % of the best possible value/);
    expect(text("whole")).toMatch(/again {3}surprisal select pool\.jsonl -k 60/);
    expect(text("bare")).toMatch(/Nothing is promised in advance: it is a heuristic\./);
  });

  it("keeps within the width, whatever the texts are", () => {
    for (const name of ["whole", "bare"]) {
      const long = text(name, 70)
        .split("\n")
        .filter((line) => line.length > 70 && !line.startsWith("again"));
      expect(long).toEqual([]);
    }
    expect(text("hostile")).not.toContain("\u001b");
  });
});
