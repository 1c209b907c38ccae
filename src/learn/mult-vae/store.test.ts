import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { csrRows } from "./csr.ts";
import { ease } from "./ease.ts";
import { mixtureClicks } from "./g-rec.ts";
import { interactions } from "./interactions.ts";
import { type MultVae, multVae } from "./mult-vae.ts";
import { popularity } from "./popularity.ts";
import { isMultVae, loadHistories, loadRecommender, saveHistories } from "./store.ts";

const { split } = mixtureClicks(2);
const { validation } = split;
const nobody = {
  userIds: [],
  foldIn: csrRows(validation.foldIn, []),
  heldOut: csrRows(validation.heldOut, []),
};

describe("saving and loading", () => {
  const inFolder = async (body: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), "surprisal-recommender-"));
    await body(folder).finally(() => rm(folder, { recursive: true }));
  };

  it("gives models back that score alike to the last bit", async () => {
    const models = [
      popularity(split),
      await ease(split, { lambda: 200 }),
      await multVae({ hidden: [8], latentDim: 4, epochs: 1 }).fit({ ...split, validation: nobody }),
    ];
    for (const model of models) {
      await inFolder(async (folder) => {
        await model.save(join(folder, "model"));
        const loaded = await loadRecommender(join(folder, "model"));
        expect([loaded.name, loaded.itemIds]).toEqual([model.name, model.itemIds]);
        const rows = csrRows(split.test.foldIn, [0, 1]);
        expect(await loaded.scoreRows(rows)).toEqual(await model.scoreRows(rows));
        expect(isMultVae(loaded)).toBe(isMultVae(model));
        if (isMultVae(loaded)) {
          expect(loaded.training).toEqual((model as MultVae).training);
          expect(await loaded.rate([split.itemIds[3]])).toBeGreaterThan(0);
        }
      });
    }
  });

  it("keeps who clicked what in a file of its own", async () => {
    const data = interactions({ user: ["a", "a", "b"], item: ["x", "y", "x"] }, { minUserClicks: 1 });
    await inFolder(async (folder) => {
      await saveHistories(data, folder);
      const { dropped: _, ...kept } = data;
      expect(await loadHistories(folder)).toEqual(kept);
    });
  });

  it("refuses a folder without a model and files that are something else", async () => {
    await inFolder(async (folder) => {
      await expect(loadRecommender(folder)).rejects.toMatchObject({ code: "missing-file" });
      await writeFile(join(folder, "model.safetensors"), "not one");
      await expect(loadRecommender(folder)).rejects.toMatchObject({ code: "bad-safetensors" });
      await saveHistories(interactions({ user: [1], item: [1] }, { minUserClicks: 1 }), folder);
      await writeFile(
        join(folder, "model.safetensors"),
        await readFile(join(folder, "histories.safetensors")),
      );
      await expect(loadRecommender(folder)).rejects.toMatchObject({ code: "foreign-file" });
    });
  });
});
