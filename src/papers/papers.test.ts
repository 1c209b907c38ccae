import { expect, test } from "vitest";
import { InputError } from "../core/errors.ts";
import { formatExperiment, formatMethod } from "./format.ts";
import type { ExperimentRun } from "./method.ts";
import { listMethods, showMethod } from "./registry.ts";
import { runExperiment } from "./run.ts";
import { tableLines } from "./text-table.ts";

const run: ExperimentRun = {
  id: "example",
  title: "An example",
  quick: true,
  seconds: 0.1,
  environment: { date: "2026-01-01", node: "v20.19.0", cpu: "a processor", cores: 2 },
  rows: [
    { claim: "one is one", reported: "1", measured: "1", tolerance: "0: exact", holds: true },
    {
      claim: "a long claim that needs more than a single line in any narrow terminal window",
      reported: "—",
      measured: "0.5 nats",
      tolerance: "4 standard errors",
      holds: false,
    },
  ],
  tables: [
    {
      title: "Values",
      columns: ["name", "value"],
      rows: [
        ["first", 0.25],
        ["second", "12.500"],
      ],
    },
  ],
};

test("an experiment is printed with a mark for every claim and a count", () => {
  const text = formatExperiment(run);
  expect(text).toMatch(/^✓ {2}one is one/m);
  expect(text).toMatch(/^✗ {2}a long claim/m);
  expect(text).toContain("1 of 2 claims hold");
});

test("no line is longer than the width, and no word is lost", () => {
  for (const width of [60, 80, 120]) {
    const text = formatExperiment(run, { width });
    for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(width);
    for (const word of run.rows[1].claim.split(" ")) expect(text).toContain(word);
  }
});

test("a table with too many columns is printed in parts", () => {
  const names = Array.from({ length: 12 }, (_, j) => `column ${j}`);
  const lines = tableLines(names, [names.map((_, j) => (j === 0 ? "row" : `${j}.5`))], 60);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  for (let j = 1; j < 12; j++) expect(lines.join("\n")).toContain(`${j}.5`);
  expect(lines.filter((line) => line.startsWith("row")).length).toBeGreaterThan(1);
});

test("numbers are aligned to the right", () => {
  const lines = formatExperiment(run).split("\n");
  expect(lines).toContain("first     0.25");
  expect(lines).toContain("second  12.500");
});

test("a method is printed with its limits and within the width, recorded or not", async () => {
  for (const { card } of listMethods()) {
    const text = formatMethod(await showMethod(card.id), { width: 80 });
    expect(text).toContain(`(${card.id})`);
    for (const word of card.limits.join(" ").split(" ")) expect(text).toContain(word);
    for (const line of text.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(80);
  }
});

test("methods are listed once each, sorted by id within a layer", () => {
  const keys = listMethods().map(({ layer, card }) => `${layer}/${card.id}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeGreaterThan(0);
});

test("every recorded run agrees with the count that the list shows", async () => {
  for (const { card, claims } of listMethods()) {
    const { recorded } = await showMethod(card.id);
    const counted = recorded && {
      hold: recorded.rows.filter((row) => row.holds).length,
      of: recorded.rows.length,
    };
    expect(claims, card.id).toEqual(counted);
  }
});

test("an unknown method is refused with the nearest id", async () => {
  const { id } = listMethods()[0].card;
  await expect(showMethod(`${id}x`)).rejects.toThrow(`did you mean "${id}"?`);
  await expect(runExperiment("qqqqqqqqqqqqqqqq")).rejects.toThrow(InputError);
});

test("a stopped run says so", async () => {
  const { id } = listMethods()[0].card;
  const stopped = runExperiment(id, { quick: true, signal: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow("runExperiment: stopped");
});
