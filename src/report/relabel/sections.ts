import type { LabelCount } from "../../decide/loki/loki.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatShare } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import { html, listMarkup, type Markup } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable, type TableRow } from "../tables.ts";
import { countChart, labelMapChart, movedLabels, temperatureChart } from "./charts.ts";
import type { RelabelReport } from "./report.ts";
import { locusSentence } from "./words.ts";

/** How far the labels are from the truth, as far as it is known. */
export function distanceSection(r: RelabelReport): Section {
  const { truth, expected } = r;
  const difference = truth?.squaredDistance.difference;
  const rows: TableRow[] = [];
  const add = (
    name: string,
    why: string,
    { before, after }: { before: number; after: number },
    share = false,
  ) => {
    const shown = (value: number) => ({
      content: share ? formatShare(value) : shortNumber(value),
      sort: value,
    });
    const change = share ? after - before : after / before - 1;
    rows.push({
      cells: [
        html`<span class="name">${name}</span> <br><span class="why">${why}</span>`,
        shown(before),
        shown(after),
        Number.isFinite(change) ? { content: signed(change, share), sort: change } : "—",
      ],
    });
  };
  if (truth) {
    add("squared distance to the truth", `mean over ${formatCount(truth.rows)} rows`, truth.squaredDistance);
    const { before, after } = truth.squaredDistance;
    const root = { before: Math.sqrt(before), after: Math.sqrt(after) };
    add("its root", "in the units of the distances", root);
    add("accuracy", "exactly the true label", truth.accuracy, true);
  }
  add("expected squared distance", "what the classifier's own probabilities say", expected);
  return {
    id: "distance",
    title: "How far off",
    body: html`<p>Before: the known label with the largest probability. After: of all labels the one with the least expected squared distance. ${
      difference &&
      html`The mean squared distance to the truth changed by ${shortNumber(difference.value)} [${shortNumber(difference.low)}, ${shortNumber(difference.high)}] (95 %: ${difference.how}).`
    }</p>
${renderTable(
  "Mean over rows",
  [
    { title: "" },
    { title: "before", numeric: true },
    { title: "after", numeric: true },
    { title: "change", numeric: true },
  ],
  rows,
)}`,
  };
}

/** Which labels can be predicted, on a map, and what to observe next. */
export function locusSection(r: RelabelReport, kit: Kit): Section | undefined {
  const { locus, next, map, labels, space } = r;
  if (!locus) return undefined;
  const picks = renderTable(
    "Observing these in turn",
    [
      { title: "class" },
      { title: "labels gained", numeric: true },
      { title: "then within reach", numeric: true },
    ],
    next.map(({ label, gain, reachable }, k) => ({
      cells: [
        html`${k + 1}. <span class="name">${label}</span>`,
        formatCount(gain),
        `${formatCount(reachable)} of ${formatCount(space.labels)}`,
      ],
    })),
  );
  const away = labels.filter(({ standing }) => standing === "unreachable").map(({ name }) => name);
  const swatch = (colour: string, text: string) =>
    html`<i class="swatch" style="background:var(--${colour})"></i>${text} &ensp;`;
  const has = (standing: LabelCount["standing"]) => labels.some((label) => label.standing === standing);
  const legend = html`${swatch("ink", "known to the classifier")}${has("identifiable") && swatch("bar", "can be predicted")}${has("reachable") && swatch("band", "only in a tie")}${has("unreachable") && swatch("marginal", "never predicted (hollow)")}${next.length > 0 && swatch("c1", "ring: observe next, in this order")}<br>Places: ${map?.how}.`;
  return {
    id: "locus",
    title: "Within reach",
    body: html`<p>${locusSentence(r)}</p>
${map && figure(html`<div class="wide">${labelMapChart(kit, r, 680)}</div><div class="narrow">${labelMapChart(kit, r, 360)}</div>`, legend)}
${standingTable(r)}
${
  away.length > 0 &&
  html`<p class="fine">Never predicted, whatever the probabilities: ${listMarkup(
    away.map((name) => html`<span class="name">${name}</span>`),
    30,
  )}.</p>`
}
<h3>Which classes to observe next</h3>
${next.length > 0 ? picks : html`<p>${locus.reachable === space.labels ? "None: every label is within reach." : "None were looked for."}</p>`}`,
  };
}

const standings = {
  observed: "known",
  identifiable: "can be predicted",
  reachable: "only in a tie",
  unreachable: "never",
};

