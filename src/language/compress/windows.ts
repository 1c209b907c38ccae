/** Stretches of a text of at most `longest` characters, one after the other. */
export function windowsOf(text: string, longest: number): { from: number; to: number }[] {
  const windows = [];
  for (let from = 0; from < text.length; ) {
    const to = from + longest >= text.length ? text.length : cutBefore(text, from, from + longest);
    windows.push({ from, to });
    from = to;
  }
  return windows;
}

/** The last line break, sentence end or blank in the second half of a window, in that preference. */
export function cutBefore(text: string, from: number, to: number): number {
  const half = from + ((to - from) >> 1);
  for (const mark of ["\n", ". ", " "]) {
    const at = text.lastIndexOf(mark, to - mark.length);
    if (at >= half) return at + mark.length;
  }
  const low = text.charCodeAt(to);
  return low >= 0xdc00 && low <= 0xdfff ? to - 1 : to;
}
