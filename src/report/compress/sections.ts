import type { ShownWord } from "../../language/compress/compress.ts";
import type { Kit } from "../charts/kit.ts";
import { formatCount, formatDuration, formatShare, plural } from "../format.ts";
import { html, join, type Markup, raw } from "../markup.ts";
import { figure, type Section } from "../sections/section.ts";
import { renderTable } from "../tables.ts";
import { curveChart, stretchChart } from "./charts.ts";
import type { CompressReport } from "./report.ts";
import { bits, fileName, protectedText, tierText } from "./words.ts";

/** From this many bits on a word has the darkest shade; there are four, on all of which text can be read. */
const mostShade = 16;
const shades = 4;

/** Every word, shaded by its information; dropped ones are struck through. */
export function textSection(r: CompressReport): Section {
  const shown = r.shown.reduce((sum, words) => sum + words.length, 0);
  const legend = html`Shade: information of the word, from 0 to ${mostShade} bits and more <span class="ramp">${Array.from(
    { length: shades + 1 },
    (_, k) => html`<i style="background:var(--r${k})"></i>`,
  )}</span> &ensp; <del class="w">struck through</del>: taken out &ensp; <span class="w hold">underlined</span>: protected or forced${
    shown < r.words && html`<br>The first ${formatCount(shown)} of ${plural(r.words, "word")}.`
  }`;
  return {
    id: "text",
    title: "Word by word",
    body: html`<style>${raw(tokenStyle)}</style><p class="fine">${legend}</p>${r.shown.map(
      (words, c) =>
        html`${r.files.length > 1 && html`<h3>${fileName(r.files[c].file)}</h3>`}<div class="tokens" tabindex="0" role="group" aria-label="The text, scrolls">${words.map(token)}${
          words.length > 0 && shown < r.words && "…"
        }</div>`,
    )}`,
  };
}

const tokenStyle = `
.tokens { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 34rem; overflow-y: auto; padding: 1rem 1.1rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); line-height: 1.85; }
.w { padding: 0.05em 0.12em; border-radius: 3px; }
del.w { text-decoration: line-through; text-decoration-thickness: 1.5px; color: var(--muted); }
del.k3, del.k4 { color: var(--ink); }
.hold { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 0.2em; }
${Array.from({ length: shades + 1 }, (_, k) => `.k${k} { background: var(--r${k}); }`).join("\n")}
@media print { .tokens { max-height: none; overflow: visible; } .w { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
`;

function token({ text, bits: amount, kept, protected: held }: ShownWord): Markup {
  const word = text.trimStart();
  const blanks = raw(text.slice(0, text.length - word.length).replace(/[^\n]/g, " "));
  const names = `w k${held ? 0 : Math.min(shades, Math.floor((amount * shades) / mostShade))}${held ? " hold" : ""}`;
  return kept
    ? html`${blanks}<span class="${names}">${lines(word)}</span>`
    : html`${blanks}<del class="${names}">${lines(word)}</del>`;
}

/** Protected spans may hold line breaks and tabs. */
function lines(word: string): Markup {
  return join(word.replaceAll("\t", "  ").split(/\r?\n/), raw("\n"));
}

export function lossSection(r: CompressReport, kit: Kit): Section {
  const several = r.files.length > 1;
  const table = renderTable(
    `Sentences by what they lost; ${plural(r.sentences, "sentence")} in all`,
    [
      { title: "sentence" },
      ...(several ? [{ title: "context" }] : []),
      { title: "words kept", numeric: true },
      { title: "bits", numeric: true },
      { title: "bits lost", numeric: true },
      { title: "lost", numeric: true },
    ],
    r.losses.map((loss) => ({
      cells: [
        loss.text,
        ...(several ? [fileName(r.files[loss.context].file)] : []),
        { content: `${loss.keptWords} of ${loss.words}`, sort: loss.keptWords / loss.words },
        { content: loss.bits.toFixed(0), sort: loss.bits },
        { content: loss.lostBits.toFixed(0), sort: loss.lostBits },
        { content: formatShare(loss.lostBits / loss.bits), sort: loss.lostBits / loss.bits },
      ],
    })),
  );
  const caption =
    "Bits along the text, in stretches of equally many characters. Filled: kept. Hollow: taken out.";
  return {
    id: "lost",
    title: "What was lost",
    body:
      r.losses.length === 0
        ? html`<p>Nothing.</p>`
        : html`${figure(html`<div class="wide">${stretchChart(kit, r, 900)}</div><div class="narrow">${stretchChart(kit, r, 360)}</div>`, caption)}${table}`,
  };
}

export function curveSection(r: CompressReport, kit: Kit): Section {
  const near = [0.2, 0.33, 0.5, 0.7].map((tokens) => ({
    tokens,
    information:
      tokens < r.curve[0]?.tokens ? undefined : r.curve.find((point) => point.tokens >= tokens)?.information,
  }));
  const table = renderTable(
    "What other budgets would keep",
    [
      { title: "tokens", numeric: true },
      { title: "budget", numeric: true },
      { title: "information", numeric: true },
    ],
    near.map(({ tokens, information }) => ({
      cells: [
        { content: formatShare(tokens), sort: tokens },
        formatCount(Math.floor(tokens * r.originalTokens)),
        information === undefined
          ? { content: "too little", sort: 0 }
          : { content: formatShare(information), sort: information },
      ],
    })),
  );
  return {
    id: "rates",
    title: "Other budgets",
    body: figure(
      html`<div class="wide">${curveChart(kit, r, 520)}</div><div class="narrow">${curveChart(kit, r, 340)}</div>`,
      "Line: the share of the bits that the words with the highest scores hold, by the share of the tokens they take, every word counted on its own; what is protected comes first. Dashed: words drawn at random. Dot: this run.",
      table,
    ),
  };
}

export function repeatSection(r: CompressReport): Section {
  const { version, node, cores, date, elapsedMs } = r.environment;
  const { total, kept } = r.information;
  const facts: [string, string][] = [
    ...(r.output && r.output !== "-" ? [["shorter text", r.output] as [string, string]] : []),
    ["information", `${bits(kept)} of ${bits(total)}`],
    ["protected spans", protectedText(r)],
    ...(r.question === undefined ? [] : [["question", r.question] as [string, string]]),
    ["scores", tierText(r.scorer)],
    ["tokenizer", r.tokenizer],
    ["selection", r.selection],
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["compressed", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ...r.inputHashes.flatMap((hash, c) =>
      hash ? [[`SHA-256 of ${fileName(r.files[c].file)}`, hash] as [string, string]] : [],
    ),
  ];
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<pre><code>${r.command}</code></pre>
<dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p>Method: LLMLingua-2 (Pan et al. 2024, arXiv 2403.12968): the words with the highest scores, in their order, up to the budget.</p>
<p data-download>Everything on this page is inside it as JSON.</p>`,
  };
}
