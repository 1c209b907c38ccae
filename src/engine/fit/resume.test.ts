import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resumable } from "../../../test/engine/resumable.ts";
import type { Warning } from "../../core/estimate.ts";
import { flatten, type Tree, tensor } from "../index.ts";
import { adam } from "../optimisers/index.ts";
import { FitStoppedError, fit as train } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-resume-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** All bits of a tree of tensors. */
function bitsOf(tree: Tree): string {
  return flatten(tree)
    .leaves.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex"))
    .join(" ");
}

/** Starts the run in a process of its own, which prints the number of each step and its warnings. */
function startChild(checkpoint: object, epochs: number, prefix: string[] = []): ChildProcess {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    const { fit } = await import(${at("./index.ts")});
    const { resumable } = await import(${at("../../../test/engine/resumable.ts")});
    const onProgress = ({ step }) => console.log("step", step);
    const result = await fit({ ...resumable(${epochs}), checkpoint: ${JSON.stringify(checkpoint)}, onProgress });
    console.log("done", JSON.stringify(result.warnings));
  `;
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", code];
  const [command, ...rest] = [...prefix, ...node];
  return spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
}

async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  yield* createInterface({ input: child.stdout! });
}

/** Trains until a step, then stops by the signal. */
async function trainUntil(
  step: number,
  epochs: number,
  checkpoint: { path: string; resume?: boolean },
): Promise<FitStoppedError> {
  const stop = new AbortController();
  let seen = 0;
  const options = resumable(epochs);
  const error = await train({
    ...options,
    checkpoint,
    signal: stop.signal,
    // The loss is traced once; the source of batches is asked before every step.
    data: async function* ({ random }) {
      const order = random.permutation(4);
      for (const i of order) {
        if (seen++ === step) stop.abort();
        yield batch(i);
      }
    },
    batchSize: undefined,
  }).catch((one) => one);
  expect(error).toBeInstanceOf(FitStoppedError);
  return error;
}

const { data } = resumable(1);
function batch(i: number): { x: ReturnType<typeof tensor>; y: ReturnType<typeof tensor> } {
  if (typeof data === "function") throw new Error("rows expected");
  const { x, y } = data;
  return {
    x: tensor(x.data.slice(i * 15 * 64, (i + 1) * 15 * 64), { shape: [15, 64] }),
    y: tensor(y.data.slice(i * 15, (i + 1) * 15), { shape: [15, 1] }),
  };
}

describe("a run that goes on from its checkpoint", () => {
  it("gives the bits of an uninterrupted one after SIGKILL in the middle of an epoch", {
    timeout: 300_000,
  }, async () => {
    const path = join(folder, "killed.safetensors");
    const child = startChild({ path, everySeconds: 0 }, 12);
    const exited = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once("exit", (_, signal) => resolve(signal)),
    );
    for await (const line of linesOf(child)) {
      if (Number(line.split(" ")[1]) >= 9) child.kill("SIGKILL");
    }
    expect(await exited).toBe("SIGKILL");
    // A file that was being written when the process died may be left; the checkpoint itself is whole.
    const resumed = await train({ ...resumable(12), checkpoint: { path, resume: true } });
    const whole = await train(resumable(12));
    expect(bitsOf(resumed.params)).toBe(bitsOf(whole.params));
    expect(resumed.history).toEqual(whole.history);
    expect(resumed.best).toEqual(whole.best);
    expect(resumed.steps).toBe(48);
    expect(resumed.warnings).toEqual([]);
  });

  it("gives the same wherever the signal stopped it, with a source of batches", async () => {
    const never = new AbortController();
    const source = {
      ...resumable(3),
      batchSize: undefined,
      data: async function* ({ random }: { random: { permutation(n: number): Int32Array } }) {
        for (const i of random.permutation(4)) yield batch(i);
      },
      signal: never.signal,
    };
    const whole = await train(source);
    for (const step of [0, 1, 4, 6]) {
      const path = join(folder, `stopped-${step}.safetensors`);
      const error = await trainUntil(step, 3, { path });
      expect(error.message).toMatch(
        new RegExp(
          `^fit: stopped after step \\d+ \\(epoch \\d of 3\\); go on with checkpoint: \\{ path: ".*stopped-${step}.*", resume: true \\}$`,
        ),
      );
      const resumed = await train({ ...source, checkpoint: { path, resume: true } });
      expect(bitsOf(resumed.params)).toBe(bitsOf(whole.params));
      expect(resumed.history).toEqual(whole.history);
    }
  });

  it("may have more epochs than before, and is the same result when it had ended", async () => {
    const path = join(folder, "longer.safetensors");
    const short = await train({ ...resumable(2), checkpoint: { path } });
    const again = await train({ ...resumable(2), checkpoint: { path, resume: true } });
    expect(bitsOf(again.params)).toBe(bitsOf(short.params));
    expect(again.steps).toBe(8);
    const longer = await train({ ...resumable(4), checkpoint: { path, resume: true } });
    expect(bitsOf(longer.params)).toBe(bitsOf((await train(resumable(4))).params));
  });

  it("starts anew where there is no file yet", async () => {
    const path = join(folder, "new.safetensors");
    expect((await train({ ...resumable(1), checkpoint: { path, resume: true } })).steps).toBe(4);
  });
});

describe("a checkpoint that cannot be used", () => {
  it("is refused and stays as it is", async () => {
    const path = join(folder, "refused.safetensors");
    const options = resumable(1);
    await train({ ...options, checkpoint: { path, card: { kind: "vae" } } });
    const bytes = await readFile(path);
    const checkpoint = { path, resume: true, card: { kind: "vae" } };
    const attempts: [() => Promise<unknown>, RegExp][] = [
      [
        () => train({ ...options, checkpoint: { path } }),
        /there is a checkpoint already, got .*resume: true/,
      ],
      [
        () => train({ ...options, checkpoint: { ...checkpoint, card: { kind: "mim" } } }),
        /another run: card differs.*got \{"kind":"vae"\}$/,
      ],
      [() => train({ ...options, checkpoint, seed: 12 }), /seed differs; expected 12, got 11$/],
      [() => train({ ...options, checkpoint, batchSize: 8 }), /batchSize differs; expected 8, got 16$/],
      [
        () => train({ ...options, checkpoint, optimiser: adam(), averaging: undefined }),
        /another model or optimiser: the tensors differ; expected state\.average null, got "state\.average\.first\.kernel float32\[64,256\]"$/,
      ],
    ];
    for (const [attempt, message] of attempts) await expect(attempt()).rejects.toThrow(message);
    for (const damage of [
      bytes.subarray(0, 100),
      bytes.subarray(0, bytes.length - 1),
      Buffer.from("not a checkpoint"),
    ]) {
      await writeFile(path, damage);
      await expect(train({ ...options, checkpoint })).rejects.toMatchObject({ code: "bad-safetensors" });
      expect((await readFile(path)).equals(damage)).toBe(true);
    }
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 10] ^= 4;
    await writeFile(path, flipped);
    await expect(train({ ...options, checkpoint })).rejects.toMatchObject({ code: "corrupt-file" });
    expect((await readFile(path)).equals(flipped)).toBe(true);
  });

  it("is noticed before training when it cannot be written", async () => {
    const path = join(folder, "no such folder", "checkpoint");
    await expect(train({ ...resumable(1), checkpoint: { path } })).rejects.toMatchObject({
      code: "missing-folder",
    });
  });
});

describe("a disk that is full", () => {
  it("leaves the checkpoint before readable, and the run goes on and says so", {
    timeout: 300_000,
  }, async () => {
    const own = await mkdtemp(join(folder, "full-"));
    const path = join(own, "checkpoint.safetensors");
    await train({ ...resumable(1), checkpoint: { path } });
    const before = await readFile(path);
    // The largest file that the child may write is smaller than a checkpoint: each write fails on the way.
    const limit = Math.floor(before.length / 2048);
    const child = startChild({ path, everySeconds: 0, resume: true }, 2, [
      "bash",
      "-c",
      `ulimit -f ${limit}; exec "$0" "$@"`,
    ]);
    const lines: string[] = [];
    for await (const line of linesOf(child)) lines.push(line);
    const warnings = JSON.parse(lines[lines.length - 1].slice("done ".length)) as Warning[];
    expect(warnings.map(({ code }) => code)).toEqual(["checkpoint-not-written"]);
    expect(warnings[0].message).toMatch(
      /^checkpoint of step 8 not written; the one of step 4 remains: .*cannot be written/,
    );
    expect((await readFile(path)).equals(before)).toBe(true);
    expect(await readdir(own)).toEqual(["checkpoint.safetensors"]);
    const resumed = await train({ ...resumable(2), checkpoint: { path, resume: true } });
    expect(bitsOf(resumed.params)).toBe(bitsOf((await train(resumable(2))).params));
  });
});
