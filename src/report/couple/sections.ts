import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, plural } from "../format.ts";
import { type Content, html, join } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable, type TableRow } from "../tables.ts";
import { entropyBars, heatMap, mostShown, rateChart } from "./charts.ts";
import type { CoupledSide, CoupleReport } from "./report.ts";
import { amount, gapWords, methodWords, probability, shownFile } from "./words.ts";

const mostPairs = 20;
const mostRates = 13;

/** The entropies and how far from the best they are. */
export function answerSection(r: CoupleReport, kit: Kit): Section {
  const rows: TableRow[] = [];
  const add = (name: string, why: string, value: number) =>
    rows.push({
      cells: [
        html`<span class="name">${name}</span> <br><span class="why">${why}</span>`,
        { content: number(value), sort: value },
      ],
    });
  const { code } = r;
  add(
    "I(X;Y)",
    code ? `what X tells of Y through the code: ${gapWords(r)}` : "what X tells of Y",
    r.mutualInformation,
  );
  if (code) {
    add(
      "most that could arrive",
      "the smaller of the rate and the most that X and Y can share",
      code.upperBound,
    );
    add("I(X;Y) without a limit", "of the coupling without a code", code.withoutLimit);
  }
  add("H(X,Y)", code ? "of the joint distribution" : `of the joint distribution: ${gapWords(r)}`, r.entropy);
  if (!code) add("least possible H(X,Y)", boundName(r), r.lowerBound);
  add("H(X)", shownFile(r.x.file), r.entropyX);
  add("H(Y)", shownFile(r.y.file), r.entropyY);
  return {
    id: "answer",
    title: "Shared information",
    body: html`${figure(
      html`<div class="wide">${entropyBars(kit, r, 900)}</div><div class="narrow">${entropyBars(kit, r, 360)}</div>`,
      `The bars are H(X) and H(Y) in ${r.unit}; where they overlap is what they share, the rest one side keeps to itself. Together they are as long as H(X,Y).`,
    )}${renderTable(`In ${r.unit}`, [{ title: "" }, { title: r.unit, numeric: true }], rows)}
<p class="fine">Found by ${methodWords(r.method)}.</p>`,
  };
}

function boundName({ optimal, bounds, method }: CoupleReport): string {
  if (optimal) return method === "exact" ? "found by search" : "a lower bound is reached";
  const names: [keyof CoupleReport["bounds"], string][] = [
    ["profile", "profile bound: no cell exceeds its row or its column"],
    ["majorisation", "majorisation bound H(p ∧ q)"],
    ["marginal", "the larger of H(X) and H(Y)"],
  ];
  return names.reduce((best, one) => (bounds[one[0]] > bounds[best[0]] + 1e-12 ? one : best))[1];
}

/** The joint distribution: a heat map of the likeliest outcomes and the likeliest pairs. */
export function jointSection(r: CoupleReport, kit: Kit): Section {
  const shown = r.cells.slice(0, mostPairs);
  const cut = Math.max(r.x.top.length, r.y.top.length) > mostShown;
  const table = renderTable(
    r.cellCount > shown.length
      ? `The ${shown.length} likeliest of ${formatCount(r.cellCount)} pairs; the joint distribution has all`
      : "All pairs, the likeliest first",
    [{ title: "X" }, { title: "Y" }, { title: "probability", numeric: true }],
    shown.map(({ x, y, p }) => ({
      cells: [
        html`<span class="name">${x}</span>`,
        html`<span class="name">${y}</span>`,
        { content: probability(p), sort: p },
      ],
    })),
  );
  return {
    id: "joint",
    title: "Who goes with whom",
    body: html`<p>${plural(r.cellCount, "pair")} of outcomes have a positive probability, of ${formatCount(r.x.outcomes * r.y.outcomes)} that could have one.</p>
${figure(
  heatMap(kit, r),
  html`Rows: outcomes of X. Columns: outcomes of Y. Both from the likeliest down${cut && `, at most ${mostShown} each`}; the stronger the shade, the likelier the pair (by the square root of its probability).`,
  undefined,
  Math.max(r.x.top.length, r.y.top.length) > 14 ? "large" : "",
)}${table}`,
  };
}

