import type { TableNote } from "./table.ts";

/** Collects what happened to single columns and says it once for all columns that share it. */
export class ReadingNotes {
  #found = new Map<string, { note: Omit<TableNote, "message">; text: string; count: number }>();

  /**
   * @param text what happened, after the names of the columns
   * @param count how many values are concerned, where that matters
   */
  add(severity: TableNote["severity"], code: string, text: string, column: string, count = 0): void {
    const key = `${code} ${text}`;
    const known = this.#found.get(key) ?? { note: { severity, code, columns: [] }, text, count: 0 };
    known.note.columns.push(column);
    known.count += count;
    this.#found.set(key, known);
  }

  list(): TableNote[] {
    return Array.from(this.#found.values(), ({ note, text, count }) => ({
      ...note,
      message: `${namesOf(note.columns)}: ${count > 0 ? `${count} ` : ""}${text}`,
    }));
  }
}

const mostNames = 6;

function namesOf(columns: readonly string[]): string {
  if (columns.length <= mostNames) return columns.join(", ");
  return `${columns.slice(0, mostNames - 1).join(", ")} and ${columns.length - mostNames + 1} more`;
}
