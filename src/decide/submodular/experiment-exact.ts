import type { ExperimentResult, ExperimentRow } from "../../core/card.ts";
import { matrix } from "../../core/matrix.ts";
import { Random } from "../../core/random.ts";
import { optimumBound } from "./bound.ts";
import { bestSubset } from "./brute-force.ts";
import { facilityLocation } from "./facility-location.ts";
import { similarities } from "./feature-similarities.ts";
import { maximize } from "./maximize.ts";
import { line, table } from "./sheet.ts";
import { maximizeStream } from "./stream.ts";

/** The sheets print six digits. */
const printed = 5e-7;

/** Greedy values and optima of the sheets' instances. */
export async function tables(): Promise<ExperimentResult> {
  const rows: ExperimentRow[] = [];
  for (const { f, greedy, optimum } of table) {
    let worst = 0;
    const found: string[] = [];
    for (const k of [1, 2, 3]) {
      const { value } = await maximize(f, k);
      const best = bestSubset(f, k).value;
      worst = Math.max(worst, Math.abs(value - greedy[k - 1]), Math.abs(best - optimum[k - 1]));
      found.push(`${value.toFixed(6)} of ${best.toFixed(6)}`);
    }
    rows.push({
      claim: `${f.name}: greedy value and optimum of the sheet's instance, one to three items`,
      reported: greedy.map((value, i) => `${value.toFixed(6)} of ${optimum[i].toFixed(6)}`).join("; "),
      measured: found.join("; "),
      tolerance: `${printed}: the digits printed`,
      holds: worst <= printed,
    });
  }
  const lazy = await maximize(line, 7);
  const four = [await maximize(line, 4, { optimizer: "naive" }), await maximize(line, 4)];
  const order = Array.from(lazy.indices).join(",");
  rows.push({
    claim: "points on a line: order of the greedy choice, and evaluations for four items, naive and lazy",
    reported: "1,5,3,0,2,4,6; 22 and 19",
    measured: `${order}; ${four[0].evaluations} and ${four[1].evaluations}`,
    tolerance: "none: counts",
    holds: order === "1,5,3,0,2,4,6" && four[0].evaluations === 22 && four[1].evaluations === 19,
  });
  return { rows };
}

/** Random instances small enough to try all sets. */
export async function guarantees(instances: number): Promise<ExperimentResult> {
  const [n, d, k] = [10, 3, 4];
  const worst = { greedy: 1, stream: 1, certified: 1 };
  let below = 0;
  let unbounded = 0;
  for (let seed = 0; seed < instances; seed++) {
    const random = new Random(seed);
    const rows = matrix(
      n,
      d,
      Float64Array.from({ length: n * d }, () => random.normal()),
    );
    const f = facilityLocation(similarities(rows));
    const best = bestSubset(f, k).value;
    const { indices, value } = await maximize(f, k);
    const bound = optimumBound(f, indices, k);
    worst.greedy = Math.min(worst.greedy, value / best);
    worst.certified = Math.min(worst.certified, value / bound);
    if (bound < best - 1e-9) unbounded++;
    const streamed = await maximizeStream(f, k);
    worst.stream = Math.min(worst.stream, streamed.value / best);
    if (streamed.value < (streamed.guarantee.factor ?? 0) * best) below++;
  }
  const promised = 1 - (1 - 1 / k) ** k;
  return {
    rows: [
      {
        claim: `greedy choice of ${k} reaches at least 1 − (1 − 1/k)^k of the optimum of facility location`,
        reported: `${promised.toFixed(4)}`,
        measured: `least ${worst.greedy.toFixed(4)} over ${instances} random instances of ${n} rows`,
        tolerance: "none: a bound",
        holds: worst.greedy >= promised,
      },
      {
        claim: "one pass over a stream reaches at least 1/2 − ε of the optimum (ε = 0.1)",
        reported: "0.4",
        measured: `least ${worst.stream.toFixed(4)}, below in ${below} of ${instances}`,
        tolerance: "none: a bound",
        holds: below === 0,
      },
      {
        claim:
          "the bound computed afterwards is never below the optimum, and certifies more than is promised",
        reported: `above ${promised.toFixed(4)}`,
        measured: `certified at least ${worst.certified.toFixed(4)}, below the optimum in ${unbounded} of ${instances}`,
        tolerance: "none: a bound",
        holds: unbounded === 0 && worst.certified > promised,
      },
    ],
  };
}
