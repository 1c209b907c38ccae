import type * as PlotModule from "@observablehq/plot";
import { escapeHtml, Markup } from "../markup.ts";

/** What charts are drawn with. */
export interface Kit {
  Plot: typeof PlotModule;
  document: object;
}

/** The little of the DOM that is used here; the project is typed without a browser. */
export interface Drawn {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<Drawn>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  remove(): void;
}

// The page's styles give text and colours: Plot only places things.
const ink = "var(--ink)";
const coordinate = / (d|transform|x|y|x1|x2|y1|y2|width|height|cx|cy|r|points|viewBox)="([^"]*)"/g;

/** Loads Plot and a document to draw into; both cost about 150 ms, so only a report loads them. */
export async function loadKit(): Promise<Kit> {
  const [Plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom/worker")]);
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  return { Plot, document };
}

export const unitLabelClass = "unit";

export interface DrawOptions {
  /** What the picture shows, for people who do not see it. */
  label: string;
  /** Last changes to the drawing. */
  prepare?: (svg: Drawn) => void;
}

/** Draws a chart as compact SVG text: no style element, no inner labels, coordinates rounded to a tenth. */
export function draw(kit: Kit, options: PlotModule.PlotOptions, { label, prepare }: DrawOptions): Markup {
  const svg = kit.Plot.plot({ ...options, document: kit.document as never }) as unknown as Drawn;
  prepare?.(svg);
  for (const text of svg.querySelectorAll(`.${unitLabelClass} text`)) text.setAttribute("data-unit-name", "");
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const element of svg.querySelectorAll("[aria-label],[aria-hidden],[aria-description]")) {
    for (const name of ["aria-label", "aria-hidden", "aria-description"]) element.removeAttribute(name);
  }
  for (const name of ["class", "font-family", "font-size", "fill", "text-anchor"]) svg.removeAttribute(name);
  svg.setAttribute("text-anchor", "middle");
  svg.setAttribute("fill", ink);
  svg.setAttribute("role", "img");
  const text = svg.outerHTML.replace(/<[^>]*>/g, (tag) =>
    tag.replace(coordinate, rounded).replace(" />", "/>"),
  );
  return new Markup(text.replace("<svg ", `<svg aria-label="${escapeHtml(label)}" `));
}

function rounded(_: string, name: string, value: string): string {
  return ` ${name}="${value.replace(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(1))))}"`;
}

/** Gives the texts of a mark their values, in the order of its data. */
export function labelAmounts(svg: Drawn, className: string, nats: readonly string[]): void {
  const texts = svg.querySelectorAll(`.${className} text`);
  for (const [i, text] of [...texts].entries()) text.setAttribute("data-nats", nats[i]);
}

export const rampSteps = 8;

/** The step of the sequential palette for a share from 0 to 1; 0 only for nothing. */
export function rampStep(share: number): number {
  if (!(share > 0)) return 0;
  return Math.min(rampSteps, Math.max(1, Math.ceil(share * rampSteps)));
}
