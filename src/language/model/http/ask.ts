/** One question to a server: what is sent, and how its answer is read. Dialects only write these; the client asks. */
import { z } from "zod";
import { InputError, ReachError } from "../../../core/errors.ts";

export interface Ask<T> {
  path: string;
  /** Undefined for a GET. */
  body?: Readonly<Record<string, unknown>>;
  /** @throws BadAnswer when something is missing or impossible */
  read: (answer: unknown) => Answer<T>;
  /** The server runs no model for it, so that it costs nothing. */
  free?: boolean;
}

export interface Answer<T> {
  value: T;
  promptTokens?: number;
  completionTokens?: number;
}

export const openAIUsage = z
  .object({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() })
  .nullish();

export function usageOf(usage: z.infer<typeof openAIUsage>): ReturnType<typeof tokenCounts> {
  return tokenCounts(usage?.prompt_tokens, usage?.completion_tokens);
}

/** How many tokens the server says it read and wrote. */
export function tokenCounts(
  prompt: number | null | undefined,
  completion: number | null | undefined,
): Pick<Answer<unknown>, "promptTokens" | "completionTokens"> {
  return { promptTokens: prompt ?? undefined, completionTokens: completion ?? undefined };
}

/** The server answered, but not what was asked: a field is missing, of the wrong kind, or impossible. */
export class BadAnswer extends ReachError {
  readonly problem: string;
  /** It is no JSON at all: nothing is known of what the server can do. */
  readonly unreadable: boolean;

  constructor(problem: string, { where = "endpoint", unreadable = false } = {}) {
    super(where, problem);
    this.problem = problem;
    this.unreadable = unreadable;
  }
}

/** The server said no (HTTP 4xx or 501): the request is at fault, or the server lacks what was asked for. */
export class RefusedAnswer extends InputError {
  readonly status: number;

  constructor(where: string, status: number, problem: string, hint?: string) {
    super({ code: "endpoint-refused", where, problem, hint });
    this.status = status;
  }
}

/** Reads an answer with a schema; says which field is wrong, not what the library found. */
export function readWith<S extends z.ZodType>(schema: S, answer: unknown, path: string): z.infer<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  const found = issue.message.replace(/^Invalid input: /, "");
  throw new BadAnswer(`${path} answered without a usable ${field.replace(/^\./, "") || "body"} (${found})`);
}

/** A log-probability as a server writes it; vLLM writes −9999 for −∞, which JSON cannot. */
export const logprobSchema = z.number().refine((value) => value <= slack, "a log-probability above 0");

/** Softmaxes in half precision leave a little more than 1. */
const slack = 1e-3;

/** @throws BadAnswer when the two lists of an answer are not equally long */
export function requireEqualLengths(path: string, a: readonly unknown[], b: readonly unknown[]): void {
  if (a.length !== b.length) {
    throw new BadAnswer(`${path} answered with ${a.length} tokens but ${b.length} log-probabilities`);
  }
}
