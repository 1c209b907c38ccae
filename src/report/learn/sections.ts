import type { EmbeddingMap, LearnReport, Reconstruction, Scores } from "../../learn/report-data.ts";
import { type Kit, rampSteps } from "../charts/kit.ts";
import { formatCount, formatDuration, formatInterval, formatNumber, formatShare, plural } from "../format.ts";
import { type Content, html, type Markup } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable, type TableRow } from "../tables.ts";
import { curveChart, planeChart, rankedBars } from "./charts/curves.ts";
import { categoryColours, mapChart, median } from "./charts/map.ts";
import { pictureGrid } from "./charts/pictures.ts";
import { scoreChart } from "./charts/scores.ts";
import { shortNumber, tickText } from "./numbers.ts";

const mostListed = 12;
const mostEpochsListed = 12;

/** Models side by side. */
export function scoresSection(scores: Scores, index: number, kit: Kit): Section {
  const how = scores.metrics.flatMap(({ entries }) =>
    entries.flatMap(({ interval }) => interval?.how ?? []),
  )[0];
  const drawn = figure(
    html`<div class="wide">${scoreChart(kit, scores, 900)}</div><div class="narrow">${scoreChart(kit, scores, 360)}</div>`,
    html`Dots: filled for this model, hollow for what it is compared with. ${how !== undefined && html`Lines: ${how}.`}`,
  );
  const [{ entries }] = scores.metrics;
  const table = renderTable(
    scores.title,
    [
      { title: "" },
      ...scores.metrics.flatMap(({ name }) => [
        { title: name, numeric: true },
        { title: "interval", numeric: true },
      ]),
    ],
    entries.map(({ name, own }, e) => ({
      cells: [
        html`<span class="name">${name}</span>${own && html` <span class="chip fact">this model</span>`}`,
        ...scores.metrics.flatMap((metric) => {
          const { value, interval } = metric.entries[e];
          return [
            { content: number(value), sort: value },
            { content: interval && minus(formatInterval(interval)), sort: interval?.low ?? "" },
          ];
        }),
      ],
    })),
  );
  return {
    id: `scores-${index}`,
    title: scores.title,
    body: html`<p>${scores.about}</p>${drawn}${table}`,
  };
}

export function trainingSection({ training }: LearnReport, kit: Kit): Section {
  const { epochs, kept, chosen, steps, batchSize, per, curves } = training;
  const [loss, ...terms] = curves;
  const at = epochs.indexOf(kept);
  const parts = renderTable(
    "Terms, at the first epoch and at the one that was kept; – is no part of the loss",
    [
      { title: "term" },
      { title: "weight" },
      { title: "first", numeric: true },
      { title: "kept", numeric: true },
    ],
    curves.map((curve) => ({
      cells: [
        html`<span class="name">${curve.name}</span> <br><span class="why">${curve.meaning}</span>`,
        curve === loss ? "" : (curve.weight ?? "–"),
        shortNumber(curve.values[0]),
        shortNumber(curve.values[at]),
      ],
    })),
  );
  const validated = curves.some((curve) => curve.validation);
  const legend = html`${loss.unit === "" ? "" : html` in ${loss.unit}`}. ${validated && "Dashed: on rows that were not trained on. "}Dot: the epoch that was kept.`;
  const gallery = terms.map((curve) =>
    figure(
      curveChart(kit, training, curve, { width: 300, height: 190 }),
      html`<strong class="name">${curve.name}</strong>${curve.unit !== "" && html`, ${curve.unit}`}`,
    ),
  );
  const body = html`<p>${plural(steps, "update")} of ${plural(batchSize, per)} each in ${plural(epochs.length, "epoch")}. Kept are the parameters of epoch ${kept}, ${chosen ? "the best on validation" : "the last"}.</p>
${figure(curveChart(kit, training, loss, { width: 420, height: 260 }), html`<strong class="name">${loss.name}</strong>${legend}`, parts)}
${gallery.length > 0 && html`<h3>Term by term</h3><div class="gallery">${gallery}</div>`}
${byEpoch(training)}`;
  return { id: "training", title: "Training", body };
}

function byEpoch({ epochs, kept, curves }: LearnReport["training"]): Markup {
  const n = epochs.length;
  const count = Math.min(n, mostEpochsListed);
  const even = Array.from({ length: count }, (_, i) => Math.round((i * (n - 1)) / Math.max(1, count - 1)));
  const chosen = [...new Set([...even, epochs.indexOf(kept)])].sort((a, b) => a - b);
  const columns = curves.flatMap(({ name, values, validation }) => [
    { name: html`${name}`, values },
    ...(validation ? [{ name: html`${name} <span class="why">held out</span>`, values: validation }] : []),
  ]);
  return renderTable(
    n > chosen.length ? html`${chosen.length} of ${formatCount(n)} epochs; the JSON has all` : "All epochs",
    [{ title: "epoch" }, ...columns.map(({ name }) => ({ title: name, numeric: true }))],
    chosen.map((i) => ({
      cells: [
        html`${formatCount(epochs[i])}${epochs[i] === kept && html` <span class="chip fact">kept</span>`}`,
        ...columns.map(({ values }) => ({ content: shortNumber(values[i]), sort: values[i] })),
      ],
    })),
  );
}

