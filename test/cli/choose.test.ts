import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DialectName, type LanguageModel, trainNgram } from "../../src/language/index.ts";
import { type RunningServer, startServer } from "../fixtures/language/server.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const cwd = temporaryFolder();
const example = (name: string) =>
  fileURLToPath(new URL(`../../docs/examples/choose/${name}`, import.meta.url));
const run = (...words: string[]) => surprisal(["choose", ...words], { cwd });
const write = (name: string, value: unknown) =>
  writeFileSync(join(cwd, name), typeof value === "string" ? value : JSON.stringify(value));
const readJson = (name: string) => JSON.parse(readFileSync(join(cwd, name), "utf8"));

/** A language in which the sky is blue and grass is green, so that an answer can depend on an input. */
const things = { sky: "blue", sea: "blue", ice: "blue", grass: "green", leaf: "green", frog: "green" };
const corpus = Object.entries(things)
  .flatMap(([thing, colour]) => [
    `the ${thing} is ${colour} .`,
    `the ${thing} is ${colour} .`,
    `the ${thing} is nice .`,
    `${thing} : ${colour}`,
    `we like blue .`,
    `we like green .`,
    `we like blue .`,
    `Answer : A .`,
    `Answer : B .`,
  ])
  .join("\n");
const prompts = [
  { name: "good", template: "the {{thing}} is" },
  { name: "colon", template: "{{thing}} :" },
  { name: "blind", template: "{{thing}} . we like" },
];

let model: LanguageModel;
const servers: RunningServer[] = [];

