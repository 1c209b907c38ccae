import { createHash } from "node:crypto";
import type { Unit } from "../core/units.ts";
import { type Content, html, type Markup, raw } from "./markup.ts";
import { script } from "./script.ts";
import type { Section } from "./sections/section.ts";
import { style } from "./style.ts";

export interface Document {
  /** Of the browser's tab. */
  title: string;
  /** Above the heading, small. */
  kicker: Content;
  heading: Content;
  /** Below the heading, large. */
  verdict: Content;
  /** Said with emphasis where the run was stopped early. */
  stopped?: Content;
  facts: readonly [string, Content][];
  sections: readonly (Section & { short?: string })[];
  unit: Unit;
  /** Whether amounts can be shown in the other unit. */
  units: boolean;
  /** Safe inside a script element. */
  json: string;
  version: string;
}

/** The document around the sections. Nothing in it can be fetched: the content policy forbids every request. */
export function renderDocument(page: Document): string {
  const { sections, unit } = page;
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const units =
    page.units &&
    html`<div class="units" role="group" aria-label="Unit">${unitButton("nats", unit)}${unitButton("bits", unit)}</div>`;
  return html`<!doctype html>
<html lang="en" data-unit="${unit}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the answer</a>
<header class="top">
<p class="kicker">${page.kicker}</p>
<h1>${page.heading}</h1>
<p class="verdict">${page.verdict}</p>
${page.stopped && html`<p class="stopped"><strong>Stopped early.</strong> ${page.stopped}</p>`}
<dl class="facts">${page.facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
</header>
<div class="bar"><div>
<nav aria-label="Contents"><ol>${sections.map(({ id, title, short }) => html`<li><a href="#${id}">${short ?? title}</a></li>`)}</ol></nav>
<div class="tools" hidden>${units}<button type="button" id="theme">Dark</button><button type="button" id="print">Print</button></div>
</div></div>
<main id="content">
${sections.map(
  ({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`,
)}</main>
<footer>Made by surprisal ${page.version}. This page is one file: it loads nothing and sends nothing.<span id="said" role="status" aria-live="polite"></span></footer>
<script type="application/json" id="measurement">${raw(page.json)}</script>
<script>${raw(script)}</script>
</body>
</html>
`.text;
}

function unitButton(unit: Unit, chosen: Unit): Markup {
  return html`<button type="button" data-set="${unit}" aria-pressed="${unit === chosen ? "true" : "false"}">${unit}</button>`;
}
