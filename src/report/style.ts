const light = `
  --paper: #fcfbf9; --raised: #ffffff; --ink: #1c2127; --muted: #5a626c; --line: #e3e0da; --accent: #1d5d8c;
  --bar: #3a78a8; --band: #dbe8f1; --marginal: #a4aeb8;
  --r0: #f0efec; --r1: #dbe7ef; --r2: #bdd5e5; --r3: #99bfd8; --r4: #6fa3c5; --r5: #3c77a1; --r6: #2b648f; --r7: #1a4e76; --r8: #0b385b;
  --c0: #2f6f9f; --c1: #c2591b; --c2: #2f8451; --c3: #b03a48; --c4: #7a5aa6; --c5: #8a6a3b; --c6: #c05a93; --c7: #1c8a94; --c8: #87861c; --c9: #4a5560;`;

const dark = `
  --paper: #14171a; --raised: #1a1e22; --ink: #e8e6e1; --muted: #a1a8b0; --line: #2e3439; --accent: #8fc1e3;
  --bar: #6ba6cf; --band: #1f3443; --marginal: #5d6770;
  --r0: #1e2327; --r1: #1f3240; --r2: #244459; --r3: #2b5872; --r4: #336a89; --r5: #5f9cc0; --r6: #82b6d6; --r7: #a9d0e8; --r8: #d5eaf7;
  --c0: #7db4dc; --c1: #eb9a5f; --c2: #79c795; --c3: #ea8a92; --c4: #b9a0e0; --c5: #cfae7e; --c6: #e59ac4; --c7: #6fcad2; --c8: #c9c75f; --c9: #b4bec6;`;

