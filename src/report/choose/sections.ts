import { isEntropy, type MethodRow, type PromptRow, taskMethods } from "../../language/choose/choose.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatInterval, formatNumber, formatShare } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable, type TableColumn, type TableRow } from "../tables.ts";
import { colourOf, letterOf, matrixChart, mostRows, rankingChart, sharesChart } from "./charts.ts";
import type { ChooseReport } from "./report.ts";
import { calibrationSentence, known, labelsSentence, majorityAt, standingText, unitOf } from "./words.ts";

const wideInputs = 40;
const narrowInputs = 20;
const mostExamples = 20;

const twice = (chart: (width: number) => Markup) =>
  html`<div class="wide">${chart(900)}</div><div class="narrow">${chart(360)}</div>`;
const number = (value: number | null) => ({ content: formatNumber(value), sort: value ?? -1e9 });
const percent = (value: number) => ({ content: formatShare(value), sort: value });
const nowrap = (text: string) => html`<span class="nowrap">${text}</span>`;
const nameCell = (name: string) => html`<span class="name">${name}</span>`;

/** The labels with their colours and letters. */
function legend({ labels }: ChooseReport): Markup {
  const shown = labels.slice(0, 26);
  return html`${shown.map(
    (label, y) =>
      html`<span class="nowrap"><i class="swatch" style="background:${colourOf(y)}"></i>${letterOf(y)} ${label}</span> &ensp;`,
  )}`;
}

export function rankingSection(r: ChooseReport, kit: Kit): Section {
  const instance = r.method !== r.rankedBy;
  const columns: TableColumn[] = [
    { title: "prompt" },
    { title: html`${r.rankedBy}${unitOf(r)}`, numeric: true },
    { title: "interval", fixed: true },
    { title: "behind the best", fixed: true },
    ...(r.calibration ? [{ title: "calibrated", numeric: true }] : []),
    { title: "as the majority", numeric: true },
    ...(instance ? [{ title: "chosen for", numeric: true }] : []),
    { title: "" },
  ];
  const cells = (row: PromptRow): TableRow["cells"] => [
    nameCell(row.name),
    number(row.score),
    row.interval ? nowrap(formatInterval(row.interval)) : "—",
    row.behind && row.standing !== "pick"
      ? nowrap(`${formatNumber(row.behind.value)} ${formatInterval(row.behind)}`)
      : "—",
    ...(r.calibration ? [number(row.calibrated)] : []),
    percent(row.agreement),
    ...(instance ? [percent(row.chosenFor ?? 0)] : []),
    standingText(row) === ""
      ? ""
      : html`<span class="chip ${row.standing === "pick" ? "problem" : "hint"}">${standingText(row)}</span>`,
  ];
  const table = renderTable(
    html`The best first, by ${r.rankedBy}: ${taskMethods[r.rankedBy]}`,
    columns,
    r.prompts.map((row, i) => ({ id: `prompt-${i}`, cells: cells(row) })),
  );
  const more = r.prompts.length > mostRows && ` The ${mostRows} best.`;
  const caption = html`${r.rankedBy}${isEntropy(r.rankedBy) && ` in ${r.unit}`} with ${formatShare(r.level)} intervals over inputs. Filled: the pick, and prompts not distinguishable from it.${more}`;
  return {
    id: "ranking",
    title: "Ranking",
    body: html`<p>${labelsSentence(r)}</p>
${figure(
  twice((width) => rankingChart(kit, r, width)),
  caption,
)}
${table}
<p class="fine">Intervals are basic bootstrap intervals over ${formatCount(r.inputs)} inputs (${formatCount(r.resamples)} resamples, the same inputs for every prompt). A prompt counts as distinguishable when another one beats it by more than the critical value of the largest studentised difference among all prompts: the truly best prompt is left out in at most ${formatShare(1 - r.level)} of such samples, however many are compared.${r.calibration && " Calibration is held fixed in the resamples."}</p>`,
  };
}

export function matrixSection(r: ChooseReport, kit: Kit): Section | undefined {
  if (r.prompts.length < 2) return undefined;
  const disputed = r.matrix.inputs
    .map((input, column) => ({ input, column }))
    .filter(({ column }) =>
      r.matrix.answers.some((answers) => answers[column] !== r.matrix.answers[0][column]),
    )
    .slice(0, mostExamples);
  const best = r.prompts.findIndex(({ name }) => name === r.pick);
  const count = (column: number, y: number) =>
    r.matrix.answers.filter((answers) => answers[column] === y).length;
  const table = renderTable(
    disputed.length > 0 ? "The inputs most disputed" : "All prompts agree on all inputs",
    [
      { title: "input" },
      { title: r.pick },
      { title: "most prompts" },
      { title: "of them", numeric: true },
      ...(r.known ? [{ title: "label" }] : []),
    ],
    disputed.map(({ input, column }) => ({
      cells: [
        html`${formatCount(input + 1)}. ${r.texts[column]}`,
        r.labels[r.matrix.answers[best][column]],
        r.labels[majorityAt(r, column)],
        percent(count(column, majorityAt(r, column)) / r.prompts.length),
        ...(r.known ? [known(r, column).known ?? "—"] : []),
      ],
    })),
  );
  const chart = html`<div class="wide">${matrixChart(kit, r, 900, wideInputs)}</div><div class="narrow">${matrixChart(kit, r, 360, narrowInputs)}</div>`;
  const caption = html`${legend(r)}<br>A row is a prompt, a column an input; the inputs that prompts differ on most come first.`;
  return {
    id: "matrix",
    title: "Who answers what",
    body: html`<p>All prompts give the same answer to ${formatShare(r.unanimous)} of the inputs.</p>
${figure(chart, caption)}
${table}`,
  };
}

