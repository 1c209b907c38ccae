import type { Kit } from "../charts/kit.ts";
import { formatDuration, formatNumber, formatShare, listWords } from "../format.ts";
import { html } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable, type TableRow } from "../tables.ts";
import { countBars, lineChart } from "./charts.ts";
import type { AskGame, AskReport, AskSimulation } from "./report.ts";
import { bits, reasonWords, sourceName } from "./words.ts";

const mostNamed = 12;

/** The one game: what was asked, and what each answer told. */
export function gameSections({ mode, games }: AskReport, kit: Kit): Section[] {
  if (mode === "simulate" || games.length === 0) return [];
  const [game] = games;
  const left = [game.startBits, ...game.turns.map((turn) => turn.bits)];
  const expected = game.turns.flatMap(({ expectedBits }, k) =>
    expectedBits === undefined ? [] : [{ x: k + 1, y: expectedBits }],
  );
  const rows = game.turns.map(
    ({ query, answer, expectedBits, bits, setSize }, k): TableRow => ({
      cells: [
        html`${k + 1}. <span class="name">${query}</span>`,
        answer,
        {
          content: expectedBits === undefined ? "—" : formatNumber(expectedBits, 2),
          sort: expectedBits ?? 0,
        },
        { content: formatNumber(bits, 2), sort: bits },
        { content: String(setSize), sort: setSize },
      ],
    }),
  );
  const dialogue: Section = {
    id: "dialogue",
    title: "Questions and answers",
    body: html`${figure(
      lineChart(kit, {
        lines: [
          { points: left.map((y, x) => ({ x, y })), style: "main" },
          { points: expected, style: "other" },
        ],
        axis: "bits left",
        label: `Bits left after each of ${game.turns.length} questions; the table has the numbers.`,
      }),
      "Line: what is left to find out. Dashed: what each question was expected to leave.",
    )}${renderTable(
      "In the order asked",
      [
        { title: "question" },
        { title: "answer" },
        { title: "expected to leave, bits", numeric: true },
        { title: "left, bits", numeric: true },
        { title: "in the set", numeric: true },
      ],
      rows,
    )}`,
  };
  const likeliest: Section = {
    id: "answer",
    title: "Answer",
    body: html`${
      game.rejected.length > 0 && html`<p>Turned down on the way: ${listWords(game.rejected, mostNamed)}.</p>`
    }${
      game.likeliest.length > 0 &&
      renderTable(
        "The likeliest at the end",
        [{ title: "entity" }, { title: "probability", numeric: true }, { title: "in the set" }],
        game.likeliest.map(({ label, p }) => ({
          cells: [
            html`<span class="name">${label}</span>`,
            { content: p.toFixed(4), sort: p },
            game.set.includes(label) ? "yes" : "no",
          ],
        })),
      )
    }`,
  };
  return game.turns.length > 0 ? [likeliest, dialogue] : [likeliest];
}

/** How many questions all games took, and what was left on the way. */
export function questionsSection({ simulation }: AskReport, kit: Kit): Section | undefined {
  if (!simulation) return undefined;
  const { counts, steps } = simulation;
  const rows = steps.map(
    ({ asked, bits, setSize, games }): TableRow => ({
      cells: [asked, games, counts[asked], bits, setSize].map((value, i) => ({
        content: i < 3 ? String(value) : value.toFixed(2),
        sort: value,
      })),
    }),
  );
  const line = (key: "bits" | "setSize") => steps.map((step) => ({ x: step.asked, y: step[key] }));
  return {
    id: "questions",
    title: "How many questions it takes",
    body: html`<div class="gallery">${figure(
      countBars(kit, counts),
      "Games by the number of questions until it stopped.",
    )}${figure(
      lineChart(kit, {
        lines: [{ points: line("bits"), style: "main" }],
        axis: "bits left",
        label: `Mean bits left over ${steps.length - 1} questions; the table has the numbers.`,
      }),
      "What is left to find out, over games that go on.",
    )}${figure(
      lineChart(kit, {
        lines: [{ points: line("setSize"), style: "main" }],
        axis: "entities in the set",
        label: `Mean size of the prediction set over ${steps.length - 1} questions; the table has the numbers.`,
      }),
      "The prediction set, over games that go on.",
    )}</div>${renderTable(
      "By number of questions asked",
      [
        { title: "asked", numeric: true },
        { title: "games that go on", numeric: true },
        { title: "end here", numeric: true },
        { title: "bits left", numeric: true },
        { title: "entities in the set", numeric: true },
      ],
      rows,
    )}`,
  };
}

