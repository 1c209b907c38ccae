import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Absolute, because tests of the room template run this configuration from another folder. */
const setup = fileURLToPath(new URL("./test/setup.ts", import.meta.url));

export default defineConfig({
  test: {
    testTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "library",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["test/cli/**"],
          setupFiles: [setup],
        },
      },
      {
        extends: true,
        test: { name: "command", include: ["test/cli/**/*.test.ts"], globalSetup: ["test/cli/build.ts"] },
      },
    ],
  },
});
