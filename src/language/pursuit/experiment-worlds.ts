import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { Random } from "../../core/random.ts";
import { type AttributeTable, attributeTable } from "./attribute-table.ts";
import { readAnimals } from "./experiment-animals.ts";
import { informationPursuit } from "./information-pursuit.ts";

/** Eight classes as codes of three bits, among queries that repeat or mix the bits. */
export function threeBits(): AttributeTable {
  const codes = Array.from({ length: 8 }, (_, y) => [(y >> 2) & 1, (y >> 1) & 1, y & 1]);
  return attributeTable({
    labels: codes.map((code) => code.join("")),
    queries: ["first", "second", "third", "first and second", "first or third", "any", "always"],
    values: codes.map(([a, b, c]) => [a, b, c, a & b, a | c, a | b | c, 1].map((v) => v === 1)),
  });
}

/** How many questions it takes to be left with one label, for each. */
export async function depths(
  table: AttributeTable,
): Promise<{ label: string; questions: number; correct: boolean }[]> {
  const pursuit = informationPursuit({ ...table, criterion: "entropy", maxQueries: table.queries.length });
  const found = [];
  for (const label of table.labels) {
    const { history, correct } = await pursuit.play(table.caseOf(label));
    found.push({ label, questions: history.length, correct });
  }
  return found;
}

/** Sheet 18, part C: answers without noise. */
export async function worlds(count: number): Promise<ExperimentResult> {
  const codes = await depths(threeBits());
  const random = new Random(3);
  let least = Number.POSITIVE_INFINITY;
  for (let world = 0; world < count; world++) {
    const K = 2 + random.integer(11);
    const queries = Array.from({ length: 3 + random.integer(10) }, (_, q) => `q${q}`);
    const seen = new Map<string, boolean[]>();
    while (seen.size < Math.min(K, 2 ** queries.length)) {
      const row = queries.map(() => random.uniform() < 0.5);
      seen.set(row.join(), row);
    }
    const values = [...seen.values()];
    const table = attributeTable({ labels: values.map((_, y) => `y${y}`), queries, values });
    const found = await depths(table);
    const total = found.reduce((sum, { questions }) => sum + questions, 0) / found.length;
    least = Math.min(least, total - Math.log2(values.length));
  }
  const rows: ExperimentRow[] = [
    {
      claim: "8 classes as 3-bit codes among redundant queries: greedy asks 3 questions, always",
      reported: "3",
      measured: [...new Set(codes.map(({ questions }) => questions))].join(", "),
      tolerance: "0: exact",
      holds: codes.every(({ questions, correct }) => questions === 3 && correct),
    },
    {
      claim: "in random worlds without noise the mean number of yes/no questions is at least log₂ K",
      reported: "at least log₂ K",
      measured: `smallest difference ${least.toFixed(3)} over ${count} worlds`,
      tolerance: "none below −1e-9: rounding",
      holds: least >= -1e-9,
    },
  ];
  const animals = readAnimals();
  if (!animals) return { rows, tables: [absent("../shared/data/awa2 is absent")] };
  const found = (await depths(attributeTable(animals))).map(({ questions }) => questions);
  const mean = found.reduce((a, b) => a + b, 0) / found.length;
  rows.push({
    claim: "20 animals by 85 attributes (AwA2), answers without noise: questions on average and at worst",
    reported: "4.4, 5",
    measured: `${mean}, ${Math.max(...found)}`,
    tolerance: "0: exact",
    holds: Math.abs(mean - 4.4) < 1e-9 && Math.max(...found) === 5,
  });
  return { rows };
}

export function absent(reason: string) {
  return { title: "Left out", columns: ["reason"], rows: [[reason]] };
}
