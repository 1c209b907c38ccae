import { expect, test } from "vitest";
import { staleFiles } from "../../scripts/generate.ts";

test("generated files are what cards and recorded experiments say (else: npm run generate)", async () => {
  expect([...(await staleFiles()).keys()]).toEqual([]);
});
