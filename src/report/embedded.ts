import type { TableMeasurement } from "../measure/table/measurement.ts";

/** Bytes of JSON a page carries at most. */
const budget = 700_000;
const mostRows = 300;

/**
 * The measurement as JSON that is safe inside a script element. What would make the page heavy is left out, the
 * least missed first, and named.
 */
export function embeddedJson(m: TableMeasurement): { json: string; leftOut: string[] } {
  const leftOut: string[] = [];
  let slim = m;
  const steps: [string, (from: TableMeasurement) => TableMeasurement][] = [
    [
      "the values under permutation and digits beyond the sixth",
      (from) =>
        shortened({ ...from, estimates: withoutNulls(from.estimates), pairs: withoutNulls(from.pairs) }),
    ],
    [
      `estimates and pairs beyond the ${mostRows} strongest`,
      (from) => ({
        ...from,
        estimates: from.estimates.slice(0, mostRows),
        pairs: from.pairs.slice(0, mostRows),
      }),
    ],
    ["the pictures of pairs", (from) => ({ ...from, pictures: [] })],
    [
      "the columns' histograms",
      (from) => ({ ...from, columns: from.columns.map(({ histogram: _, ...c }) => c) }),
    ],
  ];
  let json = safeJson(slim);
  for (const [what, without] of steps) {
    if (json.length <= budget) break;
    slim = without(slim);
    json = safeJson(slim);
    leftOut.push(what);
  }
  return { json, leftOut };
}

function withoutNulls(estimates: TableMeasurement["estimates"]): TableMeasurement["estimates"] {
  return estimates.map(({ nullValues: _, ...rest }) => rest);
}

function shortened(m: TableMeasurement): TableMeasurement {
  return JSON.parse(JSON.stringify(m), (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value,
  );
}

/** No "<" and nothing beyond ASCII: neither the HTML parser nor an encoding can cut it short. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
