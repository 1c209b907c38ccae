import { expect, test } from "vitest";
import { surprisal, temporaryFolder } from "./run.ts";

test("doctor names what trains models here, and what has no native form and why", async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await surprisal(["doctor"], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^onnx {7}✓ ONNX Runtime [\d.]+, native: trains models$/m);
  expect(stdout).toMatch(
    /^wasm {7}✓ jax-js [\d.]+ on WebAssembly: for functions that use what has no native form$/m,
  );
  expect(stdout).toMatch(/^ +linalg\.cholesky: ONNX has no operator for cholesky$/m);
  const { parts } = JSON.parse((await surprisal(["doctor", "--json"], { cwd: folder })).stdout);
  const wasm = parts.find(({ name }: { name: string }) => name === "wasm");
  expect(wasm.notes).toContain("linalg.eigh: ONNX has no operator for jacobi_eigh");
});
