import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { InputError } from "../../core/errors.ts";

/**
 * The path of a file that a tool may read: inside the folder the server was started for, also after symbolic links.
 *
 * @throws InputError for anything outside, and for what does not exist
 */
export async function insideRoot(root: string, path: string): Promise<string> {
  const refuse = (problem: string): InputError =>
    new InputError({
      code: "outside-root",
      where: "path",
      problem,
      expected: "a file in the folder this server was started for",
      got: path,
    });
  const home = await realpath(root);
  const wanted = await realpath(resolve(home, path)).catch(() => {
    throw refuse("no such file");
  });
  const from = relative(home, wanted);
  if (from === "" || from.startsWith("..") || isAbsolute(from)) throw refuse("outside the server's folder");
  return wanted;
}
