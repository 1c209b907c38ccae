import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import type { pacer } from "../../core/pace.ts";
import { Random } from "../../core/random.ts";
import { mean, variance } from "../../core/statistics.ts";
import { drawChannel, everyWord, exactInformation } from "./exact-channel.ts";
import { analyseFactors } from "./factors.ts";
import { estimateCompressionMI } from "./information.ts";
import { distortionAt, fitRateDistortion } from "./rate-distortion.ts";
import {
  allRecords,
  answers,
  compressRecord,
  logLikelihood,
  type RecordCompressor,
  recordBits,
  recordCompressors,
  recordDistortion,
  recordTokens,
  tokensOf,
} from "./record-world.ts";

export type Pace = ReturnType<typeof pacer>;

const withoutInterval = { bootstrap: 0 } as const;

/** Section A: all eight contexts used once, so that the marginal is exact and the estimate unbiased. */
export async function exactChannels(samples: number, pace: Pace): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  const plan = [
    [3, 0.1, 1.104193],
    [6, 0.1, 1.543124],
    [9, 0.1, 1.793347],
    [6, 0.25, 0.69012],
    [9, 0.3, 0.634907],
    [6, 0.5, 0],
  ] as const;
  for (const [length, flip, reported] of plan) {
    const channel = { length, flip };
    const exact = exactInformation(channel);
    const ll = drawChannel(channel, everyWord, samples, new Random(1).split(length).split(100 * flip));
    const { value, terms } = estimateCompressionMI(ll, withoutInterval);
    // Contexts are all there are, so that only the compressions were sampled.
    const within = mean(terms.map((row) => variance(row)));
    const error = Math.sqrt(within / (8 * samples));
    // A channel that flips half its bits has terms of exactly zero.
    const tolerance = Math.max(4 * error, 1e-9);
    rows.push({
      claim: `the estimate is unbiased where all contexts are used: ${length} bits, flips ${flip}`,
      reported: `${reported} nats, by enumeration`,
      measured: `${value.toFixed(4).replace("-0.0000", "0.0000")} nats; enumerated ${exact.toFixed(6)}`,
      tolerance: `${tolerance > 1e-9 ? `${tolerance.toFixed(4)}: 4 standard errors over ${8 * samples} compressions` : "1e-9: every term is 0 but for rounding"}; the enumeration to 1e-6`,
      holds: Math.abs(value - exact) <= tolerance && Math.abs(exact - reported) <= 1e-6,
    });
    await pace();
  }
  const h = -(0.1 * Math.log(0.1) + 0.9 * Math.log(0.9));
  const closed = 3 * (Math.LN2 - h);
  const enumerated = exactInformation({ length: 3, flip: 0.1 });
  rows.push({
    claim: "three bits are three binary symmetric channels",
    reported: "3 (ln 2 − h(0.1)) = 1.104193 nats",
    measured: `${enumerated.toFixed(6)} by enumeration, ${closed.toFixed(6)} in closed form`,
    tolerance: "1e-6: as many digits as reported",
    holds: Math.abs(enumerated - closed) < 1e-12 && Math.abs(closed - 1.104193) <= 1e-6,
  });
  return { rows };
}

/** Section B: contexts drawn with replacement; the value from below, its leave-one-out companion from above. */
export async function bracket(repetitions: number, pace: Pace): Promise<ExperimentResult> {
  const channel = { length: 6, flip: 0.1 };
  const truth = exactInformation(channel);
  const reported = [
    [4, 0.93, 3.38, 0.16],
    [8, 1.24, 2.4, 0.033],
    [16, 1.39, 1.83, 0.033],
    [32, 1.456, 1.631, 0.033],
  ] as const;
  const rows: ExperimentRow[] = [];
  const widths: { width: number; error: number }[] = [];
  for (const [contexts, low, high, sheetError] of reported) {
    const lower: number[] = [];
    const upper: number[] = [];
    for (let run = 0; run < repetitions; run++) {
      const random = new Random(run).split(contexts);
      const drawn = Int32Array.from({ length: contexts }, () => random.integer(8));
      const estimate = estimateCompressionMI(drawChannel(channel, drawn, 4, random), withoutInterval);
      lower.push(estimate.value);
      upper.push(estimate.upper);
      await pace();
    }
    const errorOf = (values: number[]) => Math.sqrt(variance(values) / (repetitions - 1));
    const [errorLow, errorHigh] = [errorOf(lower), errorOf(upper)];
    const differences = upper.map((value, run) => value - lower[run]);
    widths.push({ width: mean(differences), error: errorOf(differences) });
    const [toleranceLow, toleranceHigh] = [
      4 * Math.hypot(errorLow, 0.033),
      4 * Math.hypot(errorHigh, sheetError),
    ];
    rows.push({
      claim: `the value bounds from below and its companion from above, ${contexts} contexts drawn`,
      reported: `${low} ≤ 1.543 ≤ ${high} (60 repetitions, standard errors up to ${sheetError})`,
      measured: `${mean(lower).toFixed(3)} ≤ ${truth.toFixed(3)} ≤ ${mean(upper).toFixed(3)} (${repetitions} repetitions)`,
      tolerance: `bounds by 4 standard errors (${(4 * errorLow).toFixed(3)}, ${(4 * errorHigh).toFixed(3)}); numbers within ${toleranceLow.toFixed(3)} and ${toleranceHigh.toFixed(3)} of those reported: 4 standard errors of both`,
      holds:
        mean(lower) <= truth + 4 * errorLow &&
        mean(upper) >= truth - 4 * errorHigh &&
        Math.abs(mean(lower) - low) <= toleranceLow &&
        Math.abs(mean(upper) - high) <= toleranceHigh,
    });
  }
  rows.push({
    claim: "the bracket shrinks as contexts are added: 4, 8, 16, 32",
    reported: "2.45, 1.16, 0.44, 0.18 nats wide",
    measured: `${widths.map(({ width }) => width.toFixed(3)).join(", ")} nats wide`,
    tolerance: "each below the one before by 4 standard errors of the difference",
    holds: widths.every(
      ({ width, error }, k) =>
        k === 0 || width < widths[k - 1].width - 4 * Math.hypot(error, widths[k - 1].error),
    ),
  });
  return { rows };
}

