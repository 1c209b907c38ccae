import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/core/random.ts";
import { card } from "../../src/language/channel/card.ts";
import { estimateCompressionMI, scoreCompressions } from "../../src/language/channel/channel.ts";
import type { ChannelReport } from "../../src/report/channel/report.ts";
import { wordModel } from "../fixtures/language/models.ts";
import { type RunningServer, type ServerOptions, startServer } from "../fixtures/language/server.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (...words: string[]) => surprisal(["channel", ...words], { cwd });
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
const read = (name: string) => readFileSync(join(cwd, name), "utf8");
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
symlinkSync(fileURLToPath(new URL("../../docs", import.meta.url)), join(cwd, "docs"));

// Reports of ships: who, what, where and when, all from the same few words.
const parts = [
  ["captain", "pilot", "owner", "mate"],
  ["coal", "timber", "grain", "cattle"],
  ["harbor", "island", "river", "coast"],
  ["January", "April", "July", "October"],
];
const facts = Array.from({ length: 12 }, (_, i) =>
  parts.map((words, a) => words[(i * 5 + a * (i >> 2)) % 4]),
);
const contexts = facts.map(([who, what, where, when], i) => ({
  id: `report ${i + 1}`,
  text: `In ${when} the ${who} brought the ${what} to the ${where}.`,
  question: `What came to the ${where}?`,
}));

/** Keeps so many of the facts; the score is the share that it kept. */
function outputs(name: string, kept: number, samples = 1): object[] {
  const random = new Random(3);
  return contexts.flatMap(({ id }, i) =>
    Array.from({ length: samples }, () => {
      const which = [...random.subsample(4, kept)];
      return { id, compressor: name, text: which.map((a) => facts[i][a]).join(" "), score: which.length / 4 };
    }),
  );
}

write("contexts.jsonl", lines(contexts));
// A small model of its own spares the tests the loading of the English one.
write("reports.txt", contexts.map(({ text }) => `${text}\n`).join(""));
const small = ["--model", "ngram:reports.txt", "--template", "{context} "];
write("compressions.jsonl", lines([1, 2, 3, 4].flatMap((kept) => outputs(`keeps ${kept}`, kept, 2))));

