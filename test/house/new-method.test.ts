import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newRoom } from "../../scripts/new-method.ts";
import { methodLayers, root } from "../../scripts/rooms.ts";

const id = "sliced-score-2";

describe("new-method refuses", () => {
  test("a missing or unknown layer, and more than a layer and an id", () => {
    for (const name of [undefined, "mist", "core/mist", "measure/a/b", "measure/"]) {
      expect(() => newRoom(name)).toThrow("new-method: expected measure|learn|decide|language/<id>");
    }
  });

  test("an id that is not kebab-case", () => {
    for (const bad of ["Mist", "mist_two", "2mist", "mist--two", "mist-", ".."]) {
      expect(() => newRoom(`learn/${bad}`)).toThrow("kebab-case");
    }
  });

  test("an id that exists, in whichever layer", () => {
    expect(() => newRoom("learn/beyond-normal")).toThrow("src/measure/beyond-normal exists");
  });
});

describe("a new room", () => {
  let base: string;
  const rooms = methodLayers.map((layer) => newRoom(`${layer}/${id}`));
  const folders = () => methodLayers.map((layer) => join(base, "src", layer));
  const paths = () => rooms.flatMap((room) => [...room.keys()].map((path) => join(base, path)));

  // Inside the repository, so that node_modules is found; core is this repository's own.
  beforeAll(() => {
    mkdirSync(join(root, ".cache"), { recursive: true });
    base = mkdtempSync(join(root, ".cache", "new-method-"));
    for (const [path, text] of rooms.flatMap((room) => [...room])) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
    symlinkSync(join(root, "src/core"), join(base, "src/core"));
    symlinkSync(join(root, "tsconfig.json"), join(base, "tsconfig.json"));
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  test("has the four files and no placeholder left", () => {
    expect([...rooms[0].keys()]).toEqual(
      [`${id}.ts`, "card.ts", "experiment.ts", `${id}.test.ts`].map((file) => `src/measure/${id}/${file}`),
    );
    for (const text of rooms.flatMap((room) => [...room.values()])) expect(text).not.toMatch(/__\w+__/);
  });

  test("compiles under the repository's settings", () => {
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
    const program = ts.createProgram(paths(), options);
    const messages = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
    expect(messages).toEqual([]);
  });

  test("has no complaint from the linter", () => {
    const biome = join(root, "node_modules/.bin/biome");
    const options = ["--config-path", join(root, "biome.json"), "--vcs-enabled=false"];
    expect(() => execFileSync(biome, ["check", ...options, ...folders()], { stdio: "pipe" })).not.toThrow();
  });

  test("passes its first test", () => {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const output = execFileSync(process.execPath, [vitest, "run", "--root", base, id], {
      encoding: "utf8",
      stdio: "pipe",
    });
    expect(output).toMatch(/Test Files.*4 passed/);
  });
});