/** What the code tells: over training, and number by number. */
export function informationSection(r: LearnReport, kit: Kit): Section | undefined {
  const { information, training } = r;
  if (!information) return undefined;
  const { rate, distortion, rateMeaning, distortionMeaning, dimensions } = information;
  const at = training.epochs.indexOf(training.kept);
  const rows: [string, number][] = [
    ["first epoch", 0],
    ...[0.25, 0.5, 0.75].map((share): [string, number] => {
      const i = Math.round(share * (rate.length - 1));
      return [`epoch ${training.epochs[i]}`, i];
    }),
    ["kept", at],
  ];
  const distinct = rows.filter(([, i], j) => i !== rows[j + 1]?.[1]);
  const table = renderTable(
    "In nats",
    [{ title: "" }, { title: "told", numeric: true }, { title: "lost", numeric: true }],
    distinct.map(([name, i]) => ({ cells: [name, shortNumber(rate[i]), shortNumber(distortion[i])] })),
  );
  return {
    id: "information",
    title: "Information",
    body: html`<p>Told: ${rateMeaning}. Lost: ${distortionMeaning}.</p>
<h3>Told and lost</h3>${figure(planeChart(kit, information, training), "One point for each epoch, joined in order. Hollow: the first. Filled: the one that was kept.", table)}
${dimensions && html`<h3>Number by number</h3>${dimensionFigure(dimensions, kit)}`}`,
  };
}

function dimensionFigure(dimensions: readonly number[], kit: Kit): Markup {
  const total = dimensions.reduce((sum, nats) => sum + nats, 0);
  const above = (least: number) => dimensions.filter((nats) => nats > least).length;
  const rows: [string, string][] = [
    ["all numbers together", shortNumber(total)],
    ["the most that one tells", shortNumber(dimensions[0])],
    ["the median", shortNumber(dimensions[Math.floor(dimensions.length / 2)])],
    ["the least", shortNumber(dimensions[dimensions.length - 1])],
    ["numbers that tell over 0.1", `${above(0.1)} of ${dimensions.length}`],
    ["numbers that tell over 0.01", `${above(0.01)} of ${dimensions.length}`],
  ];
  const table = renderTable(
    "KL divergence of each number of the code from the standard normal, in nats",
    [{ title: "" }, { title: "nats", numeric: true }],
    rows.map(([name, value]) => ({ cells: [name, value] })),
  );
  return figure(
    rankedBars(kit, dimensions, {
      what: "Nats by number of the code",
      axis: "numbers of the code, most first",
    }),
    "What each number of the code tells of a row, in nats, at most. A number at 0 is not used.",
    table,
  );
}

export function reconstructionSection({ reconstruction: r }: LearnReport, kit: Kit): Section | undefined {
  if (!r) return undefined;
  const known = r.columns.filter(({ explained }) => explained !== null);
  const worst = r.columns.slice(0, mostListed);
  const left = r.columns.length - worst.length;
  const table = renderTable(
    html`${left > 0 ? html`The ${worst.length} columns that are kept worst; the JSON has more` : "Columns, worst first"}`,
    [{ title: "column" }, { title: "kept", numeric: true }, { title: "mean squared error", numeric: true }],
    worst.map(({ name, explained, meanSquaredError }) => ({
      cells: [
        html`<span class="name">${name}</span>`,
        {
          content:
            explained === null ? html`<span class="why">constant</span>` : minus(formatShare(explained)),
          sort: explained ?? "",
        },
        { content: shortNumber(meanSquaredError), sort: meanSquaredError },
      ],
    })),
  );
  return {
    id: "reconstruction",
    title: "Reconstruction",
    body: html`<p>From the mean codes of ${plural(r.count, "row")} (${r.rows}) ${minus(formatShare(r.explained))} of the variance comes back${r.pictures ? "" : ", on average over the columns"}.</p>
${r.pictures && pictures(r.pictures)}
${
  known.length > 0 &&
  html`<h3>Column by column</h3>${figure(
    rankedBars(
      kit,
      known.map(({ explained }) => Math.max(-1, explained ?? 0)),
      { what: "Share of the variance kept by column", axis: "columns, worst first" },
    ),
    "Share of each column's variance that comes back: 1 is all, 0 no better than the column's mean.",
    table,
  )}`
}`,
  };
}

function pictures(p: NonNullable<Reconstruction["pictures"]>): Markup {
  return figure(
    pictureGrid(p),
    html`Held-out rows as they are and from their codes, and rows decoded from codes drawn from the prior, in nine shades from ${tickText(p.low)} to ${tickText(p.high)}.`,
    undefined,
    "large",
  );
}

