import type { TableMeasurement } from "../../measure/table/measurement.ts";
import { disagrees, nameOf, sortedNotes } from "../findings.ts";
import { formatNumber, listWords, plural } from "../format.ts";
import { isConditional, methodText } from "../methods.ts";
import { wrap } from "../text-width.ts";
import type { Canvas } from "./bars.ts";

const mostReasons = 3;
const mostNotes = 8;
const mostOpinions = 12;

/** Which estimators ran, what they are and why they were taken. */
export function renderEstimators(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const reasons = new Map<string, Map<string, number>>();
  for (const { method, reason } of m.estimates) {
    const counts = reasons.get(method) ?? new Map<string, number>();
    reasons.set(method, counts.set(reason, (counts.get(reason) ?? 0) + 1));
  }
  if (reasons.size === 0) return [];
  const size = Math.max(...[...reasons.keys()].map((method) => method.length));
  const lines = [...reasons].flatMap(([method, counts]) => {
    const { title } = methodText(method, isConditional(m));
    const sorted = [...counts].sort((a, b) => b[1] - a[1]);
    const why = sorted
      .slice(0, mostReasons)
      .map(([reason, count]) =>
        m.estimates.length > 1 ? `${reason} (${plural(count, "row").replace(" ", "\u00a0")})` : reason,
      );
    if (sorted.length > mostReasons) why.push(`${sorted.length - mostReasons} more reasons in the report`);
    return labelled(
      method.padEnd(size),
      `${title === method ? "" : `${title}: `}${why.join("; ")}`,
      width,
      paint.cyan,
    );
  });
  return [paint.bold("estimators"), ...lines];
}

/** How often a second estimator gives the same answer; where it does not is among the notes. */
export function renderSecondOpinion(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const asked = m.estimates.filter((e) => e.second);
  if (asked.length === 0) return [];
  const differ = asked.filter((e) => disagrees(e, m));
  const methods = [...new Set(asked.map((e) => e.second?.method ?? ""))];
  const agreed = asked.length - differ.length;
  const where =
    differ.length === 0
      ? ""
      : `; not on ${listWords(
          differ.map((e) => nameOf(e, m)),
          4,
        )}`;
  const text = `agrees on ${agreed} of ${plural(asked.length, "row")} (${methods.join("; ")})${where}`;
  return labelled("second opinion", text, width, paint.bold, "");
}

/** What MIST reads: one value per row, in the order of the rows. */
export function renderMist(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const asked = m.estimates.flatMap(({ mist }) => mist ?? []);
  if (asked.length === 0) return [];
  const read = asked.flatMap((opinion) => (opinion.absent === undefined ? [opinion] : []));
  const reasons = [...new Set(asked.flatMap(({ absent }) => absent ?? []))];
  const values = asked
    .slice(0, mostOpinions)
    .map((opinion) => (opinion.absent === undefined ? formatNumber(opinion.value) : "–"));
  if (asked.length > values.length) values.push("…");
  const most = Math.max(...read.map(({ n }) => n));
  const sentences = [
    ...(read.length > 0
      ? [`a trained network reads ${values.join(", ")}${asked.length > 1 ? " in turn" : ""}`]
      : []),
    ...(read.some(({ warnings }) => warnings.length > 0) && most < m.n ? [`on at most ${most} rows`] : []),
    ...reasons.map((reason) => `${read.length === 0 ? "not asked" : "–"}: ${reason}`),
  ];
  return labelled("second opinion (MIST)", sentences.join("; "), width, paint.bold, "");
}

/** How far the strongest value moves with the settings, and how right the estimator is on data like this. */
export function renderTrust(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const { trust } = m;
  if (!trust) return [];
  const sentences: string[] = [];
  if (trust.sensitivity.length > 1) {
    const values = trust.sensitivity.map(({ value }) => value);
    const { parameter, at } = trust.sensitivity[0];
    const last = trust.sensitivity[trust.sensitivity.length - 1].at;
    const settings = typeof at === "number" ? `${parameter} from ${at} to ${last}` : `any ${parameter}`;
    const range = `${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))}`;
    sentences.push(`${nameOf(trust, m)} reads ${range} with ${settings}`);
  }
  const twins = trust.twin.map(({ truth, mean, sd }) => {
    return `${formatNumber(mean)} ± ${formatNumber(sd)} for a truth of ${formatNumber(truth)}`;
  });
  if (twins.length > 0) sentences.push(`simulated data of this size read ${listWords(twins)}`);
  return sentences.length === 0 ? [] : labelled("trust", sentences.join("; "), width, paint.bold, "");
}

/** Problems, then hints, then facts. */
export function renderNotes(m: TableMeasurement, { width, paint }: Canvas): string[] {
  const notes = sortedNotes(m);
  if (notes.length === 0) return [];
  const problems = notes.filter((note) => note.severity === "problem").length;
  const shown = notes.slice(0, Math.max(problems, mostNotes));
  const mark = { problem: "!", hint: "›", fact: "·" };
  const lines = shown.flatMap((note) =>
    labelled(
      mark[note.severity],
      note.message,
      width,
      note.severity === "problem" ? paint.yellow : paint.dim,
    ),
  );
  if (notes.length > shown.length)
    lines.push(`  … ${plural(notes.length - shown.length, "more note")} in the report`);
  return [
    paint.bold(problems > 0 ? `worth knowing: ${plural(problems, "problem")}` : "worth knowing"),
    ...lines,
  ];
}

/** A label and its text, wrapped so that the text keeps its left edge. */
function labelled(
  label: string,
  text: string,
  width: number,
  paint: (text: string) => string,
  indent = "  ",
): string[] {
  const left = indent.length + label.length + 2;
  return wrap(text, width - left).map((line, i) =>
    i === 0 ? `${indent}${paint(label)}  ${line}` : `${" ".repeat(left)}${line}`,
  );
}
