// Loading of the two libraries the engine stands on. Both are loaded on first use only, so that importing
// surprisal without the engine costs nothing.
import { createRequire } from "node:module";
import type * as JaxModule from "@jax-js/jax";
import type * as OrtModule from "onnxruntime-node";

export type Jax = typeof JaxModule;
export type JaxArray = JaxModule.numpy.Array;

const require = createRequire(import.meta.url);

let loadedJax: Jax | undefined;

/** The array library, loaded at the first call. Its default device is `wasm`; traces run under `cpu`. */
export function jax(): Jax {
  if (!loadedJax) {
    fillNode20Gaps();
    loadedJax = require("@jax-js/jax") as Jax;
  }
  return loadedJax;
}

/** jax-js names two globals that Node 20 lacks and Node 24 has. */
function fillNode20Gaps(): void {
  define("Float16Array", class Float16Array {});
  define("navigator", {
    userAgent: `Node.js/${process.versions.node.split(".")[0]}`,
    hardwareConcurrency: 1,
  });
}

function define(name: string, value: unknown): void {
  if (name in globalThis) return;
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}

export type Ort = typeof OrtModule;

let loadedOrt: Ort | { readonly missing: string } | undefined;

/** ONNX Runtime, or why it is not there: it is an optional dependency. */
export function onnxRuntime(): Ort | { readonly missing: string } {
  if (!loadedOrt) {
    try {
      loadedOrt = require("onnxruntime-node") as Ort;
    } catch (error) {
      const [line] = String(error instanceof Error ? error.message : error).split("\n");
      loadedOrt = { missing: `onnxruntime-node could not be loaded (${line})` };
    }
  }
  return loadedOrt;
}
