import { loadKit } from "../charts/kit.ts";
import { renderDocument } from "../document.ts";
import { safeJson } from "../embedded.ts";
import { formatCount, formatDuration } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import { html } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable } from "../tables.ts";
import { directionsChart } from "./charts.ts";
import type { HeadPageReport } from "./report.ts";
import { amounts, verdict } from "./words.ts";

/**
 * Writes what `surprisal head-report` found as one self-contained page: readable without script, no request to anywhere.
 *
 * @returns the HTML document
 */
export async function renderHeadReport(r: HeadPageReport): Promise<string> {
  const kit = await loadKit();
  const sections: Section[] = [
    answerSection(r),
    {
      id: "directions",
      title: "Sensitive directions",
      body: html`<p>Moving a hidden state along a sensitive direction changes the next-token distribution most. The metric is the mean over contexts of the Fisher information of those distributions.</p>
${figure(
  directionsChart(kit, r, 420),
  "Bars: share of the sensitivity in the directions up to there. Dashed: share of the hidden states' variance in them. Where the dashed line stays far below the bars, states vary in ways the head does not read.",
  directionsTable(r),
)}`,
    },
    repeatSection(r),
  ];
  return renderDocument({
    title: `Head report · ${r.source}`,
    kicker: html`surprisal read a softmax head, ${r.source}`,
    heading: "What a language model's head says, and what its hidden states know",
    verdict: verdict(r),
    facts: [
      ["contexts", formatCount(r.contexts)],
      ["hidden dimensions", formatCount(r.dimension)],
      ["tokens", formatCount(r.vocabulary)],
      ["measured", r.environment.date.slice(0, 10)],
    ],
    sections,
    unit: r.unit,
    units: false,
    json: safeJson(r),
    version: r.environment.version,
  });
}

function answerSection(r: HeadPageReport): Section {
  const rows = amounts(r).map(([name, value, why]) => ({
    cells: [html`<span class="name">${name}</span> <br><span class="why">${why}</span>`, value],
  }));
  const losses = r.surplus?.losses;
  return {
    id: "answer",
    title: "The head in numbers",
    body: html`${renderTable("Means over contexts", [{ title: "" }, { title: "value" }], rows)}
${losses && html`<p class="fine">The probe predicts the token after the next at ${shortNumber(losses.tokenOnly)} ${r.unit} from the next token alone and at ${shortNumber(losses.withState)} ${r.unit} with the hidden state. The surplus is the difference of two losses: neither a lower nor an upper bound.</p>`}
${r.warnings.map(({ message }) => html`<p class="fine">${message}.</p>`)}`,
  };
}

function directionsTable(r: HeadPageReport) {
  return renderTable(
    "By direction",
    [
      { title: "direction", numeric: true },
      { title: "eigenvalue", numeric: true },
      { title: "sensitivity up to here", numeric: true },
      { title: "variance up to here", numeric: true },
      { title: "roughness", numeric: true },
    ],
    r.varianceInSensitive.map((share, i) => ({
      cells: [
        { content: String(i + 1), sort: i + 1 },
        { content: shortNumber(r.metric.eigenvalues[i]), sort: r.metric.eigenvalues[i] },
        percent(r.metric.eigenvalues.slice(0, i + 1).reduce((sum, value) => sum + value, 0) / r.metric.trace),
        percent(share),
        { content: shortNumber(r.dirichlet[i]), sort: r.dirichlet[i] },
      ],
    })),
  );
}

function percent(share: number) {
  return { content: `${(100 * share).toFixed(1)} %`, sort: share };
}

function repeatSection(r: HeadPageReport): Section {
  const { version, node, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["measured", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
  ];
  const files =
    r.files.length > 0 &&
    renderTable(
      "What was read",
      [{ title: "file" }, { title: "what it is" }],
      r.files.map(({ path, what }) => ({ cells: [html`<code>${path}</code>`, what] })),
    );
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>${files}
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}
