import type { TableMeasurement } from "../../measure/table/measurement.ts";
import type { Markup } from "../markup.ts";
import { displayWidth, printable, truncateMiddle } from "../text-width.ts";
import { draw, type Kit } from "./kit.ts";

const rowHeight = 24;
const mostNodes = 40;

/**
 * Redundancy groups as columns joined by arcs: the thicker the arc, the more the two share. The column to keep is a
 * full dot.
 */
export function arcChart(kit: Kit, m: TableMeasurement): Markup {
  const { Plot } = kit;
  const nodes: { name: string; y: number; keep: boolean; group: number }[] = [];
  let y = 0;
  for (const [group, { columns, keep }] of m.groups.entries()) {
    if (nodes.length + columns.length > mostNodes && nodes.length > 0) break;
    for (const name of [keep, ...columns.filter((c) => c !== keep)].slice(0, mostNodes)) {
      nodes.push({ name, y: y++, keep: name === keep, group });
    }
    y += 0.6;
  }
  const at = new Map(nodes.map((node) => [node.name, node]));
  const links = m.pairs.flatMap(({ x, y: other, value }) => {
    const [a, b] = [at.get(x[0]), at.get(other[0])];
    if (!a || !b || a.group !== b.group || !(value > 0)) return [];
    return [{ y1: Math.min(a.y, b.y), y2: Math.max(a.y, b.y), value }];
  });
  // A column whose pairs are not at hand belongs to its group all the same.
  for (const node of nodes) {
    const first = nodes.find(({ group }) => group === node.group);
    const alone = !links.some(({ y1, y2 }) => y1 === node.y || y2 === node.y);
    if (alone && first && first !== node) links.push({ y1: first.y, y2: node.y, value: 0 });
  }
  const strongest = Math.max(...links.map(({ value }) => value), 1e-9);
  const span = Math.max(1, ...links.map(({ y1, y2 }) => y2 - y1));
  const labels = new Map(nodes.map((node) => [node.y, truncateMiddle(printable(node.name), 26)]));
  const marginLeft = 22 + 7.2 * Math.max(...[...labels.values()].map(displayWidth));
  const height = y * rowHeight + 8;
  const bulge = Math.min(180, (span * rowHeight) / 2);
  return draw(
    kit,
    {
      width: marginLeft + bulge + 24,
      height,
      marginLeft,
      marginRight: bulge + 20,
      marginTop: 14,
      marginBottom: 14,
      x: { domain: [0, 1], axis: null },
      y: { domain: [0, Math.max(1, y - 1.6)], reverse: false, range: [14, height - 14], axis: null },
      marks: [
        ...links
          .sort((a, b) => a.value - b.value)
          .map((link) =>
            Plot.arrow([link], {
              x1: () => 0,
              x2: () => 0,
              y1: "y1",
              y2: "y2",
              bend: (360 / Math.PI) * Math.atan(Math.min(1, bulge / (((link.y2 - link.y1) * rowHeight) / 2))),
              headLength: 0,
              stroke: "var(--bar)",
              strokeOpacity: 0.35 + 0.65 * (link.value / strongest),
              strokeWidth: 1 + 3.5 * (link.value / strongest),
            }),
          ),
        Plot.dot(
          nodes.filter(({ keep }) => keep),
          { x: () => 0, y: "y", r: 5, fill: "var(--ink)" },
        ),
        Plot.dot(
          nodes.filter(({ keep }) => !keep),
          { x: () => 0, y: "y", r: 4.5, fill: "var(--paper)", stroke: "var(--ink)", strokeWidth: 1.5 },
        ),
        Plot.text(nodes, {
          x: () => 0,
          y: "y",
          dx: -12,
          textAnchor: "end",
          text: (node: { y: number }) => labels.get(node.y),
        }),
      ],
    },
    {
      label: `${m.groups.length} groups of columns that share information, joined by arcs; the table beside it lists them.`,
    },
  );
}
