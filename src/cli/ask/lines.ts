import { createInterface } from "node:readline";

/** Lines of standard input, one at a time, however they come: typed, piped, all at once. */
export interface Lines {
  /** Whether a person types them. */
  readonly typed: boolean;
  /** The next line; undefined at the end of the input or when the signal fires. */
  next(prompt: string): Promise<string | undefined>;
  close(): void;
}

export function openLines(out: NodeJS.WriteStream, signal: AbortSignal): Lines {
  const typed = process.stdin.isTTY === true && out.isTTY === true;
  const input = createInterface({ input: process.stdin, output: typed ? out : undefined, terminal: typed });
  const waiting: string[] = [];
  let take: ((line: string | undefined) => void) | undefined;
  let ended = false;
  const give = (line: string | undefined) => {
    const taker = take;
    take = undefined;
    taker?.(line);
  };
  input.on("line", (line) => (take ? give(line) : waiting.push(line)));
  input.on("close", () => {
    ended = true;
    give(undefined);
  });
  // In a terminal Ctrl-C is a key, and readline gets it.
  input.on("SIGINT", () => process.emit("SIGINT"));
  signal.addEventListener("abort", () => give(undefined), { once: true });
  return {
    typed,
    next(prompt) {
      if (typed) {
        input.setPrompt(prompt);
        input.prompt();
      }
      if (signal.aborted) return Promise.resolve(undefined);
      if (waiting.length > 0) return Promise.resolve(waiting.shift());
      if (ended) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        take = resolve;
      });
    },
    close: () => input.close(),
  };
}