describe("surprisal channel", () => {
  test("says what compressors keep, with a report and its JSON, and what a bit is worth", async () => {
    const { code, stdout, stderr } = await run("contexts.jsonl", "compressions.jsonl", "--scores", "score");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^contexts\.jsonl {3}12 contexts {3}4 compressors/);
    expect(stdout).toMatch(/a further bit goes with \+0\.\d+ \[0\.\d+, 0\.\d+\] of score/);
    expect(stdout).toMatch(/1 − score = .* R² 0\.\d+/);
    expect(stdout).toMatch(
      /again {3}surprisal channel contexts\.jsonl compressions\.jsonl --scores score --seed 0\n$/,
    );
    const report: ChannelReport = JSON.parse(read("contexts.report.json"));
    expect(report.scorings).toBeLessThanOrEqual(12 * 12 * 8);
    const byName = new Map(report.compressors.map((one) => [one.name, one]));
    const bits = [1, 2, 3, 4].map((kept) => byName.get(`keeps ${kept}`)!.bits);
    expect(bits).toEqual([...bits].sort((a, b) => a - b));
    for (const one of report.compressors) {
      expect(one.bits).toBeLessThanOrEqual(Math.log2(12) + 1e-9);
      expect(one.upper ?? Number.POSITIVE_INFINITY).toBeGreaterThan(one.bits);
      expect(one.low).toBeLessThanOrEqual(one.bits);
      expect(one.high).toBeGreaterThanOrEqual(one.bits);
      expect(one.bitsPerToken.value).toBeCloseTo(one.bits / one.meanTokens, 12);
    }
    expect(byName.get("keeps 1")!.rank.best).toBeGreaterThan(1);
    expect(read("contexts.report.html")).toMatch(/^<!doctype html>/);
  });

  test("gives the same numbers for the same seed, and JSON only with --json", async () => {
    const before = readdirSync(cwd).length;
    const { stdout } = await run("contexts.jsonl", "compressions.jsonl", "--scores", "score", "--json");
    const first: ChannelReport = JSON.parse(read("contexts.report.json"));
    expect((JSON.parse(stdout) as ChannelReport).compressors).toEqual(first.compressors);
    expect(readdirSync(cwd)).toHaveLength(before);
  });

  test("compresses by itself at several budgets: the card's command, on fewer contexts", async () => {
    const words = card.commands[0].split(" ").slice(2);
    const { code, stdout } = await run(...words, "--sample", "14", "--tokenizer", "o200k", "--json");
    expect(code).toBe(0);
    const report: ChannelReport = JSON.parse(stdout);
    expect(report.contexts).toHaveLength(14);
    expect(new Set(report.compressors.map(({ name }) => name))).toEqual(
      new Set(["ngram 5%", "ngram 10%", "ngram 20%", "ngram 40%"]),
    );
    const tokens = ["5", "10", "20", "40"].map(
      (share) => report.compressors.find(({ name }) => name === `ngram ${share}%`)!.meanTokens,
    );
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
    expect(report.tokenizer).toBe("o200k");
    for (const { readerTokens } of report.compressors) expect(readerTokens).toBeGreaterThan(1);
    expect(report.notes.map(({ code }) => code)).toContain("sample");
  });

  test("reads folders, tables and standard input, and gives the same for each", async () => {
    mkdirSync(join(cwd, "texts"));
    for (const { id, text } of contexts) write(`texts/${id}.txt`, `${text}\n`);
    write("contexts.csv", `name,body\n${contexts.map(({ id, text }) => `${id},"${text}"\n`).join("")}`);
    write("few.jsonl", lines(outputs("keeps 2", 2)));
    const found = await Promise.all([
      run("texts", "few.jsonl", ...small, "--json"),
      run("contexts.csv", "few.jsonl", "--id", "name", "--text", "body", ...small, "--json"),
      surprisal(["channel", "-", "few.jsonl", ...small, "--json"], { cwd, input: read("contexts.jsonl") }),
    ]);
    const values = found.map(({ stdout }) => (JSON.parse(stdout) as ChannelReport).compressors[0].bits);
    // A folder is read in the order of its names.
    expect(values[0]).toBeCloseTo(values[2], 9);
    expect(values[1]).toBeCloseTo(values[2], 9);
  });

  test("leaves repeated texts out and says so", async () => {
    const twice = [...contexts, { id: "copy", text: contexts[0].text }];
    write("twice.jsonl", lines(twice));
    write(
      "more.jsonl",
      lines([...outputs("keeps 2", 2), { id: "copy", compressor: "keeps 2", text: "coal" }]),
    );
    const { code, stdout } = await run("twice.jsonl", "more.jsonl", ...small, "--json");
    expect(code).toBe(0);
    const report: ChannelReport = JSON.parse(stdout);
    expect(report.contexts).toHaveLength(12);
    expect(report.notes).toContainEqual(
      expect.objectContaining({
        code: "duplicate-contexts",
        message: expect.stringMatching(/1 of 13.*copy/),
      }),
    );
  });

  test("says in a dry run what it would take", async () => {
    const { code, stdout } = await run(
      "contexts.jsonl",
      "compressions.jsonl",
      "--dry-run",
      "--queries",
      "question",
      "--model",
      "ngram:reports.txt",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/12 contexts, 4 compressors, 96 compressions/);
    expect(stdout).toMatch(/[\d,]+ scorings: every compression under every context/);
    expect(stdout).toMatch(/nothing was scored\n$/);
  });
});

