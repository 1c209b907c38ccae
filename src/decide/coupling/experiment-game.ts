import type { ExperimentResult, ExperimentRow, ExperimentTable } from "../../core/card.ts";
import { gridWorld, softPolicy } from "./finite-mdp.ts";
import { type MarkovCodingGameReport, markovCodingGame } from "./markov-coding-game.ts";

const world = gridWorld();
const messages = 64;
const messagePrior = new Float64Array(messages).fill(1 / messages);

interface Played {
  exponent: number;
  rate: number;
  encoder: "greedy" | "uniform";
  report: MarkovCodingGameReport;
}

/** The sheet's accuracies, 200 episodes each. */
const accuracyAt5: Record<number, number> = { 1: 0.855, 0.8: 0.845, 0.6: 0.85, 0.4: 0.825, 0.2: 0.595 };

/** Policy, reward and accuracy in the 8 × 8 grid world with 64 messages. */
export async function gameClaims(
  quick: boolean,
  _: () => Promise<void> | undefined,
  signal?: AbortSignal,
): Promise<ExperimentResult> {
  // A multiple of the messages, so that each is sent equally often.
  const episodes = quick ? messages : 4 * messages;
  const played: Played[] = [];
  const play = async (exponent: number, rate: number, encoder: "greedy" | "uniform" = "greedy") => {
    const options = { beta: Math.exp(exponent), messagePrior, rate, encoder, episodes, seed: 42, signal };
    played.push({
      exponent,
      rate,
      encoder,
      report: await markovCodingGame(world, { ...options, unit: "bits" }),
    });
  };
  for (const rate of quick ? [1, 0.6, 0.2] : [1, 0.8, 0.6, 0.4, 0.2]) await play(-5, rate);
  for (const rate of quick ? [0.6] : [0.8, 0.6, 0.4, 0.2]) await play(-5, rate, "uniform");
  for (const rate of quick ? [1] : [1, 0.6, 0.2]) await play(-4, rate);
  await play(-6, 1);
  if (!quick) await play(-3, 1);
  return {
    rows: [
      policyRow(),
      accuracyRow(played),
      quantiserRow(played),
      ceilingRow(played),
      roomyRow(played),
      temperatureRow(played),
      rateRow(played),
    ],
    tables: [gameTable(played, episodes)],
  };
}

const greedyAt = (played: readonly Played[], exponent: number) =>
  played.filter((one) => one.exponent === exponent && one.encoder === "greedy");

function policyRow(): ExperimentRow {
  const expected: [number, number[]][] = [
    [-6, [0.32585, 0.321995, 0.313568, 0.34055]],
    [-5, [0.342664, 0.339218, 0.332906, 0.357029]],
    [-4, [0.495354, 0.494655, 0.493485, 0.498373]],
  ];
  const found = expected.map(([exponent]) => [
    ...softPolicy(world, Math.exp(exponent)).q.data.subarray(4 * world.start, 4 * world.start + 4),
  ]);
  const worst = Math.max(
    ...expected.flatMap(([, values], i) => values.map((v, a) => Math.abs(v - found[i][a]))),
  );
  return {
    claim: "soft Q values at the start for up, right, down, left; β = e⁻⁶, e⁻⁵, e⁻⁴",
    reported: expected.map(([, values]) => values.map((v) => v.toFixed(6)).join(" ")).join("; "),
    measured: found.map((values) => values.map((v) => v.toFixed(6)).join(" ")).join("; "),
    tolerance: "1e-6: as the sheet states it",
    holds: worst <= 1e-6,
  };
}

function accuracyRow(played: readonly Played[]): ExperimentRow {
  const runs = greedyAt(played, -5);
  const far = runs.map(({ rate, report: { accuracy, episodes } }) => {
    const p = accuracyAt5[rate];
    const error = Math.sqrt(p * (1 - p) * (1 / 200 + 1 / episodes.length));
    return Math.abs(accuracy.mean - p) / error;
  });
  return {
    claim: "decoding accuracy at β = e⁻⁵ by rate, greedy encoder",
    reported: runs.map(({ rate }) => `${accuracyAt5[rate]} at ${rate}`).join(", "),
    measured: runs.map(({ rate, report }) => `${report.accuracy.mean.toFixed(3)} at ${rate}`).join(", "),
    tolerance: `4 standard errors of the difference from 200 episodes; ${Math.max(...far).toFixed(1)} at most`,
    holds: far.every((errors) => errors <= 4),
  };
}

