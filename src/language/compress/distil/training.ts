import { InputError } from "../../../core/errors.ts";
import type { Warning } from "../../../core/estimate.ts";
import { Random } from "../../../core/random.ts";
import {
  astype,
  concatenate,
  FitStoppedError,
  fit as fitParameters,
  mul,
  optimisers,
  random,
  schedules,
  slice,
  type Tensor,
} from "../../../engine/index.ts";
import { countVocabulary, type Vocabulary } from "./features.ts";
import {
  type Architecture,
  initialParameters,
  type LabelledInputs,
  loss,
  type Parameters,
} from "./network.ts";
import {
  type ClassifierOptions,
  type ClassifierSettings,
  readSettings,
  type TrainingRun,
} from "./options.ts";
import { batchOf, labelsOf, type Window, windowsOf } from "./windows.ts";
import { wordsOf } from "./words.ts";

/** A text with a label for each of its words: true where a compression keeps it. */
export interface LabelledText {
  readonly text: string;
  readonly labels: readonly boolean[];
}

interface EpochRecord {
  readonly epoch: number;
  /** Cross-entropy in nats a word, and the share of words that is right, in training. */
  readonly loss: number;
  readonly accuracy: number;
  /** The same for the validation chunks. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

/** What happened in training. */
export interface TrainingRecord {
  readonly epochs: readonly EpochRecord[];
  readonly steps: number;
  readonly words: number;
  readonly validationWords: number;
  /** The epoch whose parameters were kept, from 1. */
  readonly bestEpoch?: number;
  /** Set when the signal ended training before its last epoch. */
  readonly stopped?: { readonly done: number; readonly total: number };
  readonly warnings: readonly Warning[];
}

export interface Trained {
  readonly params: Parameters;
  readonly vocabulary: Vocabulary;
  readonly architecture: Architecture;
  readonly settings: ClassifierSettings;
  readonly record: TrainingRecord;
}

const where = "TokenClassifierCompressor.train";

/** Trains on labelled texts; the epoch with the lowest validation loss is kept. */
export async function trainClassifier(
  texts: readonly LabelledText[],
  options: ClassifierOptions,
  { signal, onProgress, checkpoint }: TrainingRun,
): Promise<Trained> {
  const settings = readSettings(options);
  const { window, batchSize, epochs, seed, unknownShare, validationShare, learningRate, maxNorm } = settings;
  const read = texts.map(({ text, labels }, i) => {
    const words = wordsOf(text);
    requireLabels(words.texts.length, labels, i);
    return windowsOf(text, words, window).map((one) => ({ ...one, labels }));
  });
  const order = new Random(seed).split("validation").permutation(texts.length);
  const held = Math.floor(validationShare * texts.length);
  const validation = Array.from(order.subarray(0, held)).flatMap((i) => read[i]);
  const training = Array.from(order.subarray(held)).flatMap((i) => read[i]);
  if (training.length === 0) {
    throw new InputError({ code: "too-few-rows", where, problem: "no words to train on", got: texts.length });
  }
  const vocabulary = countVocabulary(
    training.map(({ words, from, to }) => words.slice(from, to)),
    { most: settings.vocabulary, minCount: settings.minCount },
  );
  const architecture: Architecture = {
    words: vocabulary.words.length + 1,
    affixes: settings.affixes,
    shapes: settings.shapes,
    width: settings.width,
    layers: settings.layers,
    heads: settings.heads,
    hidden: settings.hidden,
    reach: settings.reach,
    causal: settings.causal,
  };
  const data = dataOf(training, architecture, vocabulary, window);
  const steps = epochs * Math.ceil(training.length / Math.min(batchSize, training.length));
  const warmUp = Math.max(1, Math.round(steps / 20));
  const rate = schedules.warmUp(
    warmUp,
    schedules.cosine({ peak: learningRate, steps: Math.max(1, steps - warmUp) }),
  );
  const fitting = fitParameters({
    name: where,
    params: initialParameters(architecture, seed),
    loss: (params: Parameters, batch: LabelledInputs, { key, training: isTraining }) => {
      const features =
        isTraining && unknownShare > 0 ? withUnknown(batch.features, key, unknownShare) : batch.features;
      return loss(architecture, params, { ...batch, features });
    },
    data,
    epochs,
    batchSize,
    // Clipping is part of the update: between the gradient and the step.
    optimiser: optimisers.clipped(optimisers.adam({ learningRate: rate }), maxNorm),
    seed,
    signal,
    onProgress,
    ...(validation.length > 0
      ? { validation: { data: dataOf(validation, architecture, vocabulary, window) } }
      : {}),
    ...(checkpoint
      ? {
          checkpoint: {
            ...checkpoint,
            card: { ...settings, words: wordsIn(training), kept: keptIn(training) },
          },
        }
      : {}),
  });
  const result = await fitting.catch((error: unknown) => {
    if (error instanceof FitStoppedError && error.partial.history.length > 0)
      return error.partial as Awaited<typeof fitting>;
    throw error;
  });
  const record: TrainingRecord = {
    epochs: result.history.map(({ epoch, loss, terms, validation }) => ({
      epoch,
      loss,
      accuracy: terms.accuracy,
      ...(validation
        ? { validationLoss: validation.score, validationAccuracy: validation.terms.accuracy }
        : {}),
    })),
    steps: result.steps,
    words: wordsIn(training),
    validationWords: wordsIn(validation),
    ...(result.best ? { bestEpoch: result.best.epoch } : {}),
    ...(result.reason === "stopped" ? { stopped: { done: result.history.length, total: epochs } } : {}),
    warnings: result.warnings,
  };
  return { params: result.params, vocabulary, architecture, settings, record };
}

type LabelledWindow = Window & { readonly labels: readonly boolean[] };

function dataOf(
  windows: readonly LabelledWindow[],
  sizes: Architecture,
  vocabulary: Vocabulary,
  length: number,
): LabelledInputs {
  const inputs = batchOf(windows, { count: windows.length, length, sizes, vocabulary });
  return { ...inputs, labels: labelsOf(windows, length) };
}

/** The features with a random share of words unknown, so that what else is known of them is learnt. */
function withUnknown(features: Tensor, key: Tensor, share: number): Tensor {
  const isKnown = random.bernoulli(key, 1 - share, [...features.shape.slice(0, 2), 1]);
  const word = mul(slice(features, [], [], [0, 1]), astype(isKnown, "int32"));
  return concatenate([word, slice(features, [], [], [1])], 2);
}

function requireLabels(words: number, labels: readonly boolean[], text: number): void {
  if (labels.length === words) return;
  throw new InputError({
    code: "unequal-lengths",
    where: `${where}: text ${text}`,
    problem: "not one label a word",
    expected: `${words} labels`,
    got: labels.length,
  });
}

function wordsIn(windows: readonly Window[]): number {
  return windows.reduce((sum, { from, to }) => sum + to - from, 0);
}

function keptIn(windows: readonly LabelledWindow[]): number {
  return windows.reduce(
    (sum, { labels, from, to }) => sum + labels.slice(from, to).filter((isKept) => isKept).length,
    0,
  );
}
