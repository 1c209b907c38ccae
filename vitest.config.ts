import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Absolute, because tests of the room template run this configuration from another folder. */
const setup = fileURLToPath(new URL("./test/setup.ts", import.meta.url));

/** Files that take minutes; begun last, they would keep one core while the other has nothing left to do. */
const longest = ["test/house/experiments.test.ts", "test/examples.test.ts"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(name));
    const others = await super.sort(files.filter((file) => !isLong(file)));
    return [...files.filter(isLong), ...others];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
