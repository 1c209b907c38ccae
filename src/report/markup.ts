import { printable } from "./text-width.ts";

/** Text that is already HTML. Everything else is escaped on its way into a template. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | undefined | null | false | readonly Content[];

/** Escapes for text and quoted attributes alike; control characters and direction overrides become "�". */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** A template whose values are escaped unless they are `Markup`. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Markup {
  let text = strings[0];
  for (const [i, value] of values.entries()) text += toText(value) + strings[i + 1];
  return new Markup(text);
}

/** Trusted text: our own styles, scripts and drawings. */
export function raw(text: string): Markup {
  return new Markup(text);
}

/** Contents with something between them. */
export function join(parts: readonly Content[], between: Content): Markup {
  return new Markup(parts.map(toText).join(toText(between)));
}

function toText(value: Content): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(toText).join("");
  if (value === undefined || value === null || value === false) return "";
  return escapeHtml(String(value));
}

/** "a, b and c" with markup inside. */
export function listMarkup(parts: readonly Content[], most = parts.length): Markup {
  const shown: Content[] = parts.slice(0, most);
  if (parts.length > most) shown.push(`${parts.length - most} more`);
  if (shown.length < 2) return html`${shown}`;
  return html`${join(shown.slice(0, -1), ", ")} and ${shown[shown.length - 1]}`;
}
