import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { amount, amountInterval, unitName } from "../amounts.ts";
import { barChart, mostBars } from "../charts/bars.ts";
import type { Kit } from "../charts/kit.ts";
import { disagrees, standing, targetEntropy } from "../findings.ts";
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
  const has = {
    interval: m.estimates.some((e) => e.interval),
    p: m.estimates.some((e) => e.pValue !== undefined),
    second: m.estimates.some((e) => e.second),
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
      how(e, m),
      ...(has.second ? [{ content: second(e, m), sort: e.second?.value ?? "" }] : []),
    ],
  }));
  const about =
    m.question === "target" && entropy !== undefined
      ? html`; share of the target's entropy, ${amount(entropy, m)} ${unitName(m)}`
      : undefined;
  return renderTable(
    html`${plural(m.estimates.length, "estimate")}${m.estimates.length > 1 && ", strongest first"}${about}`,
    columns,
    rows,
  );
}

function p(e: PairEstimate, m: TableMeasurement): string {
  return formatP(e.pValue, m.permutations).replace(/^p=?/, "");
}

function second(e: PairEstimate, m: TableMeasurement): Markup {
  if (!e.second) return html``;
  return html`${amount(e.second.value, m)}  <br><span class="why">${disagrees(e, m) && html`<strong>differs</strong> · `}${e.second.method}</span>`;
}

function how(e: PairEstimate, m: TableMeasurement): Markup {
  const warnings = e.warnings.map(({ message }) => html` <br><span class="why">! ${message}</span>`);
  return html`<code title="${methodText(e.method, isConditional(m)).title}">${e.method}</code> <span class="why">${e.reason}</span>${warnings}`;
}

/** What the intervals and p-values mean, said once. */
function coverage(m: TableMeasurement): Markup {
  const ways = [...new Set(m.estimates.flatMap((e) => (e.interval ? [e.interval.how] : [])))];
  const tested = m.estimates.some((e) => e.pValue !== undefined);
  return html`<p class="fine">${ways.length > 0 && html`Intervals are made to cover the truth in ${formatShare(m.level)} of cases (${ways.join("; ")}). `}${
    tested &&
    html`p is the share of random pairings of the rows that reach the value, from at most ${formatCount(m.permutations)} permutations. `
  }Values are never cut off at zero: slightly below it means that nothing was seen.</p>`;
}
