import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../data/atomic.ts";
import { conditionalTable, type Joint } from "../../decide/coupling/coupling.ts";

/** A text cannot be as long as the largest tables. */
const linesAtOnce = 100_000;

/** Where the tables go. */
export interface TablePaths {
  readonly joint: string;
  readonly encoder: string;
  readonly decoder: string;
}

/** The tables' paths: as asked, or beside each other in this folder; never one of the inputs. */
export function tablePaths(output: string, inputs: readonly string[]): TablePaths {
  if (!/\.csv$/i.test(output))
    throw refused("the joint distribution is a table", "a path that ends in .csv", output);
  const folder = dirname(resolve(output));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refused("there is no such folder", "an existing folder", folder);
  }
  const base = output.replace(/(\.joint)?\.csv$/i, "");
  const paths = { joint: output, encoder: `${base}.encoder.csv`, decoder: `${base}.decoder.csv` };
  const taken = inputs.find(
    (input) => input !== "-" && Object.values(paths).some((path) => resolve(path) === resolve(input)),
  );
  if (taken !== undefined) throw refused("a table would replace an input", "another path", taken);
  return paths;
}

/** A table as lines "x,y,p"; with `given`, p is that of y given x. */
export async function writeJoint(
  path: string,
  joint: Joint,
  [x, y]: readonly [string, string],
  [rows, cols]: readonly [readonly string[], readonly string[]],
  given = false,
): Promise<void> {
  const table = given ? conditionalTable(joint) : joint;
  const pieces: Buffer[] = [];
  let lines = [`${x},${y},p`];
  for (let c = 0; c < table.p.length; c++) {
    lines.push(`${field(rows[table.x[c]])},${field(cols[table.y[c]])},${table.p[c]}`);
    if (lines.length < linesAtOnce) continue;
    pieces.push(Buffer.from(`${lines.join("\n")}\n`));
    lines = [];
  }
  if (lines.length > 0) pieces.push(Buffer.from(`${lines.join("\n")}\n`));
  await writeFileAtomic(path, pieces);
}

/** Quoted where RFC 4180 asks for it. */
function field(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function refused(problem: string, expected: string, got: string): InputError {
  return new InputError({ code: "bad-output", where: "--output", problem, expected, got });
}
