import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { staleFiles } from "../../scripts/generate.ts";
import { findRooms } from "../../scripts/rooms.ts";

test("generated files are what cards and recorded experiments say (else: npm run generate)", async () => {
  expect([...(await staleFiles()).keys()]).toEqual([]);
});

test("every method has a test beside it", async () => {
  const untested = (await findRooms()).filter(({ folder, id }) => !existsSync(join(folder, `${id}.test.ts`)));
  expect(untested.map(({ layer, id }) => `src/${layer}/${id}/${id}.test.ts`)).toEqual([]);
});
