import { InputError } from "../core/errors.ts";
import { distinctCount } from "../core/statistics.ts";
import {
  type Column,
  type ColumnDecision,
  columnOf,
  numbersOf,
  type Table,
  type TableNote,
} from "./table.ts";

/** What a person says about columns. */
export interface ColumnUses {
  discrete?: readonly string[];
  continuous?: readonly string[];
  ignore?: readonly string[];
  /** Columns that are asked about: never taken for identifiers. */
  target?: string | readonly string[];
}

/** Up to this many different numbers may be categories … */
const mostCategories = 10;
/** … when each occurs this often on average. */
const rowsPerCategory = 10;
/** Text that differs in more than every second row tells rows apart instead of describing them. */
const fewRows = 20;

const identifierName = /(^|[\s_.-])(id|ids|uuid|guid|key|index|idx|rowid|rownum|row)$|^unnamed: ?\d+$/i;
const camelIdentifier = /[a-z](Id|ID|Uuid|UUID|Key|Index)$/;

/**
 * Decides what each column is used as, and says why. In this order:
 *
 * 1. nothing but missing values → empty; asked to ignore → ignored; one value → constant;
 * 2. `continuous` and `discrete` as asked;
 * 3. booleans → discrete; text → identifier when more than half of its values are different (over 20 rows, or all of
 *    them), otherwise discrete;
 * 4. whole numbers → identifier when they are all different and count the rows up or down, or when the name ends in
 *    id, key, index and the like and more than half are different; discrete when the name says so and values repeat;
 * 5. numbers and dates → discrete with two values, or with up to ten that occur ten times each on average; otherwise
 *    continuous.
 *
 * A target is never an identifier.
 *
 * @throws InputError `unknown-column` with the nearest name, `contradiction` for a name in two lists, and
 * `text-in-numeric-column` for text that is asked to be continuous
 * @example
 * import { inferColumns, readTable } from "surprisal/data";
 * const penguins = await readTable("node_modules/vega-datasets/data/penguins.json");
 * const [species] = inferColumns(penguins, { target: "Species" });
 * // { name: "Species", use: "discrete", because: "text with 3 different values", missing: 0, distinct: 3 }
 */
export function inferColumns(table: Table, uses: ColumnUses = {}): ColumnDecision[] {
  const targets = typeof uses.target === "string" ? [uses.target] : (uses.target ?? []);
  const asked = requests(table, uses);
  for (const name of targets) columnOf(table, name);
  return table.columns.map((column) => {
    const distinct = distinctValues(column);
    const facts = { name: column.name, missing: column.missing, distinct };
    const decision = decide(table, column, distinct, asked.get(column.name), targets.includes(column.name));
    return { ...facts, ...decision };
  });
}

type Asked = "discrete" | "continuous" | "ignore";
type Verdict = Pick<ColumnDecision, "use" | "because" | "note">;

function requests(table: Table, uses: ColumnUses): Map<string, Asked> {
  const asked = new Map<string, Asked>();
  for (const list of ["discrete", "continuous", "ignore"] as const) {
    for (const name of uses[list] ?? []) {
      columnOf(table, name);
      const before = asked.get(name);
      if (before !== undefined && before !== list) {
        throw new InputError({
          code: "contradiction",
          where: "inferColumns",
          problem: `column ${JSON.stringify(name)} is asked to be ${before} and ${list}`,
          expected: "one use for each column",
          got: name,
        });
      }
      asked.set(name, list);
    }
  }
  return asked;
}

function decide(
  table: Table,
  column: Column,
  distinct: number,
  asked: Asked | undefined,
  isTarget: boolean,
): Verdict {
  const present = table.rows - column.missing;
  if (asked === "ignore") return { use: "ignored", because: "as asked" };
  if (present === 0) return { use: "empty", because: "no values" };
  if (distinct === 1) return { use: "constant", because: `always ${onlyValue(column)}` };
  if (asked === "continuous") {
    numbersOf(table, column.name);
    return { use: "continuous", because: "as asked" };
  }
  if (asked === "discrete")
    return { use: "discrete", because: "as asked", note: sparse(column, distinct, present) };
  const verdict = column.numbers
    ? judgeNumbers(column, distinct, present)
    : judgeText(column, distinct, present);
  if (verdict.use !== "identifier" || !isTarget) return verdict;
  if (column.numbers) return { use: "continuous", because: "numbers, asked about" };
  return { use: "discrete", because: "text, asked about", note: sparse(column, distinct, present) };
}

