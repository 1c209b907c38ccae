import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { Random } from "../../core/random.ts";
import { channelFindings } from "../../language/channel/channel.ts";
import { displayWidth } from "../text-width.ts";
import { renderChannelReport } from "./html.ts";
import type { ChannelReport } from "./report.ts";
import { renderChannelTerminal } from "./terminal.ts";

/** Compressors that differ in how far the own context stands out. */
function report(
  gaps: Record<string, number>,
  { contexts = 24, scores = false, file = "contexts.jsonl", ids = (i: number) => `case ${i}` } = {},
): ChannelReport {
  const random = new Random(7);
  const names = Object.keys(gaps);
  const texts = Array.from({ length: contexts }, (_, i) => ({ id: ids(i), text: `The text of case ${i}.` }));
  const ll = texts.map((_, i) =>
    names.map((name) =>
      Float64Array.from(
        { length: contexts },
        (__, l) => -40 + (i === l ? gaps[name] : 0) + 1.5 * random.normal(),
      ),
    ),
  );
  const lengths = texts.map(() => names.map((_, k) => 5 + 4 * k));
  const compressors = names.map((name) => ({
    name,
    texts: texts.map(({ text }) => [text]),
    ...(scores
      ? { scores: { accuracy: texts.map(() => [random.uniform() < 1 - Math.exp(-gaps[name] / 4) ? 1 : 0]) } }
      : {}),
  }));
  const scored = { ll, lengths, calls: contexts ** 2 * names.length, boundaryMoved: 0, floored: 0 };
  return {
    ...channelFindings(
      "English trigram",
      texts,
      compressors,
      scored,
      scores ? { tokenizer: { name: "o200k", count: () => 5 } } : {},
    ),
    command: `surprisal channel ${file} compressions.jsonl --seed 0`,
    file,
    compressions: "compressions.jsonl",
    template: "{context}\n\n",
    inputHashes: { [file]: "0".repeat(64) },
    environment: {
      version: "0.1.0",
      node: "v20.19.0",
      cores: 2,
      date: "2026-01-02T03:04:05.678Z",
      elapsedMs: 1234,
    },
  };
}

const reports: Record<string, ChannelReport> = {
  scored: report({ weak: 1, middling: 3, better: 5, good: 8 }, { scores: true }),
  saturated: report({ a: 30, b: 31, useless: -3 }),
  single: report({ only: 4 }, { contexts: 3 }),
  hostile: report(Object.fromEntries(attacks.map((name, k) => [name, 1 + k])), {
    scores: true,
    file: attacks[0],
    ids: (i) => `${attacks[i % attacks.length]} ${i}`,
  }),
};
const pages: Record<string, string> = {};
beforeAll(async () => {
  for (const [name, r] of Object.entries(reports)) pages[name] = await renderChannelReport(r);
}, 60_000);

describe.each(Object.keys(reports))("the report on compressors: %s", (name) => {
  pageRules(() => pages[name], { toJSON: () => reports[name] });
});

describe("the report on compressors", () => {
  const parsed = (name: string) => parseHTML(pages[name]).document;
  const text = (name: string, id: string) =>
    parsed(name).getElementById(id)?.textContent?.replace(/\s+/g, " ");

  it("gives the sections in reading order, scores only where there are some", () => {
    const ids = (name: string) => [...parsed(name).querySelectorAll("main > section")].map((s) => s.id);
    expect(ids("scored")).toEqual(["bits", "notes", "scores", "confusions", "contexts", "repeat"]);
    expect(ids("saturated")).not.toContain("scores");
  });

  it("shows each compressor with bits, bound, length and rank, the most bits first", () => {
    const rows = [...parsed("scored").querySelectorAll("#bits tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    expect(rows.map(([name]) => name)).toEqual(["good", "better", "middling", "weak"]);
    const bits = reports.scored.compressors[0];
    expect(rows[0][2]).toContain(bits.bits.toFixed(2));
    expect(rows[0][4]).toBe("17.0");
  });

  it("says at least where a value is saturated, and does not rank such values", () => {
    expect(parsed("saturated").querySelector(".verdict")?.textContent).toMatch(
      /2 of 3 compressors tell nearly all contexts apart and cannot be ranked/,
    );
    expect(text("saturated", "bits")).toMatch(/1–2≥ 4\.58/);
    expect(text("saturated", "bits")).toMatch(/useless30 \(−/);
    expect(text("saturated", "notes")).toMatch(/saturated, so at least what is shown.*b, a|a, b/);
  });

  it("fits the curve of distortion by rate and says what a bit is worth", () => {
    expect(text("scored", "scores")).toMatch(/A further bit goes with \+0\.\d+ \[/);
    expect(text("scored", "scores")).toMatch(/1 − accuracy = .* exp\(−.* R\) \+ .*R² 0\.\d/);
    expect(parsed("scored").querySelectorAll("#scores svg").length).toBe(1);
  });

  it("lists the likeliest mistakes beside the heat maps", () => {
    expect(parsed("scored").querySelectorAll("#confusions svg").length).toBe(4);
    const [pair] = reports.scored.compressors[3].confusions.pairs;
    expect(text("scored", "confusions")).toContain(`case ${pair.from}`);
  });
});

describe("compressors in a terminal", () => {
  const shown = (name: string, width = 100) =>
    renderChannelTerminal(reports[name], {
      width,
      color: false,
      paths: { report: "contexts.report.html" },
    });

  it("gives the verdict first, then the table, what a bit is worth, files and the command", () => {
    const lines = shown("scored").split("\n");
    expect(lines[0]).toMatch(/^contexts\.jsonl {3}24 contexts {3}4 compressors {3}scored by English trigram/);
    expect(lines[2]).toMatch(/^good keeps most: |^good/);
    expect(shown("scored")).toMatch(
      /compressor +rank +bits +95 % +at most +tokens +bits\/token +o200k +accuracy/,
    );
    expect(lines.at(-2)).toBe("again   surprisal channel contexts.jsonl compressions.jsonl --seed 0");
  });

  it("keeps lines within the terminal, and nothing moves the cursor", () => {
    for (const name of Object.keys(reports)) {
      for (const width of [60, 100, 160]) {
        const lines = shown(name, width).split("\n");
        const long = lines.filter(
          (line) => displayWidth(line) > width && !/^(again|report|json) /.test(line),
        );
        expect(long).toEqual([]);
        expect([...shown(name, width)].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
      }
    }
  });
});
