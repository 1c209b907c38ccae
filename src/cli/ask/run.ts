import { readFile } from "node:fs/promises";
import { createColors } from "picocolors";
import { InputError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import type { TableNote } from "../../data/table.ts";
import { unreadable } from "../../data/unreadable.ts";
import { openLanguageModel } from "../../language/model/model.ts";
import type { AskGame, AskReport } from "../../report/ask/report.ts";
import { renderAskTerminal } from "../../report/ask/terminal.ts";
import { listWords } from "../../report/format.ts";
import { answer, environmentSince } from "../answer.ts";
import { quoted } from "../arguments.ts";
import type { AskFlags } from "../ask.ts";
import { modelSource } from "../model-options.ts";
import { progressLine } from "../progress-line.ts";
import { reportPaths, stem } from "../report-paths.ts";
import { stopSignal } from "../stop-signal.ts";
import { builtInAnimals } from "./animals.ts";
import { entityAnswers, fileAnswers, personAnswers } from "./answerers.ts";
import { type Entities, readEntities } from "./entities.ts";
import { type Answerer, playGame } from "./game.ts";
import { openLines } from "./lines.ts";
import { mostGames, simulate } from "./simulate.ts";
import { type AskSettings, modelWorld, tableWorld, type World } from "./world.ts";

/** Twins that are named; the rest are counted. */
const mostTwins = 5;

/** Reads what can be asked, plays or simulates, and writes what came of it. */
export async function runAsk(file: string | undefined, flags: AskFlags): Promise<void> {
  const started = performance.now();
  const person = !flags.simulate && flags.play === undefined && flags.answers === undefined;
  const name = flags.labels ? "labels" : file === undefined ? "animals" : stem(file);
  const paths = reportPaths(
    `${name}.csv`,
    flags.simulate ? flags : { ...flags, report: flags.report ?? false },
  );
  const transcript = flags.output ?? (person && !flags.json ? `${name}.transcript.json` : undefined);
  const progress = progressLine();
  const stop = stopSignal();
  const run = { signal: stop.signal, onProgress: progress.update, endProgress: progress.end };
  try {
    const asked = flags.labels ? await askModel(flags, run) : await askTable(file, flags, run);
    progress.end();
    if (flags.list) {
      const { queries = [] } = asked;
      process.stdout.write(flags.json ? `${JSON.stringify(queries)}\n` : `${queries.join("\n")}\n`);
      return;
    }
    const report: AskReport = {
      command: ["surprisal", ...process.argv.slice(2)].map(quoted).join(" "),
      mode: flags.simulate ? "simulate" : "play",
      criterion: flags.criterion,
      alpha: flags.alpha,
      error: flags.error,
      maxQueries: flags.most,
      seed: flags.seed,
      ...asked.found,
      gameCount: asked.found.games.length,
      transcript,
      environment: environmentSince(started),
    };
    if (transcript) await writeFileAtomic(transcript, `${JSON.stringify(report, null, 1)}\n`);
    const rendering = {
      page: async (r: AskReport) => (await import("../../report/ask/html.ts")).renderAskReport(r),
      terminal: renderAskTerminal,
    };
    if (person && !flags.json) process.stdout.write("\n");
    await answer(report, paths, rendering, { asked: flags.json });
    if (report.stopped) {
      const kept = transcript ? `; the transcript is in ${transcript}` : "";
      process.stderr.write(`surprisal: stopped${kept}\n`);
      process.exitCode = 130;
    }
  } finally {
    progress.end();
    stop.release();
  }
}

interface Run {
  readonly signal: AbortSignal;
  readonly onProgress: ReturnType<typeof progressLine>["update"];
  /** Clears the progress line, before something else is said. */
  readonly endProgress: () => void;
}

interface Asked {
  readonly queries?: readonly string[];
  readonly found: Pick<AskReport, "source" | "games" | "simulation" | "twins" | "notes" | "stopped">;
}

async function askTable(file: string | undefined, flags: AskFlags, run: Run): Promise<Asked> {
  const entities = file === undefined ? builtInAnimals() : await readEntities(file, flags, run.signal);
  const settings = settingsOf(flags);
  const world = byFlag(() => tableWorld(entities, settings));
  const twins = world.table.twins();
  const notes: TableNote[] = [...entities.notes, ...twinNotes(twins, entities.entity)];
  const source = {
    name: entities.name,
    entity: entities.entity,
    entities: entities.labels.length,
    questions: entities.queries.length,
    hash: entities.hash,
  };
  const common = { source, twins, notes };
  const { queries } = entities;
  if (flags.list) return { queries, found: { ...common, games: [] } };
  if (!flags.simulate) {
    const game = await play(world, flags, run, () => answererOf(flags, entities, world.table));
    return { queries, found: { ...common, games: [game], stopped: game.reason === "stopped" || undefined } };
  }
  if (entities.labels.length > mostGames) {
    const message = `${mostGames} of ${entities.labels.length} entities were played, drawn at random`;
    notes.push({ code: "sampled-games", severity: "fact", message, columns: [] });
  }
  const { games, simulation, stopped } = await simulate(entities, settings, run);
  return { queries, found: { ...common, games, simulation, stopped: stopped || undefined } };
}

async function askModel(flags: AskFlags, run: Run): Promise<Asked> {
  const labels = (flags.labels ?? [])
    .flatMap((text) => text.split(","))
    .map((label) => label.trim())
    .filter(Boolean);
  const queries = flags.questions === undefined ? undefined : await readQuestions(flags.questions);
  const base = { name: flags.about ?? "labels", entity: "label", entities: labels.length };
  if (flags.list) {
    return {
      queries,
      found: { source: { ...base, questions: queries?.length }, games: [], twins: [], notes: [] },
    };
  }
  const model = await openLanguageModel({
    ...modelSource(flags),
    signal: run.signal,
    onProgress: run.onProgress,
  });
  try {
    const world = modelWorld({ model, labels, subject: flags.about, queries }, settingsOf(flags));
    const game = await play(world, flags, run, async () =>
      flags.answers === undefined ? undefined : fileAnswers(flags.answers, queries),
    );
    const source = { ...base, questions: queries?.length, model: model.name };
    const notes: TableNote[] = [];
    if (flags.endpoint === undefined && flags.model === undefined) {
      const message =
        "the built-in model writes English and knows nothing: sensible questions need --endpoint or --model";
      notes.push({ code: "built-in-model", severity: "problem", message, columns: [] });
    }
    const believed = `${Math.round(100 * (1 - flags.alpha))} % of what the model believes`;
    notes.push({
      code: "not-calibrated",
      severity: "hint",
      message: `sets are the likeliest labels that hold ${believed}; nothing says that it is right about that`,
      columns: [],
    });
    return {
      queries,
      found: { source, games: [game], twins: [], notes, stopped: game.reason === "stopped" || undefined },
    };
  } finally {
    await model.close?.();
  }
}

function settingsOf({ criterion, alpha, error, most, seed }: AskFlags): AskSettings {
  return { criterion, alpha, error, maxQueries: most, seed };
}

/** A game with whoever answers; nobody but a person is told what happens on the way. */
async function play(
  world: World,
  flags: AskFlags,
  run: Run,
  other: () => Promise<Answerer | undefined>,
): Promise<AskGame> {
  const answerer = await other();
  if (answerer) return byFlagLater(() => playGame(world, answerer, run));
  const out = flags.json ? process.stderr : process.stdout;
  const lines = openLines(out, run.signal);
  const { bold } = createColors(out.isTTY === true && !process.env.NO_COLOR);
  try {
    const say = (text: string) => {
      run.endProgress();
      out.write(text);
    };
    const person = personAnswers(lines, say, bold);
    return await byFlagLater(() => playGame(world, person, run));
  } finally {
    lines.close();
  }
}

async function answererOf(
  flags: AskFlags,
  { queries }: Entities,
  table: ReturnType<typeof tableWorld>["table"],
): Promise<Answerer | undefined> {
  if (flags.answers !== undefined) return fileAnswers(flags.answers, queries);
  return flags.play === undefined ? undefined : byFlag(() => entityAnswers(table, flags.play!));
}

async function readQuestions(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error) => {
    throw unreadable(path, error);
  });
  const questions = [
    ...new Set(
      text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter(Boolean),
    ),
  ];
  if (questions.length > 0) return questions;
  throw new InputError({
    code: "no-queries",
    where: path,
    problem: "no questions",
    expected: "one a line",
    got: 0,
  });
}

function twinNotes(twins: readonly (readonly string[])[], entity: string): TableNote[] {
  if (twins.length === 0) return [];
  const named = twins.slice(0, mostTwins).map((group) => listWords(group, 4));
  const more = twins.length > named.length ? `; and ${twins.length - named.length} more such groups` : "";
  const message = `nothing that is asked tells these apart: ${named.join("; ")}${more}`;
  return [{ code: "twins", severity: "problem", message, columns: [entity] }];
}

const flagOf: Record<string, string> = {
  "bad-alpha": "--alpha",
  "bad-error": "--error",
  "bad-count": "--most",
  "unknown-label": "--play",
};

/** Errors of the library by the names that were typed. */
function named(error: unknown): unknown {
  if (error instanceof InputError && error.code in flagOf) {
    error.message = error.message.replace(/^[\w.]+/, flagOf[error.code]);
  }
  return error;
}

function byFlag<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(error);
  }
}

async function byFlagLater<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(error);
  }
}
