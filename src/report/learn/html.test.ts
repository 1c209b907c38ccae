import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { bareLearner, hostileLearner, pictures, recommender } from "../../../test/fixtures/report/learn.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import type { LearnReport } from "../../learn/report-data.ts";
import { renderLearnReport } from "./html.ts";

const reports: Record<string, LearnReport> = {
  pictures: pictures(),
  recommender: recommender(),
  hostile: hostileLearner(),
  bare: bareLearner(),
};
const pages: Record<string, string> = {};
const documents: Record<string, ReturnType<typeof parseHTML>["document"]> = {};

beforeAll(async () => {
  for (const [name, report] of Object.entries(reports)) {
    pages[name] = await renderLearnReport(report);
    documents[name] = parseHTML(pages[name]).document;
  }
});

describe.each(Object.keys(reports))("the report of a learner: %s", (name) =>
  pageRules(() => pages[name], reports[name]),
);

describe("the report of a learner", () => {
  const section = (name: string, id: string) => documents[name].getElementById(id);

  it("puts the scores first and what it takes to repeat last", () => {
    const ids = [...documents.pictures.querySelectorAll("main > section")].map((s) => s.id);
    expect(ids).toEqual(["scores-0", "notes", "reconstruction", "information", "map", "training", "repeat"]);
  });

  it("shows every model with its interval, this one told apart", () => {
    const rows = [...section("recommender", "scores-0")!.querySelectorAll("tbody tr")];
    expect(rows.map((row) => row.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "Mult-VAE β≤0.2 this model0.323[0.293, 0.353]0.377[0.347, 0.407]",
      "EASE λ=2000.366[0.336, 0.396]0.412[0.382, 0.442]",
      "item-kNN0.340[0.310, 0.370]0.380[0.350, 0.410]",
      "popularity0.180[0.150, 0.210]0.226[0.196, 0.256]",
    ]);
    const dots = (fill: string) =>
      section("recommender", "scores-0")!.querySelectorAll(
        `.wide g[fill="var(--${fill})"][stroke="var(--bar)"] circle`,
      );
    expect([dots("bar").length, dots("paper").length]).toEqual([2, 6]);
  });

  it("draws a curve for every term, and the held-out one dashed", () => {
    const figures = [...section("pictures", "training")!.querySelectorAll("figure")];
    expect(figures).toHaveLength(4);
    expect(figures.map((f) => f.querySelectorAll('[stroke-dasharray="4 3"]').length)).toEqual([1, 1, 0, 0]);
    expect(section("pictures", "training")!.textContent).toContain("epoch 76, the best on validation");
    expect(section("recommender", "training")!.textContent).toContain("200 updates of 46 users each");
  });

  it("colours the map by label, names the levels and keeps the unlabelled grey", () => {
    const map = section("pictures", "map")!;
    for (let level = 0; level < 10; level++) {
      expect(map.querySelectorAll(`svg g[fill="var(--c${level})"] circle`).length).toBe(
        level === 7 ? 39 : 40,
      );
    }
    expect(map.querySelectorAll('svg g[fill="var(--marginal)"] circle').length).toBe(1);
    expect([...map.querySelectorAll("svg .strong text")].map((t) => t.textContent)).toEqual([
      ..."0123456789",
    ]);
    expect(map.textContent).toContain("400 of 1,797 were drawn at random");
  });

  it("shades items from few clicks to many and names the most clicked", () => {
    const map = section("recommender", "map")!;
    const dots = [2, 3, 4, 5, 6, 7, 8].map(
      (s) => map.querySelectorAll(`svg g[fill="var(--r${s})"] circle`).length,
    );
    expect(dots.reduce((a, b) => a + b, 0)).toBe(299);
    expect([...map.querySelectorAll("tbody th")].map((th) => th.textContent)).toEqual([
      "Star Wars",
      "Toy Story",
    ]);
  });

  it("draws pictures as given, from their codes and sampled", () => {
    const drawn = section("pictures", "reconstruction")!.querySelector("figure.large svg")!;
    expect(drawn.querySelectorAll("g").length).toBe(9);
    expect([...drawn.querySelectorAll("text")].map((t) => t.textContent)).toEqual([
      "given",
      "from the code",
      "sampled",
    ]);
  });

  it("says that training was stopped and how to go on", () => {
    expect(documents.recommender.querySelector(".stopped")?.textContent).toMatch(
      /20 of 200 epochs.*--resume/,
    );
    expect(documents.pictures.querySelector(".stopped")).toBeNull();
  });

  it("shows names as they are, however hostile", () => {
    const text = [...documents.hostile.querySelectorAll("header.top, main")]
      .map((e) => e.textContent)
      .join(" ");
    for (const attack of attacks.slice(0, 3)) expect(text).toContain(attack);
    expect(documents.hostile.querySelector("h1")?.textContent).toBe(
      `</title><script>alert("title")</script>`,
    );
  });

  it("stays small after thousands of epochs", async () => {
    const page = await renderLearnReport(pictures(5000));
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    const { document } = parseHTML(page);
    expect(document.getElementById("repeat")?.textContent).toContain("without digits beyond the sixth");
    const curves = JSON.parse(document.getElementById("measurement")?.textContent ?? "").training.curves;
    expect(curves[0].values).toHaveLength(5000);
  });
});
