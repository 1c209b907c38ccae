import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MethodCard } from "../src/core/card.ts";
import type { ExperimentRun, MethodLayer } from "../src/papers/method.ts";
import { readJson } from "./files.ts";
import { Refusal } from "./main.ts";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const methodLayers: readonly MethodLayer[] = ["measure", "learn", "decide", "language"];

/** A method's folder with what is known about it. */
export interface Room {
  layer: MethodLayer;
  id: string;
  folder: string;
  card: MethodCard;
  recorded?: ExperimentRun;
}

export function recordedPath(folder: string): string {
  return join(folder, "experiment.recorded.json");
}

/** Every folder src/<layer>/<id> with a card, sorted. */
export async function findRooms(): Promise<Room[]> {
  const rooms: Room[] = [];
  for (const layer of methodLayers) {
    const parent = join(root, "src", layer);
    if (!existsSync(parent)) continue;
    for (const id of readdirSync(parent).sort()) {
      const folder = join(parent, id);
      if (!existsSync(join(folder, "card.ts"))) continue;
      const { card } = (await import(pathToFileURL(join(folder, "card.ts")).href)) as { card: MethodCard };
      requireRoom(layer, id, folder, card);
      const recorded = existsSync(recordedPath(folder))
        ? readJson<ExperimentRun>(recordedPath(folder))
        : undefined;
      rooms.push({ layer, id, folder, card, recorded });
    }
  }
  return rooms;
}

function requireRoom(layer: string, id: string, folder: string, card: MethodCard): void {
  const place = `src/${layer}/${id}`;
  if (card?.id !== id)
    throw new Refusal(`${place}/card.ts: id must be the folder's name "${id}", got "${card?.id}"`);
  for (const file of [`${id}.ts`, "experiment.ts"]) {
    if (!existsSync(join(folder, file))) throw new Refusal(`${place}: ${file} is missing`);
  }
}
