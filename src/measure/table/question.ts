import { InputError } from "../../core/errors.ts";
import { type ColumnDecision, unknownColumn } from "../../data/table.ts";
import type { TableMeasurement } from "./measurement.ts";
import type { PairOptions, TransferSteps } from "./pair-task.ts";

/** What to measure, with defaults filled in by `measureTable`. */
export interface TableRequest extends Partial<PairOptions> {
  /** Column that the others are to tell something about. */
  target?: string;
  /** Groups of columns, each taken as one variable. */
  x?: readonly string[];
  y?: readonly string[];
  /** Columns whose information is taken as known. */
  given?: readonly string[];
  /** All pairs of columns, also when there is a target. */
  pairs?: boolean;
  /** Steps between source and target of a transfer entropy; asking for it makes x and y time series. */
  lag?: number;
  /** Past steps of the target that are taken as known. */
  history?: number;
  /** Worker threads; by default as many as the machine runs at once, and none for small tables. */
  threads?: number;
  /** Asks MIST for a second opinion on pairs with a target or between groups. Default false. */
  mist?: boolean;
}

/** What is asked of a table: which groups of columns, paired with which. */
export interface Question {
  kind: TableMeasurement["question"];
  target?: string;
  pairs: { x: string[]; y: string[]; given?: string[]; transfer?: TransferSteps }[];
}

/** Reads the question from a request, and refuses columns that are unknown or cannot be measured. */
export function questionOf(decisions: readonly ColumnDecision[], request: TableRequest): Question {
  const group = (names: readonly string[] | undefined, option: string) =>
    names?.map((name) => known(name, option));
  const known = (name: string, option: string): string => {
    requireUsable(decisions, name, option);
    return name;
  };
  const x = group(request.x, "--x");
  const given = group(request.given, "--given");
  const target = request.target === undefined ? undefined : known(request.target, "--target");
  const y = group(request.y, "--y") ?? (target === undefined ? undefined : [target]);

  if (request.lag !== undefined || request.history !== undefined) return transfer(x, y, request);
  if (x) {
    if (!y) throw needs("--x", "the other side of the question", "--y or --target");
    requireDisjoint(x, y, given);
    return { kind: "groups", pairs: [{ x, y, given }] };
  }
  const others = decisions
    .filter(({ use }) => use === "continuous" || use === "discrete")
    .map(({ name }) => name)
    .filter((name) => !y?.includes(name) && !given?.includes(name));
  if (y && !request.pairs) {
    if (others.length === 0) throw nothingLeft(y);
    const kind = y.length === 1 ? "target" : "groups";
    return {
      kind,
      target: y.length === 1 ? y[0] : undefined,
      pairs: others.map((name) => ({ x: [name], y, given })),
    };
  }
  const names = y ? [...others, ...y] : others;
  if (names.length < 2) throw nothingLeft(names);
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ x: [a], y: [b], given })));
  return { kind: "pairs", target, pairs };
}

function transfer(x: string[] | undefined, y: string[] | undefined, request: TableRequest): Question {
  if (x?.length !== 1 || y?.length !== 1) throw needs("--lag", "two time series", "--x one --y other");
  const settings = { lag: request.lag ?? 1, history: request.history ?? 1 };
  for (const [name, steps] of Object.entries(settings)) {
    if (Number.isInteger(steps) && steps >= 1) continue;
    throw new InputError({
      code: "bad-steps",
      where: `--${name}`,
      problem: "not a number of time steps",
      expected: "an integer from 1",
      got: steps,
    });
  }
  return {
    kind: "transfer",
    pairs: [
      { x, y, transfer: settings },
      { x: y, y: x, transfer: settings },
    ],
  };
}

function requireUsable(decisions: readonly ColumnDecision[], name: string, option: string): void {
  const decision = decisions.find((candidate) => candidate.name === name);
  if (!decision) {
    throw unknownColumn(
      option,
      name,
      decisions.map((candidate) => candidate.name),
    );
  }
  if (decision.use === "continuous" || decision.use === "discrete") return;
  const codes = {
    constant: "constant-column",
    empty: "all-missing",
    identifier: "identifier",
    ignored: "ignored",
  };
  const problems = {
    constant: "all rows are the same, so nothing can tell them apart",
    empty: "all values are missing",
    identifier: `taken as an identifier (${decision.because})`,
    ignored: "ignored as asked",
  };
  const hints = { identifier: "use --discrete or --continuous to measure it all the same" };
  throw new InputError({
    code: codes[decision.use],
    where: option,
    problem: `column ${name}: ${problems[decision.use]}`,
    expected: "a column that varies",
    hint: decision.use === "identifier" ? hints.identifier : undefined,
  });
}

function requireDisjoint(x: string[], y: string[], given: string[] = []): void {
  const seen = new Set<string>();
  for (const name of [...x, ...y, ...given]) {
    if (seen.has(name)) {
      throw new InputError({
        code: "column-twice",
        where: "measure",
        problem: "a column stands on both sides of the question",
        expected: "each column once in --x, --y and --given",
        got: name,
      });
    }
    seen.add(name);
  }
}

function needs(option: string, what: string, answer: string): InputError {
  return new InputError({
    code: "missing-option",
    where: option,
    problem: `needs ${what}`,
    hint: `add ${answer}`,
  });
}

function nothingLeft(names: readonly string[]): InputError {
  return new InputError({
    code: "nothing-to-measure",
    where: "measure",
    problem: "no other column can be measured",
    expected: "at least two columns that vary",
    got: names.length === 0 ? "none" : names.join(", "),
  });
}