interface Measured {
  readonly bits: number;
  readonly tokens: number;
  /** By skill: the mean over all questions, with its standard error. */
  readonly distortion: readonly { readonly value: number; readonly error: number }[];
}

const skills = [1, 0.8];

function measureRecords(c: RecordCompressor, seeds: number): Measured {
  const records = allRecords();
  const bits: number[] = [];
  const tokens: number[] = [];
  const wrong = skills.map(() => [] as number[]);
  for (let seed = 0; seed < seeds; seed++) {
    const random = new Random(seed).split(c.name);
    const outputs = records.map((record) =>
      Array.from({ length: 4 }, () => compressRecord(record, c, random)),
    );
    const ll = outputs.map((row) =>
      row.map((z) => Float64Array.from(records, (record) => logLikelihood(z, record, c))),
    );
    bits.push(estimateCompressionMI(ll, { ...withoutInterval, unit: "bits" }).value);
    for (const [i, row] of outputs.entries()) {
      for (const z of row) {
        tokens.push(tokensOf(z, c));
        for (const [s, skill] of skills.entries()) {
          const attribute = random.integer(records[i].length);
          wrong[s].push(answers(z, attribute, skill, random) === records[i][attribute] ? 0 : 1);
        }
      }
    }
  }
  return {
    bits: mean(bits),
    tokens: mean(tokens),
    distortion: wrong.map((values) => ({
      value: mean(values),
      error: Math.sqrt(variance(values) / values.length),
    })),
  };
}

/** Section C: a world of records in which information, length and accuracy have closed forms. */
export async function recordWorld(seeds: number, pace: Pace): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  const measured: Measured[] = [];
  for (const c of recordCompressors) {
    const m = measureRecords(c, seeds);
    measured.push(m);
    await pace();
    const [bits, tokens] = [recordBits(c), recordTokens(c)];
    const rate = bits / tokens;
    const forms = skills.map((skill) => recordDistortion(c, skill));
    rows.push({
      claim: `compressor ${c.name} keeps its bits, length and distortion of the closed forms`,
      reported: `I ${bits.toFixed(6)} bits, ${tokens} tokens, R ${rate.toFixed(6)}, D ${forms.map((d) => d.toFixed(4)).join(" and ")}`,
      measured: `I ${m.bits.toFixed(3)} bits, ${m.tokens.toFixed(2)} tokens, R ${(m.bits / m.tokens).toFixed(4)}, D ${m.distortion.map(({ value }) => value.toFixed(3)).join(" and ")} (${seeds} seeds, 4 compressions each)`,
      tolerance: `I and R within 5 % (the sheet's); tokens within 1 %; D within 4 standard errors (${m.distortion.map(({ error }) => (4 * error).toFixed(3)).join(" and ")})`,
      holds:
        Math.abs(m.bits / bits - 1) <= 0.05 &&
        Math.abs(m.bits / m.tokens / rate - 1) <= 0.05 &&
        Math.abs(m.tokens / tokens - 1) <= 0.01 &&
        m.distortion.every(({ value, error }, s) => Math.abs(value - forms[s]) <= 4 * error),
    });
  }
  rows.push(spending(measured), falling(measured), ...curves(measured), await importance(pace));
  return { rows };
}

