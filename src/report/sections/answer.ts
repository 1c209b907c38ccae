import type { PairEstimate, TableMeasurement } from "../../measure/table/measurement.ts";
import { amount, amountInterval, amountWithUnit } from "../amounts.ts";
import { disagrees, nameOf, significance, standing, targetEntropy, tiedWithBest } from "../findings.ts";
import { formatCount, formatP, formatShare, plural } from "../format.ts";
import { type Content, html, listMarkup, type Markup } from "../markup.ts";
import type { Section } from "./section.ts";

/** A few sentences with numbers, and what would change them. */
export function answerSection(m: TableMeasurement): Section {
  const [best] = m.estimates;
  const sentences: Content[] = best
    ? [...opening(m, best), ...runnersUp(m, best), ...chance(m), ...overlap(m)]
    : ["No estimate could be made; the notes below say why."];
  const doubts = best ? changes(m, best) : [];
  return {
    id: "answer",
    title: "Answer",
    body: html`<p class="answer">${sentences.map((sentence) => html`${sentence} `)}</p>
${doubts.length > 0 && html`<h3>What would change this answer</h3><ul class="plain">${doubts.map((doubt) => html`<li>${doubt}</li>`)}</ul>`}`,
  };
}

function value(e: PairEstimate, m: TableMeasurement): Markup {
  return html`${amountWithUnit(e.value, m)}${e.interval && html` ${amountInterval(e.interval, m)}`}`;
}

function name(text: string): Markup {
  return html`<span class="name">${text}</span>`;
}

function names(columns: readonly string[]): Markup {
  return listMarkup(columns.map(name), 5);
}

function opening(m: TableMeasurement, best: PairEstimate): Markup[] {
  const x = names(best.x);
  const y = names(best.y);
  const given = best.given?.length
    ? html` once ${names(best.given)} ${best.given.length === 1 ? "is" : "are"} known`
    : undefined;
  if (m.question === "target") {
    const entropy = targetEntropy(m);
    const share =
      entropy !== undefined && best.value > 0
        ? html`: ${formatShare(best.value / entropy)} of the ${amountWithUnit(entropy, m)} of uncertainty in it`
        : undefined;
    return [
      html`${x} ${best.x.length === 1 ? "says" : "say"} most about ${y}${given}, ${value(best, m)}${share}.`,
    ];
  }
  if (m.question === "pairs") return [html`${x} and ${y} share the most, ${value(best, m)}${given}.`];
  return m.estimates.slice(0, 4).map((e) => {
    const [from, to] = [names(e.x), names(e.y)];
    const p = e.pValue === undefined ? undefined : html` (${formatP(e.pValue, m.permutations)})`;
    if (m.question === "transfer") {
      return standing(e) === "chance"
        ? html`The past of ${from} adds ${value(e, m)} to what the past of ${to} tells about itself${p}: not told apart from chance.`
        : html`Knowing the past of ${from} lowers the uncertainty about the next ${to} by ${value(e, m)} beyond what its own past tells${p}.`;
    }
    return standing(e) === "chance"
      ? html`${from} and ${to} share ${value(e, m)}${given}${p}: not told apart from chance.`
      : html`Knowing ${from} lowers the uncertainty about ${to} by ${value(e, m)}${given}${p}.`;
  });
}

function runnersUp(m: TableMeasurement, best: PairEstimate): Markup[] {
  if (m.question !== "target" && m.question !== "pairs") return [];
  const tied = tiedWithBest(m);
  if (tied.length > 0) {
    const others = listMarkup(
      tied.map((e) => name(nameOf(e, m))),
      3,
    );
    return [
      html`Whether ${name(nameOf(best, m))} is really ahead of ${others} is open: the intervals overlap.`,
    ];
  }
  const second = m.estimates[1];
  return second && standing(second) !== "chance"
    ? [html`Next comes ${name(nameOf(second, m))} with ${amountWithUnit(second.value, m)}.`]
    : [];
}

function chance(m: TableMeasurement): Markup[] {
  if (m.question !== "target" && m.question !== "pairs") return [];
  const tested = m.estimates.filter((e) => standing(e) !== "untested");
  if (tested.length === 0) return [];
  const thing = m.question === "target" ? "column" : "pair";
  const inside = tested.filter((e) => standing(e) === "chance");
  const how =
    tested[0].pValue === undefined ? "interval above zero" : `permutation test, p < ${significance}`;
  const which =
    inside.length > 0 && inside.length < tested.length
      ? html`; not ${listMarkup(
          inside.map((e) => name(nameOf(e, m))),
          4,
        )}`
      : undefined;
  const sentence = html`${formatCount(tested.length - inside.length)} of ${plural(tested.length, thing)} ${tested.length - inside.length === 1 ? "is" : "are"} told apart from chance (${how})${which}.`;
  if (tested.length < 20 || tested[0].pValue === undefined) return [sentence];
  return [
    sentence,
    html`With that many tests, about ${Math.round(significance * tested.length)} would pass by chance alone.`,
  ];
}

function overlap(m: TableMeasurement): Markup[] {
  const [group] = m.groups;
  if (!group) return [];
  const more =
    m.groups.length > 1
      ? html`, and so do the columns of ${plural(m.groups.length - 1, "more group")}`
      : undefined;
  return [
    html`${names(group.columns)} overlap (up to ${formatShare(group.shared)} shared)${more}: their values do not add up.`,
  ];
}

function changes(m: TableMeasurement, best: PairEstimate): Markup[] {
  const out: Markup[] = [];
  const problems = m.notes.filter((note) => note.severity === "problem").length;
  if (m.stopped)
    out.push(html`The run was stopped: ${m.stopped.done} of ${m.stopped.total} estimates are here.`);
  if (problems > 0)
    out.push(html`<a href="#notes">${plural(problems, "problem")}</a> below could change it.`);
  const differ = m.estimates.filter((e) => disagrees(e, m));
  if (best.second) {
    const verdict = disagrees(best, m) ? "which does not agree" : "which agrees";
    out.push(
      html`A second estimator (${best.second.method}) reads ${amountWithUnit(best.second.value, m)} for ${name(nameOf(best, m))}, ${verdict}${differ.length > 0 && html`; the two differ on ${differ.length} of ${plural(m.estimates.length, "row")}`}.`,
    );
  }
  if (m.trust && m.trust.sensitivity.length > 1) {
    const values = m.trust.sensitivity.map((s) => s.value);
    out.push(
      html`Other settings (${m.trust.sensitivity[0].parameter}) move ${name(nameOf(m.trust, m))} between ${amount(Math.min(...values), m)} and ${amountWithUnit(Math.max(...values), m)}.`,
    );
  }
  const twin = m.trust?.twin[0];
  if (twin) {
    out.push(
      html`On simulated data of this size whose truth is ${amountWithUnit(twin.truth, m)}, the estimator reads <span class="nowrap">${amount(twin.mean, m)} ± ${amount(twin.sd, m)}</span>.`,
    );
  }
  if (m.question === "target" && m.estimates.length > 1) {
    out.push(
      html`Columns were asked one at a time: one that says nothing alone may still say something together with another.`,
    );
  }
  return out;
}
