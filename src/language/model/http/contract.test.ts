import { languageModelContract } from "../../../../test/battery/language-model.ts";
import { byteModel, wordModel } from "../../../../test/fixtures/language/models.ts";
import { startServer } from "../../../../test/fixtures/language/server.ts";
import { type DialectName, dialectNames } from "./dialect-names.ts";
import { openEndpoint } from "./endpoint.ts";

const pairs = [
  ["the cat sat", " on the mat"],
  ["is the sky blue?", " yes, the sky is blue"],
] as const;

async function served(dialect: DialectName, train: typeof byteModel) {
  const server = await startServer({ dialect, model: await train() });
  const endpoint = await openEndpoint({ endpoint: server.url, backoffMs: 1 });
  return { ...endpoint, close: () => server.close() };
}

// Forcing tokens takes a request each: words are fewer.
for (const dialect of dialectNames) {
  const train = dialect === "llama.cpp" ? wordModel : byteModel;
  languageModelContract(dialect, () => served(dialect, train), { pairs });
}

languageModelContract("vllm over words", () => served("vllm", wordModel), { pairs });
