// Started by bench/facility-location.ts in a process of its own: k of n rows with 512 numbers, by neighbours.
import { Random } from "../../src/core/random.ts";
import { facilityLocation, maximize, neighbourSimilarities } from "../../src/decide/submodular/submodular.ts";

export interface SparseSelection {
  rows: number;
  neighbourSeconds: number;
  chooseSeconds: number;
  seconds: number;
  megabytes: number;
  evaluations: number;
}

const [rows, k] = process.argv.slice(2).map(Number);
const cols = 512;
const clusters = 1000;
const random = new Random(1);
const centres = Float32Array.from({ length: clusters * cols }, () => random.normal());
const data = new Float32Array(rows * cols);
for (let i = 0, at = 0; i < rows; i++) {
  const from = random.integer(clusters) * cols;
  for (let c = 0; c < cols; c++) data[at++] = centres[from + c] + 0.8 * (2 * random.uniform() - 1);
}
const start = performance.now();
const s = await neighbourSimilarities({ data, rows, cols });
const found = performance.now();
const { evaluations } = await maximize(facilityLocation(s), k);
const end = performance.now();
const result: SparseSelection = {
  rows,
  neighbourSeconds: (found - start) / 1000,
  chooseSeconds: (end - found) / 1000,
  seconds: (end - start) / 1000,
  megabytes: process.resourceUsage().maxRSS / 1024,
  evaluations,
};
console.log(JSON.stringify(result));