function judgeText(column: Column, distinct: number, present: number): Verdict {
  if (column.type === "boolean") return { use: "discrete", because: "true or false" };
  if (distinct === present) return { use: "identifier", because: "text, different in every row" };
  if (present > fewRows && distinct > present / 2) {
    return { use: "identifier", because: `text, ${distinct} different values in ${present} rows` };
  }
  return {
    use: "discrete",
    because: `text with ${distinct} different values`,
    note: sparse(column, distinct, present),
  };
}

function judgeNumbers(
  column: Column & { numbers: Float64Array },
  distinct: number,
  present: number,
): Verdict {
  const isDate = column.type === "date";
  const isWhole = column.numbers.every((value) => Number.isNaN(value) || Number.isInteger(value));
  if (isWhole && !isDate) {
    const isNamed = identifierName.test(column.name) || camelIdentifier.test(column.name);
    if (distinct === present && countsRows(presentNumbers(column))) {
      return { use: "identifier", because: "whole numbers that count the rows" };
    }
    if (isNamed && distinct > present / 2) {
      return { use: "identifier", because: "named like an identifier, hardly any value twice" };
    }
    if (isNamed && distinct > mostCategories) {
      return {
        use: "discrete",
        because: "named like an identifier, values repeat",
        note: sparse(column, distinct, present),
      };
    }
  }
  if (distinct === 2 || (distinct <= mostCategories && distinct * rowsPerCategory <= present)) {
    return {
      use: "discrete",
      because: `${distinct} different ${isDate ? "dates" : "numbers"} in ${present} rows`,
    };
  }
  if (isDate) return { use: "continuous", because: "dates, in days" };
  return { use: "continuous", because: isWhole ? `whole numbers, ${distinct} different` : "numbers" };
}

/** Strictly up or down by one step all the way, or strictly up through more than a few rows. */
function countsRows(values: Float64Array): boolean {
  if (values.length < 3) return false;
  const step = values[1] - values[0];
  const isEven = values.every((value, i) => i === 0 || value - values[i - 1] === step);
  if (isEven) return true;
  return values.length > fewRows && values.every((value, i) => i === 0 || value > values[i - 1]);
}

/** A warning for a discrete column most of whose values are seen hardly ever. */
function sparse({ name, numbers }: Column, distinct: number, present: number): TableNote | undefined {
  if (distinct <= present / 4) return undefined;
  return {
    code: "sparse-levels",
    severity: "problem",
    message:
      `${name} has ${distinct} different values in ${present} rows: as categories most are seen too rarely to learn from` +
      (numbers ? "; continuous would fit better" : ""),
    columns: [name],
  };
}

function onlyValue({ numbers, codes, levels, type }: Column): string {
  if (!numbers) return JSON.stringify(levels[codes.find((code) => code >= 0)!]);
  const value = numbers.find((candidate) => !Number.isNaN(candidate))!;
  return type === "date" ? new Date(value * 86_400_000).toUTCString() : String(value);
}

function distinctValues(column: Column): number {
  const { numbers, codes, levels } = column;
  if (numbers) return distinctCount(presentNumbers(column));
  const seen = new Uint8Array(levels.length);
  for (const code of codes) if (code >= 0) seen[code] = 1;
  return seen.reduce((sum, one) => sum + one, 0);
}

function presentNumbers({ numbers, missing }: Column & { numbers: Float64Array }): Float64Array {
  if (missing === 0) return numbers;
  const values = new Float64Array(numbers.length - missing);
  for (let i = 0, to = 0; i < numbers.length; i++) if (!Number.isNaN(numbers[i])) values[to++] = numbers[i];
  return values;
}