/** Coverage in random order and in the order that is really asked. */
export function coverageSection(r: AskReport, kit: Kit): Section | undefined {
  const { simulation, alpha, error } = r;
  if (!simulation || simulation.coverage.length === 0) return undefined;
  const { coverage, coverageCases }: AskSimulation = simulation;
  const last = coverage[coverage.length - 1].asked;
  const lowest = Math.min(1 - alpha, ...coverage.map(({ random, own }) => Math.min(random, own)));
  const chart = lineChart(kit, {
    lines: [
      {
        points: [
          { x: 0, y: 1 - alpha },
          { x: last, y: 1 - alpha },
        ],
        style: "aim",
      },
      { points: coverage.map(({ asked, own }) => ({ x: asked, y: own })), style: "main" },
      { points: coverage.map(({ asked, random }) => ({ x: asked, y: random })), style: "other" },
    ],
    low: Math.max(0, Math.floor(20 * lowest - 1) / 20),
    high: 1.005,
    axis: "sets that hold the answer",
    tick: (value) => `${Math.round(100 * value)} %`,
    label: `Coverage of prediction sets over ${last} questions; the table has the numbers.`,
  });
  const table = renderTable(
    `Of ${coverageCases} games`,
    [
      { title: "asked", numeric: true },
      { title: "random order", numeric: true },
      { title: "as chosen", numeric: true },
      { title: "entities in the set", numeric: true },
    ],
    coverage.map(({ asked, random, own, ownSize }) => ({
      cells: [
        { content: String(asked), sort: asked },
        { content: formatShare(random), sort: random },
        { content: formatShare(own), sort: own },
        { content: ownSize.toFixed(1), sort: ownSize },
      ],
    })),
  );
  return {
    id: "coverage",
    title: "Can the sets be relied on?",
    body: html`<p>With ${formatShare(error)} wrong answers, prediction sets should hold the entity in ${formatShare(1 - alpha)} of games. That is promised where questions come in random order; in the order that is really asked it is measured here, and not promised.</p>
${figure(chart, "Line: as chosen. Dashed: in random order. Thin: what was aimed for.", table)}`,
  };
}

/** All games, one row each. */
export function gamesSection({ mode, games }: AskReport): Section | undefined {
  if (mode !== "simulate" || games.length === 0) return undefined;
  return {
    id: "games",
    title: "Games",
    body: renderTable(
      "Every entity, with its dialogue",
      [{ title: "entity" }, { title: "questions", numeric: true }, { title: "named" }, { title: "dialogue" }],
      games.map((game) => ({
        cells: [
          html`<span class="name">${game.label}</span>`,
          { content: String(game.turns.length), sort: game.turns.length },
          game.correct
            ? html`right, ${formatShare(game.probability)}`
            : html`<span class="name">${game.guess}</span> instead, ${formatShare(game.probability)}`,
          transcript(game),
        ],
      })),
    ),
  };
}

function transcript({ turns, reason }: AskGame) {
  return html`<span class="why">${turns.map(({ query, answer }) => `${query} ${answer}. `)}Then ${reasonWords(reason)}.</span>`;
}

/** What it takes to get this again. */
export function repeatSection(r: AskReport): Section {
  const { version, node, date, elapsedMs } = r.environment;
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["asked", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["entities from", sourceName(r)],
    ["chosen by", r.criterion],
    ["wrong answers taken into account", formatShare(r.error)],
    ["sets may miss", formatShare(r.alpha)],
    ["seed", String(r.seed)],
    ...(r.source.model ? [["language model", r.source.model] as [string, string]] : []),
    ...(r.source.hash ? [["SHA-256 of the input", r.source.hash] as [string, string]] : []),
    ...(r.transcript ? [["transcript", r.transcript] as [string, string]] : []),
  ];
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}

export function startFacts(r: AskReport): [string, string][] {
  return [
    ["entities", String(r.source.entities)],
    ...(r.source.questions === undefined
      ? []
      : [["questions", String(r.source.questions)] as [string, string]]),
    ["to find out", bits(r.games[0]?.startBits ?? Math.log2(r.source.entities))],
  ];
}