function spending(measured: readonly Measured[]): ExperimentRow {
  const [small, large] = [measured[0].distortion, measured[measured.length - 1].distortion];
  const compressor = small[1].value - large[1].value;
  const predictor = small[1].value - small[0].value;
  const margins = [
    4 * Math.hypot(small[1].error, large[1].error),
    4 * Math.hypot(small[1].error, small[0].error),
  ];
  return {
    claim: "a better compressor lowers distortion far more than a better predictor",
    reported: "0.43 from S to XL at skill 0.8; 0.03 from skill 0.8 to 1 at S",
    measured: `${compressor.toFixed(3)} and ${predictor.toFixed(3)}`,
    tolerance: `within ${margins.map((m) => m.toFixed(3)).join(" and ")}: 4 standard errors of a difference; closed forms 0.4288 and 0.0315`,
    holds: Math.abs(compressor - 0.4288) <= margins[0] && Math.abs(predictor - 0.0315) <= margins[1],
  };
}

function falling(measured: readonly Measured[]): ExperimentRow {
  const rates = measured.map(({ bits, tokens }) => bits / tokens);
  const falls = (s: number) =>
    measured.every((m, k) => {
      if (k === 0) return true;
      const before = measured[k - 1].distortion[s];
      const margin = 4 * Math.hypot(before.error, m.distortion[s].error);
      return rates[k] > rates[k - 1] && m.distortion[s].value < before.value - margin;
    });
  return {
    claim: "distortion falls as bits per token rise, for either predictor",
    reported: "seen in all of the paper's figures",
    measured: measured
      .map(
        (m, k) =>
          `${rates[k].toFixed(3)}: ${m.distortion.map(({ value }) => value.toFixed(3)).join(" and ")}`,
      )
      .join("; "),
    tolerance: "each step by more than 4 standard errors",
    holds: falls(0) && falls(1),
  };
}

function curves(measured: readonly Measured[]): ExperimentRow[] {
  const rates = Array.from({ length: 13 }, (_, i) => i / 4);
  const golden = fitRateDistortion(
    rates,
    rates.map((rate) => distortionAt({ C: 0.6, b: 1.5, D0: 0.1 }, rate)),
  );
  const worst = Math.max(Math.abs(golden.C - 0.6), Math.abs(golden.b - 1.5), Math.abs(golden.D0 - 0.1));
  const fits = skills.map((_, s) =>
    fitRateDistortion(
      measured.map(({ bits, tokens }) => bits / tokens),
      measured.map(({ distortion }) => distortion[s].value),
    ),
  );
  return [
    {
      claim: "the fit recovers a curve without noise",
      reported: "C 0.6, b 1.5, D0 0.1",
      measured: `C ${golden.C.toFixed(8)}, b ${golden.b.toFixed(8)}, D0 ${golden.D0.toFixed(8)}`,
      tolerance: "1e-6",
      holds: worst <= 1e-6,
    },
    {
      claim: "C exp(−b R) + D0 describes distortion by rate in the world of records",
      reported: "— (the paper fits this form)",
      measured: fits
        .map(
          ({ C, b, D0, r2 }, s) =>
            `skill ${skills[s]}: C ${C.toFixed(3)}, b ${b.toFixed(2)}, D0 ${D0.toFixed(3)}, R² ${r2.toFixed(3)}`,
        )
        .join("; "),
      tolerance: "R² at least 0.95, and the weaker predictor's floor not below the stronger one's",
      holds: fits.every(({ r2 }) => r2 >= 0.95) && fits[1].D0 >= fits[0].D0 - 1e-6,
    },
  ];
}

/** Single questions for every compressor and predictor: which of the two decides? */
async function importance(pace: Pace): Promise<ExperimentRow> {
  const random = new Random(11);
  const records = allRecords();
  const correct: boolean[] = [];
  const compressor: string[] = [];
  const predictor: number[] = [];
  for (const c of recordCompressors) {
    for (const skill of [0.8, 0.9, 1]) {
      for (let question = 0; question < 250; question++) {
        const record = records[random.integer(records.length)];
        const attribute = random.integer(record.length);
        correct.push(
          answers(compressRecord(record, c, random), attribute, skill, random) === record[attribute],
        );
        compressor.push(c.name);
        predictor.push(skill);
      }
    }
  }
  await pace();
  const { factors, auc } = analyseFactors(correct, { compressor, predictor });
  return {
    claim: "the compressor decides more than the predictor whether an answer is right",
    reported: "compressor family > compressor size > predictor size (LongHealth, FinanceBench)",
    measured: factors
      .map((f) => `${f.name}: deviance ${f.deviance.toFixed(1)} on ${f.df}, ΔAUC ${f.auc.toFixed(3)}`)
      .join("; ")
      .concat(` (AUC ${auc.toFixed(3)}, ${correct.length} questions)`),
    tolerance: "the order of deviances; the compressor's p below 0.001",
    holds: factors[0].name === "compressor" && factors[0].pValue < 0.001,
  };
}