export function mapSection({ map }: LearnReport, kit: Kit): Section | undefined {
  if (!map || map.x.length < 3) return undefined;
  const sampled =
    map.total > map.x.length &&
    html` ${formatCount(map.x.length)} of ${formatCount(map.total)} were drawn at random.`;
  return {
    id: "map",
    title: "Map",
    body: html`<p>${map.caption}${sampled}</p><div class="map">${figure(mapChart(kit, map), mapLegend(map), mapTable(map))}</div>`,
  };
}

function mapLegend({ colour, what }: EmbeddingMap): Markup {
  const dot = `Dot: one ${what}.`;
  if (!colour) return html`${dot}`;
  if (colour.kind === "categories") {
    const others = colour.levels.length > categoryColours && html` Grey: further levels.`;
    return html`${dot} Colour: <span class="name">${colour.name}</span>; names stand at the middle of their dots.${others}`;
  }
  const known = colour.values.filter((value) => value !== null);
  const [low, high] = [
    known.reduce((a, b) => Math.min(a, b), known[0]),
    known.reduce((a, b) => Math.max(a, b), known[0]),
  ];
  const ramp = Array.from(
    { length: rampSteps - 1 },
    (_, s) => html`<i style="background:var(--r${s + 2})"></i>`,
  );
  return html`${dot} Shade: <span class="name">${colour.name}</span> by rank, <span class="ramp" role="img" aria-label="Palette from pale, low, to dark, high">${tickText(low)} ${ramp} ${tickText(high)}</span>`;
}

function mapTable(map: EmbeddingMap): Markup {
  const { colour, x, y, labels } = map;
  const place = (a: number, b: number) => [
    { content: shortNumber(a), sort: a },
    { content: shortNumber(b), sort: b },
  ];
  const columns = [
    { title: "first", numeric: true },
    { title: "second", numeric: true },
  ];
  if (colour?.kind === "categories") {
    const rows = colour.levels.slice(0, 40).flatMap((level, code): TableRow[] => {
      const own = x.flatMap((value, i) => (colour.codes[i] === code ? [{ x: value, y: y[i] }] : []));
      if (own.length === 0) return [];
      const swatch =
        code < categoryColours
          ? html`<i class="swatch" style="background:var(--c${code})"></i>`
          : html`<i class="swatch" style="background:var(--marginal)"></i>`;
      return [
        {
          cells: [
            html`${swatch}<span class="name">${level}</span>`,
            { content: formatCount(own.length), sort: own.length },
            ...place(median(own, "x"), median(own, "y")),
          ],
        },
      ];
    });
    return renderTable(
      "The middle of each level",
      [{ title: colour.name }, { title: `${map.what}s`, numeric: true }, ...columns],
      rows,
    );
  }
  if (labels && labels.length > 0) {
    return renderTable(
      "The named ones",
      [{ title: map.what }, ...(colour ? [{ title: colour.name, numeric: true }] : []), ...columns],
      labels.map(({ point, text }) => ({
        cells: [
          html`<span class="name">${text}</span>`,
          ...(colour ? [{ content: whole(colour.values[point]), sort: colour.values[point] ?? "" }] : []),
          ...place(x[point], y[point]),
        ],
      })),
    );
  }
  return renderTable(
    "Directions",
    [{ title: "component" }, { title: "share of the variance", numeric: true }],
    map.explained.map((share, i) => ({ cells: [i === 0 ? "first" : "second", formatShare(share)] })),
  );
}

/** What it takes to get this model again, and to use it. */
export function repeatSection(r: LearnReport, shortened: boolean): Section {
  const { version, node, cores, date, elapsedMs, executor } = r.environment;
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["trained by", executor],
    ["processor cores", String(cores)],
    ["trained", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["seed", String(r.seed)],
    ["SHA-256 of the input", r.inputHash ?? "not known (standard input or several files)"],
  ];
  const options = Object.entries(r.options).filter(([, value]) => value !== undefined);
  const optionTable = renderTable(
    "After defaults were filled in",
    [{ title: "option" }, { title: "value" }],
    options.map(([name, value]) => ({ cells: [html`<code>${name}</code>`, text(value)] })),
  );
  const files = renderTable(
    html`In <code>${r.folder}</code>`,
    [{ title: "file" }, { title: "what it is" }],
    r.files.map(({ name, what }) => ({ cells: [html`<code>${name}</code>`, what] })),
  );
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<h3>Train it again</h3><pre><code>${r.command}</code></pre>
<h3>Use it</h3><pre><code>${r.use}</code></pre>
${r.files.length > 0 && html`<h3>Files</h3>${files}`}
<h3>Options</h3>${optionTable}
<h3>Where these numbers come from</h3><dl>${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<p data-download>Everything on this page is inside it as JSON${shortened && html`, without digits beyond the sixth; the JSON file beside it has all`}.</p>`,
  };
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  return typeof value === "number" ? minus(String(value)) : String(value);
}

/** Counts as counts. */
function whole(value: number | null): string {
  return value !== null && Number.isInteger(value) ? minus(formatCount(value)) : shortNumber(value);
}

function number(value: number): Content {
  return minus(formatNumber(value));
}

function minus(value: string): string {
  return value.replaceAll("-", "−");
}
