import type { SelectionMap, SelectReport } from "../../decide/submodular/report-data.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatInterval, formatNumber, formatShare } from "../format.ts";
import { shortNumber } from "../learn/numbers.ts";
import { html, type Markup } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable } from "../tables.ts";
import { coverageChart, gainChart, kindColours, selectionChart } from "./charts.ts";
import { goodness, redundancyText } from "./words.ts";

const mostSizes = 10;
const wide = { width: 420, height: 280 };

/** The selection beside random ones. */
export function coverageSection(r: SelectReport, kit: Kit): Section {
  const { sizes, chosen, random, draws, level, what, judges } = r.curve;
  const shown = evenly(sizes.length);
  const table = renderTable(
    "By how many rows are taken",
    [
      { title: "rows", numeric: true },
      { title: "chosen", numeric: true },
      { title: "random", numeric: true },
      { title: formatShare(level), numeric: true },
    ],
    shown.map((i) => ({
      cells: [
        { content: formatCount(sizes[i]), sort: sizes[i] },
        { content: shortNumber(chosen[i]), sort: chosen[i] },
        { content: shortNumber(random.mean[i]), sort: random.mean[i] },
        {
          content: `${shortNumber(random.low[i])} – ${shortNumber(random.high[i])}`,
          sort: random.low[i],
        },
      ],
    })),
  );
  const by = judges === undefined ? "" : ` Judged by ${formatCount(judges)} rows drawn at random.`;
  return {
    id: "coverage",
    title: "How good it is",
    body: html`<p>Shown is the ${what}.${by}</p>${figure(
      coverageChart(kit, r.curve, wide),
      html`Line: the chosen rows, in their order. Dashed: the mean of ${draws} random selections; band: where ${formatShare(level)} of them lie.`,
      table,
    )}<p>${goodness(r)}</p>`,
  };
}

