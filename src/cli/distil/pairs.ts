import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { readText } from "../compress/texts.ts";

const pair = z.object({ original: z.string().regex(/\S/), compressed: z.string() });

export type Pair = z.infer<typeof pair>;

/** Texts and their compressions, one JSON object a line; other fields are left alone. */
export async function readPairs(file: string, signal?: AbortSignal): Promise<Pair[]> {
  const text = await readText(file, signal);
  const pairs = text.split(/\r?\n/).flatMap((line, i): Pair[] => {
    if (line.trim() === "") return [];
    const parsed = pair.safeParse(jsonOf(line.replace(/^\uFEFF/, "")));
    if (parsed.success) return [parsed.data];
    throw new InputError({
      code: "bad-pairs",
      where: `${file}, line ${i + 1}`,
      problem: "not a pair",
      expected: '{"original": "a text", "compressed": "what is left of it"}',
      got: line,
    });
  });
  if (pairs.length > 0) return pairs;
  throw new InputError({ code: "empty", where: file, problem: "no pairs", got: text.length });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
