import type { Reconstruction } from "../../../learn/report-data.ts";
import { rampSteps } from "../../charts/kit.ts";
import { html, type Markup, raw } from "../../markup.ts";

const side = 78;
const gap = 8;
const namesWidth = 96;

type Pictures = NonNullable<Reconstruction["pictures"]>;

/** Rows of small pictures in eight shades: as given, from their codes, and decoded from random codes. */
export function pictureGrid(pictures: Pictures): Markup {
  const { height, width, originals, reconstructions, samples } = pictures;
  const scale = side / Math.max(height, width);
  const [wide, tall] = [width * scale, height * scale];
  const lines: [string, readonly (readonly number[])[]][] = [
    ["given", originals],
    ["from the code", reconstructions],
    ["sampled", samples],
  ];
  const total = {
    width: namesWidth + originals.length * (wide + gap),
    height: lines.length * (tall + gap) + gap,
  };
  const drawn = lines.map(([name, rows], line) => {
    const top = line * (tall + gap) + (line === 2 ? gap : 0);
    const cells = rows.map((pixels, i) => {
      const left = namesWidth + i * (wide + gap);
      return html`<g transform="translate(${round(left)},${round(top)}) scale(${round(scale)})"><path fill="var(--raised)" stroke="var(--line)" stroke-width="${round(1 / scale)}" d="M0 0h${width}v${height}h-${width}z"/>${shades(pixels, pictures)}</g>`;
    });
    return html`<text x="0" y="${round(top + tall / 2 + 4)}" text-anchor="start">${name}</text>${cells}`;
  });
  return html`<svg role="img" aria-label="${originals.length} rows as pictures, as given, from their codes, and as many sampled" width="${round(total.width)}" height="${round(total.height)}" viewBox="0 0 ${round(total.width)} ${round(total.height)}" fill="var(--ink)" shape-rendering="crispEdges">${drawn}</svg>`;
}

/** One path for each shade, of runs of pixels. */
function shades(pixels: readonly number[], { height, width, low, high }: Pictures): Markup[] {
  const paths = new Array<string>(rampSteps + 1).fill("");
  const step = (row: number, col: number) => {
    const share = (pixels[row * width + col] - low) / (high - low);
    return Math.round(rampSteps * Math.min(1, Math.max(0, share || 0)));
  };
  for (let row = 0; row < height; row++) {
    for (let from = 0; from < width; ) {
      const shade = step(row, from);
      let to = from + 1;
      while (to < width && step(row, to) === shade) to++;
      paths[shade] += `M${from} ${row}h${to - from}v1h${from - to}z`;
      from = to;
    }
  }
  return paths.flatMap((path, shade) =>
    shade > 0 && path !== "" ? [html`<path fill="var(--r${shade})" d="${raw(path)}"/>`] : [],
  );
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
