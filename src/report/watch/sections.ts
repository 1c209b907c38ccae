import type { OverRuns } from "../../measure/information-plane/information-plane.ts";
import { amount, amountInterval, unitName } from "../amounts.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatShare, plural } from "../format.ts";
import { type Content, html, type Markup } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable } from "../tables.ts";
import { curvesChart, epochShade, isLogarithmic, layerColour, planeChart } from "./charts.ts";
import { lastPoint } from "./verdict.ts";
import type { WatchReport } from "./watch-report.ts";

const mostEpochsListed = 12;

/** What each layer comes to. */
export function layersSection(r: WatchReport): Section {
  const many = r.runs.length > 1;
  const table = renderTable(
    html`Layers in order${many && html`, means over runs with ${formatShare(r.level)} intervals`}; amounts in ${unitName(r)}`,
    [
      { title: "layer" },
      { title: "units", numeric: true },
      { title: "I(X;T) peak", numeric: true },
      { title: "last", numeric: true },
      { title: "compression", numeric: true },
      { title: "I(T;Y) last", numeric: true },
      ...(r.options.spectralEntropy ? [{ title: "spectral entropy", numeric: true }] : []),
    ],
    r.compression.map(({ layer, units, runs, share }) => {
      const live = runs.filter(({ dead }) => !dead);
      const point = lastPoint(r, layer);
      const peak = live.reduce((sum, run) => sum + run.peak / live.length, 0);
      const at = live.map((run) => run.at).sort((a, b) => a - b);
      const when =
        at.length === 0
          ? ""
          : at[0] === at[at.length - 1]
            ? `epoch ${at[0]}`
            : `epochs ${at[0]}–${at[at.length - 1]}`;
      return {
        id: `layer-${r.layers.indexOf(layer)}`,
        cells: [
          html`${swatch(r, layer)}<span class="name">${layer}</span>`,
          { content: formatCount(units), sort: units },
          live.length === 0
            ? html`<span class="why">dead</span>`
            : { content: html`${amount(peak, r)} <br><span class="why">${when}</span>`, sort: peak },
          over(point?.aboutInput, r),
          live.length === 0
            ? ""
            : {
                content: html`${formatShare(share.mean)}${share.interval && html` <br><span class="why">${shareInterval(share.interval)}</span>`}`,
                sort: share.mean,
              },
          over(point?.aboutLabel, r),
          ...(r.options.spectralEntropy ? [over(point?.spectralEntropy, r)] : []),
        ],
      };
    }),
  );
  return {
    id: "layers",
    title: "Layers",
    body: html`<p>Compression is how far I(X;T) fell after its highest value, as a share of it. ${r.about}</p>${table}`,
  };
}

export function planeSection(r: WatchReport, kit: Kit): Section {
  const ramp = [3, 4, 5, 6, 7, 8].map((step) => html`<i style="background:var(--r${step})"></i>`);
  const [first, last] = [r.epochs[0], r.epochs[r.epochs.length - 1]];
  const caption = html`Path of each layer, ${r.runs.length > 1 ? html`mean of ${plural(r.runs.length, "run")}` : "one run"}. Shade: <span class="ramp" role="img" aria-label="Palette from pale, early, to strong, late">epoch ${first} ${ramp} ${last}</span>, by order of what was recorded. The name stands at the last epoch.`;
  return {
    id: "plane",
    title: "Information plane",
    body: figure(
      html`<div class="wide">${planeChart(kit, r, 900)}</div><div class="narrow">${planeChart(kit, r, 360)}</div>`,
      caption,
    ),
  };
}

export function curvesSection(r: WatchReport, kit: Kit): Section | undefined {
  if (r.epochs.length < 2) return undefined;
  const logarithmic = isLogarithmic(r);
  const legend = html`${r.layers.map((layer, i) => html`${i > 0 && ", "}${swatch(r, layer)}${layer}`)}`;
  const pictures: [string, Markup][] = [
    ["I(X;T)", curvesChart(kit, r, (point) => point.aboutInput, { name: "I(X;T)", logarithmic })],
    [
      "I(T;Y)",
      curvesChart(kit, r, (point) => point.aboutLabel, {
        name: "I(T;Y)",
        logarithmic,
        limit: { value: r.labelEntropy, name: "H(Y)" },
      }),
    ],
  ];
  if (r.options.spectralEntropy) {
    const name = "Spectral entropy";
    pictures.push([name, curvesChart(kit, r, (point) => point.spectralEntropy, { name, logarithmic })]);
  }
  const gallery = pictures.map(([name, chart]) => figure(chart, html`<strong>${name}</strong>`));
  const spectral =
    r.options.spectralEntropy === true &&
    html` The spectral entropy is the logarithm of how many modes the rows of a layer have, at the width of their median distance.`;
  return {
    id: "curves",
    title: "Over epochs",
    body: html`<p>${legend}${r.runs.length > 1 && html`. Bands: ${formatShare(r.level)} intervals over runs`}.${spectral}</p><div class="gallery">${gallery}</div>${byEpoch(r)}`,
  };
}

