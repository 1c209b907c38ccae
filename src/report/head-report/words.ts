import type { MeanOverContexts } from "../../language/head-report/head-report.ts";
import { shortNumber } from "../learn/numbers.ts";
import type { HeadPageReport } from "./report.ts";

/** "1.23 bits [1.20, 1.26]" */
function withInterval({ value, interval }: MeanOverContexts, unit: string): string {
  return `${shortNumber(value)} ${unit} [${shortNumber(interval.low)}, ${shortNumber(interval.high)}]`.replace(
    "  ",
    " ",
  );
}

/** The unit of the categorical entropy: only KL and Rényi are amounts of information. */
function entropyUnit({ divergence, unit }: HeadPageReport): string {
  return divergence === "kl" || typeof divergence === "object" ? unit : "";
}

function divergenceName({ divergence }: HeadPageReport): string {
  if (typeof divergence === "object") return `Rényi ${divergence.renyi}`;
  return { kl: "KL", tv: "total variation", chi2: "χ²", hellinger: "squared Hellinger" }[divergence];
}

/** What was found, in a few sentences. */
export function verdict(r: HeadPageReport): string {
  const { unit, entropy, metric, surplus, calibrationGap } = r;
  const choices = Math.exp(unit === "bits" ? entropy.value * Math.LN2 : entropy.value);
  const sentences = [
    `The head leaves ${shortNumber(entropy.value)} ${unit} open on average, as much as a choice among ${shortNumber(choices)} tokens.`,
    `It reacts to about ${shortNumber(metric.entropicRank)} of ${r.dimension} directions.`,
  ];
  if (calibrationGap !== undefined) {
    sentences.push(
      calibrationGap > 0
        ? `The tokens that followed cost ${shortNumber(calibrationGap)} ${unit} more than it expected: it is too sure.`
        : `The tokens that followed cost ${shortNumber(-calibrationGap)} ${unit} less than it expected.`,
    );
  }
  if (surplus) {
    const { surplus: found, standardError = 0, control = 0 } = surplus;
    sentences.push(
      found - Math.max(0, control) > 2 * standardError
        ? `Hidden states know ${shortNumber(found)} ${unit} of the token after the next: a draft head would find something.`
        : "No knowledge of the token after the next was found.",
    );
  }
  return sentences.join(" ");
}

/** The numbers of the report: name, value, what it means. */
export function amounts(r: HeadPageReport): [name: string, value: string, why: string][] {
  const { unit, alignment, surplus } = r;
  const rows: [string, string, string][] = [
    [
      "categorical entropy",
      withInterval(r.categoricalEntropy, entropyUnit(r)),
      `by ${divergenceName(r)}, mean over contexts`,
    ],
  ];
  if (r.divergence !== "kl") rows.push(["Shannon entropy", withInterval(r.entropy, unit), "of the head"]);
  if (r.crossEntropy) {
    rows.push(["cross-entropy", withInterval(r.crossEntropy, unit), "of the tokens that followed"]);
    rows.push(["calibration gap", `${shortNumber(r.calibrationGap)} ${unit}`, "cross-entropy less entropy"]);
  }
  rows.push(
    ["sensitivity", `${shortNumber(r.metric.trace)}`, "trace of the mean metric, nats per squared unit"],
    ["entropic rank", `${shortNumber(r.metric.entropicRank)} of ${r.dimension}`, "sensitive directions"],
    ["participation", `${shortNumber(r.metric.participationRatio)} of ${r.dimension}`, "the same by squares"],
    [
      "alignment",
      shortNumber(alignment.cka),
      `CKA of hidden states and predictions, ${alignment.contexts} contexts; 1 is perfect`,
    ],
    [
      "distances",
      shortNumber(alignment.spearman),
      "Spearman correlation of metric and Hellinger distance over pairs",
    ],
  );
  if (surplus) {
    rows.push(
      [
        "surplus",
        `${shortNumber(surplus.surplus)} ± ${shortNumber(surplus.standardError)} ${unit}`,
        "of the token after the next, by a probe on held-out contexts",
      ],
      ["its control", `${shortNumber(surplus.control)} ${unit}`, "the same with hidden states permuted"],
    );
  }
  if (r.draftAcceptance !== undefined) {
    rows.push([
      "draft acceptance",
      `${shortNumber(100 * r.draftAcceptance)} %`,
      "of a one-token draft by the probe, against this head",
    ]);
  }
  return rows;
}