function quantiserRow(played: readonly Played[]): ExperimentRow {
  const gains = played.flatMap(({ exponent, rate, encoder, report }) => {
    if (encoder !== "uniform" || rate < 0.4) return [];
    const other = greedyAt(played, exponent).find((one) => one.rate === rate);
    return other ? [{ rate, gain: other.report.accuracy.mean - report.accuracy.mean }] : [];
  });
  return {
    claim: "the greedy encoder decodes more than the uniform quantiser at β = e⁻⁵",
    reported: "above the quantiser (figure); by over 0.3 at rates 0.8 to 0.4 (sheet)",
    measured: gains.map(({ rate, gain }) => `${gain.toFixed(3)} more at rate ${rate}`).join(", "),
    tolerance: "0.3, the sheet's threshold",
    holds: gains.every(({ gain }) => gain > 0.3),
  };
}

/** With fixed runs of symbols only one message of each run can be decoded. */
function ceilingRow(played: readonly Played[]): ExperimentRow {
  const runs = played.filter(({ encoder }) => encoder === "uniform");
  const ceiling = (rate: number) => {
    const bins = Math.floor(2 ** (rate * Math.log2(messages)) + 1e-9);
    return Math.ceil(messages / Math.ceil(messages / bins)) / messages;
  };
  return {
    claim: "the quantiser decodes at most one message of each of its runs",
    reported: runs.map(({ rate }) => `at most ${ceiling(rate).toFixed(3)} at rate ${rate}`).join(", "),
    measured: runs.map(({ rate, report }) => `${report.accuracy.mean.toFixed(3)} at ${rate}`).join(", "),
    tolerance: "none: each message is sent equally often",
    holds: runs.every(({ rate, report }) => report.accuracy.mean <= ceiling(rate) + 1e-12),
  };
}

function roomyRow(played: readonly Played[]): ExperimentRow {
  const runs = greedyAt(played, -4);
  return {
    claim: "at β = e⁻⁴ every message is decoded, whatever the rate",
    reported: "1.00",
    measured: runs.map(({ rate, report }) => `${report.accuracy.mean.toFixed(3)} at rate ${rate}`).join(", "),
    tolerance: "none",
    holds: runs.every(({ report }) => report.accuracy.mean === 1),
  };
}

function temperatureRow(played: readonly Played[]): ExperimentRow {
  const reported: Record<number, number> = { [-6]: 0.33, [-5]: 0.31, [-4]: 0.09, [-3]: 0 };
  const runs = [-6, -5, -4, -3].flatMap(
    (exponent) => greedyAt(played, exponent).find(({ rate }) => rate === 1) ?? [],
  );
  const values = runs.map(({ report }) => report.return);
  return {
    claim: "the mean return falls as the temperature rises",
    reported: runs.map(({ exponent }) => `${reported[exponent]} at β = e^${exponent}`).join(", "),
    measured: values.map((v) => `${v.mean.toFixed(3)} ± ${v.standardError.toFixed(3)}`).join(", "),
    tolerance: "none on the order",
    holds: values.every((value, i) => i === 0 || value.mean < values[i - 1].mean),
  };
}

function rateRow(played: readonly Played[]): ExperimentRow {
  const runs = greedyAt(played, -5).map(({ report }) => report.return);
  const [first] = runs;
  const far = runs.map(
    (one) => Math.abs(one.mean - first.mean) / Math.hypot(one.standardError, first.standardError),
  );
  return {
    claim: "the rate does not change the return, β = e⁻⁵",
    reported: "0.319, 0.311, 0.319, 0.310, 0.315 at rates 1, 0.8, 0.6, 0.4, 0.2",
    measured: runs.map((one) => one.mean.toFixed(3)).join(", "),
    tolerance: `4 standard errors of a difference; ${Math.max(...far).toFixed(1)} at most`,
    holds: far.every((errors) => errors <= 4),
  };
}

function gameTable(played: readonly Played[], episodes: number): ExperimentTable {
  return {
    title: `Markov coding game, 8 × 8 grid world, ${messages} messages, ${episodes} episodes each`,
    columns: [
      "β",
      "encoder",
      "rate",
      "accuracy",
      "return",
      "steps",
      "belief entropy at the end, bits",
      "bits a step",
    ],
    rows: played.map(({ exponent, rate, encoder, report: r }) => [
      `e^${exponent}`,
      encoder,
      rate,
      r.accuracy.mean.toFixed(3),
      r.return.mean.toFixed(3),
      r.steps.mean.toFixed(1),
      r.beliefEntropy.mean.toFixed(3),
      r.informationPerStep.mean.toFixed(3),
    ]),
  };
}
