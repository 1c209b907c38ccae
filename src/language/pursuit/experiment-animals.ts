import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The 50 animals of Animals with Attributes, in the order of its matrix (its classes.txt). */
const animals = [
  ..."antelope,grizzly bear,killer whale,beaver,dalmatian,persian cat,horse,german shepherd,blue whale".split(
    ",",
  ),
  ..."siamese cat,skunk,mole,tiger,hippopotamus,leopard,moose,spider monkey,humpback whale,elephant".split(
    ",",
  ),
  ..."gorilla,ox,fox,sheep,seal,chimpanzee,hamster,squirrel,rhinoceros,rabbit,bat,giraffe,wolf".split(","),
  ..."chihuahua,rat,weasel,otter,buffalo,zebra,giant panda,deer,bobcat,pig,lion,mouse,polar bear".split(","),
  ..."collie,walrus,raccoon,cow,dolphin".split(","),
];

interface Animals {
  readonly labels: string[];
  readonly queries: string[];
  readonly values: boolean[][];
}

/** 20 animals by 85 attributes from `../shared/data/awa2`; undefined where it is absent. */
export function readAnimals(): Animals | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = join(here, "../../../../shared/data/awa2");
  if (!existsSync(folder)) return undefined;
  const lines = (name: string) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
  const queries = lines("predicates.txt").map((line) => line.trim().split(/\s+/)[1]);
  const matrix = lines("predicate-matrix-binary.txt").map((line) =>
    line
      .trim()
      .split(/\s+/)
      .map((v) => v === "1"),
  );
  const labels = lines("classes20.txt").map((line) => line.trim().replace(/^\d+\s+/, ""));
  return { labels, queries, values: labels.map((label) => matrix[animals.indexOf(label)]) };
}