/** The rows themselves, with what each added. */
export function picksSection(r: SelectReport, kit: Kit): Section {
  const { picks } = r;
  const labelled = picks.some(({ label }) => label !== undefined);
  const table = renderTable(
    "In the order in which they were chosen",
    [
      { title: "rank", numeric: true },
      { title: "row", numeric: true },
      ...(labelled ? [{ title: "" }] : []),
      { title: "gain", numeric: true },
    ],
    picks.map(({ row, gain, label }, i) => ({
      cells: [
        { content: formatCount(i + 1), sort: i + 1 },
        { content: formatCount(row), sort: row },
        ...(labelled ? [html`<span class="name">${label}</span>`] : []),
        { content: shortNumber(gain), sort: gain },
      ],
    })),
  );
  return {
    id: "rows",
    title: "Rows",
    body: html`<p>${sentence(r.meaning)} A gain is what a row added to those before it, in ${r.objective}.</p>${figure(
      gainChart(
        kit,
        picks.map(({ gain }) => gain),
        { width: 640, height: 220 },
      ),
      "The gain of each row, in the order in which they were chosen. Where it is flat, one row is as good as another.",
    )}${table}`,
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** How alike the chosen rows are, and how near those left are to them. */
export function redundancySection(r: SelectReport): Section | undefined {
  const words = redundancyText(r);
  if (words === undefined) return undefined;
  const { chosen, random, near } = r.redundancy;
  const alike = renderTable(
    "Similarity of a row to the other one most similar to it",
    [{ title: "" }, { title: "mean", numeric: true }, { title: "interval", numeric: true }],
    [
      { cells: ["chosen rows", formatNumber(chosen), ""] },
      { cells: ["random rows, as many", formatNumber(random.mean), formatInterval(random)] },
    ],
  );
  const left = renderTable(
    "Rows left that have a chosen row at least so similar",
    [
      { title: "similarity", numeric: true },
      { title: "rows left", numeric: true },
    ],
    near.map(({ similarity, share }) => ({
      cells: [
        { content: String(similarity), sort: similarity },
        { content: formatShare(share), sort: share },
      ],
    })),
  );
  return {
    id: "redundancy",
    title: "Redundancy removed",
    body: html`<p>${words}</p><div class="beside">${alike}${left}</div>`,
  };
}

/** Chosen rows and examples. */
export function targetsSection({ targets }: SelectReport): Section | undefined {
  if (!targets) return undefined;
  const lines = [
    { name: "queries", of: targets.queries },
    { name: "rows to avoid", of: targets.avoided },
  ].flatMap(({ name, of }) => (of ? [{ name, ...of }] : []));
  const table = renderTable(
    "Mean similarity of a row to the example most similar to it",
    [
      { title: "examples" },
      { title: "count", numeric: true },
      { title: "chosen rows", numeric: true },
      { title: "all rows", numeric: true },
    ],
    lines.map(({ name, count, chosen, pool }) => ({
      cells: [name, formatCount(count), formatNumber(chosen), formatNumber(pool)],
    })),
  );
  return { id: "targets", title: "Examples", body: table };
}

export function balanceSection({ balance }: SelectReport): Section | undefined {
  if (!balance) return undefined;
  const table = renderTable(
    html`By <span class="name">${balance.column}</span>`,
    [{ title: balance.column }, { title: "rows", numeric: true }, { title: "chosen", numeric: true }],
    balance.groups.map(({ name, rows, chosen }) => ({
      cells: [
        html`<span class="name">${name}</span>`,
        { content: formatCount(rows), sort: rows },
        { content: formatCount(chosen), sort: chosen },
      ],
    })),
  );
  return { id: "balance", title: "Balance", body: table };
}

const kindNames: Record<SelectionMap["kind"][number], string> = {
  chosen: "chosen",
  left: "left",
  query: "queries",
  avoided: "to avoid",
};

export function mapSection({ map }: SelectReport, kit: Kit): Section | undefined {
  if (!map) return undefined;
  const count = (kind: SelectionMap["kind"][number]) => map.kind.filter((one) => one === kind).length;
  const kinds = (["chosen", "left", "query", "avoided"] as const).filter((kind) => count(kind) > 0);
  const table = renderTable(
    "On the map",
    [{ title: "" }, { title: "rows", numeric: true }],
    kinds.map((kind) => ({
      cells: [
        html`<i class="swatch" style="background:${kindColours[kind]}"></i>${kindNames[kind]}`,
        { content: formatCount(count(kind)), sort: count(kind) },
      ],
    })),
  );
  const sampled =
    count("left") < map.left
      ? html` Of ${formatCount(map.left)} rows left ${formatCount(count("left"))} were drawn at random.`
      : "";
  return {
    id: "map",
    title: "Map",
    body: html`<p>Rows in the plane of the two directions in which they differ most; most of what tells them apart lies outside this plane.${sampled}</p><div class="map">${figure(selectionChart(kit, map), legend(kinds), table)}</div>`,
  };
}

function legend(kinds: readonly SelectionMap["kind"][number][]): Markup {
  const more = kinds.includes("query") || kinds.includes("avoided");
  return html`Coloured dots: chosen rows. Grey: rows left.${more && " Diamonds: queries; crosses: rows to avoid."}`;
}

export function repeatSection(r: SelectReport, shortened: boolean): Section {
  const { version, node, cores, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["chosen", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["gains computed", formatCount(r.evaluations)],
    ["seed", String(r.seed)],
    ["SHA-256 of the input", r.inputHash ?? "not known (standard input or several files)"],
  ];
  const options = Object.entries(r.options).filter(([, value]) => value !== undefined);
  const optionTable = renderTable(
    "After defaults were filled in",
    [{ title: "option" }, { title: "value" }],
    options.map(([name, value]) => ({ cells: [html`<code>${name}</code>`, String(value)] })),
  );
  const files = renderTable(
    "Files",
    [{ title: "file" }, { title: "what it is" }],
    r.files.map(({ name, what }) => ({ cells: [html`<code>${name}</code>`, what] })),
  );
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<h3>Choose again</h3><pre><code>${r.command}</code></pre>
${r.files.length > 0 && files}
<h3>Options</h3>${optionTable}
<h3>Where these numbers come from</h3><dl>${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<p data-download>Everything on this page is inside it as JSON${shortened && html`, without digits beyond the sixth; the JSON file beside it has all`}.</p>`,
  };
}

export function aboutRows({ rows, totalRows }: SelectReport): string {
  return rows < totalRows ? `${formatCount(rows)} of ${formatCount(totalRows)}` : formatCount(rows);
}

function evenly(n: number): number[] {
  const count = Math.min(n, mostSizes);
  return [
    ...new Set(Array.from({ length: count }, (_, i) => Math.round((i * (n - 1)) / Math.max(1, count - 1)))),
  ];
}
