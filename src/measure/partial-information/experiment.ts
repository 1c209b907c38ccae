import type { Experiment, ExperimentRow } from "../../core/card.ts";
import { throwIfStopped } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import {
  type JointTable,
  type PartialInformation,
  type PartialInformationMeasure,
  partialInformation,
} from "./partial-information.ts";

const x1 = [0, 0, 1, 1];
const x2 = [0, 1, 0, 1];
const xor = [0, 1, 1, 0];
const and = [0, 0, 0, 1];
const copy = [0, 1, 2, 3];
const alone = 0.31127812445913283;

export const experiment: Experiment = {
  id: "partial-information",
  async run({ quick = false, signal, onProgress } = {}) {
    const rows = await bits();
    onProgress?.({ done: 1, total: 3 });
    throwIfStopped(signal, "partial-information");
    rows.push(...(await randomTables(quick ? 200 : 5000, signal)));
    onProgress?.({ done: 2, total: 3 });
    rows.push(await exhaustive(quick ? 10 : 100));
    onProgress?.({ done: 3, total: 3 });
    return { rows };
  },
};

/** The examples that every paper on the subject discusses. */
async function bits(): Promise<ExperimentRow[]> {
  const row = async (name: string, y: number[], measure: PartialInformationMeasure, expected: number[]) => {
    const parts = await partialInformation(x1, x2, y, { measure, unit: "bits" });
    const found = [parts.redundancy, parts.unique1, parts.unique2, parts.synergy];
    const exact = measure === "broja" ? 1e-8 : 1e-12;
    return {
      claim: `${name}, ${measure}: redundant, unique, unique, synergistic`,
      reported: `${expected.map(short).join(" / ")} bits`,
      measured: `${found.map(short).join(" / ")} bits`,
      tolerance: measure === "broja" ? "1e-8: the duality gap of 1e-9 nats, and rounding" : "1e-12: rounding",
      holds: found.every((value, i) => Math.abs(value - expected[i]) < exact),
    };
  };
  const rows: ExperimentRow[] = [];
  for (const measure of ["williams-beer", "mmi", "broja"] as const) {
    rows.push(await row("exclusive or", xor, measure, [0, 0, 0, 1]));
    rows.push(await row("and", and, measure, [alone, 0, 0, 0.5]));
  }
  rows.push(await row("two bits copied (the known defect)", copy, "williams-beer", [1, 0, 0, 1]));
  rows.push(await row("two bits copied", copy, "broja", [0, 1, 1, 0]));
  return rows;
}

/** What must hold for every distribution. */
async function randomTables(count: number, signal: AbortSignal | undefined): Promise<ExperimentRow[]> {
  const random = new Random(1).split("tables");
  let closed = 0;
  let steps = 0;
  let least = Number.POSITIVE_INFINITY;
  let ordered = 0;
  for (let t = 0; t < count; t++) {
    throwIfStopped(signal, "partial-information");
    const table = drawn(random, [2 + random.integer(3), 2 + random.integer(3), 2 + random.integer(3)], 0.5);
    const of = (measure: PartialInformationMeasure) => partialInformation(table, { measure });
    const [broja, mmi, beer] = [await of("broja"), await of("mmi"), await of("williams-beer")];
    if (broja.diagnostics.gap <= 1e-9) closed++;
    steps = Math.max(steps, broja.diagnostics.iterations);
    least = Math.min(least, ...terms(broja));
    if (broja.redundancy <= mmi.redundancy + 1e-9 && beer.redundancy <= mmi.redundancy + 1e-12) ordered++;
  }
  return [
    {
      claim: "broja: the optimum is proven to 1e-9 nats for random tables of up to 4 × 4 × 4",
      reported: "—",
      measured: `${closed} of ${count}, at most ${steps} steps`,
      tolerance: "all",
      holds: closed === count,
    },
    {
      claim: "broja: no term is negative",
      reported: "proven (Bertschinger et al. 2014)",
      measured: `smallest ${least.toExponential(1)} nats`,
      tolerance: "−1e-9: the duality gap",
      holds: least >= -1e-9,
    },
    {
      claim: "mmi is the largest redundancy of the three",
      reported: "an upper bound for every redundancy with unique information ≥ 0",
      measured: `${ordered} of ${count}`,
      tolerance: "all, to the duality gap",
      holds: ordered === count,
    },
  ];
}

/** Binary tables have two free parameters: the optimum over a fine grid of them is an independent check. */
async function exhaustive(count: number): Promise<ExperimentRow> {
  const random = new Random(2).split("grid");
  const points = 400;
  let worst = 0;
  for (let t = 0; t < count; t++) {
    const table = drawn(random, [2, 2, 2], 1);
    const { synergy, mutualInformation } = await partialInformation(table);
    worst = Math.max(worst, Math.abs(smallestOnGrid(table, points) - (mutualInformation - synergy)));
  }
  // At most half a grid step from the optimum in each of two directions, with curvature up to about 1/p.
  return {
    claim: "broja: min I_Q(X1,X2;Y) agrees with a search over all Q of binary tables",
    reported: "—",
    measured: `largest difference ${worst.toExponential(1)} nats in ${count} tables`,
    tolerance: `1e-3: a grid of ${points} × ${points} points misses the optimum by about its step squared over p`,
    holds: worst < 1e-3,
  };
}

function smallestOnGrid({ p }: JointTable, points: number): number {
  // q(x1,x2,y) = p + (−1)^(x1 + x2) s_y: the moves that keep both margins.
  const range = [0, 1].map((y) => {
    const at = (i: number, j: number) => p[(i * 2 + j) * 2 + y];
    return [-Math.min(at(0, 0), at(1, 1)), Math.min(at(0, 1), at(1, 0))];
  });
  const step = (y: number, i: number) => range[y][0] + ((range[y][1] - range[y][0]) * i) / points;
  let smallest = Number.POSITIVE_INFINITY;
  const q = new Float64Array(8);
  for (let a = 0; a <= points; a++) {
    for (let b = 0; b <= points; b++) {
      const shift = [step(0, a), step(1, b)];
      for (let cell = 0; cell < 8; cell++) {
        const sign = ((cell >> 2) + (cell >> 1)) % 2 === 0 ? 1 : -1;
        q[cell] = Math.max(0, p[cell] + sign * shift[cell & 1]);
      }
      smallest = Math.min(smallest, information(q));
    }
  }
  return smallest;
}

/** I(X1,X2;Y) of a binary table. */
function information(q: Float64Array): number {
  const y = [0, 0];
  for (let cell = 0; cell < 8; cell++) y[cell & 1] += q[cell];
  let sum = 0;
  for (let cell = 0; cell < 8; cell++) {
    if (q[cell] > 0) sum += q[cell] * Math.log(q[cell] / ((q[cell & 6] + q[cell | 1]) * y[cell & 1]));
  }
  return sum;
}

function drawn(random: Random, shape: [number, number, number], concentration: number): JointTable {
  const cells = shape[0] * shape[1] * shape[2];
  return { p: random.dirichlet(new Float64Array(cells).fill(concentration)), shape };
}

function terms({ redundancy, unique1, unique2, synergy }: PartialInformation): number[] {
  return [redundancy, unique1, unique2, synergy];
}

function short(value: number): string {
  return String(Number(value.toFixed(6)));
}
