import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { Random } from "../../core/random.ts";
import {
  type HeadInput,
  type HeadReportOptions,
  headReport,
} from "../../language/head-report/head-report.ts";
import { renderHeadReport } from "./html.ts";
import type { HeadPageReport } from "./report.ts";
import { renderHeadTerminal } from "./terminal.ts";

const random = new Random(2);
const normals = (rows: number, cols: number) =>
  Array.from({ length: rows }, () => Array.from({ length: cols }, () => random.normal()));
const tokens = (n: number, V: number) => Int32Array.from({ length: n }, () => random.integer(V));

async function report(
  source: string,
  input: HeadInput,
  options: HeadReportOptions = {},
): Promise<HeadPageReport> {
  const found = await headReport(input, options);
  return {
    command: `surprisal head-report ${source}`,
    source,
    ...found,
    metric: { ...found.metric, eigenvalues: Array.from(found.metric.eigenvalues) },
    varianceInSensitive: Array.from(found.varianceInSensitive),
    dirichlet: Array.from(found.dirichlet),
    files: [{ path: source, what: "hidden states" }],
    environment: { version: "0.1.0", node: "v20", cores: 2, date: "2026-01-02T03:04:05.000Z", elapsedMs: 5 },
  };
}

const plain = { H: normals(20, 4), W: normals(12, 4) };
const reports: Record<string, HeadPageReport> = {
  plain: await report("hidden.npy", plain),
  followed: await report(
    "hidden.npy",
    { H: normals(120, 3), W: normals(5, 3), next: tokens(120, 5), future: tokens(120, 5) },
    { unit: "bits" },
  ),
  other: await report("hidden.npy", plain, { divergence: "tv" }),
  hostile: await report(
    attacks[0],
    { H: [...plain.H, plain.H[0]], W: plain.W },
    { divergence: { renyi: 0.5 } },
  ),
};
const pages: Record<string, string> = {};

beforeAll(async () => {
  for (const [name, r] of Object.entries(reports)) pages[name] = await renderHeadReport(r);
});

describe.each(Object.keys(reports))("the head report: %s", (name) =>
  pageRules(() => pages[name], reports[name]),
);

describe("the head report", () => {
  const text = (name: string, id: string) =>
    parseHTML(pages[name]).document.getElementById(id)?.textContent?.replace(/\s+/g, " ").trim();

  it("says what the head leaves open, and the surplus only where tokens followed", () => {
    expect(pages.plain).toMatch(/The head leaves [\d.]+ nats open on average/);
    expect(text("followed", "answer")).toMatch(/surplus of the token after the next.* ± .* bits/);
    expect(text("plain", "answer")).not.toContain("surplus");
  });

  it("names the divergence, gives it no unit where it has none, and keeps Shannon's entropy beside it", () => {
    expect(text("other", "answer")).toMatch(/by total variation, mean over contexts ?0\.\d+ \[/);
    expect(text("other", "answer")).toContain("Shannon entropy");
    expect(text("hostile", "answer")).toMatch(/Rényi 0\.5/);
  });

  it("warns on the page and in the terminal, where no line is too long", () => {
    expect(text("hostile", "answer")).toMatch(/of the contexts repeat a hidden state/);
    for (const r of Object.values(reports)) {
      const lines = renderHeadTerminal(r, { width: 80, color: false }).split("\n");
      for (const line of lines)
        if (!line.startsWith("again")) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    expect(renderHeadTerminal(reports.hostile, { width: 80, color: false })).toContain("! ");
  });
});
