/** What was wrong with an input: everything a caller or a form needs to point at it. */
export interface InputProblem {
  /** Stable machine-readable name, for instance `"constant-column"`. */
  code: string;
  /** Where it was noticed: a function, command or file, and the column or argument if there is one. */
  where: string;
  /** What is wrong, in a few words. */
  problem: string;
  /** What would have been accepted. */
  expected?: string;
  /** What was received. */
  got?: unknown;
  /** What to do instead. */
  hint?: string;
}

/**
 * The one refusal for anything a caller passed: a single line that names the place, says what is wrong and ends
 * with the value received. Thrown before work starts. The command line turns it into exit code 2.
 */
export class InputError extends Error {
  readonly code: string;
  readonly where: string;
  readonly expected?: string;
  readonly got?: unknown;
  readonly hint?: string;

  constructor({ code, where, problem, expected, got, hint }: InputProblem) {
    const wanted = expected === undefined ? "" : `; expected ${expected}`;
    const received = got === undefined ? "" : `, got ${show(got)}`;
    super(
      oneLine(
        `${where}: ${hint ? `${problem}${wanted}${received} (${hint})` : `${problem}${wanted}${received}`}`,
      ),
    );
    this.name = "InputError";
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.got = got;
    this.hint = hint;
  }
}

/** A file, endpoint or service that should be there could not be reached. Exit code 3 on the command line. */
export class ReachError extends Error {
  readonly code = "unreachable";

  constructor(where: string, problem: string, options?: ErrorOptions) {
    super(oneLine(`${where}: ${problem}`), options);
    this.name = "ReachError";
  }
}

/** Work ended because its `AbortSignal` fired. Exit code 130 on the command line. */
export class StoppedError extends Error {
  readonly code = "stopped";

  constructor(where: string) {
    super(`${where}: stopped`);
    this.name = "StoppedError";
  }
}

/** Throws a {@link StoppedError} once the signal has fired; call it between units of work. */
export function throwIfStopped(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted) throw new StoppedError(where);
}

const longest = 80;

function show(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}
