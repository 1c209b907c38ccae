import type { LongRunning } from "../../core/progress.ts";
import type { LanguageModel } from "../../language/model/model.ts";
import {
  type AttributeTable,
  attributeTable,
  type Case,
  type Criterion,
  type InformationPursuit,
  informationPursuit,
  type LanguageModelQuestions,
  languageModelQuestions,
} from "../../language/pursuit/pursuit.ts";
import type { Entities } from "./entities.ts";

export interface AskSettings {
  readonly criterion: Criterion;
  readonly alpha: number;
  readonly error: number;
  readonly maxQueries: number;
  readonly seed: number;
}

/** Bits that a question must be expected to tell: people are not asked for less. */
const leastGain = 0.02;
/** Cases drawn from a table to calibrate prediction sets. */
const calibrationCases = 200;

/** What can be asked about some labels; guesses that were wrong leave it. */
export interface World {
  readonly labels: readonly string[];
  /** Ready to ask: calibrated where that can be had from the table. */
  pursuit(run: LongRunning): Promise<InformationPursuit>;
  without(labels: readonly string[]): World;
}

export interface TableWorld extends World {
  readonly table: AttributeTable;
  without(labels: readonly string[]): TableWorld;
}

export function tableWorld({ labels, queries, values }: Entities, settings: AskSettings): TableWorld {
  const over = (table: AttributeTable): TableWorld => ({
    table,
    labels: table.labels,
    async pursuit({ signal, onProgress }) {
      const pursuit = informationPursuit({ ...table, ...settings, leastGain });
      const cases: Case[] = table.cases(calibrationCases, settings.seed);
      await pursuit.calibrate(cases, {
        histories: calibrationCases,
        allowWholeSets: true,
        signal,
        onProgress,
      });
      return pursuit;
    },
    without: (left) => over(table.without(left)),
  });
  return over(attributeTable({ labels, queries, values, error: settings.error }));
}

interface ModelWorldOptions {
  readonly model: LanguageModel;
  readonly labels: readonly string[];
  readonly subject?: string;
  /** Questions to choose from; the model proposes its own where there are none. */
  readonly queries?: readonly string[];
}

/** Labels whose probabilities, answers and questions a language model gives; nothing is calibrated. */
export function modelWorld(options: ModelWorldOptions, settings: AskSettings): World {
  const over = (labels: readonly string[]): World => ({
    labels,
    async pursuit() {
      const questions: LanguageModelQuestions = languageModelQuestions({
        ...options,
        labels,
        seed: settings.seed,
      });
      return informationPursuit({ ...questions, queries: options.queries ?? questions.propose, ...settings });
    },
    without: (left) => over(labels.filter((label) => !left.includes(label))),
  });
  return over(options.labels);
}
