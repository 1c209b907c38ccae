import type { Unit } from "../../core/units.ts";
import type { Frame } from "./frame.ts";
import type { ColumnSummary, Note, PairEstimate, RedundancyGroup } from "./measurement.ts";
import { nearCopy, sharedPart } from "./overlap.ts";
import type { PairAnswer } from "./pair-task.ts";
import { agrees } from "./trust.ts";

interface Facts {
  n: number;
  unit: Unit;
  target?: string;
  columns: readonly ColumnSummary[];
  answers: readonly PairAnswer[];
  overlap: readonly PairEstimate[];
  groups: readonly RedundancyGroup[];
  frame: Frame;
}

const significant = 0.05;
const order = { problem: 0, hint: 1, fact: 2 };

/** What a reader should know about a measured table, most consequential first. */
export function notesOf(facts: Facts): Note[] {
  const notes = [
    ...refusals(facts),
    ...leaks(facts),
    ...disagreements(facts),
    ...copies(facts),
    ...chance(facts),
    ...missing(facts),
    ...unused(facts),
    ...warnings(facts),
  ];
  return notes.sort((a, b) => order[a.severity] - order[b.severity]);
}

function refusals({ answers }: Facts): Note[] {
  return answers.flatMap((answer): Note[] => {
    if (!answer.refused) return [];
    const columns = [...answer.unit.x, ...answer.unit.y, ...(answer.unit.given ?? [])];
    const about = answer.unit.x.join(", ");
    return [
      {
        code: answer.refused.code,
        severity: "problem",
        message: `${about} was not measured: ${answer.refused.message}`,
        columns,
      },
    ];
  });
}

/** A column that says nearly everything about the target is often a copy of it under another name. */
function leaks({ answers, target, frame }: Facts): Note[] {
  if (target === undefined) return [];
  return estimates(answers).flatMap((estimate): Note[] => {
    const share = estimate.given ? 0 : sharedPart(estimate, frame);
    if (share < nearCopy || estimate.x.length > 1) return [];
    const [name] = estimate.x;
    return [
      {
        code: "nearly-the-target",
        severity: "problem",
        message: `${name} says ${percent(share)} of what can be said about ${target}: is it known before ${target} is?`,
        columns: [name, target],
      },
    ];
  });
}

function disagreements({ answers, unit }: Facts): Note[] {
  return estimates(answers).flatMap((estimate): Note[] => {
    const { second, x, y, value, method } = estimate;
    if (!second || agrees(estimate)) return [];
    const pair = `${x.join(", ")} and ${y.join(", ")}`;
    const numbers = `${method} ${value.toFixed(3)}, ${second.method} ${second.value.toFixed(3)} ${unit}`;
    if (second.method === "gaussianCopula" && second.value < value) {
      const message = `${pair} depend in a way that rank correlation misses: ${numbers}`;
      return [{ code: "not-monotone", severity: "fact", message, columns: [...x, ...y] }];
    }
    const message = `two estimators disagree about ${pair}: ${numbers}`;
    return [{ code: "estimators-disagree", severity: "hint", message, columns: [...x, ...y] }];
  });
}

function copies({ overlap, groups, frame }: Facts): Note[] {
  const notes: Note[] = [];
  const told = new Set<string>();
  for (const group of groups) {
    const near = overlap.filter(
      (pair) =>
        group.columns.includes(pair.x[0]) &&
        group.columns.includes(pair.y[0]) &&
        sharedPart(pair, frame) >= nearCopy,
    );
    for (const { x, y } of near.slice(0, 3)) {
      const message = `${x[0]} and ${y[0]} are nearly the same information`;
      notes.push({ code: "near-copies", severity: "hint", message, columns: [x[0], y[0]] });
      told.add([...group.columns].sort().join());
    }
    if (group.columns.length > 2 || !told.has([...group.columns].sort().join())) {
      const others = group.columns.filter((name) => name !== group.keep);
      notes.push({
        code: "redundant",
        severity: "hint",
        message: `${list(others)} and ${group.keep} overlap (up to ${percent(group.shared)} shared); ${group.keep} says most`,
        columns: group.columns,
      });
    }
  }
  return notes;
}

function chance({ answers }: Facts): Note[] {
  const tested = estimates(answers).filter((estimate) => estimate.pValue !== undefined);
  const none = tested.filter((estimate) => estimate.pValue! >= significant);
  const notes: Note[] = [];
  if (none.length > 0) {
    const names = none.map((estimate) => estimate.x.join(", "));
    notes.push({
      code: "no-dependence-seen",
      severity: "fact",
      message: `no dependence seen (p ≥ ${significant}): ${list(names)}`,
      columns: none.flatMap((estimate) => estimate.x),
    });
  }
  if (tested.length >= 20 && none.length < tested.length) {
    const expected = Math.round(significant * tested.length);
    notes.push({
      code: "many-tests",
      severity: "hint",
      message: `of ${tested.length} tests about ${expected} would pass p < ${significant} by chance alone; ${tested.length - none.length} did`,
      columns: [],
    });
  }
  return notes;
}

function missing({ columns, n, target }: Facts): Note[] {
  const gaps = columns.filter(
    (column) => column.missing > 0 && column.use !== "empty" && column.use !== "ignored",
  );
  if (gaps.length === 0) return [];
  gaps.sort((a, b) => b.missing - a.missing);
  const worst = gaps.map((column) => `${column.name} ${column.missing}`);
  const heavy = gaps.some((column) => column.missing > n / 4);
  return [
    {
      code: "missing-values",
      severity: heavy ? "hint" : "fact",
      message: `missing values, left out pair by pair: ${list(worst)}${
        target !== undefined && gaps.some((column) => column.name === target)
          ? "; rows without a target are not used"
          : ""
      }`,
      columns: gaps.map((column) => column.name),
    },
  ];
}

function unused({ columns }: Facts): Note[] {
  const notes: Note[] = [];
  const say = (use: ColumnSummary["use"], code: string, text: string) => {
    const found = columns.filter((column) => column.use === use);
    if (found.length === 0) return;
    const names = found.map((column) =>
      use === "identifier" ? `${column.name} (${column.because})` : column.name,
    );
    notes.push({
      code,
      severity: "fact",
      message: `${text}: ${list(names)}`,
      columns: found.map((c) => c.name),
    });
  };
  say("identifier", "identifiers", "ignored as identifiers");
  say("constant", "constants", "constant, nothing to say");
  say("empty", "empty-columns", "no values at all");
  return notes;
}

/** Warnings of the estimators, one note for all columns that share one. */
function warnings({ answers, target }: Facts): Note[] {
  const byText = new Map<string, Note>();
  for (const { x, y, warnings } of estimates(answers)) {
    for (const { code, message } of warnings) {
      if (code === "negative") continue;
      const note = byText.get(code + message) ?? { code, severity: "hint" as const, message, columns: [] };
      note.columns.push(
        ...[...x, ...(target === undefined ? y : [])].filter((name) => !note.columns.includes(name)),
      );
      byText.set(code + message, note);
    }
  }
  return [...byText.values()].map((note) => ({ ...note, message: `${list(note.columns)}: ${note.message}` }));
}

function estimates(answers: readonly PairAnswer[]): PairEstimate[] {
  return answers.flatMap((answer) => (answer.refused ? [] : [answer.estimate]));
}

/** Names in a sentence; long lists are cut. */
function list(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most - 1).join(", ")} and ${names.length - most + 1} more`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
