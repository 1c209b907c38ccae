import * as z from "zod";
import { tool } from "./tool.ts";

const cell = z.union([z.boolean(), z.string(), z.null()]);

export const nextQuestionTool = tool(
  {
    name: "next_question",
    title: "The most informative next question",
    description:
      "Given the possible answers (labels), the questions that can be asked, what each label would answer, and what was asked so far: the question that leaves least uncertainty, the labels still possible, and whether to stop.",
  },
  z.object({
    labels: z.array(z.string()).min(2).describe("what could be the case: causes, diagnoses, intents, things"),
    queries: z.array(z.string()).min(1).describe("questions that can be asked"),
    table: z
      .array(z.array(cell))
      .describe("one row per label: its answer to each query; true, false, a text, or null where not known"),
    history: z
      .array(z.object({ query: z.string(), answer: z.string() }))
      .optional()
      .describe('what was asked so far; answers "yes", "no", "unknown" or the texts of the table'),
    error: z.number().min(0).max(0.5).optional().describe("share of answers that may be wrong; 0.05"),
  }),
  async ({ labels, queries, table, history, error }, signal) => {
    const { nextQuestion } = await import("../../language/pursuit/pursuit.ts");
    const step = await nextQuestion({ labels, queries, table, history, error, signal });
    const posterior = labels
      .map((label, y) => ({ label, probability: step.posterior[y] }))
      .sort((a, b) => b.probability - a.probability);
    const possible = step.predictionSet;
    const told = `${possible.length} of ${labels.length} labels possible; likeliest ${posterior[0].label} (${(100 * posterior[0].probability).toFixed(1)} %)`;
    return {
      text: step.stop ? `Stop: ${step.reason}. ${told}.` : `Ask: ${step.query}\n${told}.`,
      structured: { ...step, posterior },
    };
  },
);
