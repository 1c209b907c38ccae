/** What a server can do for the commands that ask a language model. */
import type { Capability, Endpoint } from "../language/model/model.ts";

export interface EndpointFacts {
  endpoint: string;
  model: string;
  dialect: string;
  features: { name: string; works: boolean; detail: string }[];
  capabilities: Capability[];
  commands: { name: string; runs: boolean; how: string }[];
}

export function endpointFacts({ base, model, dialect, features, capabilities }: Endpoint): EndpointFacts {
  const has = (capability: Capability) => capabilities.has(capability);
  const scores = has("scoreContinuation");
  const needs = (capability: string) => `needs ${capability}`;
  return {
    endpoint: base,
    model,
    dialect,
    features: [...features],
    capabilities: [...capabilities].sort(),
    commands: [
      {
        name: "channel",
        runs: scores,
        how: scores ? howScored(dialect) : needs("scoreContinuation"),
      },
      {
        name: "choose",
        runs: has("scoreChoices"),
        how: scores
          ? "by all tokens or the first"
          : has("scoreChoices")
            ? "by the first token"
            : needs("scoreChoices"),
      },
      {
        name: "ask",
        runs: has("scoreChoices"),
        how: has("scoreChoices") ? "labels by their first token" : needs("scoreChoices"),
      },
      {
        name: "compress",
        runs: has("scoreText"),
        how: has("scoreText") ? "by the information of each word" : needs("scoreText"),
      },
      { name: "distil-compressor", runs: has("generate"), how: "as the teacher" },
    ],
  };
}

function howScored(dialect: string): string {
  return dialect === "llama.cpp" ? "slowly: one request a token" : "one request a text";
}

/** The facts as lines for people. */
export function endpointLines(facts: EndpointFacts): string[] {
  const { endpoint, model, dialect, features, capabilities, commands } = facts;
  const width = Math.max(...[...features, ...commands].map(({ name }) => name.length));
  const line = (works: boolean, name: string, detail: string) =>
    `  ${works ? "✓" : "–"} ${name.padEnd(width)}  ${detail}`;
  return [
    `endpoint      ${endpoint}`,
    `model         ${model}`,
    `speaks        ${dialect}`,
    "answers",
    ...features.map(({ name, works, detail }) => line(works, name, detail)),
    `capabilities  ${capabilities.join(", ")}`,
    "commands",
    ...commands.map(({ name, runs, how }) => line(runs, name, how)),
  ];
}
