import type { TableMeasurement } from "../../measure/table/measurement.ts";
import { formatDuration } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import { papersOf } from "../methods.ts";
import type { Section } from "./section.ts";

/** What it takes to get these numbers again, and who found the methods. */
export function repeatSection(m: TableMeasurement, leftOut: readonly string[]): Section {
  const { version, node, cores, date, elapsedMs } = m.environment;
  const call = libraryCall(m);
  const facts: [string, string][] = [
    ["surprisal", version],
    ["Node", node],
    ["processor cores", String(cores)],
    ["measured", `${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}, in ${formatDuration(elapsedMs)}`],
    ["seed", String(m.seed)],
    ["SHA-256 of the input", m.inputHash ?? "not known (standard input or several files)"],
  ];
  return {
    id: "repeat",
    title: "Repeat",
    body: html`<h3>On the command line</h3><pre><code>${m.command}</code></pre>
${call && html`<h3>From TypeScript</h3><pre><code>${call}</code></pre>`}
<h3>Where these numbers come from</h3><dl>${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
<p data-download>The whole measurement is inside this page as JSON${leftOut.length > 0 && html`, without ${leftOut.join(" and without ")}; the JSON file beside it has everything`}.</p>
${papers(m)}`,
  };
}

/** The strongest estimate as code. */
function libraryCall(m: TableMeasurement): Markup | undefined {
  const e = m.estimates[0];
  if (!e || m.question === "transfer" || m.file === "-") return undefined;
  const isDiscrete = (name: string) => m.columns.find((c) => c.name === name)?.use === "discrete";
  const readers = new Set<string>();
  const groups = { x: e.x, y: e.y, ...(e.given?.length && { z: e.given }) };
  const lines: string[] = [];
  for (const [variable, names] of Object.entries(groups)) {
    const discrete = names.filter(isDiscrete).length;
    if (discrete > 0 && names.length > 1) return undefined;
    const reader = discrete > 0 ? "toCodes" : "toMatrix";
    readers.add(reader);
    lines.push(
      `const ${variable} = ${reader}(table, ${discrete > 0 ? JSON.stringify(names[0]) : list(names)}, rows);`,
    );
  }
  const measure = groups.z ? "conditionalMutualInformation" : "mutualInformation";
  const options = `{ unit: ${JSON.stringify(m.unit)}, seed: ${m.seed}, permutations: ${m.permutations} }`;
  const code = [
    `import { ${measure} } from "surprisal";`,
    `import { ${["completeRows", "readTable", ...[...readers].sort()].join(", ")} } from "surprisal/data";`,
    "",
    `const table = await readTable(${JSON.stringify(m.file)});`,
    `const rows = completeRows(table, ${list([...e.x, ...e.y, ...(e.given ?? [])])});`,
    ...lines,
    `const estimate = await ${measure}(${Object.keys(groups).join(", ")}, ${options});`,
  ];
  return html`${code.map(
    (line, i) =>
      html`${
        i > 0 &&
        html`
`
      }${line}`,
  )}`;
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}

function papers(m: TableMeasurement): Markup | undefined {
  const usedBy = new Map<string, Set<string>>();
  for (const { of, papers } of papersOf(m)) {
    for (const { authors, year, title, venue, id } of papers) {
      const text = `${authors} (${year}). ${title}. ${venue}${id ? `, ${id}` : ""}.`;
      usedBy.set(text, (usedBy.get(text) ?? new Set()).add(of));
    }
  }
  if (usedBy.size === 0) return undefined;
  const items = [...usedBy].map(
    ([text, by]) => html`<li>${text} <span class="why">${[...by].join(", ")}</span></li>`,
  );
  return html`<h3>Papers of the methods used</h3><ul class="plain">${items}</ul>`;
}
