import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../data/safetensors.ts";
import { ones, type Tree, tensor, zeros } from "../index.ts";
import { loadModel, saveModel } from "./model.ts";
import { readTree, writeTree } from "./tree-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-model-"));
});
afterAll(() => rm(folder, { recursive: true }));

const params = {
  layers: [{ kernel: tensor([[1, Number.NaN]]), bias: zeros([2], "float64") }, {}],
  "a.b": tensor([true, false]),
  a: { b: tensor(Uint32Array.of(2 ** 32 - 1)), count: tensor(Int32Array.of(-1), { shape: [] }) },
  kind: "mlp",
  depth: 2,
  empty: [],
  none: null,
};

describe("saveModel", () => {
  it("gives back the same tree, numbers and card", async () => {
    const path = join(folder, "whole");
    const card = { method: "test", options: { latentDim: 8 }, seed: 7, metrics: { loss: 0.25 } };
    await saveModel(path, params, card);
    const loaded = await loadModel<typeof params>(path, "test");
    expect(loaded.card).toEqual(card);
    expect(plain(loaded.params)).toEqual(plain(params));
    expect(Object.keys(loaded.versions)).toEqual(["surprisal", "node", "@jax-js/jax", "onnxruntime-node"]);
    const beside = JSON.parse(await readFile(join(path, "card.json"), "utf8"));
    expect(beside).toEqual({ ...card, versions: loaded.versions });
  });

  it("names tensors by their place, so that other programs find them", async () => {
    const path = join(folder, "names");
    await saveModel(path, params, { method: "test" });
    const { tensors } = await readSafetensors(join(path, "model.safetensors"));
    expect([...tensors.keys()].sort()).toEqual([
      "a.b",
      "a.b_",
      "a.count",
      "layers.0.bias",
      "layers.0.kernel",
    ]);
  });

  it("refuses a model of another method, another file and none", async () => {
    const path = join(folder, "other");
    await saveModel(path, { w: ones([1]) }, { method: "mist" });
    await expect(loadModel(path, "mult-vae")).rejects.toThrow(
      /another method; expected mult-vae, got "mist"$/,
    );
    await writeSafetensors(join(path, "model.safetensors"), {});
    await expect(loadModel(path, "mist")).rejects.toMatchObject({ code: "foreign-file" });
    await expect(loadModel(join(folder, "none"), "mist")).rejects.toMatchObject({ code: "missing-file" });
  });
});

describe("a tree in a file", () => {
  it("is refused after any change of its bytes", async () => {
    const path = join(folder, "tree.safetensors");
    await writeTree(path, "test tree", { w: tensor([1, 2, 3]) }, { step: 12 });
    const bytes = await readFile(path);
    const codes = new Set<string>();
    for (let i = 8; i < bytes.length; i += 7) {
      const damaged = Uint8Array.from(bytes);
      damaged[i] ^= 1;
      await writeFile(path, damaged);
      codes.add(
        await readTree(path, "test tree").then(
          () => `unnoticed ${bytes[i]}`,
          (error) => error.code,
        ),
      );
    }
    expect([...codes].filter((code) => code.startsWith("unnoticed"))).toEqual([]);
    expect(codes).toContain("corrupt-file");
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    await expect(readTree(path, "test tree")).rejects.toMatchObject({ code: "bad-safetensors" });
    await writeFile(path, bytes);
    expect((await readTree(path, "test tree")).facts).toEqual({ step: 12 });
    await expect(readTree(path, "other tree")).rejects.toMatchObject({ code: "foreign-file" });
  });
});

/** A tree with arrays of numbers for tensors. */
function plain(tree: Tree): unknown {
  return JSON.parse(
    JSON.stringify(tree, (_, value) =>
      value?.dtype ? { dtype: value.dtype, shape: value.shape, data: Array.from(value.data, String) } : value,
    ),
  );
}
