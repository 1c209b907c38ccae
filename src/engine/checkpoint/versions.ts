import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** What a file was made with: this package, Node, and the libraries that compute. */
export function versions(): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const found = { surprisal: own.version, node: process.versions.node };
  const parts = ["@jax-js/jax", "onnxruntime-node"].flatMap((name) => {
    const version = versionOf(name);
    return version ? [[name, version]] : [];
  });
  return { ...found, ...Object.fromEntries(parts) };
}

/** The version in the package.json above the file that the package's name stands for; nothing when not installed. */
function versionOf(name: string): string | undefined {
  try {
    for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
      const facts = readPackage(folder);
      if (facts?.name === name) return facts.version;
    }
  } catch {
    // Not installed.
  }
  return undefined;
}

function readPackage(folder: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}
