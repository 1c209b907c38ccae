import type { ExperimentResult, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { Random } from "../../core/random.ts";
import { attributeTable } from "./attribute-table.ts";
import type { CoverageReport, PursuitOptions } from "./contract.ts";
import { informationPursuit } from "./information-pursuit.ts";
import type { Case, History, Predict } from "./types.ts";

/** Sheet 18, part D: the same worlds, seen by predictors that are wrong in known ways. */
interface Misfit {
  readonly gamma: number;
  readonly sigma: number;
  readonly name: string;
  /** Mean questions of the sheet, column by column. */
  readonly reported: readonly number[];
}

const misfits: readonly Misfit[] = [
  { gamma: 1, sigma: 0, name: "calibrated", reported: [5.37, 3.81, 3.81, 4.38, 4.26] },
  { gamma: 3, sigma: 0, name: "over-confident", reported: [5.37, 3.81, 4.8, 4.61, 4.5] },
  { gamma: 0.3, sigma: 0, name: "under-confident", reported: [5.37, 3.81, 5.56, 4.78, 4.61] },
  { gamma: 1, sigma: 1, name: "noisy", reported: [5.18, 3.65, 4.6, 4.72, 4.64] },
  { gamma: 3, sigma: 2, name: "over-confident and noisy", reported: [5.23, 3.62, 4.56, 4.65, 4.53] },
  { gamma: 0.3, sigma: 0.5, name: "under-confident and noisy", reported: [5.25, 3.93, 4.8, 4.74, 4.82] },
];
const columns = ["random", "IP on exact p", "IP on f", "C-IP, empty = 0", "C-IP, empty = K"] as const;
/** Of the sheet's means, over its 120 games. */
const sheetError = 0.25;
const sheetGames = 120;
/** Coverage needs fewer games than means do. */
const coverageWorlds = 3;
const coverageGames = 40;
/** Fewer games cannot show a difference of a third of a question. */
const gamesForDifferences = 400;

const labels = Array.from({ length: 20 }, (_, y) => `label ${y}`);
const queries = Array.from({ length: 40 }, (_, q) => `query ${q}`);
const longest = 20;

interface MisfitSize {
  readonly worlds: number;
  readonly games: number;
  readonly misfits: number;
}

export async function misfitPart(
  size: MisfitSize,
  pace: () => Promise<void> | undefined,
): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  const table: ExperimentTable = {
    title: `Mean questions until the likeliest label is first right, ${size.worlds * size.games} games (in brackets: of the sheet)`,
    columns: ["γ", "σ", "predictor", ...columns],
    rows: [],
  };
  const coverages: ExperimentTable = {
    title: "Coverage of prediction sets at α = 0.1, by number of questions asked",
    columns: ["γ", "σ", "histories", "k = 4", "k = 12", "k = 20"],
    rows: [],
  };
  for (const misfit of misfits.slice(0, size.misfits)) {
    const games = await playAll(misfit, size, pace);
    rows.push(...rowsOf(misfit, games));
    const { gamma, sigma, name, reported } = misfit;
    table.rows.push([
      gamma,
      sigma,
      name,
      ...games.counts.map((list, c) => `${summary(list).mean.toFixed(2)} (${reported[c]})`),
    ]);
    for (const { histories, report } of [
      {
        histories: "random",
        report: (k: number) => mean(games.zero.map(({ lengths }) => lengths[k].random.coverage)),
      },
      {
        histories: "own, empty = 0",
        report: (k: number) => mean(games.zero.map(({ lengths }) => lengths[k].own.coverage)),
      },
      {
        histories: "own, empty = K",
        report: (k: number) => mean(games.full.map(({ lengths }) => lengths[k].own.coverage)),
      },
    ]) {
      coverages.rows.push([gamma, sigma, histories, ...[4, 12, 20].map((k) => report(k).toFixed(3))]);
    }
  }
  return { rows, tables: [table, coverages] };
}

interface Games {
  /** Questions of every game, column by column. */
  readonly counts: readonly number[][];
  readonly zero: readonly CoverageReport[];
  readonly full: readonly CoverageReport[];
}

async function playAll(
  { gamma, sigma }: Misfit,
  { worlds, games }: MisfitSize,
  pace: () => Promise<void> | undefined,
): Promise<Games> {
  const counts: number[][] = columns.map(() => []);
  const zero: CoverageReport[] = [];
  const full: CoverageReport[] = [];
  for (let world = 0; world < worlds; world++) {
    const { exact, cases } = drawWorld(world);
    const misled = misfitted(exact.predict, gamma, sigma, world);
    const common = { labels, queries, maxQueries: longest, seed: world };
    const players: PursuitOptions[] = [
      { ...common, predict: misled, criterion: "random" },
      { ...common, ...exact, criterion: "entropy" },
      { ...common, predict: misled, likelihood: exact.likelihood, criterion: "entropy" },
      { ...common, predict: misled, likelihood: exact.likelihood, emptyAs: "zero" },
      { ...common, predict: misled, likelihood: exact.likelihood, emptyAs: "full" },
    ];
    for (const [c, options] of players.entries()) {
      const player = informationPursuit(options);
      if (c >= 3) {
        await player.calibrate(cases(100, "calibration"));
        if (world < coverageWorlds) {
          const asked = cases(Math.min(games, coverageGames), "coverage");
          (c === 3 ? zero : full).push(await player.coverage(asked));
        }
      }
      for (const [g, one] of cases(games, "games").entries()) {
        const { firstCorrect = longest } = await player.play(one, { untilCorrect: true, seed: g });
        counts[c].push(firstCorrect);
        await pace();
      }
    }
  }
  return { counts, zero, full };
}