async function withServer<T>(
  options: Omit<ServerOptions, "model">,
  work: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const server = await startServer({ ...options, model: await wordModel() });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

describe("surprisal channel with an endpoint", () => {
  const animals = ["cat", "dog", "sky", "grass"];
  const texts = animals.map((animal) => ({ id: animal, text: `what they say of the ${animal}` }));
  const said = ["sat on the mat", "ran to the cat", "is blue", "is green"];
  const template = "{context} ";
  write("small.jsonl", lines(texts));
  write(
    "said.jsonl",
    lines(said.map((text, i) => ({ id: animals[i], compressor: "guess", text, found: i % 2 === 0 }))),
  );
  const args = (url: string, cache: string) =>
    [
      "small.jsonl",
      "said.jsonl",
      "--endpoint",
      url,
      "--template",
      template,
      "--cache",
      cache,
      "--json",
    ] as const;

  test("scores as the model behind it does, and a dry run pays nothing", async () => {
    await withServer({ dialect: "vllm" }, async (server) => {
      const dry = await run(...args(server.url, "cache-dry"), "--dry-run");
      expect(dry.code).toBe(0);
      expect(JSON.parse(dry.stdout)).toMatchObject({ scorings: 16, calls: 16, cached: 0 });
      const { code, stdout, stderr } = await run(...args(server.url, "cache-a"));
      expect([code, stderr]).toEqual([0, ""]);
      const report: ChannelReport = JSON.parse(stdout);
      const { ll, lengths } = await scoreCompressions(
        await wordModel(),
        texts.map(({ text }) => text),
        said.map((text) => [text]),
        { template: (context) => `${context} ` },
      );
      const { value } = estimateCompressionMI(ll, { lengths, unit: "bits" });
      expect(value).toBeGreaterThan(0.05);
      expect(report.compressors[0].bits).toBeCloseTo(value, 6);
      const again = await run(...args(server.url, "cache-a"), "--dry-run");
      expect(JSON.parse(again.stdout)).toMatchObject({ calls: 0, cached: 16 });
    });
  });

  test("goes on after it was killed, without paying for an answer twice", async () => {
    let answering = 9;
    await withServer(
      {
        dialect: "vllm",
        faults: (_, __, { prompt }) =>
          said.some((text) => `${prompt}`.endsWith(` ${text}`)) && --answering < 0 ? "slow" : undefined,
      },
      async (server) => {
        // A prefix by itself is asked too, to see where it ends.
        const scorings = () =>
          server.requests.filter(({ body }) => said.some((text) => `${body.prompt}`.endsWith(` ${text}`)));
        const prompts = (requests: RunningServer["requests"]) => requests.map(({ body }) => `${body.prompt}`);
        const answered = () => scorings().filter(({ status }) => status === 200);
        let paid: string[] = [];
        const killed = await surprisal(["channel", ...args(server.url, "cache-b")], {
          cwd,
          during: (child) => {
            const timer = setInterval(() => {
              if (answered().length < 9 || scorings().length < 12) return;
              clearInterval(timer);
              paid = prompts(answered());
              // What was answered is on disk a moment later.
              setTimeout(() => child.kill("SIGKILL"), 200);
            }, 10);
          },
        });
        expect([killed.code, killed.stdout]).toEqual([null, ""]);
        const before = scorings().length;
        answering = Number.POSITIVE_INFINITY;
        const { code, stdout } = await run(...args(server.url, "cache-b"));
        expect(code).toBe(0);
        const later = prompts(scorings().slice(before));
        expect(later.filter((prompt) => paid.includes(prompt))).toEqual([]);
        expect(new Set([...paid, ...later]).size).toBe(16);
        expect(paid.length + later.length).toBe(16);
        expect((JSON.parse(stdout) as ChannelReport).scorings).toBe(16);
      },
    );
  });

  test("names the capability that a server lacks", async () => {
    await withServer({ dialect: "ollama" }, async (server) => {
      const { code, stdout, stderr } = await run(...args(server.url, "cache-c"));
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/lacks scoreContinuation; .*vLLM, SGLang and llama\.cpp servers can score/);
    });
  });
});

