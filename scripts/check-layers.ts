// npm run layers: who may import whom (one way only), and how long a file may be.
import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";
import { typescriptFiles } from "./files.ts";
import { runMain } from "./main.ts";
import { methodLayers, root } from "./rooms.ts";

/** A layer may import itself and lower ranks, never its own rank's neighbours. */
const ranks: Record<string, number> = {
  core: 0,
  data: 1,
  engine: 1.5,
  measure: 2,
  learn: 3,
  decide: 3,
  language: 3,
  papers: 4,
  report: 4,
  cli: 5,
  studio: 6,
};
/** src/index.ts: the library's face, over everything but the command. */
const faceRank = 4.5;
const corePackages = new Set(["ml-matrix"]);
const noteLines = 300;
const mostLines = 600;

export interface LayerReport {
  problems: string[];
  notes: string[];
}

/** Checks every TypeScript file under `base`/src for imports, and the other source folders for length too. */
export function checkLayers(base: string): LayerReport {
  const report: LayerReport = { problems: [], notes: [] };
  const folders = ["src", "test", "bench", "scripts"].map((name) => join(base, name)).filter(existsSync);
  for (const file of folders.flatMap(typescriptFiles)) {
    const text = readFileSync(file, "utf8");
    const place = relative(base, file).split(sep).join("/");
    if (!place.includes("/fixtures/")) checkLength(place, text, report);
    if (!place.startsWith("src/")) continue;
    for (const name of importsOf(text)) {
      const problem = checkImport(base, place, name);
      if (problem) report.problems.push(`${place}: imports "${name}": ${problem}`);
    }
  }
  return report;
}

function checkLength(place: string, text: string, { problems, notes }: LayerReport): void {
  const lines = text.split("\n").length - 1;
  if (lines > mostLines) problems.push(`${place}: ${lines} lines; at most ${mostLines}, one idea a file`);
  else if (lines > noteLines) notes.push(`${place}: ${lines} lines; over ${noteLines} is worth a split`);
}

/** Static, dynamic and type-only imports and re-exports. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function checkImport(base: string, place: string, name: string): string | undefined {
  const isTest = place.endsWith(".test.ts");
  const from = placeOf(place);
  if (!name.startsWith(".")) {
    if (isTest || from.layer !== "core" || isBuiltin(name) || corePackages.has(name)) return undefined;
    return `core imports only node: modules and ${[...corePackages].join(", ")}`;
  }
  const target = resolve(base, dirname(place), name);
  if (!existsSync(target)) return "no such file";
  if (isTest) return undefined;
  const path = relative(base, target).split(sep).join("/");
  if (!path.startsWith("src/")) return "outside src";
  return checkDirection(from, placeOf(path));
}

interface Place {
  layer: string;
  /** A method's folder, for files in one. */
  room?: string;
  file: string;
}

function placeOf(path: string): Place {
  const [, layer, ...rest] = path.split("/");
  if (rest.length === 0) return { layer: "index", file: layer };
  const isRoom = rest.length > 1 && (methodLayers as readonly string[]).includes(layer);
  return { layer, room: isRoom ? rest[0] : undefined, file: rest.slice(isRoom ? 1 : 0).join("/") };
}

function checkDirection(from: Place, to: Place): string | undefined {
  const fromRank = rankOf(from.layer);
  const toRank = rankOf(to.layer);
  if (fromRank === undefined || toRank === undefined) {
    return `unknown layer ${fromRank === undefined ? from.layer : to.layer}`;
  }
  if (from.layer !== to.layer && toRank >= fromRank) return `${from.layer} may not use ${to.layer}`;
  const otherRoom =
    to.room !== undefined && from.room !== undefined && (from.room !== to.room || from.layer !== to.layer);
  if (otherRoom && to.file !== `${to.room}.ts` && to.file !== "index.ts") {
    return `from another room only its main file ${to.room}.ts`;
  }
  return undefined;
}

function rankOf(layer: string): number | undefined {
  return layer === "index" ? faceRank : ranks[layer];
}

function isBuiltin(name: string): boolean {
  return name.startsWith("node:") && builtinModules.includes(name.slice(5).split("/")[0]);
}

await runMain(import.meta.url, () => {
  const { problems, notes } = checkLayers(root);
  for (const line of notes) console.log(`note: ${line}`);
  for (const line of problems) console.error(line);
  if (problems.length > 0) process.exitCode = 1;
  else console.log("layers: every import goes the allowed way");
});
