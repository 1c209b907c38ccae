import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { Random } from "../../core/random.ts";
import { mean, standardDeviation } from "../../core/statistics.ts";
import { randomTree } from "./experiment-trees.ts";
import { locus, nextClasses } from "./loki.ts";

type Pace = () => Promise<void> | undefined;

interface Reported {
  n: number;
  initial: number;
  active: number[];
  random: number[];
  /** Picks until every label is reached. */
  picks?: [active: number, random: number];
}

const reportedTrees: Reported[] = [
  {
    n: 50,
    initial: 6,
    active: [19.5, 25.0, 28.9, 31.8, 34.1],
    random: [19.5, 22.0, 24.2, 25.9, 27.6],
    picks: [17.3, 22.1],
  },
  { n: 20, initial: 3, active: [8.05, 12.1, 14.4], random: [8.05, 9.97, 11.8], picks: [6.8, 8.6] },
  { n: 100, initial: 3, active: [17.6, 30.2, 38.5], random: [17.6, 22.2, 26.3] },
];

/** Active picks against random ones in uniform random trees, next to the sheet's numbers. */
export async function activeSelection(trees: number, pace: Pace): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  const table: (string | number)[][] = [];
  for (const reported of reportedTrees) {
    const { n, initial, active, random: baseline, picks } = reported;
    const found = await pickInTrees(reported, trees, pace);
    const steps = active.length;
    const averages = (sizes: number[][]) =>
      Array.from({ length: steps }, (_, k) => mean(sizes.map((s) => s[k])));
    const slack = (sizes: number[][]) =>
      Array.from(
        { length: steps },
        (_, k) => 4 * standardDeviation(sizes.map((s) => s[k])) * Math.sqrt(1 / trees + 1 / 100),
      );
    for (const [name, sizes, told] of [
      ["the farthest node", found.active, active],
      ["a random node", found.random, baseline],
    ] as const) {
      const [own, room] = [averages(sizes), slack(sizes)];
      rows.push({
        claim: `locus of uniform random trees of ${n} nodes after 0 to ${steps - 1} picks of ${name}, beginning with ${initial}`,
        reported: told.join(", "),
        measured: own.map((value) => value.toFixed(2)).join(", "),
        tolerance: `± ${room.map((value) => value.toFixed(1)).join(", ")}: 4 standard errors of the difference of two means over ${trees} and 100 trees`,
        holds: own.every((value, k) => Math.abs(value - told[k]) <= room[k]),
      });
      table.push([n, initial, name, ...own.map((value) => value.toFixed(1)), ...Array(5 - steps).fill("")]);
    }
    const ahead = found.active.map((sizes, t) => sizes[steps - 1] - found.random[t][steps - 1]);
    const error = (4 * standardDeviation(ahead)) / Math.sqrt(trees);
    rows.push({
      claim: `the farthest node enlarges the locus more than a random one (${n} nodes, ${steps - 1} picks)`,
      reported: `${(active[steps - 1] - baseline[steps - 1]).toFixed(1)} labels more`,
      measured: `${mean(ahead).toFixed(2)} labels more`,
      tolerance: `above ${error.toFixed(2)}: 4 standard errors of paired differences`,
      holds: mean(ahead) > error,
    });
    if (!picks) continue;
    const own = [mean(found.activePicks), mean(found.randomPicks)];
    const room = [found.activePicks, found.randomPicks].map(
      (values) => 4 * standardDeviation(values) * Math.sqrt(1 / trees + 1 / 100),
    );
    rows.push({
      claim: `picks until all ${n} labels are reached, farthest and random`,
      reported: picks.join(" and "),
      measured: own.map((value) => value.toFixed(1)).join(" and "),
      tolerance: `± ${room.map((value) => value.toFixed(1)).join(" and ")}: 4 standard errors of the difference of two means`,
      holds: own.every((value, k) => Math.abs(value - picks[k]) <= room[k]),
    });
  }
  return {
    rows,
    tables: [
      {
        title: `Labels that can be predicted, by picks; mean of ${trees} uniform random trees`,
        columns: ["nodes", "observed first", "pick", "0", "1", "2", "3", "4"],
        rows: table,
      },
    ],
  };
}

async function pickInTrees({ n, initial, active, picks }: Reported, trees: number, pace: Pace) {
  const out = {
    active: [] as number[][],
    random: [] as number[][],
    activePicks: [] as number[],
    randomPicks: [] as number[],
  };
  const most = picks ? n : active.length - 1;
  for (let t = 0; t < trees; t++) {
    const random = new Random(t).split(n);
    const space = randomTree(n, random);
    const first = random.subsample(n, initial);
    const start = (await locus(space, first)).reachable.length;
    const chosen = await nextClasses(space, first, most);
    const sizes = [start, ...chosen.map(({ reachable }) => reachable)];
    out.active.push(padded(sizes, active.length, n));
    out.activePicks.push(chosen.length);

    const observed = [...first];
    const grown = [start];
    for (
      let reached = new Set((await locus(space, observed)).reachable);
      grown.length <= most && reached.size < n;
    ) {
      const rest = Array.from({ length: n }, (_, v) => v).filter((v) => !reached.has(v));
      observed.push(rest[random.integer(rest.length)]);
      reached = new Set((await locus(space, observed)).reachable);
      grown.push(reached.size);
    }
    out.random.push(padded(grown, active.length, n));
    out.randomPicks.push(grown.length - 1);
    await pace();
  }
  return out;
}

function padded(sizes: readonly number[], length: number, value: number): number[] {
  return Array.from({ length }, (_, k) => sizes[k] ?? value);
}
