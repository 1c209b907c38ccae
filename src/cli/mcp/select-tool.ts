import * as z from "zod";
import { insideRoot } from "./files.ts";
import { type Tool, tool } from "./tool.ts";

export function selectTool(root: string): Tool {
  return tool(
    {
      name: "select",
      title: "Rows that represent the others",
      description:
        "Chooses rows of a table that represent the others without repeating each other, by a text column (sentence embeddings, English) or by columns of numbers: what to label, show or put into a prompt.",
    },
    z.object({
      path: z.string().describe("the table, in the folder this server was started for"),
      count: z.number().int().positive().describe("how many rows"),
      text: z.string().optional().describe("compare rows by what this column says"),
      columns: z
        .array(z.string())
        .optional()
        .describe("compare rows by these columns of numbers; all by default"),
      seed: z.number().int().optional().describe("0"),
    }),
    async ({ path, count, text, columns, seed }, signal) => {
      const file = await insideRoot(root, path);
      const { selectFile } = await import("../select/select-file.ts");
      const { table, findings } = await selectFile(
        file,
        { count, text, columns, epsilon: 0.1, seed: seed ?? 0 },
        { signal },
      );
      const { rowsText } = await import("../select/output.ts");
      return {
        text: rowsText("chosen.csv", findings.picks, table),
        structured: {
          rows: findings.picks.map(({ row, gain }) => ({ row, gain })),
          of: findings.totalRows,
          comparedBy: findings.comparedBy,
          notes: findings.notes.map(({ message }) => message),
        },
      };
    },
  );
}
