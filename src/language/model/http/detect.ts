/** Which dialect a server speaks, and which model it serves. */
import { z } from "zod";
import { InputError } from "../../../core/errors.ts";
import { didYouMean } from "../../../core/suggest.ts";
import { type Ask, readWith } from "./ask.ts";
import { attempt } from "./dialect.ts";
import type { DialectName } from "./dialect-names.ts";

const models = z.object({
  data: z.array(z.object({ id: z.string(), owned_by: z.string().nullish() })).nullish(),
});

/** Servers sign the list of their models. */
const owners: Record<string, DialectName> = {
  vllm: "vllm",
  sglang: "sglang",
  llamacpp: "llama.cpp",
  library: "ollama",
};

export interface Detected {
  dialect: DialectName;
  model: string;
}

/** @throws InputError when the server serves several models and none, or one that it lacks, is asked for */
export async function detect(
  where: string,
  given: Partial<Detected>,
  ask: <T>(ask: Ask<T>) => Promise<T>,
): Promise<Detected> {
  if (given.dialect && given.model) return { dialect: given.dialect, model: given.model };
  const listed = await attempt(ask(listModels));
  if ("refusal" in listed) return unlisted(where, given, ask);
  const found = listed.value;
  const model = given.model ?? onlyModel(where, found);
  const owner = found.find(({ id }) => id === model)?.owned_by ?? found[0]?.owned_by ?? "";
  return { dialect: given.dialect ?? owners[owner] ?? "openai-chat", model };
}

type Listed = { id: string; owned_by?: string | null }[];

const listModels: Ask<Listed> = {
  path: "/v1/models",
  free: true,
  read: (answer) => ({ value: readWith(models, answer, "/v1/models").data ?? [] }),
};

function onlyModel(where: string, found: Listed): string {
  if (found.length === 1) return found[0].id;
  const names = found.map(({ id }) => id);
  throw new InputError({
    code: "which-model",
    where,
    problem: found.length === 0 ? "the server lists no model" : "the server serves several models",
    expected: `--endpoint-model${names.length > 0 ? `, one of ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", …" : ""}` : ""}`,
  });
}

/** Older servers have no list, but each has a page of its own. */
async function unlisted(
  where: string,
  given: Partial<Detected>,
  ask: <T>(ask: Ask<T>) => Promise<T>,
): Promise<Detected> {
  const pages: [string, DialectName][] = [
    ["/get_model_info", "sglang"],
    ["/props", "llama.cpp"],
    ["/api/version", "ollama"],
  ];
  let dialect = given.dialect;
  for (const [path, name] of dialect ? [] : pages) {
    const tried = await attempt(ask({ path, free: true, read: (value) => ({ value }) }));
    if ("value" in tried && typeof tried.value === "object") {
      dialect = name;
      break;
    }
  }
  const model = given.model ?? (dialect === "sglang" || dialect === "llama.cpp" ? "default" : undefined);
  if (dialect && model) return { dialect, model };
  throw new InputError({
    code: "unknown-server",
    where,
    problem: dialect ? "the server does not list its models" : "the server does not say what it is",
    expected: dialect ? "--endpoint-model" : "--dialect and --endpoint-model",
  });
}

/** @throws InputError for a name that is no dialect */
export function asDialect(name: string, names: readonly DialectName[]): DialectName {
  const found = names.find((one) => one === name);
  if (found) return found;
  throw new InputError({
    code: "unknown-dialect",
    where: "dialect",
    problem: "no such dialect",
    expected: names.join(", "),
    got: name,
    hint: didYouMean(name, names),
  });
}
