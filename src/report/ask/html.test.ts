import { parseHTML } from "linkedom/worker";
import { beforeAll, describe, expect, it } from "vitest";
import { attacks } from "../../../test/fixtures/report/hostile.ts";
import { pageRules } from "../../../test/fixtures/report/page-rules.ts";
import { renderAskReport } from "./html.ts";
import type { AskGame, AskReport } from "./report.ts";
import { renderAskTerminal } from "./terminal.ts";

const game: AskGame = {
  label: "otter",
  startBits: 2,
  turns: [
    { query: "Does it swim?", answer: "yes", expectedBits: 1.2, bits: 1.1, setSize: 3 },
    { query: "Does it fly?", answer: "unknown", expectedBits: 0.9, bits: 1.1, setSize: 3 },
    { query: "Does it have fur?", answer: "yes", expectedBits: 0.2, bits: 0.1, setSize: 1 },
  ],
  guess: "otter",
  probability: 0.98,
  likeliest: [
    { label: "otter", p: 0.98 },
    { label: "duck", p: 0.02 },
  ],
  set: ["otter"],
  rejected: ["seal"],
  correct: true,
  reason: "one-label",
};

const played: AskReport = {
  command: "surprisal ask pets.csv --play otter",
  mode: "play",
  source: { name: "pets.csv", entity: "name", entities: 4, questions: 9, hash: "0".repeat(64) },
  criterion: "entropy",
  alpha: 0.1,
  error: 0.05,
  maxQueries: 20,
  seed: 0,
  games: [game],
  gameCount: 1,
  twins: [],
  notes: [{ code: "unknown-cells", severity: "fact", message: "3 answers are unknown", columns: [] }],
  transcript: "pets.transcript.json",
  environment: { version: "0.1.0", node: "v20", cores: 2, date: "2026-01-02T03:04:05.000Z", elapsedMs: 5 },
};

const simulated: AskReport = {
  ...played,
  mode: "simulate",
  transcript: undefined,
  games: [game, { ...game, label: "seal", correct: false, reason: "nothing-to-learn" }],
  gameCount: 2,
  simulation: {
    meanQuestions: 3,
    mostQuestions: 3,
    rightShare: 0.5,
    random: { meanQuestions: 5.5, rightShare: 0.5 },
    counts: [0, 0, 0, 2],
    steps: [2, 1.1, 1.1, 0.1].map((bits, asked) => ({ asked, bits, setSize: 4 - asked, games: 2 })),
    coverage: [0, 1, 2, 3].map((asked) => ({
      asked,
      random: 0.9,
      own: 0.95 - 0.1 * asked,
      ownSize: 4 - asked,
    })),
    coverageCases: 200,
  },
};

const reports: Record<string, AskReport> = {
  played,
  simulated,
  stopped: {
    ...played,
    stopped: true,
    games: [{ ...game, turns: [], correct: undefined, reason: "stopped" }],
  },
  "stopped simulation": {
    ...simulated,
    stopped: true,
    simulation: { ...simulated.simulation!, random: undefined, coverage: [] },
  },
  model: { ...played, source: { name: "an animal", entity: "label", entities: 3, model: "a model" } },
  hostile: {
    ...played,
    source: { ...played.source, name: attacks[0] },
    games: [
      {
        ...game,
        guess: attacks[1],
        set: attacks.slice(1, 4),
        turns: attacks.map((query) => ({ query, answer: query, bits: 1, setSize: 2 })),
      },
    ],
  },
};
const pages: Record<string, string> = {};
const documents: Record<string, ReturnType<typeof parseHTML>["document"]> = {};

beforeAll(async () => {
  for (const [name, r] of Object.entries(reports)) {
    pages[name] = await renderAskReport(r);
    documents[name] = parseHTML(pages[name]).document;
  }
});

describe.each(Object.keys(reports))("the report of questions: %s", (name) =>
  pageRules(() => pages[name], reports[name]),
);

describe("the report of questions", () => {
  const ids = (name: string) => [...documents[name].querySelectorAll("main > section")].map((s) => s.id);

  it("says the answer first, then the dialogue, and what it takes to repeat last", () => {
    expect(documents.played.querySelector(".verdict")?.textContent).toBe(
      "otter (98\u00a0%) after 3 questions: one was left. That is right.",
    );
    expect(ids("played")).toEqual(["answer", "dialogue", "notes", "repeat"]);
    expect(ids("stopped")).toEqual(["answer", "notes", "repeat"]);
    expect(documents.played.querySelectorAll("#dialogue tbody tr")).toHaveLength(3);
  });

  it("says how many questions it takes, and whether sets can be relied on", () => {
    expect(documents.simulated.querySelector(".verdict")?.textContent).toMatch(
      /^3\.0 questions on average, 3 at most, and 50.% named right; in random order 5\.5 and 50.%/,
    );
    expect(ids("simulated")).toEqual(["questions", "notes", "coverage", "games", "repeat"]);
    expect(ids("stopped simulation")).toEqual(["questions", "notes", "games", "repeat"]);
    expect(documents.simulated.querySelectorAll("#questions svg")).toHaveLength(3);
  });

  it("shows names as they are, however hostile", () => {
    const body = documents.hostile.querySelector("main")?.textContent ?? "";
    for (const attack of attacks.slice(0, 3)) expect(body).toContain(attack);
  });
});

describe("questions in a terminal", () => {
  it("stay within the width", () => {
    for (const r of Object.values(reports)) {
      for (const line of renderAskTerminal(r, { width: 80, color: false }).split("\n")) {
        if (!line.startsWith("again")) expect(line.length, line).toBeLessThanOrEqual(80);
      }
    }
  });

  it("cannot be coloured or moved by names", () => {
    expect(renderAskTerminal(reports.hostile, { width: 100, color: false })).not.toContain("\u001b");
  });
});
