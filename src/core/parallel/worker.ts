import { parentPort } from "node:worker_threads";
import type { Task } from "./executor.ts";

export type ToWorker =
  | { kind: "job"; job: number; module: string; name: string; shared: unknown }
  | { kind: "unit"; job: number; index: number; unit: unknown }
  | { kind: "end"; job: number };

export type FromWorker =
  | { kind: "result"; job: number; index: number; result: unknown }
  | { kind: "failure"; job: number; error: Record<string, unknown> };

const port = parentPort;
const jobs = new Map<number, ReturnType<typeof load>>();

port?.on("message", async (message: ToWorker) => {
  if (message.kind === "job")
    return void jobs.set(message.job, load(message.module, message.name, message.shared));
  if (message.kind === "end") return void jobs.delete(message.job);
  try {
    const { run, shared } = await jobs.get(message.job)!;
    const result = await run(message.unit, shared);
    port.postMessage({ kind: "result", job: message.job, index: message.index, result } satisfies FromWorker);
  } catch (error) {
    port.postMessage({ kind: "failure", job: message.job, error: describe(error) } satisfies FromWorker);
  }
});

async function load(module: string, name: string, shared: unknown) {
  const exported = (await import(module))[name] as Task<unknown, unknown, unknown> | undefined;
  if (typeof exported?.run !== "function") throw new Error(`no task "${name}" is exported by its module`);
  return { run: exported.run, shared };
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return { ...error, name: error.name, message: error.message, stack: error.stack };
}
