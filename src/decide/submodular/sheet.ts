/** The instances and numbers of the sheets 22 (INGENIOUS) and 31 (SMILe). */
import { facilityLocation } from "./facility-location.ts";
import { similarities } from "./feature-similarities.ts";
import { graphCut } from "./graph-cut.ts";
import { logDeterminant } from "./log-determinant.ts";
import type { SetFunction } from "./set-function.ts";
import { similarityMatrix } from "./similarities.ts";
import {
  conditionalGain,
  conditionalMutualInformation,
  submodularMutualInformation,
  type TargetTables,
} from "./targeted.ts";

const points = [0, 1, 2, 6, 10, 11, 12];

/** Seven points on a line, s = 1 / (1 + distance). */
export const line: SetFunction = facilityLocation(
  similarityMatrix(points.map((a) => points.map((b) => 1 / (1 + Math.abs(a - b))))),
);

const five = similarityMatrix([
  [1, 0.9, 0.5, 0.2, 0.8],
  [0.9, 1, 0.8, 0.5, 0.5],
  [0.5, 0.8, 1, 0.9, 0.1],
  [0.2, 0.5, 0.9, 1, 0],
  [0.8, 0.5, 0.1, 0, 1],
]);

const metric = "shifted-cosine";
const pool = { data: [1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8, 0.6, -0.8], shape: [5, 2] };
const queries = { data: [0.6, 0.8, 1, 0], shape: [2, 2] };
const avoided = { data: [-1, 0], shape: [1, 2] };

/** Five rows, two queries and one row to avoid. */
const targets: TargetTables = {
  pool: similarities(pool, { metric }),
  queries: similarities(queries, { items: pool, metric }),
  withinQueries: similarities(queries, { metric }),
  avoided: similarities(avoided, { items: pool, metric }),
  withinAvoided: similarities(avoided, { metric }),
  between: similarities(queries, { items: avoided, metric }),
};

/** Greedy value and optimum for k = 1, 2, 3. */
export interface TableEntry {
  f: SetFunction;
  greedy: [number, number, number];
  optimum: [number, number, number];
}

export const table: TableEntry[] = [
  { f: facilityLocation(five), greedy: [3.7, 4.3, 4.8], optimum: [3.7, 4.6, 4.8] },
  { f: graphCut(five, { lambda: 0.4 }), greedy: [3.3, 5.58, 7.44], optimum: [3.3, 5.58, 7.44] },
  { f: logDeterminant(five), greedy: [Math.LN2, 1.376244, 1.893112], optimum: [Math.LN2, 1.386294, 1.94591] },
  {
    f: submodularMutualInformation("flvmi", targets),
    greedy: [3.68, 4.08, 4.32],
    optimum: [3.68, 4.24, 4.32],
  },
  {
    f: submodularMutualInformation("flqmi", targets),
    greedy: [2.86, 3.96, 4.86],
    optimum: [2.86, 3.96, 4.86],
  },
  {
    f: submodularMutualInformation("gcmi", targets),
    greedy: [1.88, 3.68, 5.08],
    optimum: [1.88, 3.68, 5.08],
  },
  {
    f: submodularMutualInformation("logdetmi", targets),
    greedy: [0.381121, 0.556942, 0.656415],
    optimum: [0.381121, 0.556942, 0.656415],
  },
  { f: conditionalGain("fl", targets), greedy: [2.4, 3, 3.2], optimum: [2.4, 3, 3.2] },
  { f: conditionalMutualInformation("fl", targets), greedy: [2.4, 2.8, 2.88], optimum: [2.4, 2.8, 2.88] },
];
