import type { CompressorFinding, ScoreFinding } from "../../language/channel/channel.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatNumber, formatShare, plural } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import { html, type Markup } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable, type TableRow } from "../tables.ts";
import { bitsChart, confusionChart, rateChart } from "./charts.ts";
import type { ChannelReport } from "./report.ts";
import { bitsText, curveText, intervalText, minus, rankText, regressionText, upperText } from "./words.ts";

const mostMaps = 4;
const mostContexts = 60;

const name = (text: string) => html`<span class="name">${text}</span>`;
const number = (value: number, digits = 3) => ({ content: minus(formatNumber(value, digits)), sort: value });

/** What each compressor keeps, and at what length. */
export function answerSection(r: ChannelReport, kit: Kit): Section {
  const rows = r.compressors.map((one): TableRow => {
    const { bits, upper, meanTokens, readerTokens, bitsPerToken, identified } = one;
    return {
      cells: [
        name(one.name),
        { content: rankText(one), sort: one.rank.best },
        { content: html`${bitsText(one)} <span class="why">${intervalText(one)}</span>`, sort: bits },
        { content: upperText(one), sort: upper ?? Number.MAX_VALUE },
        number(meanTokens, 1),
        ...(readerTokens === undefined ? [] : [number(readerTokens, 1)]),
        {
          content: html`${minus(formatNumber(bitsPerToken.value))} <span class="why">${intervalText(bitsPerToken, 3)}</span>`,
          sort: bitsPerToken.value,
        },
        number(bitsPerToken.perItem),
        { content: formatShare(identified), sort: identified },
      ],
    };
  });
  const chart = html`<div class="wide">${bitsChart(kit, r, 900)}</div><div class="narrow">${bitsChart(kit, r, 360)}</div>`;
  return {
    id: "bits",
    title: "What is kept",
    body: html`<p>Bits that a compression tells about which of the ${formatCount(r.contexts.length)} contexts it was made from. The true amount lies between the value and “at most” where the scoring model is the compressor itself; with another model the value is still a lower bound on average, the upper side is not certain. Ranks are given only as far as paired differences over the contexts allow, at 95 % for all pairs together.</p>
${figure(chart, html`Dot: bits. Wide band: 95 % interval over contexts. Thin line: up to the leave-one-out value. Hollow: saturated, at least that much. Dashed: log<sub>2</sub> N = ${formatNumber(r.limit, 2)}, all there is to know.`)}
${renderTable(
  "All compressors, the most bits first",
  [
    { title: "compressor" },
    { title: "rank", numeric: true },
    { title: "bits, 95 %", numeric: true },
    { title: "at most", numeric: true },
    { title: "tokens", numeric: true },
    ...(r.tokenizer === undefined ? [] : [{ title: `tokens by ${r.tokenizer}`, numeric: true }]),
    { title: "bits per token, 95 %", numeric: true },
    { title: "per item", numeric: true },
    { title: "found again", numeric: true },
  ],
  rows,
)}
<p class="fine">Bits per token: mean bits over mean tokens; “per item” is the mean of bits over tokens, another number. “Found again”: likelier under its own context than under any other.</p>`,
  };
}

/** What scores have to do with bits: one curve for each score. */
export function scoreSection(r: ChannelReport, kit: Kit): Section | undefined {
  if (r.scores.length === 0) return undefined;
  return {
    id: "scores",
    title: "What a bit is worth",
    body: html`${r.scores.map((score) => scorePart(r, score, kit))}`,
  };
}

