import { beforeAll, describe, expect, test } from "vitest";
import { startServer } from "../../../test/fixtures/language/server.ts";
import { InputError, StoppedError } from "../../core/errors.ts";
import { type LanguageModel, openEndpoint, trainNgram } from "../model/model.ts";
import { collectScores, comparePrompts, promptScores } from "./choose.ts";
import { mixtureOfSources, realTemplates, textSources } from "./real-text.ts";
import { type PromptTemplate, placesOf, promptSet } from "./template.ts";

const text = [
  "the sky is blue .",
  "the grass is green .",
  "the sky is very blue .",
  "the grass is very green .",
  "Answer : A .",
  "Answer : B .",
]
  .join("\n")
  .repeat(4);
const inputs = [{ thing: "sky" }, { thing: "grass" }];
const colours = ["blue", "green"];
const template = (template: string, choices: PromptTemplate["choices"] = colours, name = template) => ({
  name,
  template,
  choices,
});

let words: LanguageModel;
let bytes: LanguageModel;

beforeAll(async () => {
  words = await trainNgram(text, { order: 3, minCount: 1 });
  bytes = await trainNgram(text, { order: 5, unit: "byte" });
});

const refused = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => new Error("not refused"),
    (caught) => caught,
  );
  expect(error).toBeInstanceOf(InputError);
  return error.message;
};

