import type { Note, PairEstimate, TableMeasurement } from "../measure/table/measurement.ts";
import { formatCount, formatShare, listWords, plural } from "./format.ts";

/** Permutation p-values below this count as "not chance", as in the measurement's notes. */
export const significance = 0.05;

/** Whether a value is told apart from "no dependence". */
export type Standing = "above" | "chance" | "untested";

/** By the permutation test; without one, by whether the interval clears zero. */
export function standing(e: PairEstimate): Standing {
  if (e.pValue !== undefined) return e.pValue < significance ? "above" : "chance";
  if (e.interval) return e.interval.low > 0 ? "above" : "chance";
  return "untested";
}

/**
 * The measurement as people think of it: several columns asked about one group are a ranking like one about a target,
 * and where all pairs were asked for, they are the overlap too.
 */
export function asAsked(m: TableMeasurement): TableMeasurement {
  if (m.question === "groups" && m.estimates.length > 1) {
    return { ...m, question: "target", target: listWords(m.estimates[0].y) };
  }
  if (m.question === "pairs" && m.pairs.length === 0) return { ...m, pairs: m.estimates };
  return m;
}

/** "price → volume", "a, b – c given d"; for a target only the left side. */
export function nameOf(e: Pick<PairEstimate, "x" | "y" | "given">, m: TableMeasurement): string {
  const x = e.x.join(", ");
  const given = e.given?.length ? ` given ${e.given.join(", ")}` : "";
  if (m.question === "target") return x;
  return `${x} ${m.question === "transfer" ? "→" : "–"} ${e.y.join(", ")}${given}`;
}

/** Random pairings reach the value although its interval lies above zero: the estimator's bias, not dependence. */
export function isBias(e: PairEstimate): boolean {
  return e.pValue !== undefined && standing(e) === "chance" && e.interval !== undefined && e.interval.low > 0;
}

const disagreement = new Set(["estimators-disagree", "not-monotone"]);

/** Whether the measurement noted that the second estimator gives another answer. */
export function disagrees(e: PairEstimate, m: TableMeasurement): boolean {
  if (!e.second) return false;
  const columns = JSON.stringify([...e.x, ...e.y]);
  return m.notes.some(
    ({ code, columns: named }) => disagreement.has(code) && JSON.stringify(named) === columns,
  );
}

/** Entropy of a discrete target: what there is to know about it. */
export function targetEntropy(m: TableMeasurement): number | undefined {
  if (m.target === undefined) return undefined;
  const column = m.columns.find((c) => c.name === m.target);
  return column?.use === "discrete" && column.entropy !== undefined && column.entropy > 0
    ? column.entropy
    : undefined;
}

/** The best estimate's interval overlaps these: which of them is first is not known. */
export function tiedWithBest(m: TableMeasurement): PairEstimate[] {
  const [best, ...rest] = m.estimates;
  const low = best?.interval?.low;
  if (low === undefined) return [];
  return rest.filter((e) => e.interval && e.interval.high >= low && standing(e) !== "chance");
}

const order = { problem: 0, hint: 1, fact: 2 } as const;

/** Notes by consequence, problems first. */
export function sortedNotes(m: Pick<TableMeasurement, "notes">): Note[] {
  return [...m.notes].sort((a, b) => order[a.severity] - order[b.severity]);
}

/** The question in words. */
export function question(m: TableMeasurement): string {
  const first = m.estimates[0];
  const given = first?.given?.length ? `, given ${listWords(first.given)}` : "";
  if (m.question === "target") return `What do the columns say about ${m.target ?? "the target"}${given}?`;
  if (m.question === "pairs") return "Which columns share information?";
  if (!first) return "How much information is shared?";
  if (m.question === "transfer") {
    const both = m.estimates.some((e) => e.x.join() === first.y.join() && e.y.join() === first.x.join());
    if (both) return `Which of ${listWords([...first.x, ...first.y].sort())} helps to predict the other?`;
    return `Does the past of ${listWords(first.x)} help to predict ${listWords(first.y)}?`;
  }
  const verb = first.x.length === 1 ? "does" : "do";
  return `What ${verb} ${listWords(first.x)} say about ${listWords(first.y)}${given}?`;
}

/** The answer in one sentence, without numbers that need a unit. */
export function verdict(m: TableMeasurement): string {
  const [best] = m.estimates;
  if (!best) return "Nothing could be measured.";
  const tested = m.estimates.filter((e) => standing(e) !== "untested");
  const above = tested.filter((e) => standing(e) === "above");
  if (m.question === "target") {
    const about = m.target ?? "the target";
    if (tested.length === 0) return `${nameOf(best, m)} scores highest; no test against chance was run.`;
    if (above.length === 0)
      return `No column was told apart from chance: nothing here speaks about ${about}.`;
    const entropy = targetEntropy(m);
    const share =
      entropy === undefined ? "" : `, ${formatShare(best.value / entropy)} of what there is to know`;
    const many =
      above.length === tested.length
        ? tested.length === 1
          ? "The one column tested says"
          : `All ${formatCount(tested.length)} columns say`
        : `${formatCount(above.length)} of ${plural(tested.length, "column")} ${above.length === 1 ? "says" : "say"}`;
    return `${many} something about ${about}; ${nameOf(best, m)} says the most${share}.`;
  }
  if (m.question === "pairs") {
    if (tested.length === 0) return `${nameOf(best, m)} share the most; no test against chance was run.`;
    if (above.length === 0) return "No two columns were told apart from independent ones.";
    return `${formatCount(above.length)} of ${plural(tested.length, "pair")} share information; ${nameOf(best, m)} share the most.`;
  }
  if (m.question === "transfer") {
    if (tested.length === 0) return "No test against chance was run.";
    if (above.length === 0) return "No transfer was told apart from chance.";
    return listWords(
      above.map(
        (e) => `the past of ${listWords(e.x)} helps to predict ${listWords(e.y)} beyond its own past`,
      ),
    )
      .replace(/^./, (c) => c.toUpperCase())
      .concat(".");
  }
  const state = standing(best);
  if (state === "untested") return "Measured, without a test against chance.";
  const verb = best.x.length === 1 ? "says" : "say";
  return state === "above"
    ? `${listWords(best.x)} ${verb} something about ${listWords(best.y)}; this is not chance.`
    : `${listWords(best.x)} could not be told apart from chance.`;
}
