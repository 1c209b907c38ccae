import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { amount, amountInterval, unitName } from "../amounts.ts";
import { barChart, mostBars } from "../charts/bars.ts";
import type { Kit } from "../charts/kit.ts";
import { disagrees, isBias, standing, targetEntropy } from "../findings.ts";
import { formatCount, formatP, formatShare, plural } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { isConditional, methodText } from "../methods.ts";
import { renderTable, type TableColumn } from "../tables.ts";
import { estimateName, figure, type Section } from "./section.ts";

/** The estimates: bars with intervals, and the table with everything about each. */
export function informationSection(m: TableMeasurement, kit: Kit): Section | undefined {
  if (m.estimates.length === 0) return undefined;
  const title = {
    target: `Information about ${m.target ?? "the target"}`,
    pairs: "Shared information",
    groups: "Shared information",
    transfer: "Transfer entropy",
  }[m.question];
  const chart =
    m.estimates.length > 1 &&
    figure(
      html`<div class="wide">${barChart(kit, m, 944)}</div><div class="narrow">${barChart(kit, m, 380)}</div>`,
      caption(m),
    );
  return { id: "information", title, body: html`${chart}${table(m)}${coverage(m)}` };
}

function caption(m: TableMeasurement): Markup {
  const left = m.estimates.length - mostBars;
  return html`Bars: estimates in ${unitName(m)}. ${m.estimates.some((e) => e.interval) && "Whiskers: the interval. "}${
    m.estimates.some((e) => e.second) && "◇: a second estimator. "
  }${m.estimates.some((e) => standing(e) === "chance") && "Hollow, dashed: not told apart from chance. "}${
    left > 0 &&
    html`The ${mostBars} strongest of ${formatCount(m.estimates.length)}; the table has the others.`
  }`;
}

function table(m: TableMeasurement): Markup {
  const entropy = targetEntropy(m);
  const footnotes = footnotesOf(m);
  const has = {
    interval: m.estimates.some((e) => e.interval),
    p: m.estimates.some((e) => e.pValue !== undefined),
    second: m.estimates.some((e) => e.second),
    mist: m.estimates.some((e) => e.mist),
  };
  const first = { target: "column", pairs: "pair", groups: "columns", transfer: "direction" }[m.question];
  const columns: TableColumn[] = [
    { title: first },
    { title: unitName(m), numeric: true },
    ...(entropy !== undefined ? [{ title: "share", numeric: true }] : []),
    ...(has.interval ? [{ title: "interval", numeric: true }] : []),
    ...(has.p ? [{ title: "p", numeric: true }] : []),
    { title: "rows", numeric: true },
    { title: "estimator" },
    ...(has.second ? [{ title: "second opinion", numeric: true }] : []),
    ...(has.mist ? [{ title: html`second opinion <br>(MIST)`, numeric: true }] : []),
  ];
  const rows = m.estimates.map((e) => ({
    cells: [
      estimateName(e, m),
      { content: amount(e.value, m), sort: e.value },
      ...(entropy !== undefined
        ? [{ content: formatShare(e.value / entropy).replace("-", "−"), sort: e.value }]
        : []),
      ...(has.interval
        ? [{ content: e.interval && amountInterval(e.interval, m), sort: e.interval?.low ?? "" }]
        : []),
      ...(has.p ? [{ content: p(e, m), sort: e.pValue ?? "" }] : []),
      { content: formatCount(e.n), sort: e.n },
      how(e, m, footnotes),
      ...(has.second ? [{ content: second(e, m), sort: e.second?.value ?? "" }] : []),
      ...(has.mist
        ? [{ content: mist(e, m), sort: e.mist?.absent === undefined ? (e.mist?.value ?? "") : "" }]
        : []),
    ],
  }));
  const about =
    m.question === "target" && entropy !== undefined
      ? html`; share of the target's entropy, ${amount(entropy, m)} ${unitName(m)}`
      : undefined;
  const caption = html`${plural(m.estimates.length, "estimate")}${m.estimates.length > 1 && ", strongest first"}${about}`;
  return html`${renderTable(caption, columns, rows)}${footnoteList(footnotes)}`;
}

function p(e: PairEstimate, m: TableMeasurement): string {
  return formatP(e.pValue, m.permutations).replace(/^p=?/, "");
}

function second(e: PairEstimate, m: TableMeasurement): Markup {
  if (!e.second) return html``;
  return html`${amount(e.second.value, m)} <br><span class="why">${disagrees(e, m) && html`<strong>differs</strong> · `}${e.second.method}</span>`;
}

/** The reading of the trained network with its interval and what it warns of, or why there is none. */
function mist({ mist: opinion, n }: PairEstimate, m: TableMeasurement): Markup {
  if (!opinion) return html``;
  if (opinion.absent !== undefined) return html`<span class="why">none: ${opinion.absent}</span>`;
  const { value, interval, warnings } = opinion;
  return html`${amount(value, m)} <br><span class="why">${amountInterval(interval, m)}${
    opinion.n < n && html` · ${formatCount(opinion.n)} rows`
  }${warnings.map((message) => html` · ${message}`)}</span>`;
}

/** Warnings that several rows share, in the order of their footnotes. */
function footnotesOf(m: TableMeasurement): string[] {
  const rows = new Map<string, number>();
  for (const { warnings } of m.estimates) {
    for (const message of new Set(warnings.map((w) => w.message)))
      rows.set(message, (rows.get(message) ?? 0) + 1);
  }
  return [...rows].filter(([, count]) => count > 1).map(([message]) => message);
}

function how(e: PairEstimate, m: TableMeasurement, footnotes: readonly string[]): Markup {
  const shared = footnotes.flatMap((message, i) =>
    e.warnings.some((w) => w.message === message) ? [i + 1] : [],
  );
  const own = e.warnings.filter(({ message }) => !footnotes.includes(message));
  return html`<code title="${methodText(e.method, isConditional(m)).title}">${e.method}</code> <span class="why">${e.reason}${shared.map(
    (i) => html` <sup><a href="#warning-${i}">${i}</a></sup>`,
  )}</span>${own.map(({ message }) => html` <br><span class="why">! ${message}</span>`)}`;
}

function footnoteList(footnotes: readonly string[]): Markup | undefined {
  if (footnotes.length === 0) return undefined;
  return html`<ol class="fine">${footnotes.map((message, i) => html`<li id="warning-${i + 1}">${message}</li>`)}</ol>`;
}

/** What the intervals and p-values mean, said once. */
function coverage(m: TableMeasurement): Markup {
  const ways = [...new Set(m.estimates.flatMap((e) => (e.interval ? [e.interval.how] : [])))];
  const tested = m.estimates.some((e) => e.pValue !== undefined);
  return html`<p class="fine">${ways.length > 0 && html`Intervals are made to cover the truth in ${formatShare(m.level)} of cases (${ways.join("; ")}). `}${
    tested &&
    html`p is the share of random pairings of the rows that reach the value, from at most ${formatCount(m.permutations)} permutations. `
  }${
    m.estimates.some(isBias) &&
    "Where p is large although the interval lies above zero, random pairings reach the value too: then it is no sign of dependence. "
  }${
    m.estimates.some((e) => e.mist?.absent === undefined && e.mist) &&
    "MIST is a network trained on simulated data of known information; its brackets are its own 90 % interval, and it never reads below zero. "
  }Values are never cut off at zero: slightly below it means that nothing was seen.</p>`;
}
