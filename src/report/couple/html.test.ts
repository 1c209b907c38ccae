import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { findCoupling, reported } from "../../cli/couple/findings.ts";
import type { Side } from "../../cli/couple/inputs.ts";
import { Random } from "../../core/random.ts";
import { rateCurve } from "../../decide/coupling/coupling.ts";
import { renderCoupleReport } from "./html.ts";
import type { CoupleReport } from "./report.ts";
import { renderCoupleTerminal } from "./terminal.ts";

const side = (file: string, ids: string[], p: number[]): Side => ({
  file,
  ids,
  p: Float64Array.from(p),
  names: "outcome",
  probabilities: "p",
  sum: 1,
  notes: [],
  hash: "0".repeat(64),
});

const numbered = (prefix: string, n: number, seed: number) =>
  side(
    `${prefix}.csv`,
    Array.from({ length: n }, (_, i) => `${prefix} ${i}`),
    [...new Random(seed).dirichlet(new Float64Array(n).fill(1))],
  );

async function report(x: Side, y: Side, rate?: number, curved = true): Promise<CoupleReport> {
  const found = findCoupling(x, y, { rate, method: "best", unit: "bits" });
  return {
    command: `surprisal couple ${x.file} ${y.file}`,
    ...reported(x, y, found, false),
    normalized: false,
    curve: curved ? await rateCurve(x.p, y.p, { points: 9, unit: "bits" }) : [],
    files: [{ path: "x-y.joint.csv", what: "the joint distribution: x, y, p" }],
    ...(curved ? {} : { stopped: true }),
    environment: { version: "0.1.0", node: "v20", cores: 2, date: "2026-01-02T03:04:05.000Z", elapsedMs: 5 },
  };
}

const small = () =>
  [side("p.csv", ["a", "b", "c"], [0.5, 0.4, 0.1]), side("q.csv", ["A", "B", "C"], [0.6, 0.2, 0.2])] as const;
const reports: Record<string, CoupleReport> = {
  small: await report(...small()),
  coded: await report(...small(), 0.8),
  wide: await report(numbered("left", 60, 1), numbered("right", 30, 2), 2),
  stopped: await report(...small(), undefined, false),
  certain: await report(side("p.csv", ["only"], [1]), small()[1], 0),
  hostile: await report(
    side(attacks[0], attacks.slice(0, 3), [0.5, 0.3, 0.2]),
    side(attacks[1], attacks.slice(3), [0.5, 0.25, 0.25]),
    0.5,
  ),
};
const pages: Record<string, string> = {};
const documents: Record<string, ReturnType<typeof parseHTML>["document"]> = {};

beforeAll(async () => {
  for (const [name, r] of Object.entries(reports)) {
    pages[name] = await renderCoupleReport(r);
    documents[name] = parseHTML(pages[name]).document;
  }
});

describe.each(Object.keys(reports))("the report of a coupling: %s", (name) =>
  pageRules(() => pages[name], reports[name]),
);

describe("the report of a coupling", () => {
  const text = (name: string, id: string) =>
    documents[name].getElementById(id)?.textContent?.replace(/\s+/g, " ").trim();

  it("says first what is shared, and that it cannot be more", () => {
    expect(documents.small.querySelector(".verdict")?.textContent).toBe(
      "X tells 0.971 bits of Y, as much as any joint distribution with these marginals allows.",
    );
    expect(text("small", "answer")).toMatch(/H\(X,Y\) of the joint distribution: the least possible ?1\.761/);
  });

  it("gives the sections in reading order, the code only where there is one", () => {
    const ids = (name: string) => [...documents[name].querySelectorAll("main > section")].map((s) => s.id);
    expect(ids("small")).toEqual(["answer", "joint", "rate", "repeat"]);
    expect(ids("coded")).toEqual(["answer", "joint", "code", "rate", "repeat"]);
    expect(ids("stopped")).toEqual(["answer", "joint", "repeat"]);
    expect(documents.stopped.querySelector(".stopped")?.textContent).toMatch(/The coupling is done/);
  });

  it("draws a cell for each pair, and lists the likeliest first", () => {
    const cells = documents.small.querySelectorAll(
      '#joint svg g[fill^="var(--r"]:not([fill="var(--r0)"]) rect, #joint svg rect[fill^="var(--r"]:not([fill="var(--r0)"])',
    );
    expect(cells.length).toBeGreaterThanOrEqual(4);
    const rows = [...documents.small.querySelectorAll("#joint tbody tr")].map((row) =>
      row.textContent?.replace(/\s+/g, " ").trim(),
    );
    expect(rows[0]).toBe("aA0.500");
    expect(rows).toHaveLength(4);
    expect(text("wide", "joint")).toMatch(/The 20 likeliest of \d+ pairs/);
  });

  it("shows names as they are, however hostile", () => {
    const body = documents.hostile.querySelector("main")?.textContent ?? "";
    for (const attack of attacks.slice(0, 3)) expect(body).toContain(attack);
  });
});

describe("the coupling in a terminal", () => {
  it("stays within the width and says what was written", () => {
    for (const name of Object.keys(reports)) {
      const lines = renderCoupleTerminal(reports[name], { width: 80, color: false }).split("\n");
      for (const line of lines) {
        if (!line.startsWith("again")) expect(line.length, line).toBeLessThanOrEqual(80);
      }
      expect(lines.some((line) => line.startsWith("joint    x-y.joint.csv"))).toBe(true);
    }
  });

  it("cannot be coloured or moved by names", () => {
    expect(renderCoupleTerminal(reports.hostile, { width: 100, color: false })).not.toContain("\u001b");
  });
});