function scorePart(r: ChannelReport, score: ScoreFinding, kit: Kit): Markup {
  const { curve, correlations } = score;
  const scored = r.compressors.filter(({ scores }) => scores[score.name] !== undefined);
  const table = renderTable(
    html`Mean ${name(score.name)}`,
    [
      { title: "compressor" },
      { title: "bits per token", numeric: true },
      { title: "bits", numeric: true },
      { title: "score", numeric: true },
    ],
    scored.map((one) => ({
      cells: [
        name(one.name),
        number(one.bitsPerToken.value),
        { content: bitsText(one), sort: one.bits },
        { content: shortNumber(one.scores[score.name]), sort: one.scores[score.name] },
      ],
    })),
  );
  const regression = regressionText(score);
  const errors = curve?.standardErrors;
  return html`<h3>${score.name}</h3>
<p>${regression ? html`${sentence(regression)} ` : "Scores or bits do not vary: nothing to regress. "}${correlations && html`Over compressors, Spearman's correlation with the score is ${coefficient(correlations.bits.spearman)} for bits and ${coefficient(correlations.bitsPerToken.spearman)} for bits per token.`}</p>
${
  curve
    ? html`<p>${minus(curveText(score)!)}. What remains at any rate, D0, is ${formatNumber(curve.D0)}${errors && html` ± ${formatNumber(errors.D0)}`}: the part that only a better predictor takes away.</p>
${figure(rateChart(kit, r, score, 420), html`Dots: compressors. Line: C exp(−b R) + D0 by least squares. Dashed: D0.`, table)}`
    : html`<p class="fine">A curve of distortion by rate needs at least four compressors with different scores from 0 to 1.</p>${table}`
}`;
}

function sentence(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function coefficient({
  value,
  interval,
}: {
  value: number;
  interval: { low: number; high: number };
}): string {
  return `${minus(formatNumber(value, 2))} ${intervalText(interval)}`;
}

/** Which contexts are taken for which. */
export function confusionSection(r: ChannelReport, kit: Kit): Section | undefined {
  const mixed = r.compressors.filter(({ confusions }) => confusions.pairs.length > 0);
  if (mixed.length === 0) return undefined;
  const shown = mixed.slice(0, mostMaps);
  const caption = (one: CompressorFinding) =>
    html`${name(one.name)}: ${formatShare(one.identified)} found again`;
  const pairs = mixed.flatMap((one) =>
    one.confusions.pairs.map((pair) => ({ ...pair, compressor: one.name })),
  );
  pairs.sort((a, b) => b.share - a.share);
  return {
    id: "confusions",
    title: "What is mixed up",
    body: html`<p>Rows: the context a compression was made from. Columns: the context it may come from, as the scoring model sees it when all are equally likely before. Dark on the diagonal: kept. At most ${formatCount(20)} contexts, those that are mixed up most.</p>
<div class="gallery">${shown.map((one) => figure(confusionChart(kit, r, one), caption(one)))}</div>
${mixed.length > shown.length && html`<p class="more">The ${shown.length} first of ${plural(mixed.length, "compressor")} with mistakes; the JSON has all.</p>`}
${renderTable(
  "The likeliest mistakes",
  [
    { title: "made from" },
    { title: "taken for" },
    { title: "compressor" },
    { title: "share", numeric: true },
  ],
  pairs.slice(0, 30).map(({ from, to, share, compressor }) => ({
    cells: [
      contextName(r, from),
      contextName(r, to),
      name(compressor),
      { content: formatShare(share), sort: share },
    ],
  })),
)}`,
  };
}

function contextName(r: ChannelReport, i: number): Markup {
  const { id, start } = r.contexts[i];
  return html`${name(id)} <br><span class="why">${start}…</span>`;
}

/** What each compressor keeps of each context, the least kept first. */
export function contextSection(r: ChannelReport): Section {
  const shown = r.compressors.slice(0, 6);
  const order = r.contexts
    .map((_, i) => ({ i, least: shown.reduce((sum, one) => sum + one.perContext[i], 0) }))
    .sort((a, b) => a.least - b.least)
    .slice(0, mostContexts);
  const more = shown.length < r.compressors.length || order.length < r.contexts.length;
  return {
    id: "contexts",
    title: "By context",
    body: renderTable(
      `Bits about each context, the least kept first${more ? `: ${order.length} of ${plural(r.contexts.length, "context")}, ${shown.length} of ${plural(r.compressors.length, "compressor")}; the JSON has all` : ""}`,
      [{ title: "context" }, ...shown.map((one) => ({ title: one.name, numeric: true }))],
      order.map(({ i }) => ({
        cells: [contextName(r, i), ...shown.map((one) => number(one.perContext[i], 2))],
      })),
    ),
  };
}

export function repeatSection(r: ChannelReport): Section {
  const { version, node, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["scoring model", r.model],
    ["scorings", formatCount(r.scorings)],
    ["scored after", r.template],
    ["seed", String(r.seed)],
    ["surprisal", version],
    ["Node", node],
    ["measured", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ...Object.entries(r.inputHashes).map(([file, hash]): [string, string] => [`SHA-256 of ${file}`, hash]),
  ];
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p>Method: He et al. 2025 (arXiv 2512.21720): the mean of ln p(z | own x) − ln (1/N) Σ p(z | x), own context inside, with its leave-one-out companion.</p>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}
