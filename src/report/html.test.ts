import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import * as fixtures from "../../test/fixtures/report/measurements.ts";
import { pageRules } from "../../test/fixtures/report/page-rules.ts";
import type { TableMeasurement } from "../measure/table/measurement.ts";
import { renderReport } from "./html.ts";
import { style } from "./style.ts";

const { bare, groups, hostile, pairsOnly, penguins, stopped, transfer, wide } = fixtures;
const measurements: Record<string, TableMeasurement> = {
  penguins: penguins(),
  wide: wide(),
  pairs: pairsOnly(),
  groups: groups(),
  transfer: transfer(),
  stopped: stopped(),
  bare: bare(),
  hostile: hostile(),
  "continuous target": { ...penguins(), target: "Body Mass (g)", trust: undefined, pictures: [] },
  empty: { ...bare(), estimates: [], columns: [] },
};
const names = Object.keys(measurements);
const pages: Record<string, string> = {};
const documents: Record<string, ReturnType<typeof parseHTML>["document"]> = {};
const parsed = (name: string) => documents[name];
const all = (name: string, selector: string) => [...parsed(name).querySelectorAll(selector)];

beforeAll(async () => {
  for (const [name, m] of Object.entries(measurements)) {
    pages[name] = await renderReport(m);
    documents[name] = parseHTML(pages[name]).document;
  }
});

describe.each(names)("the report of %s", (name) => pageRules(() => pages[name], measurements[name]));

describe("the report", () => {
  it("stays below 2 MB at 100 columns, about a target and for all pairs", async () => {
    expect(Buffer.byteLength(pages.wide)).toBeLessThan(2_000_000);
    expect(Buffer.byteLength(await renderReport(pairsOnly(100)))).toBeLessThan(2_000_000);
  });

  it("shows names as they are, however hostile", () => {
    const cells = all("hostile", "tbody .name").map((e) => e.textContent);
    for (const attack of fixtures.attacks.slice(0, 3)) expect(cells).toContain(attack);
    const svg = all("hostile", "#information svg text").map((e) => e.textContent);
    expect(svg).toContain(`<img src=x onerror="alert('img')">`);
    expect(parsed("hostile").querySelector("title")?.textContent).toContain(`<script>alert("file")</script>`);
  });

  it("says a warning that rows share once, below the table", async () => {
    const m = penguins();
    const shared = { code: "ties", message: "many rows are exact twins" };
    const estimates = m.estimates.map((e, i) => ({
      ...e,
      warnings: i < 2 ? [shared] : i === 2 ? [{ code: "own", message: "alone" }] : [],
    }));
    const { document } = parseHTML(await renderReport({ ...m, estimates }));
    const section = document.getElementById("information");
    expect(section?.textContent?.split(shared.message)).toHaveLength(2);
    expect(section?.querySelectorAll('a[href="#warning-1"]')).toHaveLength(2);
    expect(document.getElementById("warning-1")?.textContent).toBe(shared.message);
    expect(section?.querySelectorAll("tbody tr")[2].textContent).toContain("! alone");
  });

  it("holds every amount in nats for the unit switch", () => {
    for (const name of ["penguins", "pairs"]) {
      const m = measurements[name];
      const factor = m.unit === "bits" ? Math.LN2 : 1;
      const amounts = all(name, "#information tbody tr td:nth-child(2) [data-nats]");
      expect(amounts).toHaveLength(m.estimates.length);
      for (const [i, e] of amounts.entries()) {
        expect(Number(e.getAttribute("data-nats"))).toBeCloseTo(m.estimates[i].value * factor, 5);
        expect(Number(e.textContent?.replace("−", "-"))).toBeCloseTo(m.estimates[i].value, 3);
      }
      expect(parsed(name).documentElement.getAttribute("data-unit")).toBe(m.unit);
      expect(all(name, "#information svg .amounts text[data-nats]").length).toBe(2 * m.estimates.length);
    }
  });

  it("is light on paper, and nothing is cut between pages", () => {
    const [screen, print] = style.split("@media print");
    expect(print).toMatch(/break-inside: avoid/);
    expect(print).toMatch(/table-header-group/);
    expect(print).not.toContain("#14171a");
    for (const block of screen.split("#14171a").slice(0, -1)) {
      expect(block.slice(block.lastIndexOf("@media"))).toMatch(/^@media screen/);
    }
  });

  it("keeps text readable on its background in both themes", () => {
    for (const paper of ["#fcfbf9", "#14171a"]) {
      const theme = style.slice(style.indexOf(`--paper: ${paper}`)).slice(0, 600);
      const color = (name: string) => theme.match(new RegExp(`--${name}: (#[0-9a-f]{6})`))![1];
      for (const text of ["ink", "muted", "accent"])
        expect(contrast(color(text), color("paper"))).toBeGreaterThan(4.5);
      for (let step = 1; step <= 8; step++) {
        expect(contrast(color(`r${step}`), color(step > 4 ? "paper" : "ink"))).toBeGreaterThan(4.5);
      }
      // Graphics need 3 (WCAG 2.1, 1.4.11).
      expect(contrast(color("bar"), color("paper"))).toBeGreaterThan(3);
    }
  });
});

/** Contrast ratio of two colours (WCAG 2.1). */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
