import type * as z from "zod";

/** What a tool answers: a text to read and the same as data. */
export interface Answer {
  readonly text: string;
  readonly structured: Record<string, unknown>;
}

/** A tool as the server registers it. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly run: (given: Record<string, unknown>, signal: AbortSignal) => Promise<Answer>;
}

/** A tool whose arguments are typed by its schema. */
export function tool<S extends z.ZodObject>(
  facts: Omit<Tool, "input" | "run">,
  input: S,
  run: (given: z.infer<S>, signal: AbortSignal) => Promise<Answer>,
): Tool {
  // The server checks arguments against the schema before it calls.
  return { ...facts, input, run: (given, signal) => run(given as z.infer<S>, signal) };
}