function drawWorld(world: number) {
  const random = new Random(world).split("world");
  const values = labels.map(() =>
    queries.map(() => {
      const yes = Math.min(0.97, Math.max(0.03, random.beta(0.35, 0.35)));
      return { yes, no: 1 - yes };
    }),
  );
  const exact = attributeTable({ labels, queries, values });
  const cases = (count: number, what: string): Case[] =>
    exact.cases(count, new Random(world).split(what).uint32());
  return { exact, cases };
}

/** f ∝ p^γ exp(σ noise), the noise fixed for each history (as a set of answers) and label. */
function misfitted(
  predict: (history: History) => Float64Array,
  gamma: number,
  sigma: number,
  world: number,
): Predict {
  return (history) => {
    const p = predict(history);
    const noise = sigma > 0 ? new Random(hashOf(history, world)) : undefined;
    let largest = Number.NEGATIVE_INFINITY;
    for (let y = 0; y < p.length; y++) {
      p[y] = gamma * Math.log(p[y]) + (noise ? sigma * noise.normal() : 0);
      if (p[y] > largest) largest = p[y];
    }
    let sum = 0;
    for (let y = 0; y < p.length; y++) sum += p[y] = Math.exp(p[y] - largest);
    for (let y = 0; y < p.length; y++) p[y] /= sum;
    return p;
  };
}

/** The same for every order of the turns. */
function hashOf(history: History, world: number): number {
  let sum = world;
  for (const { query, answer } of history) {
    let hash = 0x811c9dc5;
    for (const text of [query, answer]) {
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    }
    sum = (sum + Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)) | 0;
  }
  return sum >>> 0;
}

function rowsOf({ gamma, sigma, name, reported }: Misfit, { counts, zero, full }: Games): ExperimentRow[] {
  const found = counts.map(summary);
  const slack = 4 * sheetError * Math.max(1, Math.sqrt(sheetGames / counts[0].length));
  const worst = Math.max(...found.map(({ mean }, c) => Math.abs(mean - reported[c])));
  const rows: ExperimentRow[] = [
    {
      claim: `mean questions with a predictor that is ${name} (γ = ${gamma}, σ = ${sigma}): ${columns.join("; ")}`,
      reported: reported.join("; "),
      measured: found.map(({ mean, error }) => `${mean.toFixed(2)} ± ${error.toFixed(2)}`).join("; "),
      tolerance: `each within ${slack.toFixed(2)}: 4 standard errors (${sheetError} for ${sheetGames} games)`,
      holds: worst <= slack,
    },
  ];
  const gain = counts[2].map((ip, g) => ip - counts[4][g]);
  const { mean: saved, error } = summary(gain);
  const expected = reported[2] - reported[4];
  const differs = Math.abs(expected) > 0.29;
  if (gain.length >= gamesForDifferences) {
    rows.push({
      claim: `${name}: questions that the conformal criterion saves against entropy on the same predictor`,
      reported: `${expected.toFixed(2)}`,
      measured: `${saved.toFixed(2)} ± ${error.toFixed(2)}`,
      tolerance: differs
        ? "the sheet's sign, by more than 2 standard errors of the paired difference"
        : "0 within 4 standard errors of the paired difference: a tie",
      holds: differs ? Math.sign(expected) * saved > 2 * error : Math.abs(saved) <= 4 * error,
    });
  }
  const cases = full.reduce((sum, report) => sum + report.cases, 0);
  const random = coverageOver(full, "random");
  // The thresholds vary, too: each covers Beta(N + 1 − m, m), with N = 100 and m = 10.
  const spread = Math.sqrt((0.9 * 0.1) / cases + (0.9 * 0.1) / 102 / full.length);
  const low = Math.min(...random.slice(1));
  rows.push({
    claim: `${name}: prediction sets cover 90 % on random histories of every length`,
    reported: "at least 0.90 on average; 0.85 to 0.94",
    measured: `${low.toFixed(3)} to ${Math.max(...random.slice(1)).toFixed(3)} over k = 1 … ${longest}`,
    tolerance: `none below 0.90 − ${(4 * spread).toFixed(3)}: 4 standard errors over cases and calibrations`,
    holds: low >= 0.9 - 4 * spread,
  });
  const ownZero = coverageOver(zero, "own");
  const ownFull = coverageOver(full, "own");
  rows.push({
    claim: `${name}: on its own histories there is no guarantee, and counting empty sets as full covers more (k = 20)`,
    reported: "0.70 to 0.85 (empty = 0), 0.94 to 1.0 (empty = K)",
    measured: `${ownZero[longest].toFixed(3)} (empty = 0), ${ownFull[longest].toFixed(3)} (empty = K)`,
    tolerance: "empty = K covers at least as much as empty = 0",
    holds: ownFull[longest] >= ownZero[longest],
  });
  return rows;
}

function coverageOver(reports: readonly CoverageReport[], kind: "random" | "own"): number[] {
  return reports[0].lengths.map((_, k) => mean(reports.map(({ lengths }) => lengths[k][kind].coverage)));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function summary(values: readonly number[]): { mean: number; error: number } {
  const center = mean(values);
  const sum = values.reduce((total, value) => total + (value - center) ** 2, 0);
  return { mean: center, error: Math.sqrt(sum / Math.max(1, values.length - 1) / values.length) };
}