beforeAll(async () => {
  model = await trainNgram(corpus, { order: 3, minCount: 1 });
  const names = Object.keys(things);
  const rows = Array.from({ length: 12 }, (_, i) => ({
    thing: names[i % 6],
    colour: Object.values(things)[i % 6],
  }));
  write("things.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  write("colours.json", { choices: ["blue", "green"], prompts });
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function serve(dialect: DialectName, more: Partial<Parameters<typeof startServer>[0]> = {}) {
  const server = await startServer({ dialect, model, ...more });
  servers.push(server);
  return server;
}

async function refusal(...words: string[]): Promise<string> {
  const ran = await run(...words);
  expect([ran.code, ran.stdout]).toEqual([2, ""]);
  expect(ran.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(ran.stderr).not.toMatch(/\bat .*\.js:\d+/);
  return ran.stderr;
}

const withThings = ["--inputs", "things.jsonl"];

describe("surprisal choose", () => {
  test("ranks prompts with the built-in model, and writes what was chosen, answers, log-probabilities and a report", async () => {
    const ran = await run(
      example("prompts.yaml"),
      "-i",
      example("tickets.jsonl"),
      "--labels",
      "topic",
      "--explain",
      "plain",
    );
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/6 prompts × 40 inputs × 4 labels/);
    expect(ran.stdout).toMatch(/\n\nUse \w+\. Its MI is \d\.\d{3} nats \[/);
    expect(ran.stdout).toMatch(/Judged afterwards by 40 labels/);
    expect(ran.stdout).toMatch(/about plain\n/);
    expect(ran.stdout).toMatch(/built-in model[\s\S]*cannot judge prompts/);
    const chosen = readJson("prompts.chosen.json");
    expect(chosen).toMatchObject({ method: "MI", unit: "nats", calibration: "cbm", inputs: 40 });
    expect(chosen.template).toContain("{{text}}");
    const answers = readFileSync(join(cwd, "prompts.answers.csv"), "utf8").trimEnd().split("\n");
    expect(answers).toHaveLength(41);
    expect(answers[0]).toBe("input,text,answer,share,prompt,label");
    const report = readJson("prompts.report.json");
    expect(report.prompts).toHaveLength(6);
    expect(report.truth.chosen.accuracy).toBeGreaterThan(0.25);
    expect(readFileSync(join(cwd, "prompts.report.html"), "utf8")).toMatch(/^<!doctype html>/);

    const again = await run("prompts.scores.json", "--method", "MI_AGL", "--calibration", "none", "--json");
    expect([again.code, again.stderr]).toEqual([0, ""]);
    const saved = JSON.parse(again.stdout);
    expect(saved).toMatchObject({ method: "MI_AGL", rankedBy: "MI_AG", calibration: null, truth: null });
    expect(saved.templates).toEqual(report.templates);
    expect(saved.prompts.map((row: { scores: object }) => row.scores)).toEqual(
      saved.prompts.map(
        ({ name }: { name: string }) =>
          report.prompts.find((row: { name: string }) => row.name === name).scores,
      ),
    );
  });

  test("prints only JSON, and writes nothing", async () => {
    const ran = await run("colours.json", ...withThings, "--json", "--unit", "bits");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    const report = JSON.parse(ran.stdout);
    expect(report.unit).toBe("bits");
    expect(report.answers).toHaveLength(12);
    expect(existsSync(join(cwd, "colours.chosen.json"))).toBe(false);
  });

  test("plans calls, tokens and money before, and knows afterwards what is answered", async () => {
    const server = await serve("vllm");
    const words = ["colours.json", ...withThings, "--endpoint", server.url, "--cache", "plan-cache"];
    write("prices.json", { models: { "test-model": { input: 1000, output: 0 } } });
    const planned = await run(...words, "--dry-run", "--prices", "prices.json");
    expect([planned.code, planned.stderr]).toEqual([0, ""]);
    expect(planned.stdout).toMatch(
      /^3 prompts × 12 inputs × 2 labels = 72 scores, all-tokens, by test-model/,
    );
    // Six different things: what is asked twice is paid once.
    expect(planned.stdout).toMatch(/36 calls to pay, 36 answered already {3}about [\d,]+ prompt tokens/);
    expect(planned.stdout).toMatch(/estimated cost 0\.\d{4} USD for test-model/);
    expect(planned.stdout).toMatch(/no prompt was asked\n$/);
    const asked = () =>
      server.requests.filter(({ body }) => /sky|grass/.test(String(body.prompt)) && body.echo === true);
    expect(asked()).toHaveLength(0);

    const ran = await run(...words, "--labels", "colour", "--no-report");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/Use (good|colon)\. Its MI/);
    expect(ran.stdout).toMatch(/reach a macro F1 of 1\.000/);
    expect(asked()).toHaveLength(12);
    const after = JSON.parse((await run(...words, "--dry-run", "--json")).stdout);
    expect(after).toMatchObject({ calls: 0, cached: 72, probes: 0 });
  });

  test("killed half way, goes on without asking again what was answered", async () => {
    let answered = 0;
    const quick = 20;
    const server = await serve("vllm", {
      faults: (_, __, body) =>
        body.echo === true && answered++ >= quick && server.requests.length < 1000 ? "slow" : undefined,
    });
    const words = [
      "choose",
      "colours.json",
      ...withThings,
      "--endpoint",
      server.url,
      "--cache",
      "kill-cache",
      "--no-report",
    ];
    const keys = () =>
      server.requests
        .filter(({ status, body }) => status === 200 && body.echo === true)
        .map(({ body }) => JSON.stringify(body));
    const ran = await surprisal(words, {
      cwd,
      during: async (child) => {
        while (keys().length < quick) await new Promise((resolve) => setTimeout(resolve, 10));
        // What was answered is on disk; what is asked now is answered after a second.
        await new Promise((resolve) => setTimeout(resolve, 300));
        child.kill("SIGKILL");
      },
    });
    expect(ran.code).toBe(null);
    const paid = new Set(keys());
    expect(paid.size).toBeGreaterThanOrEqual(quick);
    expect(paid.size).toBeLessThan(37);
    const before = server.requests.length;
    answered = Number.NEGATIVE_INFINITY;
    const again = await surprisal(words, { cwd });
    expect([again.code, again.stderr]).toEqual([0, ""]);
    const asked = server.requests.slice(before).filter(({ body }) => body.echo === true);
    expect(asked.filter(({ body }) => paid.has(JSON.stringify(body)))).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
  });

  test("stopped by Ctrl-C, says that answers are kept", async () => {
    const server = await serve("vllm", { delayMs: 100 });
    const words = [
      "choose",
      "colours.json",
      ...withThings,
      "--endpoint",
      server.url,
      "--cache",
      "stop-cache",
    ];
    const ran = await surprisal(words, {
      cwd,
      during: async (child) => {
        while (server.requests.filter(({ status }) => status === 200).length < 8) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        child.kill("SIGINT");
      },
    });
    expect(ran.code).toBe(130);
    expect(ran.stdout).toBe("");
    expect(ran.stderr).toMatch(/answers so far are kept, and the same command goes on from there/);
  });

  test("asks a chat service for letters", async () => {
    const server = await serve("openai-chat");
    const words = ["colours.json", ...withThings, "--endpoint", server.url, "--no-cache", "--no-report"];
    const ran = await run(...words, "--missing", "floor");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toMatch(/first-token/);
    expect(ran.stdout).toMatch(/3 of 3 prompts got the choices as a\s+lettered list/);
    const sent = server.requests
      .map(({ body }) => JSON.stringify(body.messages))
      .find((text) => /sky/.test(text))!;
    expect(sent).toMatch(/A\. blue\\nB\. green\\nAnswer:/);
    expect(await refusal(...words, "--method", "PPL")).toMatch(/lacks scoreText/);
  });

  test("reads PPL, cc and pmi where the endpoint can", async () => {
    const server = await serve("vllm");
    const words = ["colours.json", ...withThings, "--endpoint", server.url, "--cache", "ppl-cache", "--json"];
    const ran = await run(...words, "--method", "PPL_L", "--calibration", "cc");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    const report = JSON.parse(ran.stdout);
    expect(report).toMatchObject({ rankedBy: "PPL", calibration: "cc" });
    expect(report.prompts[0].score).toBeLessThan(-1);
    const pmi = JSON.parse((await run(...words, "--calibration", "pmi", "--calibrate", "both")).stdout);
    expect(pmi).toMatchObject({ calibration: "pmi", calibrate: "both", method: "MI" });
  });

  test("reads choices that come from the input, and a file of labels", async () => {
    write("pairs.csv", "question,a,b\nthe sky is,blue,green\nthe frog is,green,blue\nthe sea is,blue,nice\n");
    write(
      "pairs.yaml",
      '- name: pair\n  template: "{{question}}"\n  choices: {first: "{{a}}", second: "{{b}}"}\n',
    );
    const server = await serve("vllm");
    const words = ["--endpoint", server.url, "--cache", "pair-cache", "--json"];
    write("right.csv", "label\nfirst\nfirst\nfirst\n");
    const ran = await run("pairs.yaml", "-i", "pairs.csv", "--labels", "right.csv", ...words);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ aggregate: "sum", labels: ["first", "second"] });
    expect(JSON.parse(ran.stdout).truth.known).toBe(3);
  });

  test("refuses bad input in one line, before anything is asked", async () => {
    const server = await serve("vllm");
    const words = ["colours.json", ...withThings, "--endpoint", server.url];
    expect(await refusal(...words, "--method", "MI_ALG")).toMatch(/--method: unknown method.*did you mean/);
    expect(await refusal(...words, "--calibraton", "cbm")).toMatch(/Did you mean --calibrat/);
    expect(await refusal(...words, "-o", "colours.json")).toMatch(/replace the input/);
    expect(server.requests).toEqual([]);
  });

  test("names what an endpoint lacks, and a server that is not there", async () => {
    const gone = await run(
      "colours.json",
      ...withThings,
      "--endpoint",
      "http://127.0.0.1:9",
      "--no-cache",
      "--json",
    );
    expect([gone.code, gone.stdout]).toEqual([3, ""]);
    const deaf = await serve("openai-chat", { faults: () => "no-logprobs" });
    expect(await refusal("colours.json", ...withThings, "--endpoint", deaf.url, "--no-cache")).toMatch(
      /lacks scoreChoices; .*every endpoint that returns logprobs/,
    );
  });
});
