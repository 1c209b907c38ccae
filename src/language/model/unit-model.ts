import { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import {
  type CallOptions,
  type Generated,
  type GenerateOptions,
  type LanguageModel,
  type Scored,
  scored,
  type TokenLogprob,
} from "./language-model.ts";
import type { Speller } from "./ngram/spelling.ts";
import type { Pieces, Units } from "./ngram/units.ts";
import type { Predictor } from "./predictor.ts";
import { requireGenerateOptions, sampleToken } from "./token-model.ts";

export interface UnitModelParts {
  readonly name: string;
  readonly units: Units;
  readonly predictor: Predictor;
  readonly spelling?: Speller;
}

/** A language model with its parts, for those that look inside. */
export type UnitModel = LanguageModel & UnitModelParts;

/**
 * The face of {@link LanguageModel} for a predictor of units. Text that is no unit, the white space between words,
 * belongs to the token after it and costs nothing.
 */
export function unitModel<P extends UnitModelParts>(parts: P): LanguageModel & P {
  const { name, units, predictor } = parts;

  const stateAfter = ({ ids }: Pieces, count: number): number => {
    let state = predictor.start;
    for (let i = 0; i < count; i++) state = predictor.next(state, ids[i]);
    return state;
  };

  const score = async (
    text: string,
    pieces: Pieces,
    { from, textFrom }: { from: number; textFrom: number },
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<TokenLogprob[]> => {
    const pace = pacer(signal, name);
    await pace();
    const tokens: TokenLogprob[] = [];
    let state = stateAfter(pieces, from);
    let at = textFrom;
    for (let i = from; i < to; i++) {
      const id = pieces.ids[i];
      let logprob = predictor.logProbability(state, id);
      if (id === units.unknown && parts.spelling) {
        logprob += parts.spelling.logProbability(text, pieces.starts[i], pieces.ends[i]);
      }
      const end = i === pieces.count - 1 ? text.length : pieces.ends[i];
      tokens.push({ token: text.slice(at, end), ...(id < 0 ? {} : { id }), logprob });
      at = end;
      state = predictor.next(state, id);
      if ((i & 0xfff) === 0) await pace();
    }
    return tokens;
  };

  const scoreAfter = async (prefix: string, continuation: string, most: number, options: CallOptions) => {
    const text = prefix + continuation;
    const pieces = units.encode(text);
    const { from, boundaryMoved } = boundary(units.encode(prefix), pieces);
    const textFrom = boundaryMoved ? (from === 0 ? 0 : pieces.ends[from - 1]) : prefix.length;
    const to = Math.min(pieces.count, from + most);
    const tokens = await score(text, pieces, { from, textFrom }, to, options.signal);
    return scored(tokens, boundaryMoved ? { boundaryMoved } : {});
  };

  return {
    ...parts,
    capabilities: new Set(["scoreText", "scoreContinuation", "scoreChoices", "generate", "fullVocab"]),
    countTokens: async (text) => units.encode(text).count,
    async scoreText(text, { signal } = {}) {
      const pieces = units.encode(text);
      return scored(await score(text, pieces, { from: 0, textFrom: 0 }, pieces.count, signal));
    },
    scoreContinuation: (prefix, continuation, options = {}) =>
      scoreAfter(prefix, continuation, Number.POSITIVE_INFINITY, options),
    async scoreChoices(prefix, choices, mode = "all-tokens", options = {}) {
      const most = mode === "first-token" ? 1 : Number.POSITIVE_INFINITY;
      const out: Scored[] = [];
      for (const choice of choices) out.push(await scoreAfter(prefix, choice, most, options));
      return out;
    },
    async nextTokens(prefix) {
      const pieces = units.encode(prefix);
      const into = new Float64Array(predictor.size);
      predictor.distribution(stateAfter(pieces, pieces.count), into);
      return Array.from(into, (p, id) => ({ token: units.label(id), id, logprob: Math.log(p) }));
    },
    async generate(prefix, options) {
      requireGenerateOptions(name, options);
      const { n = 1, seed = 0, signal } = options;
      const pace = pacer(signal, name);
      const pieces = units.encode(prefix);
      const state = stateAfter(pieces, pieces.count);
      const random = new Random(seed).split("generate");
      const out: Generated[] = [];
      for (let i = 0; i < n; i++) {
        const write = writerOf(units, prefix === "" || prefix.endsWith("\n"));
        out.push(await generateOne(parts, state, write, options, random.split(i), pace));
      }
      return out;
    },
  };
}

/** Where the pieces of prefix and continuation together leave those of the prefix alone. */
function boundary(prefix: Pieces, all: Pieces): { from: number; boundaryMoved: boolean } {
  let from = 0;
  while (
    from < prefix.count &&
    from < all.count &&
    prefix.ids[from] === all.ids[from] &&
    prefix.starts[from] === all.starts[from] &&
    prefix.ends[from] === all.ends[from]
  ) {
    from++;
  }
  return { from, boundaryMoved: from < prefix.count };
}

async function generateOne(
  { units, predictor, spelling }: UnitModelParts,
  start: number,
  write: (id: number, label: string) => string,
  { maxTokens, temperature = 1, topP = 1, stop = [] }: GenerateOptions,
  random: Random,
  pace: () => Promise<void> | undefined,
): Promise<Generated> {
  const tokens: TokenLogprob[] = [];
  const into = new Float64Array(predictor.size);
  let text = "";
  let state = start;
  while (tokens.length < maxTokens) {
    await pace();
    predictor.distribution(state, into);
    const logprobs = into.map(Math.log);
    const id = sampleToken(
      withoutUnspelt(logprobs, units.unknown, spelling !== undefined && temperature > 0),
      temperature,
      topP,
      random,
    );
    let logprob = Math.log(into[id]);
    let label = units.label(id);
    if (id === units.unknown && spelling) {
      label = spelling.sample(random);
      logprob += spelling.logProbability(label, 0, label.length);
    }
    const token = write(id, label);
    text += token;
    tokens.push({ token, id, logprob });
    const cut = firstStop(text, stop);
    if (cut >= 0) return { text: text.slice(0, cut), logprobs: within(tokens, cut) };
    state = predictor.next(state, id);
  }
  return { text, logprobs: tokens };
}

/** A word that nobody can spell is not drawn. */
function withoutUnspelt(logprobs: Float64Array, unknown: number, canSpell: boolean): Float64Array {
  if (unknown >= 0 && !canSpell) logprobs[unknown] = Number.NEGATIVE_INFINITY;
  return logprobs;
}

function firstStop(text: string, stop: readonly string[]): number {
  const places = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

/** The tokens that lie before a place in the text. */
function within(tokens: readonly TokenLogprob[], length: number): TokenLogprob[] {
  let end = 0;
  return tokens.filter(({ token }) => {
    end += token.length;
    return end <= length;
  });
}

/** How units become text: words with a space before, unless a line begins or they are marks that close. */
function writerOf(units: Units, lineBegins: boolean): (id: number, label: string) => string {
  if (units.kind === "character") return (_, label) => label;
  if (units.kind === "byte") {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return (id) => decoder.decode(Uint8Array.of(id - 1), { stream: true });
  }
  let glued = lineBegins;
  return (_, label) => {
    const text = glued || label === "\n" || closing.test(label) ? label : ` ${label}`;
    glued = label === "\n";
    return text;
  };
}

const closing = /^[.,;:!?)\]}%'’”]$/u;
