/**
 * A model of texts given a document, without a neural network: λ times a Kneser–Ney bigram of the document alone, plus
 * 1 − λ times a background n-gram. After every context the probabilities sum to one and are sampled exactly, so that a
 * context and a text written from it form a channel whose conditionals are known. Words of the document that the
 * background does not know are words of the mixture; there the background gives what its class of unknown words, spelt,
 * gives them. Cost: O(document) once per prefix, then one look-up more per word.
 */
import { InputError } from "../../core/errors.ts";
import { type LanguageModel, missingCapability } from "./language-model.ts";
import { kneserNey, NgramCounter } from "./ngram/kneser-ney.ts";
import type { Speller } from "./ngram/spelling.ts";
import type { BackoffModel } from "./ngram/trie.ts";
import type { Pieces, Units } from "./ngram/units.ts";
import type { Predictor } from "./predictor.ts";
import { type UnitModel, unitModel } from "./unit-model.ts";

export interface DocumentModelOptions {
  /** λ, the share of the document's own model: above 0 and below 1. @default 0.7 */
  readonly share?: number;
}

/**
 * A language model whose continuations depend on everything in the prefix: the prefix is the document.
 *
 * A text without a prefix is scored by the background alone, so that log p(a + b) is not log p(a) + log p(b | a): the
 * model gives conditionals p(text | document), no joint distribution of both.
 *
 * @throws InputError when the share is not between 0 and 1
 * @example
 * import { documentModel, englishModel } from "surprisal/language";
 * const model = documentModel(await englishModel());
 * const told = await model.scoreContinuation("The whale is white.", " The whale is white.");
 * const untold = await model.scoreText("The whale is white.");
 */
export function documentModel(background: UnitModel, options: DocumentModelOptions = {}): LanguageModel {
  const { share = 0.7 } = options;
  if (!(share > 0 && share < 1)) {
    throw new InputError({
      code: "bad-option",
      where: "documentModel",
      problem: "share will not do",
      expected: "a number above 0 and below 1",
      got: share,
    });
  }
  let last: { prefix: string; model: LanguageModel } | undefined;
  const given = (prefix: string): LanguageModel => {
    if (last?.prefix === prefix) return last.model;
    const isEmpty = background.units.encode(prefix).count === 0;
    last = { prefix, model: isEmpty ? background : mixture(background, prefix, share) };
    return last.model;
  };
  return {
    name: `document and ${background.name}`,
    capabilities: background.capabilities,
    countTokens: (text, call) => background.countTokens(text, call),
    scoreText: (text, call) => background.scoreText(text, call),
    scoreContinuation: (prefix, continuation, call) =>
      given(prefix).scoreContinuation(prefix, continuation, call),
    scoreChoices: (prefix, choices, mode, call) => given(prefix).scoreChoices(prefix, choices, mode, call),
    generate: (prefix, call) => given(prefix).generate(prefix, call),
    nextTokens(prefix, call) {
      const model = given(prefix);
      if (!model.nextTokens) throw missingCapability(model.name, "fullVocab");
      return model.nextTokens(prefix, call);
    },
  };
}

function mixture(
  { name, units, predictor, spelling }: UnitModel,
  document: string,
  share: number,
): LanguageModel {
  const own = new DocumentUnits(units, document);
  const spelt = own.added.map((word) => {
    return spelling ? Math.exp(spelling.logProbability(word, 0, word.length)) : 0;
  });
  return unitModel({
    name,
    units: own,
    predictor: new Mixture(predictor, units, documentPredictor(own, document), spelt, share),
    spelling: spelling && besides(spelling, own, spelt),
  });
}

/** The spelling of unknown words that the document does not have either. */
function besides(spelling: Speller, own: DocumentUnits, spelt: readonly number[]): Speller {
  const rest = Math.log(spelt.reduce((left, p) => left - p, 1));
  return {
    logProbability: (text, start, end) => spelling.logProbability(text, start, end) - rest,
    sample(random) {
      for (;;) {
        const word = spelling.sample(random);
        if (!own.added.includes(word)) return word;
      }
    },
  };
}

/** The units of the background, then those that only the document has. */
class DocumentUnits implements Units {
  readonly kind: Units["kind"];
  readonly unknown: number;
  readonly added: string[] = [];
  readonly #base: Units;
  readonly #numbers = new Map<string, number>();

