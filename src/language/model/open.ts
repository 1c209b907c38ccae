import { readFile } from "node:fs/promises";
import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { unreadable } from "../../data/unreadable.ts";
import type { Missing } from "./http/choices.ts";
import type { DialectName } from "./http/dialect-names.ts";
import type { LanguageModel } from "./language-model.ts";

/** Where a language model is, as a user types it. */
export interface ModelSource extends LongRunning {
  /**
   * `"builtin"` (the default): a document's own bigram mixed with the shipped English trigram; `"ngram:<file>"`: a
   * text to train a word trigram on, an ARPA file or a saved n-gram model; `"trigram:<en-us.lm.bin>"`;
   * `"transformer:<file.safetensors>"` of this package; `"gguf:<file>"`; `"onnx:<folder>"`.
   */
  readonly model?: string;
  /** Address of a server, instead of `model`. */
  readonly endpoint?: string;
  /** The model's name on the server. */
  readonly endpointModel?: string;
  readonly apiKey?: string;
  /** Where answers of the server are kept, so that no call is paid twice. */
  readonly cacheDir?: string;
  readonly concurrency?: number;
  readonly timeoutMs?: number;
  readonly retries?: number;
  /** How the server is spoken to, where it does not say. */
  readonly dialect?: DialectName;
  /** Of choices outside the likeliest tokens of the server. Default `"error"`. */
  readonly missing?: Missing;
}

const kinds = ["builtin", "ngram:", "trigram:", "transformer:", "gguf:", "onnx:"];

/**
 * Opens a language model: built in, from a file, or behind an address.
 *
 * @throws InputError for an unknown kind, a file that is not what it should be, or an endpoint and a model at once
 * @throws ReachError when an endpoint does not answer
 * @example
 * import { openLanguageModel } from "surprisal/language";
 * const model = await openLanguageModel({ model: "builtin" });
 * const { sum } = await model.scoreContinuation("The ship sails at noon.", " The ship sails.");
 */
export async function openLanguageModel(source: ModelSource = {}): Promise<LanguageModel> {
  if (source.endpoint !== undefined) {
    if (source.model !== undefined) throw refusal("a model and an endpoint at once; give one", source.model);
    const { openEndpoint } = await import("./http/endpoint.ts");
    return openEndpoint({ ...source, endpoint: source.endpoint }, source);
  }
  const { model = "builtin" } = source;
  if (model === "builtin") {
    const [{ documentModel }, { englishModel }] = await Promise.all([
      import("./document-model.ts"),
      import("./english.ts"),
    ]);
    return documentModel(await englishModel());
  }
  const [, kind, path] = /^(\w+):(.+)$/s.exec(model) ?? [];
  switch (kind) {
    case "ngram":
      return openNgram(path, source);
    case "trigram":
      return (await import("./trigram.ts")).loadTrigram(path);
    case "transformer":
      return (await import("./transformer/transformer.ts")).loadTransformer(path);
    case "gguf":
      return (await import("./local/gguf.ts")).openGguf(path);
    case "onnx":
      return (await import("./local/onnx.ts")).openOnnx(path);
    default:
      throw refusal("no such kind of model", model);
  }
}

function refusal(problem: string, got: string): InputError {
  return new InputError({
    code: "bad-option",
    where: "openLanguageModel",
    problem,
    expected: kinds.join(", "),
    got,
  });
}

async function openNgram(path: string, { signal, onProgress }: LongRunning): Promise<LanguageModel> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw await unreadable(path, error);
  }
  const [{ trainNgram }, { isNgram, parseNgram }, { isArpa, parseArpa }] = await Promise.all([
    import("./ngram/ngram.ts"),
    import("./ngram/store.ts"),
    import("./arpa.ts"),
  ]);
  if (isNgram(bytes)) return parseNgram(bytes, path);
  if (isArpa(bytes)) return parseArpa(bytes, path);
  return trainNgram(bytes.toString("utf8"), { lowerCase: true, signal, onProgress });
}