function byEpoch(r: WatchReport): Markup {
  const n = r.epochs.length;
  const count = Math.min(n, mostEpochsListed);
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => r.epochs[Math.round((i * (n - 1)) / Math.max(1, count - 1))]),
  );
  return renderTable(
    html`${n > count ? html`${count} of ${formatCount(n)} epochs; the JSON has all` : "All epochs"}; in ${unitName(r)}`,
    [
      { title: "layer" },
      { title: "epoch", numeric: true },
      { title: "I(X;T)", numeric: true },
      { title: "I(T;Y)", numeric: true },
      ...(r.options.spectralEntropy ? [{ title: "spectral entropy", numeric: true }] : []),
    ],
    r.curves
      .filter(({ epoch }) => chosen.has(epoch))
      .map((point) => ({
        cells: [
          html`<span class="name">${point.layer}</span>`,
          {
            content: html`<i class="swatch" style="background:${epochShade(r, point.epoch)}"></i>${point.epoch}`,
            sort: point.epoch,
          },
          over(point.aboutInput, r),
          over(point.aboutLabel, r),
          ...(r.options.spectralEntropy ? [over(point.spectralEntropy, r)] : []),
        ],
      })),
  );
}

/** Compression run by run. */
export function runsSection(r: WatchReport): Section | undefined {
  if (r.runs.length < 2) return undefined;
  const table = renderTable(
    html`Amounts in ${unitName(r)}`,
    [
      { title: "run" },
      { title: "layer" },
      { title: "peak", numeric: true },
      { title: "at epoch", numeric: true },
      { title: "last", numeric: true },
      { title: "compression", numeric: true },
    ],
    r.compression.flatMap(({ layer, runs }) =>
      runs.map(({ run, peak, at, final, share, dead }) => ({
        cells: [
          html`<span class="name">${run}</span>`,
          html`${layer}${dead && html` <span class="chip problem">dead</span>`}`,
          { content: amount(peak, r), sort: peak },
          { content: String(at), sort: at },
          { content: amount(final, r), sort: final },
          { content: formatShare(share), sort: share },
        ],
      })),
    ),
  );
  return { id: "runs", title: "Runs", body: table };
}

/** What it takes to get these numbers again. */
export function repeatSection(r: WatchReport): Section {
  const { version, node, cores, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["measured", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["seed", String(r.seed)],
    ["estimator", `${r.estimatorTitle}: ${JSON.stringify(r.options).slice(1, -1).replaceAll('"', "")}`],
  ];
  const code = `import { informationPlane, readActivations } from "surprisal/measure";

const { runs } = await readActivations(${JSON.stringify(r.folder)});
const plane = await informationPlane(runs, { estimator: ${JSON.stringify(r.estimator)}, unit: ${JSON.stringify(r.unit)}, seed: ${r.seed} });`;
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<h3>On the command line</h3><pre><code>${r.command}</code></pre>
<h3>From TypeScript</h3><pre><code>${code}</code></pre>
<h3>Where these numbers come from</h3><dl>${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}

function swatch(r: WatchReport, layer: string): Markup {
  return html`<i class="swatch" style="background:${layerColour(r, layer)}"></i>`;
}

function over(value: OverRuns | undefined, r: WatchReport): { content: Content; sort: number | string } {
  if (!value) return { content: "—", sort: "" };
  return {
    content: html`${amount(value.mean, r)}${value.interval && html` <br><span class="why">${amountInterval(value.interval, r)}</span>`}`,
    sort: value.mean,
  };
}

function shareInterval({ low, high }: { low: number; high: number }): string {
  return `[${formatShare(low)}, ${formatShare(high)}]`.replaceAll("-", "−");
}
