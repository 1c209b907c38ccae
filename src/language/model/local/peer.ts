import { InputError } from "../../../core/errors.ts";

/**
 * Imports an optional package.
 *
 * @throws InputError `missing-package` with the line that installs it
 */
export async function importPeer<T>(where: string, name: string, install: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    throw new InputError({
      code: "missing-package",
      where,
      problem: isAbsent
        ? `needs the package ${name}, which is not installed`
        : `the package ${name} cannot be loaded (${(error as Error).message})`,
      hint: install,
    });
  }
}

/** Runs tasks one after the other. */
export function oneAtATime(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next.catch(() => {});
    return next;
  };
}
