import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "./duckdb.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "surprisal-duckdb-"));
  await writeFile(join(folder, "given.csv"), "a\nx\ny\n");
  await writeFile(join(folder, "other.csv"), "a\nz\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("openDatabase", () => {
  it("opens the given files and no other, and cannot be talked out of it", async () => {
    const given = join(folder, "given.csv");
    const database = await openDatabase([given], "test");
    try {
      expect(await database.texts(["a"], `read_csv('${given}')`)).toEqual([["x"], ["y"]]);
      for (const statement of [
        `SELECT * FROM read_csv('${join(folder, "other.csv")}')`,
        `SELECT * FROM glob('${folder}/*')`,
        `COPY (SELECT 1) TO '${given}'.bak`,
        `COPY (SELECT 1) TO '${join(folder, "new.csv")}'`,
        `ATTACH '${join(folder, "new.db")}'`,
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
      ]) {
        await expect(database.run(statement), statement).rejects.toThrow();
      }
    } finally {
      database.close();
    }
  });

  it("throws when a result fails after its first rows", async () => {
    const database = await openDatabase([], "test");
    const failing =
      "(SELECT i, CASE WHEN i = 900000 THEN error('too far') ELSE 'x' END AS t FROM range(1000000) r(i))";
    let rows = 0;
    const read = async () => {
      for await (const chunk of database.chunks(["t"], failing)) rows += chunk.rows;
    };
    await expect(read()).rejects.toThrow(/too far/);
    expect(rows).toBeLessThan(1_000_000);
    database.close();
  });
});
