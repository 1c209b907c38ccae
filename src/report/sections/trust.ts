import type { PairEstimate, TableMeasurement, Trust } from "../../measure/table/measurement.ts";
import { amount, amountWithUnit, unitName } from "../amounts.ts";
import type { Kit } from "../charts/kit.ts";
import { permutationChart, sensitivityChart, twinChart, twinLetter } from "../charts/trust.ts";
import { nameOf } from "../findings.ts";
import { formatCount, formatP, formatShare } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { isConditional, methodText } from "../methods.ts";
import { renderTable } from "../tables.ts";
import { figure, type Section } from "./section.ts";

/** How far the strongest value can be trusted: settings, simulated twins, permutations. */
export function trustSection(m: TableMeasurement, kit: Kit): Section | undefined {
  const { trust } = m;
  const about = trust ? m.estimates.find((e) => same(e.x, trust.x) && same(e.y, trust.y)) : m.estimates[0];
  const parts = [
    trust && trust.sensitivity.length > 1 && sensitivity(m, kit, trust, about),
    trust && trust.twin.length > 0 && twins(m, kit, trust),
    about?.nullValues && about.nullValues.length > 1 && permutations(m, kit, about, about.nullValues),
  ].filter((part) => part !== undefined && part !== false);
  if (!trust && parts.length === 0) return undefined;
  return { id: "trust", title: "Trust", body: html`${opening(m, trust, about)}${parts}` };
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function opening(m: TableMeasurement, trust: Trust | undefined, about: PairEstimate | undefined): Markup {
  const method = trust?.method ?? about?.method ?? "";
  const { title } = methodText(method, isConditional(m));
  const what = about ? html`<strong class="name">${nameOf(about, m)}</strong>` : "the strongest value";
  const reason = trust?.reason ?? about?.reason;
  const second = trust?.second;
  return html`<p>For ${what} the estimator was <code>${method}</code>${title !== method && html` (${title})`}${reason && html`, chosen because: ${reason}`}.${
    second &&
    html` A second one, <code>${second.method}</code>, reads ${amountWithUnit(second.value, m)} and ${second.agrees ? "agrees" : html`<strong>does not agree</strong>`}.`
  }</p>`;
}

function sensitivity(m: TableMeasurement, kit: Kit, trust: Trust, about?: PairEstimate): Markup {
  const { parameter } = trust.sensitivity[0];
  const table = renderTable(
    html`The value for other settings of <code>${parameter}</code>`,
    [{ title: parameter }, { title: unitName(m), numeric: true }],
    trust.sensitivity.map(({ at, value }) => ({
      cells: [
        { content: at, sort: at },
        { content: amount(value, m), sort: value },
      ],
    })),
  );
  return html`<h3>Other settings</h3>${figure(
    sensitivityChart(kit, m, trust, about),
    html`Dots: the value for each ${parameter}. ${about && "Dashed: the answer. "}${about?.interval && "Band: its interval."}`,
    table,
  )}`;
}

function twins(m: TableMeasurement, kit: Kit, trust: Trust): Markup {
  const table = renderTable(
    "Simulated data whose truth is known, measured the same way",
    [
      { title: "" },
      { title: "data" },
      { title: "truth", numeric: true },
      { title: "mean", numeric: true },
      { title: "sd", numeric: true },
      { title: "runs", numeric: true },
    ],
    trust.twin.map(({ description, truth, mean, sd, repeats }, i) => ({
      cells: [
        twinLetter(i),
        description,
        { content: amount(truth, m), sort: truth },
        { content: amount(mean, m), sort: mean },
        { content: amount(sd, m), sort: sd },
        formatCount(repeats),
      ],
    })),
  );
  return html`<h3>Simulated twins</h3>${figure(
    twinChart(kit, m, trust),
    html`Data like these, made up so that the truth is known. Tick: the truth. Dot: the mean estimate, with two standard deviations either way, in ${unitName(m)}.`,
    table,
  )}`;
}

function permutations(m: TableMeasurement, kit: Kit, e: PairEstimate, nulls: readonly number[]): Markup {
  const sorted = [...nulls].sort((a, b) => a - b);
  const mean = nulls.reduce((sum, value) => sum + value, 0) / nulls.length;
  const quantile = sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))];
  const rows: [string, number][] = [
    ["observed", e.value],
    ["largest permuted", sorted[sorted.length - 1]],
    [`${formatShare(0.95)} of permuted below`, quantile],
    ["mean of permuted", mean],
  ];
  const table = renderTable(
    html`${formatCount(nulls.length)} random pairings${e.pValue !== undefined && html`, ${formatP(e.pValue, m.permutations)}`}`,
    [{ title: "" }, { title: unitName(m), numeric: true }],
    rows.map(([label, value]) => ({ cells: [label, { content: amount(value, m), sort: value }] })),
  );
  const early = nulls.length < m.permutations ? " The test ended early, once its answer was decided." : "";
  return html`<h3>Against chance</h3>${figure(
    permutationChart(kit, m, nulls, e.value),
    html`Grey: values when the rows are paired at random. Line: the value on the real pairing.${early}`,
    table,
  )}`;
}
