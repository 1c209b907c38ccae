import { InputError } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import type { ExperimentRun, Method, RegisteredMethod } from "./method.ts";
import { registered } from "./registry.generated.ts";

/**
 * Every method of this software, sorted by layer and id, with how many of its recorded claims hold. Nothing but
 * the cards is loaded.
 *
 * @example
 * import { listMethods } from "surprisal/papers";
 *
 * const ids = listMethods().map((method) => method.card.id);
 * // ids contains "beyond-normal"
 */
export function listMethods(): Method[] {
  return registered.map(({ layer, card, claims }) => ({ layer, card, claims }));
}

/**
 * One method: its card and, when there is one, the recorded full run of its experiment.
 *
 * @throws InputError for an unknown id, with the nearest one as a hint
 * @example
 * import { showMethod } from "surprisal/papers";
 *
 * const { card, recorded } = await showMethod("beyond-normal");
 * const failed = recorded?.rows.filter((row) => !row.holds);
 * // card.papers[0].year is 2023
 */
export async function showMethod(id: string): Promise<Method & { recorded?: ExperimentRun }> {
  const { layer, card, claims, recorded } = findMethod(id, "showMethod");
  return { layer, card, claims, recorded: await recorded?.() };
}

export function findMethod(id: string, where: string): RegisteredMethod {
  const found = registered.find((method) => method.card.id === id);
  if (found) return found;
  const ids = registered.map((method) => method.card.id);
  throw new InputError({
    code: "unknown-method",
    where,
    problem: "no such method",
    got: id,
    hint: didYouMean(id, ids) ?? "surprisal papers list shows all ids",
  });
}
