import { StoppedError, throwIfStopped } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import type { AskGame, AskSimulation } from "../../report/ask/report.ts";
import { entityAnswers } from "./answerers.ts";
import type { Entities } from "./entities.ts";
import { playGame } from "./game.ts";
import { type AskSettings, type TableWorld, tableWorld } from "./world.ts";

/** Entities that are played; more are drawn at random. */
export const mostGames = 500;
const coverageCases = 200;

interface Simulated {
  readonly games: AskGame[];
  /** Undefined when it was stopped before a game was over. */
  readonly simulation?: AskSimulation;
  readonly stopped: boolean;
}

/** Plays every entity, each answering as the table says, without guesses that are turned down. */
export async function simulate(
  entities: Entities,
  settings: AskSettings,
  run: LongRunning,
): Promise<Simulated> {
  const { labels } = entities;
  const chosen =
    labels.length <= mostGames
      ? labels
      : Array.from(
          new Random(settings.seed).split("games").subsample(labels.length, mostGames),
          (y) => labels[y],
        );
  const world = tableWorld(entities, settings);
  const games: AskGame[] = [];
  const total = 2 * chosen.length + coverageCases;
  const progress = (done: number, label: string) => run.onProgress?.({ done, total, label });
  let random: AskSimulation["random"];
  let coverage: AskSimulation["coverage"] = [];
  let stopped = false;
  try {
    await playAll(world, chosen, run.signal, games, () => progress(games.length, "playing"));
    random = await playAtRandom(
      tableWorld(entities, { ...settings, criterion: "random" }),
      chosen,
      run.signal,
      (g) => progress(chosen.length + g, "playing in random order"),
    );
    const pursuit = await world.pursuit({ signal: run.signal });
    const { lengths } = await pursuit.coverage(world.table.cases(coverageCases, settings.seed + 1), {
      signal: run.signal,
      onProgress: ({ done }) => progress(2 * chosen.length + done, "measuring coverage"),
    });
    coverage = lengths.map(({ length, random, own }) => ({
      asked: length,
      random: random.coverage,
      own: own.coverage,
      ownSize: own.meanSize,
    }));
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    stopped = true;
  }
  if (games.length === 0) return { games, stopped };
  const lengths = games.map(({ turns }) => turns.length);
  const most = Math.max(...lengths);
  const simulation: AskSimulation = {
    meanQuestions: meanOf(lengths),
    mostQuestions: most,
    rightShare: rightOf(games),
    random,
    counts: Array.from({ length: most + 1 }, (_, k) => lengths.filter((length) => length === k).length),
    steps: Array.from({ length: most + 1 }, (_, k) => {
      const going = games.filter(({ turns }) => turns.length >= k);
      return {
        asked: k,
        bits: meanOf(going.map(({ turns, startBits }) => (k === 0 ? startBits : turns[k - 1].bits))),
        setSize: meanOf(going.map(({ turns }) => (k === 0 ? labels.length : turns[k - 1].setSize))),
        games: going.length,
      };
    }),
    coverage,
    coverageCases,
  };
  return { games, simulation, stopped };
}

async function playAll(
  world: TableWorld,
  labels: readonly string[],
  signal: AbortSignal | undefined,
  games: AskGame[],
  onGame: () => void,
): Promise<void> {
  // Calibrated once, not for every game.
  const pursuit = await world.pursuit({ signal });
  const ready = { ...world, pursuit: async () => pursuit };
  for (const label of labels) {
    throwIfStopped(signal, "ask");
    const { label: meant, ask } = entityAnswers(world.table, label);
    const game = await playGame(ready, { label: meant, ask, confirm: async () => undefined }, { signal });
    throwIfStopped(signal, "ask");
    games.push({ ...game, correct: game.guess === label });
    onGame();
  }
}

/** The same entities with questions in an order of their own each. */
async function playAtRandom(
  world: TableWorld,
  labels: readonly string[],
  signal: AbortSignal | undefined,
  onGame: (games: number) => void,
): Promise<NonNullable<AskSimulation["random"]>> {
  const pursuit = await world.pursuit({ signal });
  let questions = 0;
  let right = 0;
  for (const [g, label] of labels.entries()) {
    const { history, correct } = await pursuit.play(world.table.caseOf(label), { seed: g, signal });
    questions += history.length;
    if (correct) right++;
    onGame(g);
  }
  return { meanQuestions: questions / labels.length, rightShare: right / labels.length };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function rightOf(games: readonly AskGame[]): number {
  return games.filter(({ correct }) => correct).length / games.length;
}