describe("collected scores", () => {
  test("are the log-probabilities of the choices after the filled prompt, mean or sum over tokens", async () => {
    const templates = [
      template("the {{thing}} is"),
      template("the {{ thing }} is ", { blue: "very blue", green: "green" }, "space"),
    ];
    const mean = await collectScores(words, templates, inputs);
    const sum = await collectScores(words, templates, inputs, { aggregate: "sum" });
    for (const [x, { thing }] of inputs.entries()) {
      const [one, two] = await words.scoreChoices(`the ${thing} is`, [" blue", " green"]);
      expect([...(mean.logScore[0][x] as Float64Array)]).toEqual([one.mean, two.mean]);
      const [phrase] = await words.scoreChoices(`the ${thing} is`, [" very blue"]);
      expect(mean.logScore[1][x][0]).toBeCloseTo(phrase.sum / 2, 12);
      expect(sum.logScore[1][x][0]).toBeCloseTo(phrase.sum, 12);
    }
    expect(mean).toMatchObject({ mode: "all-tokens", aggregate: "mean", labels: colours, censored: 0 });
    expect(promptScores(mean, "MI")[0]).toBeGreaterThan(0);
  });

  test("follow the order of the first template's labels, whatever the order of the others", async () => {
    const tensor = await collectScores(
      words,
      [template("the {{thing}} is"), template("so the {{thing}} is", { green: "green", blue: "blue" })],
      inputs,
    );
    expect(tensor.labels).toEqual(colours);
    const [blue, green] = await words.scoreChoices("so the sky is", [" blue", " green"]);
    expect([...(tensor.logScore[1][0] as Float64Array)]).toEqual([blue.mean, green.mean]);
  });

  test("put the space before a choice into the prompt where it would be a token of its own", async () => {
    const { logScore, boundaryMoved } = await collectScores(bytes, [template("the {{thing}} is")], inputs);
    const [blue, green] = await bytes.scoreChoices("the sky is ", ["blue", "green"]);
    expect([...(logScore[0][0] as Float64Array)]).toEqual([blue.mean, green.mean]);
    expect(boundaryMoved).toBe(0);
    // After a line break there is no space at all.
    const line = await collectScores(bytes, [template("{{thing}}\n")], inputs);
    expect(line.logScore[0][0][0]).toBe((await bytes.scoreChoices("sky\n", ["blue"]))[0].mean);
  });

  test("in first-token mode read the first token in which the choices differ", async () => {
    const phrases = ["very blue", "very green"];
    const { logScore } = await collectScores(words, [template("the {{thing}} is", phrases)], inputs, {
      mode: "first-token",
    });
    const [blue, green] = await words.scoreChoices("the sky is very", [" blue", " green"], "first-token");
    expect([...(logScore[0][0] as Float64Array)]).toEqual([blue.sum, green.sum]);
    const some = ["very blue", "very green", "blue"];
    expect(
      await refused(
        collectScores(words, [template("the {{thing}} is", some)], inputs, { mode: "first-token" }),
      ),
    ).toMatch(/"very blue" and "very green" begin with the same token.*\{\{choices\}\}/);
  });

  test("ask for letters where the template lists the choices", async () => {
    const lettered = template("the {{thing}}?\n{{choices}}\nAnswer :", ["very blue", "very green"]);
    const { logScore } = await collectScores(words, [lettered], inputs, { mode: "first-token" });
    const [a, b] = await words.scoreChoices("the sky?\nA. very blue\nB. very green\nAnswer :", [" A", " B"]);
    expect([...(logScore[0][0] as Float64Array)]).toEqual([a.sum, b.sum]);
  });

  test("add up tokens of choices that come from the input", async () => {
    const pairs = [
      { thing: "sky", one: "very blue", two: "green" },
      { thing: "grass", one: "green", two: "blue" },
    ];
    const tensor = await collectScores(words, [template("the {{thing}} is", ["{{one}}", "{{two}}"])], pairs);
    expect(tensor.aggregate).toBe("sum");
    expect(tensor.logScore[0][0][0]).toBeCloseTo(
      (await words.scoreContinuation("the sky is", " very blue")).sum,
      12,
    );
  });

  test("include content-free scores and the probability of the filled prompt where asked", async () => {
    const tensor = await collectScores(words, [template("the {{thing}} is")], inputs, {
      contentFree: true,
      perplexity: true,
    });
    const [free] = await words.scoreChoices("the N/A is", [" blue"]);
    expect(tensor.logNA![0][0]).toBe(free.mean);
    expect(tensor.logMask![0][0]).toBe((await words.scoreChoices("the [MASK] is", [" blue"]))[0].mean);
    const { tokens } = await words.scoreText("the sky is");
    // The first token has no condition and does not count.
    expect(tensor.seqProb![0][0]).toBeCloseTo(Math.exp((tokens[1].logprob + tokens[2].logprob) / 2), 12);
    for (const calibration of ["cbm", "cc", "pmi"] as const) {
      expect(promptScores(tensor, "MI", { calibration })[0]).toBeGreaterThan(-1e-6);
    }
  });

  test("do not depend on how many questions are open at a time", async () => {
    const templates = [template("the {{thing}} is"), template("a {{thing}} is")];
    const one = await collectScores(words, templates, inputs, { concurrency: 1 });
    expect(await collectScores(words, templates, inputs, { concurrency: 50 })).toEqual(one);
  });

  test("come with progress, and stop when they are to", async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ thing: i % 2 ? "sky" : "grass" }));
    const stop = new AbortController();
    const seen: number[] = [];
    const run = collectScores(words, [template("the {{thing}} is")], many, {
      concurrency: 2,
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        expect(total).toBe(100);
        seen.push(done);
        if (done === 10) stop.abort();
      },
    });
    await expect(run).rejects.toBeInstanceOf(StoppedError);
    expect(seen.length).toBeLessThan(15);
  });

  test("are refused for fields that are missing, choices that cannot be compared, and models that cannot", async () => {
    const good = template("the {{thing}} is");
    expect(await refused(collectScores(words, [template("the {{think}} is")], inputs))).toMatch(
      /no field for \{\{think\}\}.*did you mean "thing"/,
    );
    expect(await refused(collectScores(words, [], inputs))).toMatch(/no prompt/);
    expect(await refused(collectScores(words, [good], []))).toMatch(/no input/);
    expect(await refused(collectScores(words, [good, good], inputs))).toMatch(
      /two prompts have the same name/,
    );
    const dynamic = [{ thing: "sky", one: "blue" }];
    expect(
      await refused(
        collectScores(words, [template("{{thing}}", ["{{one}}", "green"])], dynamic, { contentFree: true }),
      ),
    ).toMatch(/cc and pmi compare with answers without content/);
    const long = Array.from({ length: 27 }, (_, i) => `c${i}`);
    expect(() => promptSet([template("{{thing}} {{choices}}", long)])).toThrow(/not enough letters.*got 27/);
    expect(placesOf("{{ a b }} {{c}} {{a b}} {d}")).toEqual(["a b", "c"]);
  });

  test("count what an endpoint did not return, or refuse it", async () => {
    const vocabulary = Array.from({ length: 200 }, (_, i) => `word${i} : word${i}`).join("\n");
    const model = await trainNgram(vocabulary, { order: 2, minCount: 1 });
    const server = await startServer({ dialect: "openai-chat", model });
    try {
      const asked = [template("word1 {{thing}} : ", ["word1", "nothing"])];
      const things = [{ thing: "word2" }, { thing: "word3" }];
      const open = (missing: "error" | "floor") => openEndpoint({ endpoint: server.url, missing });
      const options = { mode: "first-token" } as const;
      expect(await refused(collectScores(await open("error"), asked, things, options))).toMatch(
        /not among the 20 likeliest next tokens/,
      );
      const { censored, logScore } = await collectScores(await open("floor"), asked, things, options);
      expect(censored).toBeGreaterThanOrEqual(2);
      expect(logScore[0][0][1]).toBeGreaterThan(Number.NEGATIVE_INFINITY);
      expect(await refused(collectScores(await open("floor"), asked, things, { perplexity: true }))).toMatch(
        /lacks scoreText/,
      );
    } finally {
      await server.close();
    }
  });

  test("of an endpoint equal those of the model behind it", async () => {
    const server = await startServer({ dialect: "vllm", model: words, bos: false });
    try {
      const templates = [template("the {{thing}} is"), template("{{thing}} very", ["blue", "green"], "very")];
      const remote = await collectScores(await openEndpoint({ endpoint: server.url }), templates, inputs);
      const local = await collectScores(words, templates, inputs);
      for (const t of [0, 1]) {
        for (const x of [0, 1]) {
          for (const y of [0, 1]) expect(remote.logScore[t][x][y]).toBeCloseTo(local.logScore[t][x][y], 9);
        }
      }
    } finally {
      await server.close();
    }
  });
});

describe("real text", () => {
  const sources = textSources(6);
  const why = sources ? "" : " (skipped: the packages of texts are not installed)";

  test.skipIf(!sources)(`is told apart by what is read, and poor prompts are seen${why}`, async () => {
    const model = await mixtureOfSources(sources!);
    const whole = await model.scoreText("The ship went down. This is from a novel.");
    const start = await model.scoreText("The ship went down. This is from a");
    const rest = await model.scoreContinuation("The ship went down. This is from a", " novel.");
    expect(whole.sum).toBeCloseTo(start.sum + rest.sum, 8);
    const asked = sources!.flatMap(({ ask }) => ask.map((sentence) => ({ text: sentence })));
    const tensor = await collectScores(model, realTemplates.slice(0, 6), asked);
    const { prompts } = await comparePrompts(tensor, { resamples: 50 });
    expect(prompts.at(-1)!.name).toBe("letters");
  });
});
