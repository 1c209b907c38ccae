import { fileURLToPath } from "node:url";
import { pacer } from "../../../core/pace.ts";
import type { LongRunning } from "../../../core/progress.ts";
import { type Compiled, compile, loadModel, saveModel, type Tensor, toOnnx } from "../../../engine/index.ts";
import type { WordScorer, WordScores } from "../scorer.ts";
import { featuresPerWord, type Vocabulary, vocabularyOf } from "./features.ts";
import { halvePrecision, toHalf } from "./half.ts";
import { type Architecture, type Inputs, keepProbabilities, type Parameters } from "./network.ts";
import type { ClassifierOptions, TrainingRun } from "./options.ts";
import { type LabelledText, type TrainingRecord, trainClassifier } from "./training.ts";
import { batchOf, windowsOf } from "./windows.ts";
import { wordsOf } from "./words.ts";

/** What is known about a classifier beside its weights; more may stand in it, such as text, licence and scores. */
export interface ClassifierCard {
  readonly method: "token-classifier";
  readonly architecture: Architecture;
  /** Most words read at once. */
  readonly window: number;
  readonly options?: object;
  readonly training?: TrainingRecord;
  readonly [more: string]: unknown;
}

/** A word with its probability of being kept. */
export interface WordProbability {
  readonly word: string;
  readonly p: number;
  /** Place in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const method = "token-classifier";
const shipped = fileURLToPath(new URL("../weights/", import.meta.url));
/** Windows of a call, and lengths of windows: few sizes, because each is a program of its own. */
const counts = [1, 4, 16];
const shortLengths = [32, 64];

type Stored = { readonly params: Parameters; readonly vocabulary: string };

/**
 * Says of each word of a text with which probability a compression would keep it: a small bidirectional transformer
 * encoder trained on labelled texts.
 *
 * @see Pan et al. (2024), LLMLingua-2, section 4
 * @example
 * import { TokenClassifierCompressor } from "surprisal/language";
 * const compressor = await TokenClassifierCompressor.load();
 * const words = await compressor.wordProbabilities("The council will vote on item 15.");
 * words[6]; // { word: "15", p: …, start: 30, end: 32 }
 */
export class TokenClassifierCompressor implements WordScorer {
  readonly name: string;
  readonly card: ClassifierCard;
  readonly #params: Parameters;
  readonly #vocabulary: Vocabulary;
  #run: Compiled<[Inputs], Tensor> | undefined;

  private constructor(name: string, card: ClassifierCard, params: Parameters, vocabulary: Vocabulary) {
    this.name = name;
    this.card = card;
    this.#params = params;
    this.#vocabulary = vocabulary;
  }

  /**
   * Trains a classifier on texts with a label for each word (of `wordsOf`). The epoch with the lowest cross-entropy
   * on held-out texts is kept; when the signal fires after the first epoch, the best so far.
   *
   * @throws InputError for options out of range, labels that do not fit the words, too little text; errors of `fit`
   * @example
   * import { TokenClassifierCompressor } from "surprisal/language";
   * const rows = ["the green tea", "a black tea"].map((text) => ({ text, labels: [false, true, true] }));
   * const model = await TokenClassifierCompressor.train(rows, { epochs: 3, width: 8, minCount: 1 });
   * model.card.training?.epochs.length; // 3
   */
  static async train(
    texts: readonly LabelledText[],
    options: ClassifierOptions = {},
    run: TrainingRun = {},
  ): Promise<TokenClassifierCompressor> {
    const { params, vocabulary, architecture, settings, record } = await trainClassifier(texts, options, run);
    const card = {
      method,
      architecture,
      window: settings.window,
      options: settings,
      training: record,
    } as const;
    return new TokenClassifierCompressor("classifier", card, params, vocabulary);
  }

  /**
   * Loads a classifier that was saved; without a folder, the English one that comes with this package.
   *
   * @throws InputError when the folder holds no such model
   */
  static async load(folder?: string): Promise<TokenClassifierCompressor> {
    const { params: stored, card } = await loadModel<Stored>(folder ?? shipped, method);
    const words = stored.vocabulary.split("\n");
    return new TokenClassifierCompressor(
      folder === undefined ? "classifier" : `classifier ${folder}`,
      card as unknown as ClassifierCard,
      stored.params,
      vocabularyOf(words),
    );
  }

  /**
   * Saves weights, vocabulary and card in a folder, which is made when it is not there.
   *
   * @param more what the card should say beside how it was built and trained
   * @param precision `"float16"` halves the size of the file and rounds the weights to 11 bits. Default `"float32"`
   * @throws ReachError when it cannot be written
   */
  async save(folder: string, more: object = {}, precision: "float32" | "float16" = "float32"): Promise<void> {
    const isHalf = precision === "float16";
    const stored: Stored = {
      params: isHalf ? toHalf(this.#params) : this.#params,
      vocabulary: this.#vocabulary.words.join("\n"),
    };
    await saveModel(folder, stored, { ...this.card, ...more });
    if (isHalf) await halvePrecision(folder);
  }

  /** Keep probabilities of all words of a text; windows are scored on their own. */
  async score(text: string, { signal, onProgress }: LongRunning = {}): Promise<WordScores> {
    const words = wordsOf(text);
    const windows = windowsOf(text, words, this.card.window);
    const keep = new Float64Array(words.texts.length);
    const pace = pacer(signal, this.name);
    for (let done = 0; done < windows.length; ) {
      await pace();
      onProgress?.({ done, total: windows.length, label: "scoring words" });
      const left = windows.length - done;
      const count = counts.find((size) => size >= left) ?? counts[counts.length - 1];
      const batch = windows.slice(done, done + count);
      const longest = Math.max(...batch.map(({ from, to }) => to - from));
      const length =
        shortLengths.find((size) => size >= longest && size < this.card.window) ?? this.card.window;
      const p = await this.#probabilities(
        batchOf(batch, { count, length, sizes: this.card.architecture, vocabulary: this.#vocabulary }),
      );
      batch.forEach(({ from, to }, w) => {
        for (let i = from; i < to; i++) keep[i] = p.data[w * length + i - from];
      });
      done += batch.length;
    }
    return {
      starts: words.starts,
      ends: words.ends,
      keep,
      windows: Int32Array.from(windows, ({ from }) => from),
    };
  }

  /** The words of a text with their probabilities. */
  async wordProbabilities(text: string, options: LongRunning = {}): Promise<WordProbability[]> {
    const { starts, ends, keep } = await this.score(text, options);
    return Array.from(keep, (p, i) => ({
      word: text.slice(starts[i], ends[i]),
      p,
      start: starts[i],
      end: ends[i],
    }));
  }

  /**
   * The network as an ONNX model: `features` (batch × window × 5, int32) and `mask` (batch × window) to the keep
   * probabilities (batch × window).
   */
  toOnnx(): Uint8Array {
    const { architecture, window } = this.card;
    return toOnnx(
      ({ features, mask }: Inputs) => ({
        keep: keepProbabilities(architecture, this.#params, { features, mask }),
      }),
      {
        features: { shape: ["batch", window, featuresPerWord], dtype: "int32" },
        mask: { shape: ["batch", window] },
      },
    );
  }

  /** Frees what is held for running. */
  async dispose(): Promise<void> {
    await this.#run?.dispose();
    this.#run = undefined;
  }

  #probabilities(inputs: Inputs): Promise<Tensor> {
    this.#run ??= compile((given: Inputs) => keepProbabilities(this.card.architecture, this.#params, given));
    return this.#run(inputs);
  }
}
