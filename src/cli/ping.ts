import { defineTask } from "../core/parallel/index.ts";

/** A task that does nothing: does a thread start at all? */
export const ping = defineTask(import.meta.url, "ping", (value: number) => value);
