/** One HTTP request and its answer as text: bounded in time and size, without following redirects. */
import { ReachError, StoppedError } from "../../../core/errors.ts";

export interface Sent {
  status: number;
  text: string;
  contentType: string;
  retryAfter?: string;
  location?: string;
}

export interface SendOptions {
  /** How the address is called in messages. */
  where: string;
  body?: string;
  apiKey?: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** No answer here is longer; a server that sends more is not what it says. */
const mostBytes = 64 * 2 ** 20;

/** Nothing came back: worth another try. */
export class ConnectionError extends ReachError {
  readonly problem: string;

  constructor(where: string, problem: string) {
    super(where, problem);
    this.problem = problem;
  }
}

/**
 * @throws ConnectionError when the connection cannot be made or breaks
 * @throws ReachError when it takes too long or is too large
 * @throws StoppedError when the signal fires
 */
export async function send(url: string, options: SendOptions): Promise<Sent> {
  const { where, body, apiKey, timeoutMs, signal } = options;
  const clock = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, clock]) : clock,
    });
    return {
      status: response.status,
      text: await readBounded(response, where),
      contentType: response.headers.get("content-type") ?? "",
      retryAfter: response.headers.get("retry-after") ?? undefined,
      location: response.headers.get("location") ?? undefined,
    };
  } catch (error) {
    if (error instanceof ReachError) throw error;
    if (signal?.aborted) throw new StoppedError(where);
    if (clock.aborted || isTimeout(error)) {
      throw new ReachError(where, `no answer within ${seconds(timeoutMs)}; a longer timeout waits longer`);
    }
    throw new ConnectionError(where, `cannot be reached (${reason(error)})`);
  }
}

async function readBounded(response: Response, where: string): Promise<string> {
  if (!response.body) return "";
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body) {
    bytes += piece.length;
    if (bytes > mostBytes) {
      throw new ReachError(where, `the answer is longer than ${mostBytes / 2 ** 20} MB, so it is not read`);
    }
    pieces.push(piece);
  }
  return new TextDecoder().decode(Buffer.concat(pieces));
}

/** undici's own limits, where they are shorter than ours. */
function isTimeout(error: unknown): boolean {
  return ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].includes(codeOf(error) ?? "");
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "connection refused: is the server running?",
  ECONNRESET: "the connection broke",
  UND_ERR_SOCKET: "the connection broke",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the host's name cannot be looked up",
  EHOSTUNREACH: "no way to the host",
  UND_ERR_CONNECT_TIMEOUT: "the host does not answer",
  ETIMEDOUT: "the host does not answer",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is cut off",
};

function reason(error: unknown): string {
  const code = codeOf(error);
  return (code && reasons[code]) ?? code ?? innermost(error);
}

/** fetch itself only says that it failed. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}

/** fetch wraps what happened once or twice; a name with two addresses gives two errors. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, cause } = error as NodeJS.ErrnoException;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return typeof code === "string" ? code : codeOf(cause);
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