/** The page's whole style. Dark is for screens only, so that it is never printed. */
export const style = `
:root {${light}
  color-scheme: light;
}
@media screen {
  :root[data-theme="dark"] {${dark}
    color-scheme: dark;
  }
}
@media screen and (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) {${dark}
    color-scheme: dark;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
header.top, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.5rem; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 3; background: var(--paper); padding: 0.5rem 1rem; }

/* header */
header.top { padding-top: 3.5rem; padding-bottom: 1.75rem; }
.kicker { margin: 0 0 0.75rem; color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: clamp(1.6rem, 1.1rem + 2vw, 2.4rem); line-height: 1.2; letter-spacing: -0.015em; font-weight: 650; text-wrap: balance; overflow-wrap: anywhere; }
.verdict { margin: 0.9rem 0 0; font-size: 1.2rem; line-height: 1.5; max-width: 46rem; }
.stopped { margin: 1.25rem 0 0; padding: 0.6rem 0.9rem; border-left: 3px solid var(--ink); background: var(--raised); }
.facts { display: flex; flex-wrap: wrap; gap: 0.4rem 2rem; margin: 1.5rem 0 0; }
.facts div { display: flex; flex-direction: column; }
.facts dt { color: var(--muted); font-size: 0.8125rem; }
.facts dd { margin: 0; font-size: 1rem; }

/* bar with contents and tools */
.bar { position: sticky; top: 0; z-index: 2; background: var(--paper); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.bar > div { max-width: 62rem; margin: 0 auto; padding: 0 1.5rem; display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
.bar nav { overflow-x: auto; scrollbar-width: none; min-width: 0; }
.bar ol { display: flex; gap: 1.35rem; margin: 0; padding: 0; list-style: none; white-space: nowrap; }
.bar nav a { display: block; padding: 0.7rem 0; color: var(--muted); text-decoration: none; font-size: 0.9rem; }
.bar nav a:hover { color: var(--ink); text-decoration: underline; }
.tools { display: flex; gap: 0.5rem; flex: none; }
.tools[hidden] { display: none; }
button, select { font: inherit; font-size: 0.8125rem; line-height: 1.3; color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: 5px; padding: 0.3rem 0.6rem; cursor: pointer; max-width: 100%; }
button:hover, select:hover { border-color: var(--muted); }
.tools .units { display: flex; }
.tools .units button { border-radius: 0; }
.tools .units button:first-child { border-radius: 5px 0 0 5px; border-right: 0; }
.tools .units button:last-child { border-radius: 0 5px 5px 0; }
[aria-pressed="true"] { background: var(--ink); color: var(--paper); border-color: var(--ink); }

/* sections */
section { padding: 2.75rem 0 1rem; border-top: 1px solid var(--line); }
section:first-of-type { border-top: 0; padding-top: 2rem; }
h2 { margin: 0 0 1.1rem; font-size: 1.4rem; line-height: 1.3; letter-spacing: -0.01em; font-weight: 650; overflow-wrap: anywhere; }
h3 { margin: 2rem 0 0.75rem; font-size: 1.02rem; font-weight: 650; }
h2 + h3, p + h3.first { margin-top: 0; }
p { margin: 0 0 1rem; max-width: 46rem; }
.answer { font-size: 1.0625rem; }
.name { font-weight: 600; overflow-wrap: anywhere; }
a.name { font-weight: 500; }
.nowrap { white-space: nowrap; }
.why, .fine, .more, figcaption, caption { color: var(--muted); font-size: 0.875rem; }
.fine { margin-top: 1rem; }
ol.fine { margin: 0 0 1rem; padding-left: 1.4rem; max-width: 46rem; }
sup { line-height: 0; font-size: 0.75em; }
sup a { padding: 0 0.15em; }
ul.plain { margin: 0 0 1rem; padding-left: 1.1rem; max-width: 46rem; }
ul.plain li { margin-bottom: 0.35rem; }
ul.plain li::marker { color: var(--muted); }
code { font: 0.875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: 0 0 1rem; padding: 0.9rem 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9375rem; }

/* notes */
.notes { margin: 0; padding: 0; list-style: none; }
.notes li { display: grid; grid-template-columns: 5.2rem minmax(0, 1fr); gap: 0 0.75rem; padding: 0.7rem 0; border-top: 1px solid var(--line); }
.notes li:first-child { border-top: 0; }
.notes p { margin: 0; overflow-wrap: anywhere; }
.notes .where { font-size: 0.875rem; color: var(--muted); }
.chip { display: inline-block; justify-self: start; align-self: start; padding: 0.08rem 0.5rem; font-size: 0.78rem; line-height: 1.5; border: 1px solid var(--line); border-radius: 4px; color: var(--muted); font-weight: 500; white-space: nowrap; }
.chip.problem { background: var(--ink); border-color: var(--ink); color: var(--paper); font-weight: 650; }
.chip.hint { border-color: var(--muted); color: var(--ink); }

/* tables */
.table { margin: 0.5rem 0 1.25rem; min-width: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; line-height: 1.45; }
caption { text-align: left; padding: 0 0 0.5rem; }
th, td { padding: 0.42rem 0.9rem 0.42rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 0.8125rem; vertical-align: bottom; border-bottom-color: var(--muted); }
tbody th { font-weight: 400; max-width: 20rem; }
tbody .name { font-weight: 500; }
tbody th:has(.name) { min-width: 7.5rem; }
td:not(.num):has(.why) { min-width: 13rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: min(100%, calc(100vw - 2.4rem)); }
tbody tr:target { background: var(--band); }
.num { text-align: right; white-space: nowrap; }
td .why { font-size: 0.8125rem; }
th button { all: unset; cursor: pointer; }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
th button:hover { color: var(--ink); text-decoration: underline; }
th[aria-sort] button::after { content: " ↑"; }
th[aria-sort="descending"] button::after { content: " ↓"; }
.actions { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.5rem; }
.actions button, figure > button { color: var(--muted); background: none; border-color: transparent; padding: 0.15rem 0; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 0.2em; }
.actions button:hover, figure > button:hover { color: var(--ink); text-decoration-color: currentColor; }

/* pictures */
figure { margin: 0 0 1rem; min-width: 0; }
.chart { overflow-x: auto; }
figcaption { margin-top: 0.5rem; max-width: 46rem; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12px/1 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; white-space: pre; }
svg .strong text { font-weight: 650; }
.large svg { min-width: 34rem; }
.tiny { fill: var(--marginal); max-width: none; }
.narrow { display: none; }
.beside { display: grid; grid-template-columns: minmax(0, 27rem) minmax(0, 1fr); gap: 0 2.5rem; align-items: start; margin-bottom: 1rem; }
.beside .table { margin-top: 0; }
.beside:has(.large) { grid-template-columns: minmax(0, 1fr); }
.beside table { width: auto; min-width: min(100%, 16rem); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1.5rem 2rem; align-items: start; }
.gallery figure { margin-bottom: 0.4rem; }
.gallery.one { grid-template-columns: minmax(0, 34rem); }
.gallery.one svg { width: 100%; }
.pair[hidden] { display: none; }
.picker { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin: 0 0 1.25rem; font-size: 0.875rem; }
.picker label { display: flex; align-items: center; gap: 0.5rem; max-width: 100%; min-width: 0; }
.picker select { width: min(22rem, 100%); min-width: 0; }
details summary { cursor: pointer; color: var(--muted); font-size: 0.875rem; }
details .table { margin-top: 0.75rem; }
.map .beside { grid-template-columns: minmax(0, 34rem) minmax(0, 1fr); }
.swatch { display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.45rem; border-radius: 50%; }
.ramp { display: inline-flex; align-items: center; gap: 0.4rem; white-space: nowrap; }
.ramp i { display: inline-block; width: 1.1rem; height: 0.7rem; margin-right: -0.4rem; }
.ramp i:last-of-type { margin-right: 0; }

/* the unit that is not chosen */
:root[data-unit="nats"] .u-bits, :root[data-unit="bits"] .u-nats { display: none; }

dl div { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 0 1rem; padding: 0.3rem 0; }
.facts div { padding: 0; }
dl { margin: 0 0 1rem; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { padding-top: 2rem; padding-bottom: 4rem; color: var(--muted); font-size: 0.875rem; }

@media (max-width: 56rem) {
  .beside, .map .beside { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 40rem) {
  header.top, main, footer, .bar > div { padding-left: 1.1rem; padding-right: 1.1rem; }
  header.top { padding-top: 2rem; }
  .bar > div { flex-wrap: wrap; gap: 0 1rem; padding-bottom: 0.5rem; }
  .bar nav { width: 100%; }
  .verdict { font-size: 1.08rem; }
  section { padding-top: 2rem; }
  tbody th { position: sticky; left: 0; background: var(--paper); max-width: 9rem; }
  .notes li { grid-template-columns: minmax(0, 1fr); gap: 0.3rem; }
  dl:not(.facts) div { grid-template-columns: minmax(0, 1fr); }
}
@media screen and (max-width: 40rem) {
  .wide { display: none; }
  .narrow { display: block; }
}
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
}
@media print {
  @page { margin: 16mm 14mm; }
  body { font-size: 10pt; background: none; }
  header.top, main, footer { max-width: none; padding: 0; }
  header.top { padding-bottom: 1rem; }
  .bar, .actions, .picker, .skip, figure > button, details { display: none; }
  section { padding-top: 1.25rem; }
  h2, h3, h2 + p { break-after: avoid; }
  figure, svg, tr, .notes li, pre, .pair { break-inside: avoid; }
  .scroll, .chart { overflow: visible; }
  caption { break-after: avoid; }
  thead { display: table-header-group; break-inside: avoid; break-after: avoid; }
  /* A button in a header is not painted again on the next page. */
  th button { display: contents; }
  table { font-size: 8.5pt; }
  th, td { padding-right: 0.6rem; }
  tbody th { min-width: 0; }
  .beside { grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: 0 1.5rem; }
  .gallery { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  a { color: inherit; text-decoration: none; }
}
`;
