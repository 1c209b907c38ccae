import { describe, expect, it } from "vitest";
import { bareLearner, hostileLearner, pictures, recommender } from "../../../test/fixtures/report/learn.ts";
import { displayWidth } from "../text-width.ts";
import { renderLearnTerminal, sparkline } from "./terminal.ts";

describe("what a learner found, in a terminal", () => {
  it("shows the result, training, notes, files and the command", () => {
    const paths = { report: "model/report.html", json: "model/report.json" };
    expect(renderLearnTerminal(recommender(), { width: 100, color: false, paths })).toMatchInlineSnapshot();
  });

  it("keeps every line within 60 to 160 columns but for paths and the command", () => {
    for (const report of [pictures(), recommender(), hostileLearner(), bareLearner()]) {
      for (const width of [20, 60, 81, 120, 160, 400]) {
        const lines = renderLearnTerminal(report, { width, color: false }).split("\n");
        const long = lines.filter((line) => displayWidth(line) > Math.min(160, Math.max(60, width)));
        expect(long.filter((line) => !/^(model|again|report|json) /.test(line))).toEqual([]);
      }
    }
  });

  it("cannot be made to move the cursor", () => {
    const text = renderLearnTerminal(hostileLearner(), { width: 100, color: false });
    expect([...text].filter((c) => (c < " " && c !== "\n") || c === "\u202e")).toEqual([]);
  });

  it("draws falling numbers as a falling line", () => {
    expect(sparkline([8, 4, 2, 1], 4)).toBe("█▄▂▁");
    expect(sparkline([3, 3], 5)).toBe("▁▁▁▁▁");
  });
});
