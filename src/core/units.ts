import { InputError } from "./errors.ts";

/** Information is counted in nats (natural logarithm) unless asked otherwise. 1 bit = ln 2 nats. */
export type Unit = "nats" | "bits";

/** Converts a number of nats into `unit`. */
export function fromNats(nats: number, unit: Unit): number {
  return unit === "bits" ? nats / Math.LN2 : nats;
}

/** The unit, checked: `undefined` means nats. */
export function asUnit(value: unknown, where: string): Unit {
  if (value === undefined || value === "nats") return "nats";
  if (value === "bits") return "bits";
  throw new InputError({
    code: "unknown-unit",
    where,
    problem: "unknown unit",
    expected: '"nats" or "bits"',
    got: value,
  });
}
