// Texts longer than a model's context. Every token has one window, which depends on the token's place in the text
// alone: so scores of a text and of its continuations add up, whatever was asked for. Windows begin at multiples of
// half the context; a token is read in the latest window that shows at least half a context before it. Each window
// begins with the begin-of-text token, so that a window of `context` places holds context − 1 tokens before the last.

/** The first token of the window in which token `i` is predicted. */
export function windowStart(i: number, context: number): number {
  const half = context / 2;
  return Math.max(0, Math.floor(i / half) - 1) * half;
}

/** A window from token `start` on, in which the tokens `from` to `to` (excluded) are predicted. */
export interface Window {
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** The windows that predict the tokens `from` to `to` (excluded). */
export function windowsOf(from: number, to: number, context: number): Window[] {
  const out: Window[] = [];
  for (let at = from; at < to; ) {
    const start = windowStart(at, context);
    const end = Math.min(to, start + context);
    out.push({ start, from: at, to: end });
    at = end;
  }
  return out;
}
