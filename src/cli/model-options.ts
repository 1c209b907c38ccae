/** The options of every command that asks a language model, and what they mean. */
import { homedir } from "node:os";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../core/errors.ts";
import { type DialectName, dialectNames } from "../language/model/http/dialect-names.ts";
import type { LanguageModel, Missing, ModelSource } from "../language/model/model.ts";
import { wholeNumber } from "./arguments.ts";

export interface EndpointFlags {
  endpoint?: string;
  endpointModel?: string;
  dialect?: DialectName;
  apiKeyEnv?: string;
  timeout?: number;
}

export interface ModelFlags extends EndpointFlags {
  model?: string;
  /** A folder, `false` for none, or undefined for the usual one. */
  cache?: string | false;
  concurrency?: number;
  missing?: Missing;
}

const usualKeyName = "OPENAI_API_KEY";
/** A key is not sent to servers that it is not for. */
const usualKeyHost = "api.openai.com";

/** Adds --model, --endpoint, --endpoint-model, --dialect, --api-key-env, --cache, --concurrency and --timeout. */
export function addModelOptions(command: Command): Command {
  command.option(
    "--model <model>",
    "builtin, ngram:<text or .arpa>, trigram:<en-us.lm.bin>, transformer:<.safetensors>, gguf:<file>, onnx:<folder> (default: builtin)",
  );
  return addEndpointOptions(command)
    .option("--cache <folder>", "keep the endpoint's answers here (default: ~/.cache/surprisal/answers)")
    .option("--no-cache", "keep no answers: what is asked again is paid again")
    .option("--concurrency <count>", "requests under way at a time (default: 4)", wholeNumber);
}

/** For commands that read choices. */
export function missingOption(): Option {
  return new Option(
    "--missing <what>",
    "of a choice outside the tokens that an endpoint returns: error, or floor, their smallest (default: error)",
  ).choices(["error", "floor"]);
}

/** The options that say which server, and how it is spoken to. */
export function addEndpointOptions(command: Command): Command {
  return command
    .option("--endpoint <url>", "a server instead: vLLM, SGLang, llama.cpp, Ollama, or a hosted chat service")
    .option("--endpoint-model <name>", "the model's name there (default: the only one it has)")
    .addOption(
      new Option("--dialect <name>", "how to speak to it (default: what it says it is)").choices(
        dialectNames,
      ),
    )
    .option(
      "--api-key-env <name>",
      `environment variable that holds the key (default: ${usualKeyName}, for ${usualKeyHost} only)`,
    )
    .option("--timeout <seconds>", "how long an answer may take (default: 120)", positive);
}

/**
 * What openLanguageModel opens for these options.
 *
 * @throws InputError for options that need an endpoint where there is none, and for a variable that is not set
 */
export function modelSource(flags: ModelFlags): ModelSource {
  const { model, endpoint, cache, concurrency, missing } = flags;
  if (endpoint === undefined) {
    requireNone(flags);
    return { model };
  }
  return {
    model,
    ...endpointSource({ ...flags, endpoint }),
    cacheDir: cache === false ? undefined : (cache ?? usualCacheFolder()),
    concurrency,
    missing,
  };
}

export function endpointSource(
  flags: EndpointFlags & { endpoint: string },
): ModelSource & { endpoint: string } {
  const { endpoint, endpointModel, dialect, apiKeyEnv, timeout } = flags;
  return {
    endpoint,
    endpointModel,
    dialect,
    apiKey: keyFor(endpoint, apiKeyEnv),
    timeoutMs: timeout === undefined ? undefined : Math.ceil(1000 * timeout),
  };
}

/** What an endpoint was asked during a run, in a line; nothing for a model on this machine. */
export function usageLine(model: LanguageModel): string | undefined {
  if (!("usage" in model) || typeof model.usage !== "function") return undefined;
  const { calls, cached, retried, promptTokens, completionTokens } = model.usage();
  const count = (value: number, what: string) => `${value.toLocaleString("en-US")} ${what}`;
  const parts = [count(calls, calls === 1 ? "request" : "requests")];
  if (cached > 0) parts.push(count(cached, "from the cache"));
  if (retried > 0) parts.push(count(retried, retried === 1 ? "tried again" : "tries repeated"));
  if (promptTokens + completionTokens > 0) {
    parts.push(count(promptTokens, "tokens read"), count(completionTokens, "written"));
  }
  return `${model.name}: ${parts.join(", ")}`;
}

function keyFor(endpoint: string, name: string | undefined): string | undefined {
  if (name !== undefined) {
    const key = process.env[name];
    if (key) return key;
    // A key given here by mistake is not repeated.
    const isName = /^[A-Z][A-Z0-9_]*$/.test(name);
    throw new InputError({
      code: "missing-key",
      where: "--api-key-env",
      problem: isName
        ? "this environment variable is not set"
        : "no environment variable of this name is set",
      expected: isName ? undefined : "the name of a variable, not the key itself",
      got: isName ? name : undefined,
    });
  }
  const isUsual = URL.canParse(endpoint) && new URL(endpoint).host === usualKeyHost;
  return isUsual ? process.env[usualKeyName] || undefined : undefined;
}

/** ~/.cache/surprisal/answers, or where XDG_CACHE_HOME says. */
function usualCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "surprisal", "answers");
}

function requireNone(flags: ModelFlags): void {
  const given = {
    "--endpoint-model": flags.endpointModel,
    "--dialect": flags.dialect,
    "--api-key-env": flags.apiKeyEnv,
    "--timeout": flags.timeout,
    "--concurrency": flags.concurrency,
  };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new InputError({ code: "needs-endpoint", where: name, problem: "needs an --endpoint", got: value });
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`expected a number of seconds above 0, got "${text}".`);
}
