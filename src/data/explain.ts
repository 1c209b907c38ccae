import { InputError } from "../core/errors.ts";
import { longLine } from "./relation.ts";
import type { Source } from "./source.ts";

/** What the database says about a file, in one line that a person can act on. */
export function explain(error: unknown, source: Source): unknown {
  if (!(error instanceof Error) || error.name !== "Error") return error;
  const text = error.message;
  const where = source.files.find(({ path }) => text.includes(path))?.label ?? source.files[0].label;
  return explainCsv(text, where) ?? explainJson(text, where) ?? explainOther(text, where, source);
}

function explainCsv(text: string, where: string): InputError | undefined {
  if (/maximum line size|full read on this file/i.test(text)) return longLine(where);
  if (text.includes("state machine reached an invalid state")) {
    return new InputError({
      code: "malformed-csv",
      where,
      problem: "line ends or quotes are mixed up",
      expected: "one kind of line end, and quotes around whole fields",
      hint: "Windows and Unix line ends in one file? try dos2unix",
    });
  }
  const place =
    /CSV Error on Line: (\d+)\s+(?:Original Line: ([\s\S]*?)\n(?=Expected|Value with|Invalid unicode|\n))?/.exec(
      text,
    );
  if (!place) return undefined;
  const line = `line ${place[1]}`;
  const got = place[2]?.trim();
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  if (counts) {
    return new InputError({
      code: "ragged-rows",
      where,
      problem: `${line} has ${counts[2]} ${counts[2] === "1" ? "value" : "values"}`,
      expected: `${counts[1]} like the first line`,
      got,
    });
  }
  if (text.includes("unterminated quote")) {
    return new InputError({
      code: "unclosed-quote",
      where,
      problem: `a quote that opens on ${line} does not close`,
      got,
    });
  }
  if (text.includes("Invalid unicode")) {
    return new InputError({
      code: "not-utf8",
      where,
      problem: `${line} is not UTF-8`,
      expected: "UTF-8 text",
      got,
      hint: "from an older program? convert it with: iconv -f latin1 -t utf-8",
    });
  }
  return new InputError({ code: "malformed-csv", where, problem: `${line} cannot be read`, got });
}

function explainJson(text: string, where: string): InputError | undefined {
  if (text.includes("maximum_object_size")) {
    return new InputError({
      code: "long-line",
      where,
      problem: "a record is longer than 16 MB",
      hint: "is this one record per line, or a list of records?",
    });
  }
  const twice = /has duplicate key "([^"]*)"/.exec(text);
  if (twice) {
    return new InputError({
      code: "duplicate-columns",
      where,
      problem: "a record has the same name twice",
      expected: "different names",
      got: twice[1],
    });
  }
  const malformed = /Malformed JSON[\s\S]*? at byte (\d+) in (line|record\/value) (\d+): ([^.\n]*)/.exec(
    text,
  );
  if (malformed) {
    const [, byte, unit, number, problem] = malformed;
    const isText = problem.includes("UTF-8");
    return new InputError({
      code: isText ? "not-utf8" : "malformed-json",
      where,
      problem: `${unit === "line" ? "line" : "record"} ${number}, byte ${byte}: ${problem.trim()}`,
      expected: isText ? "UTF-8 text" : "JSON records, in a list or one per line",
    });
  }
  const transform = /JSON transform error[^,]*, in (?:line|record\/value) (\d+): ([^\n]*)/.exec(text);
  if (!transform) return undefined;
  return new InputError({
    code: "malformed-json",
    where,
    problem: `record ${transform[1]}: ${transform[2]}`,
    expected: "records of one kind",
  });
}

function explainOther(text: string, where: string, { files }: Source): InputError {
  let line = text.split("\n")[0].replace(/^[A-Za-z ]*Error: /, "");
  for (const { path, label } of files) line = line.replaceAll(path, label);
  if (text.startsWith("Out of Memory")) {
    return new InputError({
      code: "out-of-memory",
      where,
      problem: "the table does not fit into memory",
      hint: "read part of its rows with sample, or of its columns",
    });
  }
  const { format } = files[0];
  const code =
    format === "parquet"
      ? "malformed-parquet"
      : format.startsWith("json")
        ? "malformed-json"
        : "malformed-csv";
  return new InputError({ code, where, problem: `cannot be read as ${format}: ${line}` });
}
