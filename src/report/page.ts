import { createHash } from "node:crypto";
import type { TableMeasurement } from "../measure/table/measurement.ts";
import { amountWithUnit } from "./amounts.ts";
import { question, targetEntropy, verdict } from "./findings.ts";
import { formatCount, formatShare } from "./format.ts";
import { type Content, html, type Markup, raw } from "./markup.ts";
import { script } from "./script.ts";
import type { Section } from "./sections/section.ts";
import { style } from "./style.ts";

/** The document around the sections. Nothing in it can be fetched: the content policy forbids every request. */
export function renderPage(m: TableMeasurement, sections: readonly Section[], json: string): string {
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const ask = question(m);
  return html`<!doctype html>
<html lang="en" data-unit="${m.unit}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${ask} · ${fileName(m)}</title>
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the answer</a>
<header class="top">
<p class="kicker">surprisal measured ${fileName(m)}</p>
<h1>${ask}</h1>
<p class="verdict">${verdict(m)}</p>
${m.stopped && html`<p class="stopped"><strong>Stopped early.</strong> ${m.stopped.done} of ${m.stopped.total} estimates are here; what is here is complete.</p>`}
<dl class="facts">${facts(m).map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
</header>
<div class="bar"><div>
<nav aria-label="Contents"><ol>${sections.map(({ id, title }) => html`<li><a href="#${id}">${short(title)}</a></li>`)}</ol></nav>
<div class="tools" hidden><div class="units" role="group" aria-label="Unit">${unitButton("nats", m)}${unitButton("bits", m)}</div><button type="button" id="theme">Dark</button><button type="button" id="print">Print</button></div>
</div></div>
<main id="content">
${sections.map(
  ({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`,
)}</main>
<footer>Made by surprisal ${m.environment.version}. This page is one file: it loads nothing and sends nothing.<span id="said" role="status" aria-live="polite"></span></footer>
<script type="application/json" id="measurement">${raw(json)}</script>
<script>${raw(script)}</script>
</body>
</html>
`.text;
}

function fileName(m: TableMeasurement): string {
  return m.file === "-" ? "standard input" : m.file;
}

function facts(m: TableMeasurement): [string, Content][] {
  const entropy = targetEntropy(m);
  return [
    ["rows", formatCount(m.n)],
    ["columns", formatCount(m.columns.length)],
    ...(entropy === undefined
      ? []
      : [["entropy of the target", amountWithUnit(entropy, m)] as [string, Markup]]),
    ...(m.estimates.some((e) => e.interval) ? [["intervals", formatShare(m.level)] as [string, string]] : []),
    ["permutations", m.permutations === 0 ? "none" : `up to ${formatCount(m.permutations)}`],
    ["seed", String(m.seed)],
    ["measured", m.environment.date.slice(0, 10)],
  ];
}

function unitButton(unit: string, m: TableMeasurement): Markup {
  return html`<button type="button" data-set="${unit}" aria-pressed="${unit === m.unit ? "true" : "false"}">${unit}</button>`;
}

/** The contents stay short, whatever a target is called. */
function short(title: string): string {
  return title.startsWith("Information about ") ? "Information" : title;
}