  constructor(base: Units, document: string) {
    this.kind = base.kind;
    this.unknown = base.unknown;
    this.#base = base;
    const { count, ids, starts, ends } = base.encode(document);
    for (let i = 0; i < count; i++) {
      if (!this.#isUnknown(ids[i])) continue;
      const word = base.fold(document.slice(starts[i], ends[i]));
      if (this.#numbers.has(word)) continue;
      this.#numbers.set(word, base.size + this.added.length);
      this.added.push(word);
    }
  }

  get size(): number {
    return this.#base.size + this.added.length;
  }

  encode(text: string): Pieces {
    const pieces = this.#base.encode(text);
    const { count, ids, starts, ends } = pieces;
    if (this.added.length === 0) return pieces;
    for (let i = 0; i < count; i++) {
      if (!this.#isUnknown(ids[i])) continue;
      ids[i] = this.#numbers.get(this.#base.fold(text.slice(starts[i], ends[i]))) ?? ids[i];
    }
    return pieces;
  }

  label(id: number): string {
    return id < this.#base.size ? this.#base.label(id) : this.added[id - this.#base.size];
  }

  fold(text: string): string {
    return this.#base.fold(text);
  }

  #isUnknown(id: number): boolean {
    return id < 0 || id === this.unknown;
  }
}

/** A Kneser–Ney bigram of a document over the units that occur in it, numbered as they come. */
class DocumentPredictor {
  readonly model: BackoffModel;
  /** Its own number of each unit of the mixture, or −1. */
  readonly numbers: Int32Array;

  constructor(model: BackoffModel, numbers: Int32Array) {
    this.model = model;
    this.numbers = numbers;
  }
}

function documentPredictor(units: DocumentUnits, document: string): DocumentPredictor {
  const { count, ids } = units.encode(document);
  const numbers = new Int32Array(units.size).fill(-1);
  numbers[0] = 0;
  let size = 1;
  const own = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (numbers[ids[i]] < 0) numbers[ids[i]] = size++;
    own[i] = numbers[ids[i]];
  }
  // One discount for every document: estimated ones, from a few words, would differ between documents more than their texts.
  const counter = new NgramCounter({ order: 2, size, firstEvent: 0, open: false, discount: 0.75 });
  counter.read(own);
  return new DocumentPredictor(kneserNey(counter.finish()), numbers);
}

/** λ p_document + (1 − λ) p_background. A state is both states: background's × number of nodes + document's. */
class Mixture implements Predictor {
  readonly size: number;
  readonly start: number;
  readonly #background: Predictor;
  readonly #unknown: number;
  readonly #document: DocumentPredictor;
  /** p(word | an unknown word) of the words that only the document has. */
  readonly #spelt: readonly number[];
  /** p of all other unknown words. */
  readonly #unspelt: number;
  readonly #share: number;
  readonly #states: number;

  constructor(
    background: Predictor,
    units: Units,
    document: DocumentPredictor,
    spelt: readonly number[],
    share: number,
  ) {
    this.#background = background;
    this.#unknown = units.unknown;
    this.#document = document;
    this.#spelt = spelt;
    this.#unspelt = spelt.reduce((rest, p) => rest - p, 1);
    this.#share = share;
    this.#states = document.model.trie.nodes;
    this.size = background.size + spelt.length;
    this.start = background.start * this.#states + document.model.start;
  }

  logProbability(state: number, unit: number): number {
    if (unit < 0) return Number.NEGATIVE_INFINITY;
    const there = Math.exp(this.#background.logProbability(this.#outer(state), this.#known(unit)));
    const own = this.#document.numbers[unit];
    const here = own < 0 ? 0 : Math.exp(this.#document.model.logProbability(state % this.#states, own));
    return Math.log(this.#share * here + (1 - this.#share) * there * this.#within(unit));
  }

  next(state: number, unit: number): number {
    const outer = this.#background.next(this.#outer(state), unit < 0 ? unit : this.#known(unit));
    const own = unit < 0 ? -1 : this.#document.numbers[unit];
    return outer * this.#states + this.#document.model.next(state % this.#states, own);
  }

  distribution(state: number, into: Float64Array): void {
    const { size } = this.#background;
    this.#background.distribution(this.#outer(state), into.subarray(0, size));
    const unknown = this.#unknown < 0 ? 0 : into[this.#unknown];
    for (const [i, p] of this.#spelt.entries()) into[size + i] = unknown * p;
    if (this.#unknown >= 0) into[this.#unknown] *= this.#unspelt;
    const { model, numbers } = this.#document;
    const here = new Float64Array(model.size);
    model.distribution(state % this.#states, here);
    for (let unit = 0; unit < this.size; unit++) {
      const own = numbers[unit];
      into[unit] = (1 - this.#share) * into[unit] + (own < 0 ? 0 : this.#share * here[own]);
    }
  }

  #outer(state: number): number {
    return Math.floor(state / this.#states);
  }

  /** The background's unit for one of the mixture. */
  #known(unit: number): number {
    return unit < this.#background.size ? unit : this.#unknown;
  }

  /** The part of that unit's probability that belongs to the one of the mixture. */
  #within(unit: number): number {
    if (unit >= this.#background.size) return this.#spelt[unit - this.#background.size];
    return unit === this.#unknown ? this.#unspelt : 1;
  }
}
