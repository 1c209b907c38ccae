// Started by the benches in a process of its own: one estimate at n rows, then its peak resident memory in MB.
import { asCodes } from "../../src/core/codes.ts";
import { matrix } from "../../src/core/matrix.ts";
import { Random } from "../../src/core/random.ts";
import { ksg1 } from "../../src/measure/ksg/ksg.ts";
import { ross } from "../../src/measure/ross/ross.ts";
import { classesOf, correlated } from "./data.ts";

const [method, rows] = process.argv.slice(2);
const { x, y } = correlated(Number(rows), new Random(1));
const points = matrix(x.length, 1, x);
const { value } =
  method === "ross"
    ? ross.estimate(points, asCodes(classesOf(y)), { k: 3 })
    : ksg1.estimate(points, matrix(y.length, 1, y), { k: 3 });
console.log(JSON.stringify({ value, megabytes: process.resourceUsage().maxRSS / 1024 }));
