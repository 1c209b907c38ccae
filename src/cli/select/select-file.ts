import { asCodes, type Codes, levelCounts, takeCodes } from "../../core/codes.ts";
import { InputError } from "../../core/errors.ts";
import type { LongRunning } from "../../core/progress.ts";
import { Random } from "../../core/random.ts";
import { hashFile } from "../../data/hash.ts";
import { categoriesOf, numbersOf, type Table, type TableNote } from "../../data/table.ts";
import { gather } from "../../decide/submodular/objectives.ts";
import type { Balance, SelectionMap, SelectReport } from "../../decide/submodular/report-data.ts";
import { selectRows } from "../../decide/submodular/select-rows.ts";
import type { FeatureRows } from "../../decide/submodular/submodular.ts";
import type { SelectFlags } from "../select.ts";
import { type Compared, readExamples, readPool } from "./read-rows.ts";

type Findings = Omit<SelectReport, "command" | "files" | "environment">;

/** Reads what is to be chosen from, chooses, and says how good the choice is. */
export async function selectFile(
  file: string,
  flags: SelectFlags,
  run: LongRunning,
): Promise<{ table?: Table; findings: Findings }> {
  const pool = await readPool(file, flags, run);
  const notes: TableNote[] = [...pool.notes];
  const examples = async (path: string | undefined, what: "query" | "avoid") => {
    if (path === undefined) return undefined;
    const read = await readExamples(path, pool, what, run);
    notes.push(...read.notes);
    return read.features;
  };
  const queries = await examples(flags.query, "query");
  const avoided = await examples(flags.avoid, "avoid");
  const { table, rows, features } = pool;
  const n = rows.length;
  const k = flags.count ?? n;
  if (!Number.isInteger(k) || k < 1 || k > n) {
    const left = n < pool.totalRows ? ` that can be compared (of ${pool.totalRows})` : "";
    throw new InputError({
      code: "bad-k",
      where: "-k",
      problem: k > n ? `more than there are rows${left}` : "not a number of rows",
      expected: `a whole number from 1 to ${n}`,
      got: k,
    });
  }
  const labels = labelsOf(pool, flags);
  const balance =
    flags.balance === undefined
      ? undefined
      : balanceOf(requireTable(table, "--balance"), flags.balance, rows, k);
  const metric = flags.metric ?? (pool.kind === "columns" ? "rbf" : "cosine");
  const request = {
    ...run,
    k,
    metric,
    objective: flags.objective,
    optimizer: flags.optimizer,
    epsilon: flags.epsilon,
    neighbours: flags.neighbours,
    seed: flags.seed,
    ...costsOf(table, rows, flags),
    ...(balance ? { groups: balance.groups, limits: balance.limits } : {}),
  };
  const findings = await selectRows({ pool: features, queries, avoided }, request);
  if (findings.approximation) {
    notes.push({
      code: "approximated",
      severity: "fact",
      message: `Similarities: ${findings.approximation}.`,
      columns: [],
    });
  }
  const picks = findings.indices.map((i, t) => ({
    row: rows[i] + 1,
    gain: findings.gains[t],
    ...(labels ? { label: labels(rows[i]) } : {}),
  }));
  return {
    table,
    findings: {
      ...findings,
      file,
      inputHash: file === "-" || /[*?[]/.test(file) ? undefined : await hashFile(file),
      totalRows: pool.totalRows,
      comparedBy: pool.comparedBy,
      picks,
      balance: balance && countChosen(balance, flags.balance ?? "", findings.indices),
      map: await mapOf(features, findings.indices, { queries, avoided, seed: flags.seed }),
      notes,
      options: {
        count: k,
        "compared by": pool.comparedBy,
        objective: findings.objective,
        metric,
        optimizer: findings.optimizer,
        ...(findings.optimizer.startsWith("l") && findings.optimizer !== "lazier-than-lazy"
          ? {}
          : { epsilon: flags.epsilon }),
        query: flags.query,
        avoid: flags.avoid,
        balance: flags.balance,
        cost: flags.cost,
        budget: flags.budget,
      },
    },
  };
}

function requireTable(table: Table | undefined, option: string): Table {
  if (table) return table;
  throw new InputError({
    code: "no-table",
    where: option,
    problem: "an array has no named columns",
    expected: "a table",
  });
}

/** What each row is called: its id, else its text. */
function labelsOf(
  { table, kind, column }: Compared,
  { id }: SelectFlags,
): ((row: number) => string) | undefined {
  if (id !== undefined) {
    const { codes, levels } = categoriesOf(requireTable(table, "--id"), id);
    const seen = new Int32Array(levels.length).fill(-1);
    for (const [row, code] of codes.entries()) {
      if (code < 0 || seen[code] >= 0) {
        throw new InputError({
          code: code < 0 ? "missing-value" : "duplicate-id",
          where: `--id ${id}`,
          problem:
            code < 0 ? `row ${row + 1} has no id` : `rows ${seen[code] + 1} and ${row + 1} have the same id`,
          expected: "a different one in each row",
          got: code < 0 ? undefined : levels[code],
        });
      }
      seen[code] = row;
    }
    return (row) => levels[codes[row]];
  }
  if (kind !== "text" || !table || column === undefined) return undefined;
  const { codes, levels } = categoriesOf(table, column);
  return (row) => levels[codes[row]];
}

function costsOf(table: Table | undefined, rows: Int32Array, { cost, budget }: SelectFlags) {
  if (cost === undefined && budget === undefined) return {};
  if (cost === undefined || budget === undefined) {
    throw new InputError({
      code: "missing-option",
      where: cost === undefined ? "--budget" : "--cost",
      problem: "--cost and --budget go together",
      expected: "both or neither",
    });
  }
  const numbers = numbersOf(requireTable(table, "--cost"), cost);
  const costs = Float64Array.from(rows, (row) => numbers[row]);
  const bad = costs.findIndex((value) => !(value > 0));
  if (bad >= 0) {
    throw new InputError({
      code: "bad-cost",
      where: `--cost ${cost}`,
      problem: `row ${rows[bad] + 1} has no usable cost`,
      expected: "a number above 0",
      got: costs[bad],
    });
  }
  return { costs, budget };
}

interface Groups {
  groups: Codes;
  limits: number[];
  counts: Float64Array;
}

/** Equal limits for all values; what a rare value cannot give is shared among the others, the frequent ones first. */
function balanceOf(table: Table, column: string, rows: Int32Array, k: number): Groups {
  const all = categoriesOf(table, column);
  const missing = rows.find((row) => all.codes[row] < 0);
  if (missing !== undefined) {
    throw new InputError({
      code: "missing-value",
      where: `--balance ${column}`,
      problem: `row ${missing + 1} has no value`,
      expected: "a value in each row",
      hint: "fill it, or leave the row out",
    });
  }
  const groups = asCodes(Array.from(takeCodes(all, rows).codes, (code) => all.levels[code]));
  const counts = levelCounts(groups);
  if (groups.levels.length > k) {
    throw new InputError({
      code: "too-many-groups",
      where: `--balance ${column}`,
      problem: "more values than rows to choose",
      expected: `at most ${k} different values`,
      got: groups.levels.length,
    });
  }
  const limits = new Array<number>(counts.length).fill(0);
  const order = Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  for (let left = k; left > 0; ) {
    const open = order.filter((g) => limits[g] < counts[g]);
    const share = Math.max(1, Math.floor(left / open.length));
    for (const g of open) {
      const more = Math.min(share, counts[g] - limits[g], left);
      limits[g] += more;
      left -= more;
    }
  }
  return { groups, limits, counts };
}

function countChosen({ groups, counts }: Groups, column: string, indices: readonly number[]): Balance {
  const chosen = new Array<number>(counts.length).fill(0);
  for (const i of indices) chosen[groups.codes[i]]++;
  return {
    column,
    groups: groups.levels.map((name, g) => ({ name, rows: counts[g], chosen: chosen[g] })),
  };
}

const mostLeft = 1500;
const mostMarked = 600;

async function mapOf(
  features: FeatureRows,
  indices: readonly number[],
  { queries, avoided, seed }: { queries?: FeatureRows; avoided?: FeatureRows; seed: number },
): Promise<SelectionMap | undefined> {
  const { principalPlane } = await import("../../learn/embedding-map.ts");
  const random = new Random(seed).split("map");
  const some = (all: ArrayLike<number>, most: number) =>
    all.length <= most ? Int32Array.from(all) : random.subsample(all.length, most).map((at) => all[at]);
  const chosen = new Set(indices);
  const others = Int32Array.from({ length: features.rows }, (_, i) => i).filter((i) => !chosen.has(i));
  const counted = (rows: FeatureRows | undefined) =>
    some(
      Array.from({ length: rows?.rows ?? 0 }, (_, i) => i),
      mostMarked,
    );
  const parts = [
    { kind: "left" as const, rows: features, which: some(others, mostLeft) },
    ...(queries ? [{ kind: "query" as const, rows: queries, which: counted(queries) }] : []),
    ...(avoided ? [{ kind: "avoided" as const, rows: avoided, which: counted(avoided) }] : []),
    { kind: "chosen" as const, rows: features, which: some(indices, mostMarked) },
  ];
  const total = parts.reduce((sum, { which }) => sum + which.length, 0);
  if (total < 3 || features.cols < 2) return undefined;
  const data = new Float64Array(total * features.cols);
  const kind: SelectionMap["kind"][number][] = [];
  for (const part of parts) {
    data.set(gather(part.rows, part.which).data, kind.length * features.cols);
    for (let i = 0; i < part.which.length; i++) kind.push(part.kind);
  }
  return { ...principalPlane({ data, rows: total, cols: features.cols }), kind, left: others.length };
}
