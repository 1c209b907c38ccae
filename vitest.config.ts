import { defineConfig } from "vitest/config";

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
        },
      },
      {
        extends: true,
        test: { name: "command", include: ["test/cli/**/*.test.ts"], globalSetup: ["test/cli/build.ts"] },
      },
    ],
  },
});
