import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openLanguageModel } from "../../src/language/model/model.ts";
import { card } from "../../src/language/pursuit/card.ts";
import { readAnimals } from "../../src/language/pursuit/experiment-animals.ts";
import type { AskReport } from "../../src/report/ask/report.ts";
import { type RunningServer, startServer } from "../fixtures/language/server.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const run = (words: string[], input = "") => surprisal(["ask", ...words], { cwd, input });
const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
const read = (name: string): AskReport => JSON.parse(readFileSync(join(cwd, name), "utf8"));

const pets = `name,legs,Does it purr?,colour,weight
cat,4,yes,grey,4.5
dog,4,no,brown,20
parrot,2,no,green,0.5
goldfish,0,no,red,0.1
snake,0,no,green,1.5
`;

beforeAll(() => {
  write("pets.csv", pets);
  symlinkSync(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(cwd, "node_modules"));
});

describe("surprisal ask", () => {
  test("asks for answers on standard input, shows what is left, and writes the transcript", async () => {
    const { code, stdout, stderr } = await run(
      ["pets.csv", "--error", "0.01"],
      "n\nn\nb\nno\nYES\nb\n?\ny\n",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ {2}1 {2}Is .*\?\n {5}> n\n {5}\d\.\d bits left · \d entit.*prediction set: /);
    expect(stdout).toMatch(/again {7}surprisal ask pets\.csv --error 0\.01\n$/);
    const { games, mode, source } = read("pets.transcript.json");
    expect([mode, source.entities, source.entity]).toEqual(["play", 5, "name"]);
    expect(games[0].turns[0].answer).toBe("no");
    expect(games[0].turns.length).toBeGreaterThan(1);
  });

  test("plays an entity of the built-in table, and of a file with a report", async () => {
    const { code, stdout } = await surprisal(card.commands[0].split(" ").slice(1), { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/otter \(\d+ %\) after \d+ questions: .*That is right\./);
    expect(stdout).toMatch(/1 {2}Is it a mammal\? +yes +5\.4 → 4\.\d bits/);
    const { stdout: told } = await run(["pets.csv", "--play", "cat", "--report", "cat.html", "--error", "0"]);
    expect(told).toMatch(/cat \(100 %\)/);
    expect(readFileSync(join(cwd, "cat.html"), "utf8")).toMatch(/^<!doctype html>/);
    expect(read("cat.json").games[0]).toMatchObject({ label: "cat", guess: "cat", correct: true });
  });

  test("takes answers from a file, by question or in order", async () => {
    const { stdout } = await run(["pets.csv", "--list", "--json"]);
    const questions: string[] = JSON.parse(stdout);
    expect(questions).toContain("Does it purr?");
    expect(questions.some((question) => /^Is weight more than \d/.test(question))).toBe(true);
    expect(questions).toContain("Is colour green?");
    write("answers.json", JSON.stringify({ "Does it purr?": true, "Is colour green?": null }));
    const known = await run(["pets.csv", "--answers", "answers.json", "--json"]);
    const report: AskReport = JSON.parse(known.stdout);
    expect(report.games[0].guess).toBe("cat");
    expect(report.games[0].turns.filter(({ answer }) => answer !== "unknown").length).toBe(1);
    write("order.json", '["no", "n", false]');
    const ordered: AskReport = JSON.parse(
      (await run(["pets.csv", "--answers", "order.json", "--json"])).stdout,
    );
    expect(ordered.games[0].turns.map(({ answer }) => answer).every((answer) => answer === "no")).toBe(true);
    expect(existsSync(join(cwd, "order.transcript.json"))).toBe(false);
  });

  test("goes on when a guess is turned down, until nothing else is left", async () => {
    write("two.csv", "what,Is it red?\nrose,yes\nsky,no\n");
    const { code, stdout } = await run(["two.csv", "--error", "0", "-o", "two.json"], "y\nn\n");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Is it rose\? \(100\s%\)/);
    expect(read("two.json").games[0]).toMatchObject({
      rejected: ["rose"],
      guess: "sky",
      reason: "none-left",
    });
  });

  test("simulates every entity, with a page, JSON and coverage", async () => {
    const { code, stdout } = await run(["pets.csv", "--simulate"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\d\.\d questions on average, \d at most, and 100 % named right; in random order/);
    expect(stdout).toMatch(/sets that hold the answer, of 200 games with 5\s% wrong answers \(aim 90\s%\)/);
    const { simulation, games } = read("pets.report.json");
    expect(games.map(({ label }) => label)).toEqual(["cat", "dog", "parrot", "goldfish", "snake"]);
    expect(simulation!.counts.reduce((a, b) => a + b, 0)).toBe(5);
    // 4 standard errors of a share of 200 games, and of thresholds from 200 cases.
    for (const { random } of simulation!.coverage)
      expect(random).toBeGreaterThan(0.9 - 4 * Math.sqrt(0.18 / 200));
    expect(readFileSync(join(cwd, "pets.report.html"), "utf8")).toContain("How many questions does it take?");
  });

  test("--json prints JSON only, and repeats itself", async () => {
    const before = readdirSync(cwd).length;
    const first = await run(["pets.csv", "--json", "--criterion", "conformal"], "y\ny\n");
    const second = await run(["pets.csv", "--json", "--criterion", "conformal"], "y\ny\n");
    const games = [first, second].map(({ stdout }) => (JSON.parse(stdout) as AskReport).games);
    expect(games[0]).toEqual(games[1]);
    expect(first.stderr).toMatch(/^ {2}1 {2}Is /);
    expect(readdirSync(cwd)).toHaveLength(before);
  });

  test("Ctrl-C keeps the transcript and exits with 130", async () => {
    const { code, stderr } = await surprisal(["ask", "pets.csv", "-o", "stopped.json"], {
      cwd,
      during(child) {
        // A pipe that stays open, so that it waits for the second answer.
        child.stdout!.on("data", (part: Buffer) => {
          if (String(part).includes("  2  ")) child.kill("SIGINT");
        });
      },
      open: "n\n",
    });
    expect([code, stderr]).toEqual([130, "surprisal: stopped; the transcript is in stopped.json\n"]);
    const { games, stopped } = read("stopped.json");
    expect([stopped, games[0].reason, games[0].turns.length]).toEqual([true, "stopped", 1]);
  });

  const animals = readAnimals();
  test.skipIf(!animals)(
    `plays 20 animals by 85 attributes${animals ? "" : " (skipped: no ../shared/data/awa2)"}`,
    async () => {
      const { labels, queries, values } = animals!;
      const lines = labels.map((label, y) => [label, ...values[y].map(Number)].join(","));
      write("awa2.csv", `${["animal", ...queries].join(",")}\n${lines.join("\n")}\n`);
      const { stdout } = await run(["awa2.csv", "--play", "zebra", "--error", "0", "--json"]);
      expect((JSON.parse(stdout) as AskReport).games[0]).toMatchObject({ guess: "zebra", correct: true });
      expect((JSON.parse(stdout) as AskReport).games[0].turns.length).toBeLessThanOrEqual(5);
    },
  );
});

describe("surprisal ask with a language model", () => {
  let server: RunningServer;
  beforeAll(async () => {
    write("words.txt", `${"Question: Does it hunt? Answer: yes no lion zebra whale\n".repeat(30)}`);
    server = await startServer({
      dialect: "vllm",
      model: await openLanguageModel({ model: `ngram:${join(cwd, "words.txt")}` }),
    });
  });
  afterAll(() => server?.close());

  test("takes probabilities and questions from an endpoint, and pays no call twice", async () => {
    const words = ["--labels", "lion,zebra,whale", "--about", "an animal", "--endpoint", server.url];
    const rest = ["--cache", "answers", "--most", "2", "--json"];
    const { code, stdout, stderr } = await run([...words, ...rest], "y\nn\ny\n");
    expect(stderr).not.toContain("surprisal:");
    expect(code).toBe(0);
    const report: AskReport = JSON.parse(stdout);
    expect(report.source).toMatchObject({ entities: 3, name: "an animal" });
    expect(report.source.model).toBeTruthy();
    expect(report.notes.map(({ code }) => code)).toEqual(["not-calibrated"]);
    const paid = server.requests.filter(({ path }) => path.includes("completion")).length;
    expect(paid).toBeGreaterThan(0);
    const again = await run([...words, ...rest], "y\nn\ny\n");
    expect((JSON.parse(again.stdout) as AskReport).games).toEqual(report.games);
    expect(server.requests.filter(({ path }) => path.includes("completion"))).toHaveLength(paid);
  });

  test("chooses among questions of a file", async () => {
    write("questions.txt", "Does it hunt?\n\nDoes it swim?\nDoes it hunt?\n");
    const { code, stdout } = await run(
      [
        "--labels",
        "lion,zebra",
        "--questions",
        "questions.txt",
        "--endpoint",
        server.url,
        "--no-cache",
        "--json",
      ],
      "y\ny\ny\ny\n",
    );
    expect(code).toBe(0);
    const { games, source } = JSON.parse(stdout) as AskReport;
    expect(source.questions).toBe(2);
    for (const { query } of games[0].turns) expect(["Does it hunt?", "Does it swim?"]).toContain(query);
  });

  test("says where nobody answers", async () => {
    const { code, stderr } = await run(["--labels", "a,b", "--endpoint", "http://127.0.0.1:9", "--no-cache"]);
    expect(code).toBe(3);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("hostile tables", () => {
  async function played(text: string, ...words: string[]): Promise<AskReport> {
    write("hostile.csv", text);
    const { code, stdout, stderr } = await run(["hostile.csv", "--simulate", "--json", ...words]);
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  }
  const codes = ({ notes }: AskReport) => notes.map(({ code }) => code);

  test("say which entities nobody can tell apart", async () => {
    const report = await played("name,big,red\na,yes,no\nb,no,no\nc,yes,no\nd,no,yes\n");
    expect(report.twins).toEqual([["a", "c"]]);
    const { message } = report.notes.find(({ code }) => code === "twins")!;
    expect(message).toBe("nothing that is asked tells these apart: a and c");
  });

  test("may name an entity in several rows, which are taken together", async () => {
    const report = await played("name,big\na,yes\na,no\na,yes\nb,no\n");
    expect(codes(report)).toContain("repeated-entities");
    expect(report.source.entities).toBe(2);
  });

  test("may lack values and names", async () => {
    const report = await played("name,big,n\na,yes,1\nb,,2\n,no,3\nd,no,\ne,yes,9\n");
    expect(codes(report)).toEqual(expect.arrayContaining(["unknown-cells", "nameless-rows"]));
    expect(report.source.entities).toBe(4);
  });

  test("cannot colour or move the terminal", async () => {
    write("escape.csv", "name,\u001b[31mred\u001b[0m\n\u001b[2Jone,yes\ntwo,no\n");
    const { stdout } = await run(["escape.csv"], "y\ny\n");
    expect(stdout).not.toContain("\u001b");
  });
});

describe("bad input gets one clear line", () => {
  async function refusal(words: string[], input = ""): Promise<string> {
    const { code, stderr } = await run(words, input);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    return stderr;
  }

  test("tables with nothing to tell or to ask", async () => {
    write("one.csv", "name,big\na,yes\na,no\n");
    expect(await refusal(["one.csv"])).toMatch(/nothing to choose between.*at least 2 entities, got 1/);
    write("names.csv", "name,same\na,x\nb,x\n");
    expect(await refusal(["names.csv"])).toMatch(/no column can be asked about.*same: always/);
    write("numbers.csv", "p,q\n1,2\n3,4\n");
    expect(await refusal(["numbers.csv"])).toMatch(/no column of text names the entities.*--entity/);
    expect(await refusal(["pets.csv", "--entity", "nam"])).toMatch(/did you mean "name"/);
    expect(await refusal(["none.csv"])).toMatch(/no such file/);
  });

  test("answers that are none", async () => {
    expect(await refusal(["pets.csv"], "maybe\n")).toMatch(/not an answer.*y \(yes\), n \(no\).*got "maybe"/);
    write("bad.json", '{"Does it pur?": true}');
    expect(await refusal(["pets.csv", "--answers", "bad.json"])).toMatch(/did you mean "Does it purr\?"/);
    write("worse.json", '["perhaps"]');
    expect(await refusal(["pets.csv", "--answers", "worse.json"])).toMatch(/not an answer.*got "perhaps"/);
    write("text.json", "yes");
    expect(await refusal(["pets.csv", "--answers", "text.json"])).toMatch(/not JSON/);
    expect(await refusal(["pets.csv", "--play", "dgo"])).toMatch(/--play: .*did you mean "dog"/);
  });

  test("options that will not do", async () => {
    expect(await refusal(["pets.csv", "--alpha", "0.6"])).toMatch(/--alpha: .*got 0.6/);
    expect(await refusal(["pets.csv", "--most", "0"])).toMatch(/--most: .*got 0/);
    expect(await refusal(["pets.csv", "--play", "cat", "--simulate"])).toMatch(/several that answer/);
    expect(await refusal(["-"])).toMatch(/both come from standard input/);
    expect(await refusal(["pets.csv", "--about", "a pet"])).toMatch(/--labels/);
    expect(await refusal(["--labels", "a,b", "--simulate"])).toMatch(/what the labels would answer/);
    expect(await refusal(["--labels", "a"])).toMatch(/nothing to choose between/);
    expect(await refusal(["pets.csv", "--simulat"])).toMatch(/--simulate/);
  });
});