export function biasSection(r: ChooseReport, kit: Kit): Section {
  const calibrated = r.calibration !== null;
  const table = renderTable(
    calibrated ? "Share of answers, before → after calibration" : "Share of answers",
    [
      { title: "prompt" },
      ...r.labels.slice(0, 12).map((label) => ({ title: label, numeric: true })),
      ...(calibrated ? [{ title: "answers changed", numeric: true }] : []),
      ...(r.truth ? [{ title: calibrated ? "F1 before → after" : "F1", numeric: true }] : []),
    ],
    r.prompts.map(({ name, byLabel, changed, truth }) => ({
      cells: [
        nameCell(name),
        ...r.labels.slice(0, 12).map((_, y) => ({
          content: calibrated
            ? `${formatShare(byLabel.answered[y])} → ${formatShare(byLabel.calibrated[y])}`
            : formatShare(byLabel.answered[y]),
          sort: byLabel.answered[y],
        })),
        ...(calibrated ? [percent(changed)] : []),
        ...(r.truth
          ? [
              {
                content: calibrated
                  ? `${formatNumber(truth!.before.macroF1)} → ${formatNumber(truth!.after.macroF1)}`
                  : formatNumber(truth!.before.macroF1),
                sort: truth!.before.macroF1,
              },
            ]
          : []),
      ],
    })),
  );
  const caption = html`${legend(r)}${calibrated && html`<br>Thick: as the model answers. Thin, below: calibrated.`}`;
  return {
    id: "bias",
    title: "What prompts prefer",
    body: html`<p>${calibrationSentence(r)}</p>
${figure(
  twice((width) => sharesChart(kit, r, width)),
  caption,
)}
${table}`,
  };
}

export function methodsSection(r: ChooseReport): Section | undefined {
  if (r.prompts.length < 2) return undefined;
  const cells = (row: MethodRow) => [
    html`<span class="name">${row.method}</span>${row.method === r.method && html` <span class="chip problem">used</span>`}`,
    html`${row.pick}${row.prompts > 1 && html` <span class="why">and ${row.prompts - 1} more</span>`}`,
    percent(row.sameAnswers),
    number(row.spearman),
    ...(row.truth ? [number(row.truth.macroF1), percent(row.truth.scaledF1)] : []),
  ];
  return {
    id: "methods",
    title: "Other methods",
    body: renderTable(
      "What each method takes from the same log-probabilities",
      [
        { title: "method" },
        { title: "prompt" },
        { title: "same answers", numeric: true },
        { title: "rank correlation", numeric: true },
        ...(r.truth
          ? [
              { title: "F1", numeric: true },
              { title: "of the best", numeric: true },
            ]
          : []),
      ],
      r.methods.map((row) => ({ cells: cells(row) })),
    ),
  };
}

export function promptsSection(r: ChooseReport): Section | undefined {
  if (r.templates.length === 0) return undefined;
  const ordered = r.prompts.flatMap(
    ({ name }) => r.templates.find((template) => template.name === name) ?? [],
  );
  return {
    id: "prompts",
    title: "The prompts",
    body: html`${ordered.slice(0, mostRows).map(
      ({ name, template, choices }) => html`<h3>${name}</h3>
<pre>${template}</pre>
<p class="why">${Object.entries(choices).map(([label, text], i) => html`${i > 0 && " · "}${Array.isArray(choices) || label === text ? text : `${label}: ${text}`}`)}</p>
`,
    )}`,
  };
}

export function repeatSection(r: ChooseReport): Section {
  const { version, node, cores, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ...r.files.map(({ path, what }): [string, string] => [what, path]),
    ...(r.model === undefined ? [] : [["model", r.model] as [string, string]]),
    ...(r.mode === undefined
      ? []
      : [
          [
            "scored",
            `${r.mode}${r.mode === "all-tokens" ? `, ${r.aggregate} over the tokens of a choice` : ""}`,
          ] as [string, string],
        ]),
    ...(r.usage
      ? [
          ["asked", `${formatCount(r.usage.calls)} calls, ${formatCount(r.usage.cached)} from the cache`] as [
            string,
            string,
          ],
        ]
      : []),
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["compared", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["seed", String(r.seed)],
  ];
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p>Method: Yang et al. (2024), Improving Probability-based Prompt Selection Through Unified Evaluation and Analysis, TACL 12, arXiv 2305.14877.</p>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}
