import { Random } from "../src/core/random.ts";
import { multivariateNormal, mutualInformation } from "../src/measure/index.ts";
import { type MistPair, mist, mistBatch } from "../src/measure/mist/mist.ts";
import { type Bench, median, rounded } from "./support/bench.ts";

const rows = 200;
const columns = 4;
const repeats = 20;
const pairs = 1000;

/** Four columns a side, each linked to one of the other side. */
function sample(seed: number): MistPair {
  const d = 2 * columns;
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => (i === j ? 1 : Math.abs(i - j) === columns ? 0.5 : 0)),
  );
  return multivariateNormal(covariance, columns).sample(rows, seed);
}

/** Wall time and processor time of a call, in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

export const bench: Bench = {
  id: "mist",
  title: `MIST, ${rows} rows: one sample of ${columns} columns a side, against InfoNCE trained on it; ${pairs} pairs in one call`,
  async run() {
    const own = sample(1);
    await mist(own.x, own.y);
    const single = [];
    for (let i = 0; i < repeats; i++) {
      const { x, y } = sample(2 + i);
      single.push(await timed(() => mist(x, y)));
    }
    const options = { estimator: "infonce", interval: false, permutations: 0 } as const;
    const neural = [];
    for (let i = 0; i < 3; i++) {
      const { x, y } = sample(2 + i);
      neural.push(await timed(() => mutualInformation(x, y, options)));
    }
    const random = new Random(1);
    const many = Array.from({ length: pairs }, (): MistPair => {
      const x = Float64Array.from({ length: rows }, () => random.normal());
      return { x, y: x.map((v) => v + random.normal()) };
    });
    await mistBatch(many.slice(0, 64));
    const batch = [];
    for (let i = 0; i < 3; i++) batch.push(await timed(() => mistBatch(many)));

    const row = (what: string, times: { wall: number; cpu: number }[]) => ({
      what,
      wallMs: rounded(median(times.map(({ wall }) => wall))),
      cpuMs: rounded(median(times.map(({ cpu }) => cpu))),
    });
    const table = [
      row("mist, one sample (hybrid)", single),
      row("InfoNCE, trained on the same sample", neural),
      row(`mistBatch, ${pairs} pairs of one column a side`, batch),
    ];
    const ratio = table[1].wallMs / table[0].wallMs;
    return {
      rows: table,
      findings: [
        `One sample takes ${table[0].wallMs} ms (${table[0].cpuMs} ms of one core); asked for: under 30.`,
        `The neural bound takes ${rounded(ratio)} times as long; asked for: 100.`,
        `${pairs} pairs take ${rounded(table[2].wallMs / 1000)} s; asked for: under 2.`,
      ],
      peers: {},
    };
  },
};