/** What arrives by rate. */
export function rateSection(r: CoupleReport, kit: Kit): Section | undefined {
  const { curve, code } = r;
  if (curve.length < 2 || curve[curve.length - 1].rate < 1e-9) return undefined;
  const step = Math.max(1, Math.ceil((curve.length - 1) / (mostRates - 1)));
  const listed = curve.filter((_, i) => i % step === 0 || i === curve.length - 1);
  const table = renderTable(
    `In ${r.unit}`,
    [
      { title: "rate", numeric: true },
      { title: "code's entropy", numeric: true },
      { title: "arrives", numeric: true },
      { title: "at most", numeric: true },
    ],
    listed.map(({ rate, codeEntropy, information, upperBound }) => ({
      cells: [rate, codeEntropy, information, upperBound].map((value) => ({
        content: number(value),
        sort: value,
      })),
    })),
  );
  return {
    id: "rate",
    title: "If the code is limited",
    body: html`<p>${
      code
        ? html`X goes through a code of at most ${amount(code.rateLimit, r)}; other rates would let through more or less.`
        : html`How much would arrive if X had to go through a code of limited entropy first; <code>--rate</code> asks for one.`
    }</p>
${figure(rateChart(kit, r, 420), html`Line: what arrives. Dashed: the most that could. ${code && "Dot: the rate that was asked for."}`, table)}`,
  };
}

/** What the codes stand for and what comes out. */
export function codeSection(r: CoupleReport): Section | undefined {
  const { code } = r;
  if (!code) return undefined;
  const members = (names: readonly string[], count: number): Content => {
    const more = count > names.length ? html` and ${formatCount(count - names.length)} more` : "";
    return html`${join(
      names.map((name) => html`<span class="name">${name}</span>`),
      ", ",
    )}${more}`;
  };
  const table = renderTable(
    code.count > code.codes.length
      ? `The ${code.codes.length} likeliest of ${formatCount(code.count)} codes`
      : "All codes, the likeliest first",
    [
      { title: "code" },
      { title: "probability", numeric: true },
      { title: "stands for" },
      { title: "what comes out" },
    ],
    code.codes.map(({ name, p, symbols, symbolCount, outputs, outputCount }) => ({
      cells: [
        html`<span class="name">${name}</span>`,
        { content: probability(p), sort: p },
        members(symbols, symbolCount),
        html`${join(
          outputs.map(
            (output) =>
              html`<span class="name">${output.name}</span> <span class="why">${probability(output.p)}</span>`,
          ),
          ", ",
        )}${outputCount > outputs.length && html` and ${formatCount(outputCount - outputs.length)} more`}`,
      ],
    })),
  );
  return {
    id: "code",
    title: "The code",
    body: html`<p>${plural(code.count, "code")} with an entropy of ${amount(code.entropy, r)}, of a rate of ${amount(code.rateLimit, r)}. They tell ${amount(code.information, r)} of X.${
      code.split !== undefined &&
      html` <span class="name">${code.split}</span> has two codes: which one is drawn at random.`
    }</p>${table}`,
  };
}

/** What it takes to get these tables again. */
export function repeatSection(r: CoupleReport): Section {
  const { version, node, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["coupled", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
  ];
  const side = (name: string, { file, names, probabilities, sum, hash }: CoupledSide): TableRow => ({
    cells: [
      html`${name}: <code>${shownFile(file)}</code>`,
      names ?? html`<span class="why">row numbers</span>`,
      probabilities,
      { content: Number(sum.toPrecision(10)).toString(), sort: sum },
      html`<code>${hash ?? "not known"}</code>`,
    ],
  });
  const inputs = renderTable(
    r.normalized ? "Counts or weights, divided by their sums" : "What was read",
    [
      { title: "file" },
      { title: "outcomes" },
      { title: "probabilities" },
      { title: "sum", numeric: true },
      { title: "SHA-256" },
    ],
    [side("X", r.x), side("Y", r.y)],
  );
  const files =
    r.files.length > 0 &&
    renderTable(
      "What was written",
      [{ title: "file" }, { title: "what it is" }],
      r.files.map(({ path, what }) => ({ cells: [html`<code>${path}</code>`, what] })),
    );
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>
${inputs}${files}
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p data-download>Everything on this page is inside it as JSON${r.cellCount > r.cells.length && html`, the joint distribution up to its ${formatCount(r.cells.length)} likeliest pairs`}.</p>`,
  };
}

function number(value: number): string {
  return (Math.abs(value) < 5e-4 ? 0 : value).toFixed(3).replace("-", "−");
}
