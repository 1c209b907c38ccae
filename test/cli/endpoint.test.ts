import { afterAll, describe, expect, test } from "vitest";
import type { DialectName } from "../../src/language/model/model.ts";
import { wordModel } from "../fixtures/language/models.ts";
import { type RunningServer, type ServerOptions, startServer } from "../fixtures/language/server.ts";
import { surprisal, temporaryFolder } from "./run.ts";

const servers: RunningServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function start(options: { dialect: DialectName } & Partial<ServerOptions>): Promise<RunningServer> {
  const server = await startServer({ model: await wordModel(), ...options });
  servers.push(server);
  return server;
}

const folder = temporaryFolder();
const doctor = (...words: string[]) => surprisal(["doctor", ...words], { cwd: folder });

describe("doctor --endpoint", () => {
  test("prints what a server answers, and for which commands that is enough", async () => {
    const { url } = await start({ dialect: "vllm" });
    const { code, stdout, stderr } = await doctor("--endpoint", `${url}/v1`);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toBe(`endpoint      ${url}
model         test-model
speaks        vllm
answers
  ✓ echo               log-probabilities of every token of a prompt, one request a text
  ✓ top_logprobs       the 20 likeliest next tokens
  ✓ tokenize           counts tokens without running the model
capabilities  generate, scoreChoices, scoreContinuation, scoreText
commands
  ✓ channel            one request a text
  ✓ choose             by all tokens or the first
  ✓ ask                labels by their first token
  ✓ compress           by the information of each word
  ✓ distil-compressor  as the teacher
`);
  });

  test("says what is missing for the others", async () => {
    const { url } = await start({ dialect: "ollama" });
    const { code, stdout } = await doctor("--endpoint", url, "--json");
    expect(code).toBe(0);
    const { dialect, capabilities, commands } = JSON.parse(stdout);
    expect(dialect).toBe("ollama");
    expect(capabilities).toEqual(["generate", "scoreChoices"]);
    expect(commands).toContainEqual({ name: "channel", runs: false, how: "needs scoreContinuation" });
  });

  test("ends with 3 for a server that is not there", async () => {
    const { url, close } = await startServer({ dialect: "vllm", model: await wordModel() });
    await close();
    const { code, stdout, stderr } = await doctor("--endpoint", url);
    expect({ code, stdout, stderr }).toEqual({
      code: 3,
      stdout: "",
      stderr: `surprisal: ${url}: cannot be reached (connection refused: is the server running?)\n`,
    });
  });
});

describe("the API key", () => {
  const key = "sk-test-0123456789abcdef";

  test("comes from the variable that is named, and is not printed", async () => {
    const { url } = await start({ dialect: "openai-chat", apiKey: key });
    process.env.MY_LM_KEY = key;
    process.env.WRONG_LM_KEY = `${key}-wrong`;
    try {
      const right = await doctor("--endpoint", url, "--api-key-env", "MY_LM_KEY");
      const wrong = await doctor("--endpoint", url, "--api-key-env", "WRONG_LM_KEY");
      expect(right.code).toBe(0);
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toBe(
        `surprisal: ${url}: the server refuses the API key, or wants one (HTTP 401) (--api-key-env names the environment variable that holds it)\n`,
      );
      expect(JSON.stringify([right, wrong])).not.toContain(key);
    } finally {
      delete process.env.MY_LM_KEY;
      delete process.env.WRONG_LM_KEY;
    }
  });

  test("of another service is not sent", async () => {
    const { url } = await start({ dialect: "openai-chat", apiKey: key });
    process.env.OPENAI_API_KEY = key;
    try {
      expect((await doctor("--endpoint", url)).code).toBe(2);
    } finally {
      delete process.env.OPENAI_API_KEY;
    }
  });

  test("typed in place of its variable is refused without being repeated", async () => {
    const { code, stderr } = await doctor("--endpoint", "http://127.0.0.1:1", "--api-key-env", key);
    expect(code).toBe(2);
    expect(stderr).toBe(
      "surprisal: --api-key-env: no environment variable of this name is set; expected the name of a variable, not the key itself\n",
    );
  });
});
