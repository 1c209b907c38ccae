import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFileAtomic } from "./atomic.ts";
import { hashFile } from "./hash.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-atomic-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("writeFileAtomic", () => {
  it("writes text, bytes and pieces, and leaves nothing else in the folder", async () => {
    const own = await mkdtemp(join(folder, "plain-"));
    await writeFileAtomic(join(own, "a"), "grüße");
    await writeFileAtomic(join(own, "b"), new Uint8Array([1, 2, 3]));
    await writeFileAtomic(join(own, "c"), [new Uint8Array([1]), new Uint8Array(0), new Uint8Array([2, 3])]);
    expect(await readFile(join(own, "a"), "utf8")).toBe("grüße");
    expect([...(await readFile(join(own, "b")))]).toEqual([1, 2, 3]);
    expect([...(await readFile(join(own, "c")))]).toEqual([1, 2, 3]);
    expect((await readdir(own)).sort()).toEqual(["a", "b", "c"]);
  });

  it("replaces an existing file and keeps its permissions", async () => {
    const path = join(folder, "shared");
    await writeFile(path, "old");
    await chmod(path, 0o666);
    await writeFileAtomic(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o666);
  });

  it("leaves the old file as it was and removes its temporary file when it fails on the way", async () => {
    const own = await mkdtemp(join(folder, "failing-"));
    const path = join(own, "report");
    await writeFile(path, "old");
    const pieces = [new Uint8Array([1]), { length: 3 } as Uint8Array];
    await expect(writeFileAtomic(path, pieces)).rejects.toThrow();
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(own)).toEqual(["report"]);
  });

  it("writes through a symbolic link", async () => {
    const [target, link] = [join(folder, "target"), join(folder, "link")];
    await writeFile(target, "old");
    await symlink(target, link);
    await writeFileAtomic(link, "new");
    expect(await readFile(target, "utf8")).toBe("new");
    expect(
      (await readdir(folder, { withFileTypes: true })).find((e) => e.name === "link")?.isSymbolicLink(),
    ).toBe(true);
  });

  it("refuses a folder, and a path in a folder that does not exist", async () => {
    await mkdir(join(folder, "dir"));
    await expect(writeFileAtomic(join(folder, "dir"), "x")).rejects.toMatchObject({ code: "is-a-folder" });
    await expect(writeFileAtomic(join(folder, "none", "x"), "x")).rejects.toMatchObject({
      code: "missing-folder",
    });
  });

  it("writes to a device without replacing it", async () => {
    await writeFileAtomic("/dev/null", "x");
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });
});

describe("hashFile", () => {
  it("is the SHA-256 of the bytes", async () => {
    const path = join(folder, "abc");
    await writeFile(path, "abc");
    // the one-block example of FIPS 180-2
    expect(await hashFile(path)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("names the nearest file when there is none of that name", async () => {
    await writeFile(join(folder, "measurements.csv"), "");
    await expect(hashFile(join(folder, "mesurements.csv"))).rejects.toThrow(
      /no such file.*"measurements.csv"/,
    );
    await expect(hashFile(folder)).rejects.toMatchObject({ code: "is-a-folder" });
  });
});