function standingTable({ locus, observed, space }: RelabelReport): Markup {
  const { reachable, identifiable } = locus!;
  const rows: [string, number][] = [
    ["known to the classifier", observed.length],
    ["within reach", reachable],
    ["of these only in a tie", reachable - identifiable],
    ["never predicted", space.labels - reachable],
  ];
  return renderTable(
    "Labels, whatever the probabilities",
    [{ title: "" }, { title: "labels", numeric: true }],
    rows.map(([name, count]) => ({ cells: [name, { content: formatCount(count), sort: count }] })),
  );
}

/** How often each label is predicted. */
export function labelsSection(r: RelabelReport, kit: Kit): Section {
  const used = ({ before, after, truth = 0 }: LabelCount) => before + after + truth > 0;
  const shown = movedLabels(r).length;
  const all = r.labels.filter(used);
  const table = renderTable(
    all.length < r.labels.length
      ? `${formatCount(all.length)} of ${formatCount(r.labels.length)} labels occur`
      : "All labels",
    [
      { title: "label" },
      { title: "within reach" },
      { title: "before", numeric: true },
      { title: "after", numeric: true },
      ...(r.truth ? [{ title: "true", numeric: true }] : []),
    ],
    all.map(({ name, standing, before, after, truth }) => ({
      cells: [
        html`<span class="name">${name}</span>`,
        standing ? standings[standing] : "—",
        { content: formatCount(before), sort: before },
        { content: formatCount(after), sort: after },
        ...(r.truth ? [{ content: formatCount(truth ?? 0), sort: truth ?? 0 }] : []),
      ],
    })),
  );
  const caption = html`Rows with each label. Hollow: before. Filled: after.${r.truth && " Tick: how many there truly are."}${shown < all.length && ` The ${shown} labels that changed most.`}`;
  return {
    id: "labels",
    title: "By label",
    body: html`${figure(html`<div class="wide">${countChart(kit, r, 900)}</div><div class="narrow">${countChart(kit, r, 360)}</div>`, caption)}${table}`,
  };
}

export function movesSection({ moves, changed }: RelabelReport): Section | undefined {
  if (moves.length === 0) return undefined;
  const table = renderTable(
    `The most frequent of ${formatCount(changed)} changes`,
    [{ title: "before" }, { title: "after" }, { title: "rows", numeric: true }],
    moves.map(({ from, to, rows }) => ({
      cells: [
        html`<span class="name">${from}</span>`,
        html`<span class="name">${to}</span>`,
        { content: formatCount(rows), sort: rows },
      ],
    })),
  );
  return { id: "changes", title: "What changed", body: table };
}

export function temperatureSection(r: RelabelReport, kit: Kit): Section | undefined {
  const { temperatures, temperature } = r;
  if (!temperatures) return undefined;
  const at = (t: number) => temperatures.find((tried) => tried.temperature === t)!.value;
  const table = renderTable(
    "Mean squared distance on held-out rows",
    [{ title: "temperature" }, { title: "distance", numeric: true }],
    [...new Set([temperature, 1, 0.5, 0.25, 2])]
      .sort((a, b) => a - b)
      .map((t) => ({
        cells: [
          html`${Number(t.toPrecision(3))}${t === temperature && html` <span class="chip fact">chosen</span>`}`,
          { content: shortNumber(at(t)), sort: at(t) },
        ],
      })),
  );
  return {
    id: "temperature",
    title: "Temperature",
    body: html`<p>Weights are p<sup>1/T</sup>. Below 1 they are sharper than the probabilities, above 1 smoother.</p>
${figure(temperatureChart(kit, r), "Dot: the temperature with the least mean squared distance on held-out rows.", table)}`,
  };
}

export function repeatSection(r: RelabelReport): Section {
  const { version, node, cores, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ...(r.output ? [["new labels", r.output] as [string, string]] : []),
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["relabelled", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["columns are", r.input],
    ["SHA-256 of the input", r.inputHash ?? "not known (standard input or several files)"],
  ];
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p>Method: Loki (Roberts et al. 2023, arXiv 2307.12226): the Fréchet mean of the class probabilities over all labels.</p>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}

/** "−43 %", or "+13 points" for shares. */
function signed(change: number, share: boolean): string {
  const size = Math.abs(change);
  return `${change < 0 ? "−" : "+"}${share ? `${Number((100 * size).toFixed(1))} points` : formatShare(size)}`;
}
