import { InputError, ReachError, StoppedError } from "../core/errors.ts";

/**
 * Says in one line what went wrong and returns the exit code: 1 training that came to nothing, 2 bad input, 3 something
 * could not be reached, 130 stopped. Anything else is a defect of ours and shows where it happened.
 */
export function failed(error: unknown): number {
  if (error instanceof InputError) return say(error.message, 2);
  if (error instanceof ReachError) return say(error.message, 3);
  if (error instanceof StoppedError) return say("stopped before anything was finished", 130);
  if (error instanceof Error && "code" in error && error.code === "diverged") return say(error.message, 1);
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return say(`a defect in surprisal, please report it:\n${detail}`, 70);
}

function say(message: string, code: number): number {
  process.stderr.write(`surprisal: ${message}\n`);
  return code;
}
