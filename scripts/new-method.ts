// npm run new-method -- <layer>/<id>: writes a room that compiles and passes its first test.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Job } from "../src/core/card.ts";
import type { MethodLayer } from "../src/papers/method.ts";
import { Refusal, runMain } from "./main.ts";
import { methodLayers, root } from "./rooms.ts";

const firstJob: Record<MethodLayer, Job> = {
  measure: "measure",
  learn: "learn",
  decide: "select",
  language: "compress",
};

/** The files of a new room, by path from the repository; throws with one line when the name will not do. */
export function newRoom(name: string | undefined, base = root): Map<string, string> {
  const [layer, id, ...more] = (name ?? "").split("/");
  if (!isMethodLayer(layer) || !id || more.length > 0) {
    throw new Refusal(
      `new-method: expected ${methodLayers.join("|")}/<id>, got ${JSON.stringify(name ?? "")}`,
    );
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new Refusal(
      `new-method: an id is kebab-case, for instance "sliced-score", got ${JSON.stringify(id)}`,
    );
  }
  const taken = methodLayers.find((one) => existsSync(join(base, "src", one, id)));
  if (taken) throw new Refusal(`new-method: src/${taken}/${id} exists`);

  const words = id.split("-");
  const Name = words.map(capital).join("");
  const values: Record<string, string> = {
    __id__: id,
    __name__: Name[0].toLowerCase() + Name.slice(1),
    __Name__: Name,
    __title__: capital(words.join(" ")),
    __job__: firstJob[layer],
  };
  const files = { "method.ts": `${id}.ts`, "card.ts": "card.ts", "experiment.ts": "experiment.ts" };
  const entries = Object.entries({ ...files, "method.test.ts": `${id}.test.ts` });
  return new Map(
    entries.map(([template, file]) => {
      const text = readFileSync(new URL(`template/${template}.txt`, import.meta.url), "utf8");
      return [`src/${layer}/${id}/${file}`, text.replace(/__\w+?__/g, (word) => values[word] ?? word)];
    }),
  );
}

function isMethodLayer(layer: string): layer is MethodLayer {
  return (methodLayers as readonly string[]).includes(layer);
}

function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

function main(): void {
  const files = newRoom(process.argv[2]);
  for (const [path, text] of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
  const [layer, id] = process.argv[2].split("/");
  console.log(`
Next:
  1. Write the method in src/${layer}/${id}/${id}.ts, its facts in card.ts, the paper's claims in experiment.ts.
  2. npx vitest run src/${layer}/${id}
  3. Export what users need from src/${layer}/index.ts, with an @example in its docstring.
  4. npm run experiments -- ${id}   (also writes its page, METHODS.md and the registry)
  5. npm run check`);
}

await runMain(import.meta.url, main);
