/**
 * Your own endpoint, tried: prints what it can do, and lets it choose a prompt and pursue information over 20 examples.
 *
 *   LM_BASE_URL=http://localhost:8000 npx vitest run test/language/own-endpoint.test.ts
 *
 * LM_MODEL names the model, LM_DIALECT the dialect, LM_API_KEY_ENV the variable that holds the key.
 */
import { describe, expect, test } from "vitest";
import { endpointFacts, endpointLines } from "../../src/cli/doctor-endpoint.ts";
import { endpointSource } from "../../src/cli/model-options.ts";
import { collectScores, promptScores } from "../../src/language/choose/choose.ts";
import { type DialectName, type Endpoint, openEndpoint } from "../../src/language/model/model.ts";
import { informationPursuit, languageModelQuestions } from "../../src/language/pursuit/pursuit.ts";

const { LM_BASE_URL, LM_MODEL, LM_DIALECT, LM_API_KEY_ENV } = process.env;
if (!LM_BASE_URL) process.stdout.write("own endpoint: skipped, LM_BASE_URL is not set\n");

const sentences = [
  ["The ship left the harbour at dawn.", "sea"],
  ["The court heard the case on Monday.", "law"],
  ["Waves broke over the deck all night.", "sea"],
  ["The judge asked the witness to speak up.", "law"],
  ["They lowered the sails before the storm.", "sea"],
  ["Her lawyer filed an appeal.", "law"],
  ["The tide came in faster than we thought.", "sea"],
  ["The jury could not agree.", "law"],
  ["A whale rose beside the boat.", "sea"],
  ["The contract was declared void.", "law"],
  ["The captain steered by the stars.", "sea"],
  ["He was sentenced to two years.", "law"],
  ["Salt had eaten the anchor's chain.", "sea"],
  ["The statute was amended last year.", "law"],
  ["Fog hid the lighthouse.", "sea"],
  ["The defendant pleaded not guilty.", "law"],
  ["The crew mended their nets.", "sea"],
  ["Parliament passed the bill.", "law"],
  ["We swam out to the reef.", "sea"],
  ["The verdict surprised everyone.", "law"],
];

describe.skipIf(!LM_BASE_URL)("your endpoint", () => {
  let opened: Promise<Endpoint> | undefined;
  const open = () => {
    opened ??= openEndpoint({
      ...endpointSource({ endpoint: LM_BASE_URL!, endpointModel: LM_MODEL, apiKeyEnv: LM_API_KEY_ENV }),
      dialect: LM_DIALECT as DialectName | undefined,
      missing: "floor",
    });
    return opened;
  };

  test("says what it can do", async () => {
    const lines = endpointLines(endpointFacts(await open()));
    process.stdout.write(`${lines.join("\n")}\n`);
    expect(lines.length).toBeGreaterThan(5);
  });

  test("chooses a prompt for 20 sentences", async () => {
    const choices = ["sea", "law"];
    const templates = [
      { name: "about", template: "{{text}} This sentence is about the", choices },
      { name: "question", template: "{{text}}\nIs this about the sea or the law? It is about the", choices },
    ];
    const inputs = sentences.map(([text]) => ({ text }));
    const tensor = await collectScores(await open(), templates, inputs, { mode: "first-token" });
    const right = tensor.logScore.map((rows) =>
      rows.reduce((sum, row, x) => sum + Number(choices[row[0] >= row[1] ? 0 : 1] === sentences[x][1]), 0),
    );
    const scores = promptScores(tensor, "MI");
    for (const [t, name] of (tensor.names ?? []).entries()) {
      process.stdout.write(`${name}: MI ${scores[t].toFixed(4)} nats, ${right[t]} of 20 right\n`);
    }
    expect(scores.every(Number.isFinite)).toBe(true);
  }, 600_000);

  test("asks the next question about an animal", async () => {
    const labels = ["zebra", "lion", "whale", "eagle"];
    const questions = languageModelQuestions({ model: await open(), labels, subject: "an animal" });
    const queries = ["Does it live in water?", "Does it have stripes?", "Can it fly?"];
    const pursuit = informationPursuit({ ...questions, queries, criterion: "entropy" });
    const step = await pursuit.next([]);
    process.stdout.write(`${JSON.stringify(step)}\n`);
    // A model that knows nothing of animals has no question to ask.
    if (step.query !== undefined) expect(queries).toContain(step.query);
    expect(step.posterior).toHaveLength(labels.length);
  }, 600_000);
});
