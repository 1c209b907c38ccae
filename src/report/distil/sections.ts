import type { ShownChunk } from "../../language/compress/distil/distil.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatShare, plural } from "../format.ts";
import { html, type Markup, raw } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable } from "../tables.ts";
import { calibrationChart, rateChart, trainingChart } from "./charts.ts";
import type { DistilReport } from "./report.ts";
import { chunksText, rate, reasonText } from "./words.ts";

const shades = 4;

/** Held-out chunks: struck through what the teacher dropped, shaded by what the compressor says. */
export function examplesSection({ examples }: DistilReport): Section {
  const ramp = Array.from({ length: shades + 1 }, (_, k) => html`<i style="background:var(--r${k})"></i>`);
  return {
    id: "examples",
    title: "Labels in text",
    body: html`<style>${raw(wordStyle)}</style>
<p class="fine">Chunks that were held out. <del class="w">Struck through</del>: the teacher took it out. Shade: how probable the compressor thinks it that the word stays <span class="ramp">${ramp}</span></p>
${examples.map(chunk)}`,
  };
}

function chunk({ words, shortened }: ShownChunk): Markup {
  return html`<div class="words">${words.map(({ text, kept, p }) => {
    const word = text.trimStart();
    const space = text.slice(0, text.length - word.length);
    const name = `w k${Math.min(shades, Math.floor(p * (shades + 1)))}`;
    return kept
      ? html`${space}<span class="${name}">${word}</span>`
      : html`${space}<del class="${name}">${word}</del>`;
  })}${shortened && " …"}</div>`;
}

const wordStyle = `
.words { overflow-wrap: anywhere; padding: 0.9rem 1.1rem; margin: 0.9rem 0; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); line-height: 1.85; }
.w { padding: 0.05em 0.12em; border-radius: 3px; }
del.w { text-decoration: line-through; text-decoration-thickness: 1.5px; color: var(--muted); }
del.k3, del.k4 { color: var(--ink); }
${Array.from({ length: shades + 1 }, (_, k) => `.k${k} { background: var(--r${k}); }`).join("\n")}
@media print { .w { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
`;

/** What the teacher's work was like, and what was left out of it. */
export function qualitySection(r: DistilReport, kit: Kit): Section {
  const table = renderTable(
    `Over ${plural(r.chunks, "chunk")}`,
    [
      { title: "rate" },
      { title: "mean", numeric: true },
      { title: "left out from", numeric: true },
      { title: "left out", numeric: true },
    ],
    r.rates.map(({ name, meaning, mean, limit, dropped }) => ({
      cells: [
        html`<span class="name">${name}</span> <br><span class="why">${meaning}</span>`,
        rate(mean),
        limit === undefined ? "–" : rate(limit),
        dropped === undefined ? "–" : formatCount(dropped),
      ],
    })),
  );
  const gallery = r.rates.map((one) =>
    figure(
      rateChart(kit, one),
      html`<strong class="name">${one.name}</strong>${one.limit !== undefined && ", dashed: where the filter cut"}`,
    ),
  );
  const out =
    r.droppedChunks.length > 0 &&
    renderTable(
      html`The worst of the chunks that were left out`,
      [
        { title: "chunk" },
        { title: "what the teacher made of it" },
        { title: "because of" },
        { title: "VR", numeric: true },
        { title: "AG", numeric: true },
      ],
      r.droppedChunks.map(({ text, compressed, reason, variationRate, alignmentGap }) => ({
        cells: [text, compressed, reasonText(reason), rate(variationRate), rate(alignmentGap)],
      })),
    );
  return {
    id: "quality",
    title: "The teacher's work",
    body: html`<div class="gallery">${gallery}</div>${table}${out}`,
  };
}

export function scoresSection(r: DistilReport, kit: Kit): Section {
  const { scores } = r;
  const table = renderTable(
    `On ${plural(r.testChunks, "chunk")} held out: ${plural(scores.words, "word")}, ${formatShare(scores.kept / scores.words)} of them kept`,
    [{ title: "" }, { title: "value", numeric: true }],
    (
      [
        ["F1 with as many words as the teacher kept", scores.f1AtBudget],
        ["F1 at probability ½", scores.f1],
        ["accuracy at probability ½", scores.accuracy],
        ["area under the ROC curve", scores.auc],
        ["calibration: mean distance from the diagonal", scores.calibrationError],
      ] as const
    ).map(([name, value]) => ({ cells: [name, rate(value)] })),
  );
  return {
    id: "scores",
    title: "How good it is",
    body: figure(
      html`<div class="wide">${calibrationChart(kit, r, 480)}</div><div class="narrow">${calibrationChart(kit, r, 340)}</div>`,
      "Of the words that the compressor gave a probability, the share that the teacher kept, by tenths; larger dots are more words. On the dashed line probabilities are as they should be.",
      table,
    ),
  };
}

export function trainingSection(r: DistilReport, kit: Kit): Section {
  const { epochs, bestEpoch, words, validationWords, steps } = r.training;
  const dash = (value: number | undefined) => (value === undefined ? "–" : rate(value));
  const table = renderTable(
    "Epochs; loss in nats a word",
    [
      { title: "epoch" },
      { title: "loss", numeric: true },
      { title: "right", numeric: true },
      { title: "loss held out", numeric: true },
      { title: "right held out", numeric: true },
    ],
    epochs.map(({ epoch, loss, accuracy, validationLoss, validationAccuracy }) => ({
      cells: [
        html`${epoch}${epoch === bestEpoch && html` <span class="chip fact">kept</span>`}`,
        rate(loss),
        formatShare(accuracy),
        dash(validationLoss),
        validationAccuracy === undefined ? "–" : formatShare(validationAccuracy),
      ],
    })),
  );
  return {
    id: "training",
    title: "Training",
    body: html`<p>${plural(steps, "update")} on ${plural(words, "word")}; ${validationWords > 0 ? html`${plural(validationWords, "word")} decided which epoch is kept.` : "the last epoch was kept."}</p>${figure(
      html`<div class="wide">${trainingChart(kit, r, 480)}</div><div class="narrow">${trainingChart(kit, r, 340)}</div>`,
      `Cross-entropy in nats a word.${validationWords > 0 ? " Dashed: on chunks that were not trained on." : ""} Dot: the epoch that was kept.`,
      table,
    )}`,
  };
}

export function repeatSection(r: DistilReport): Section {
  const { version, node, cores, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["teacher", r.teacher],
    ...(r.usage === undefined ? [] : [["asked", r.usage] as [string, string]]),
    ["chunks", chunksText(r)],
    ["seed", String(r.seed)],
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["made", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
  ];
  return {
    id: "repeat",
    title: "Use and repeat",
    body: html`<pre><code>${r.use}</code></pre>
${renderTable(
  html`In ${r.folder}`,
  [{ title: "file" }, { title: "holds" }],
  r.written.map(({ name, what }) => ({ cells: [html`<span class="name">${name}</span>`, what] })),
)}
<p>The same again:</p><pre><code>${r.command}</code></pre>
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p>Method: LLMLingua-2 (Pan et al. 2024, arXiv 2403.12968): labels by alignment of lemmas, filters by variation rate and alignment gap, a bidirectional token classifier.</p>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}
