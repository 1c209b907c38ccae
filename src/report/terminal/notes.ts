import { sortedNotes } from "../findings.ts";
import { printable, wrap } from "../text-width.ts";

const mark = { problem: "!", hint: "›", fact: "·" };

/** Notes by consequence under their title, at most so many; nothing where there are none. */
export function noteLines(
  notes: Parameters<typeof sortedNotes>[0]["notes"],
  width: number,
  most?: number,
): string[] {
  const lines = sortedNotes({ notes })
    .slice(0, most)
    .flatMap(({ severity, message }) =>
      wrap(printable(message), width - 5).map((line, i) =>
        i === 0 ? `  ${mark[severity]}  ${line}` : `     ${line}`,
      ),
    );
  return lines.length === 0 ? [] : ["worth knowing", ...lines];
}
