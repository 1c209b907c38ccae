import { describe, expect, it } from "vitest";
import { documentModel, type LanguageModel, trainNgram } from "../model/model.ts";
import { informationPursuit, languageModelQuestions } from "./pursuit.ts";

/** A text in which lions hunt and zebras do not, five times over. */
const text = `${[
  "Think of lion . Question: Does it hunt? Answer yes or no. Answer: yes",
  "Think of zebra . Question: Does it hunt? Answer yes or no. Answer: no",
  "Question: Does it hunt? Answer: yes . Which one is it? Answer: lion",
  "Ask a short new yes/no question that splits what is still possible. Question: Does it hunt?",
  "A B C lion zebra killer whale bee hive yes no",
].join("\n")}\n`.repeat(5);

async function model(): Promise<LanguageModel> {
  return documentModel(await trainNgram(text, { order: 3 }));
}

describe("languageModelQuestions", () => {
  it("reads probabilities of labels from the next token, restricted to the labels", async () => {
    const lm = await model();
    const questions = languageModelQuestions({ model: lm, labels: ["lion", "zebra"], subject: "an animal" });
    const history = [{ query: "Does it hunt?", answer: "yes" }];
    const p = await questions.predict(history);
    expect(questions.style()).toBe("first-token");
    const prefix =
      "The answer is an animal:\nlion\nzebra\n\nQuestion: Does it hunt?\nAnswer: yes\nWhich one is it?\nAnswer:";
    const [lion, zebra] = await lm.scoreChoices(prefix, [" lion", " zebra"], "first-token");
    expect(p[0]).toBeCloseTo(1 / (1 + Math.exp(zebra.sum - lion.sum)), 12);
    expect(p[0] + p[1]).toBeCloseTo(1, 12);
  });

  it("letters labels that begin with the same token, and takes whole labels on request", async () => {
    const lm = await model();
    const labels = ["killer whale", "killer bee", "lion"];
    const questions = languageModelQuestions({ model: lm, labels });
    const p = await questions.predict([]);
    expect(questions.style()).toBe("letters");
    const prefix =
      "The answer is one of the things in the list:\nA. killer whale\nB. killer bee\nC. lion\n\nWhich one is it?\nAnswer:";
    const sums = (await lm.scoreChoices(prefix, [" A", " B", " C"], "first-token")).map(({ sum }) =>
      Math.exp(sum),
    );
    expect(p[2]).toBeCloseTo(sums[2] / sums.reduce((a, b) => a + b, 0), 12);
    const whole = languageModelQuestions({ model: lm, labels, choices: "all-tokens" });
    expect((await whole.predict([]))[0]).toBeGreaterThan(0);
    expect(whole.style()).toBe("all-tokens");
  });

  it("asks the model how each label would answer, once", async () => {
    const lm = await model();
    const questions = languageModelQuestions({ model: lm, labels: ["lion", "zebra"] });
    const table = await questions.likelihood("Does it hunt?");
    expect(table.answers).toEqual(["yes", "no"]);
    expect(table.probabilities[0] + table.probabilities[1]).toBeCloseTo(1, 12);
    expect(questions.likelihood("Does it hunt?")).toBe(questions.likelihood("Does it hunt?"));
  });

  it("plays with questions of a list and with the model's own", async () => {
    const lm = await model();
    const questions = languageModelQuestions({ model: lm, labels: ["lion", "zebra"], subject: "an animal" });
    const listed = informationPursuit({
      ...questions,
      queries: ["Does it hunt?", "Is it a bee?"],
      criterion: "entropy",
    });
    const { query, uncertainties } = await listed.next([]);
    expect(uncertainties).toHaveLength(2);
    expect(uncertainties.every(({ bits }) => bits > 0 && bits <= 1)).toBe(true);
    expect(["Does it hunt?", "Is it a bee?"]).toContain(query);
    const open = informationPursuit({
      ...questions,
      queries: questions.propose,
      criterion: "entropy",
      proposals: 3,
      stopAtOne: false,
      maxQueries: 3,
    });
    const game = await open.play({ label: "lion", answer: () => "yes" });
    expect(game.steps[0].uncertainties.length).toBeGreaterThan(0);
    const again = await open.play({ label: "lion", answer: () => "yes" });
    expect(again.history).toEqual(game.history);
  });

  it("names what a model lacks", async () => {
    const lm = await model();
    const deaf = { ...lm, name: "deaf", capabilities: new Set(["generate"] as const) };
    expect(() => languageModelQuestions({ model: deaf, labels: ["a", "b"] })).toThrow(
      /^languageModelQuestions: deaf lacks scoreChoices/,
    );
    const mute = { ...lm, name: "mute", capabilities: new Set(["scoreChoices"] as const) };
    const questions = languageModelQuestions({ model: mute, labels: ["a", "b"] });
    await expect(questions.propose([], 1)).rejects.toThrow(/mute lacks generate/);
  });
});
