import * as z from "zod";
import { insideRoot } from "./files.ts";
import { type Tool, tool } from "./tool.ts";

const shown = 30;

export function measureTool(root: string): Tool {
  return tool(
    {
      name: "measure",
      title: "Which columns say something about a target",
      description:
        "Mutual information between the columns of a table (CSV, JSON Lines, Parquet …) and a target column, with intervals and permutation p-values; all pairs without a target.",
    },
    z.object({
      path: z.string().describe("the table, in the folder this server was started for"),
      target: z.string().optional().describe("the column the others are to tell something about"),
      x: z.array(z.string()).optional().describe("columns taken together as one variable"),
      y: z.array(z.string()).optional().describe("what x is to tell something about, instead of a target"),
      given: z.array(z.string()).optional().describe("columns whose information is taken as known"),
      unit: z.enum(["nats", "bits"]).optional().describe("bits"),
      sample: z.number().int().min(2).optional().describe("read only so many rows, drawn at random"),
    }),
    async ({ path, target, x, y, given, unit, sample }, signal) => {
      const file = await insideRoot(root, path);
      const [{ inferColumns, readTable }, { measureTable }, { renderTerminal }, { environmentSince }] =
        await Promise.all([
          import("../../data/index.ts"),
          import("../../measure/table/measure-table.ts"),
          import("../../report/terminal.ts"),
          import("../answer.ts"),
        ]);
      const started = performance.now();
      const table = await readTable(file, { sample, seed: 0, signal });
      const decisions = inferColumns(table, { target });
      const measured = await measureTable(
        table,
        decisions,
        { target, x, y, given, unit: unit ?? "bits" },
        { signal },
      );
      const measurement = { command: "measure", ...measured, environment: environmentSince(started) };
      return {
        text: renderTerminal(measurement, { width: 100, color: false }),
        structured: {
          n: measured.n,
          unit: measured.unit,
          estimates: measured.estimates.slice(0, shown).map((estimate) => ({
            x: estimate.x,
            y: estimate.y,
            value: estimate.value,
            interval: estimate.interval,
            pValue: estimate.pValue,
            method: estimate.method,
          })),
          notes: measured.notes.map(({ severity, message }) => ({ severity, message })),
        },
      };
    },
  );
}
