import { beforeAll, describe, expect, it } from "vitest";
import { type Matrix, matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import {
  type EpochActivations,
  type InformationPlane,
  informationPlane,
} from "../../measure/information-plane/information-plane.ts";
import { renderWatchReport } from "./html.ts";
import { renderWatchTerminal } from "./terminal.ts";
import { compresses, verdictOf } from "./verdict.ts";
import type { WatchReport } from "./watch-report.ts";

const n = 60;
const labels = Int32Array.from({ length: n }, (_, i) => i % 2);

/** Rows around their class's place. */
function layer(spread: number, random: Random): Matrix {
  const data = Float64Array.from({ length: n }, (_, i) => labels[i] + spread * random.normal());
  return matrix(n, 1, data);
}

function run(seed: number, epochs = 3): EpochActivations[] {
  const random = new Random(seed);
  return Array.from({ length: epochs }, (_, epoch) => ({
    epoch,
    layers: { "first\u001b[31m": layer(1, random), "<second>": layer(0.5 ** (4 * epoch), random) },
  }));
}

function reportOf(plane: InformationPlane): WatchReport {
  return {
    ...plane,
    folder: "runs",
    estimatorTitle: "equal bins",
    verdict: verdictOf(plane),
    notes: [{ code: "a", severity: "hint", message: "a note", columns: [] }],
    command: "surprisal watch runs --seed 0",
    environment: { version: "0", node: "v20", cores: 2, date: "2026-01-01T00:00:00.000Z", elapsedMs: 1000 },
  };
}

let plane: InformationPlane;
beforeAll(async () => {
  plane = await informationPlane({ a: run(1), b: run(2), c: run(3) }, { y: labels });
});

describe("the verdict", () => {
  it("names the layers that fall clearly, and what the last one holds", () => {
    const [first, second] = plane.compression;
    expect([compresses(first), compresses(second)]).toEqual([false, true]);
    expect(verdictOf(plane)).toMatch(
      /^After its peak, I\(X;T\) falls in <second>, by \d+\s%\. It does not clearly/,
    );
    expect(verdictOf(plane)).toMatch(/At epoch 2, <second> holds 0\.693 of 0\.693 nats about the label/);
  });

  it("does not speak of falling after a single epoch", async () => {
    const one = await informationPlane(run(1, 1), { y: labels, spectralEntropy: false });
    expect(verdictOf(one)).toMatch(/^At epoch 0/);
  });
});

describe("the terminal", () => {
  it("gives a line to each layer, prints nothing that moves the cursor, and fits its width", () => {
    for (const width of [60, 100, 160]) {
      const text = renderWatchTerminal(reportOf(plane), { width, color: false });
      expect(text).not.toContain("\u001b");
      expect(text).toMatch(/ {2}<second> .*%/);
      expect(text).toMatch(/again {3}surprisal watch runs --seed 0\n$/);
      for (const line of text.split("\n").slice(0, -2)) expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});

describe("the page", () => {
  it("has the plane, a curve for each quantity and every run, with names escaped", async () => {
    const page = await renderWatchReport(reportOf(plane));
    expect(page.match(/<svg /g)?.length).toBe(5);
    expect(page).not.toContain("<second>");
    for (const id of ["layers", "plane", "curves", "runs", "repeat"])
      expect(page).toContain(`<section id="${id}"`);
    expect(page.replace(/<script[\s\S]*?<\/script>/g, "")).not.toMatch(/NaN|undefined/);
  });

  it("leaves out what one run and one epoch do not have", async () => {
    const one = await informationPlane(run(1, 1), { y: labels, spectralEntropy: false });
    const page = await renderWatchReport(reportOf(one));
    expect(page).not.toContain('<section id="curves"');
    expect(page).not.toContain('<section id="runs"');
  });
});
