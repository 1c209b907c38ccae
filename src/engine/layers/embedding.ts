import { take } from "../functions/indexing.ts";
import { type Initialiser, normal } from "../initialisers.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Layer,
  type LayerOptions,
  requireLayerOptions,
  requireParameter,
  requireSizes,
} from "./layer.ts";

/** `table` is [count, features]. */
export type EmbeddingParams = { readonly table: Tensor };

export interface EmbeddingOptions extends LayerOptions {
  /** First values of the table. Default normal with deviation 1 / √features: rows of norm about 1. */
  initialiser?: Initialiser;
}

/**
 * A learnt vector for each of `count` things: whole numbers [...] from 0 to [..., features].
 *
 * @throws InputError when a size is not a count; in `apply` when the input is not whole numbers
 */
export function embedding(
  count: number,
  features: number,
  options: EmbeddingOptions = {},
): Layer<EmbeddingParams> {
  const {
    name = `embedding(${count}, ${features})`,
    dtype,
    initialiser = normal(1 / Math.sqrt(features)),
  } = options;
  requireLayerOptions(name, options, ["initialiser"]);
  requireSizes(name, { count, features });
  return {
    init: (key) => ({ table: initialiser(key, [count, features], dtype) }),
    apply: ({ table }, x) => {
      requireParameter(name, "table", table, [count, features]);
      return take(table, x);
    },
  };
}