describe("bad input gets one clear line", () => {
  async function refusal(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    return stderr;
  }
  async function refused(rows: readonly object[], ...more: string[]): Promise<string> {
    write("bad.jsonl", lines(rows));
    return refusal("contexts.jsonl", "bad.jsonl", ...more);
  }
  const good = outputs("keeps 2", 2);

  test("contexts that are too few, have no id of their own, or no text", async () => {
    write("one.jsonl", lines([contexts[0], { id: "again", text: contexts[0].text }]));
    expect(await refusal("one.jsonl", "compressions.jsonl")).toMatch(/at least 2 different texts, got 1/);
    write("one.jsonl", lines([contexts[0], { id: contexts[0].id, text: "Another." }]));
    expect(await refusal("one.jsonl", "compressions.jsonl")).toMatch(
      /two contexts have the same id.*"report 1"/,
    );
    write("one.jsonl", lines([contexts[0], { id: "b", body: "Another." }]));
    expect(await refusal("one.jsonl", "compressions.jsonl")).toMatch(
      /line 2: no text in the field "text"; it has id, body/,
    );
    write("one.jsonl", '{"id": 1, "text": "One."}\n{"id": 2, "text"\n');
    expect(await refusal("one.jsonl", "compressions.jsonl")).toMatch(/line 2 is not JSON/);
    expect(await refusal("missing.jsonl", "compressions.jsonl")).toMatch(/no such file/);
  });

  test("compressions that are missing, unequal in number, empty or of another context", async () => {
    expect(await refused(good.slice(1))).toMatch(
      /"keeps 2" has nothing for 1 of 12 contexts, first "report 1"/,
    );
    expect(await refused([...good, good[3]])).toMatch(
      /not equally many texts for all contexts.*2 for each context, got 1/,
    );
    expect(await refused([...good, { id: "report 1", compressor: "b", text: " " }])).toMatch(
      /line 13: "text" is empty/,
    );
    expect(await refused([...good, { id: "repord 1", compressor: "b", text: "coal" }])).toMatch(
      /line 13: no context has this id.*did you mean "report 1"/,
    );
    expect(await refused(good, "--scores", "grade")).toMatch(/line 1: no score in the field "grade"/);
  });

  test("a text that the scoring model cannot write", async () => {
    write(
      "tiny.arpa",
      "\\data\\\nngram 1=4\n\n\\1-grams:\n-0.6\t</s>\n-99\t<s>\n-0.6\tcoal\n-0.6\ttimber\n\n\\end\\\n",
    );
    write(
      "two.jsonl",
      lines([
        { id: "a", text: "coal coal" },
        { id: "b", text: "timber" },
      ]),
    );
    write(
      "bad.jsonl",
      lines([
        { id: "a", compressor: "odd", text: "coal" },
        { id: "b", compressor: "odd", text: "zebra" },
      ]),
    );
    expect(await refusal("two.jsonl", "bad.jsonl", "--model", "ngram:tiny.arpa")).toMatch(
      /what "odd" made of "b" probability 0/,
    );
  });

  test("options that will not do", async () => {
    expect(await refusal("contexts.jsonl")).toMatch(/nothing to compare; expected .*--compress/);
    expect(await refusal("contexts.jsonl", "--compress", "110%")).toMatch(/--compress: .*got "110%"/);
    expect(await refusal("contexts.jsonl", "compressions.jsonl", "--template", "Text:")).toMatch(
      /\{context\} does not occur/,
    );
    expect(await refusal("contexts.jsonl", "compressions.jsonl", "--sample", "1")).toMatch(
      /--sample: .*at least 2, got 1/,
    );
    expect(await refusal("contexts.jsonl", "compressions.jsonl", "--modl", "x")).toMatch(/--model/);
    expect(await refusal("contexts.jsonl", "compressions.jsonl", "--model", "gpt")).toMatch(
      /no such kind of model/,
    );
  });
});

test("shows three examples before its options", async () => {
  const { code, stdout } = await run("--help");
  expect(code).toBe(0);
  const examples = stdout.slice(stdout.indexOf("Examples:"), stdout.indexOf("Options:"));
  expect(examples.match(/^ {2}surprisal /gm)).toHaveLength(3);
});
