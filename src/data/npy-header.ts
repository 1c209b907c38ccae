/**
 * NumPy's array format, versions 1 to 3 (numpy.lib.format): magic, version, length of the header, a Python dictionary
 * of three entries as text, then the numbers. The dictionary is read by a small grammar of its own; nothing is ever
 * evaluated, and arrays of Python objects (pickles) are refused.
 */
import { InputError } from "../core/errors.ts";

export const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const longestHeader = 1 << 20;
/** Enough for version 1 and 2 headers to say how long they are. */
export const npyPrefix = 12;

export interface NpyHeader {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
  /** Where the numbers start. */
  start: number;
}

/** Where the numbers start, from the first {@link npyPrefix} bytes. */
export function npyStart(prefix: Uint8Array, where: string): number {
  if (prefix.length < 10 || !magic.every((byte, i) => prefix[i] === byte)) {
    throw malformed(where, "not an .npy file: it does not begin as one");
  }
  const [major, minor] = [prefix[6], prefix[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    throw malformed(where, "unknown version of the .npy format", "1.0, 2.0 or 3.0", `${major}.${minor}`);
  }
  if (major > 1 && prefix.length < 12) throw malformed(where, "the file ends inside its header");
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const [from, length] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > longestHeader)
    throw malformed(where, "the header is too long", `at most ${longestHeader} bytes`, length);
  return from + length;
}

/** Reads the header from bytes that reach at least to where the numbers start. */
export function parseHeader(bytes: Uint8Array, where: string): NpyHeader {
  const start = npyStart(bytes.subarray(0, npyPrefix), where);
  if (bytes.length < start) throw malformed(where, "the file ends inside its header");
  const from = bytes[6] === 1 ? 10 : 12;
  const encoding = bytes[6] === 3 ? "utf-8" : "latin1";
  const text = new TextDecoder(encoding).decode(bytes.subarray(from, start));
  const entries = parseDictionary(text, where);
  const { descr, fortran_order: fortranOrder, shape } = entries;
  const isComplete = Object.keys(entries).sort().join() === "descr,fortran_order,shape";
  if (!isComplete || typeof fortranOrder !== "boolean" || !Array.isArray(shape)) {
    throw malformed(
      where,
      "the header is not one of an array",
      "descr, fortran_order and shape",
      text.trim(),
    );
  }
  if (typeof descr !== "string") throw unsupported(where, "records with several fields");
  return { descr, fortranOrder, shape, start };
}

type HeaderValue = string | boolean | number[];

/** A Python dictionary of texts, truth values and tuples of whole numbers; lists are passed over as "records". */
function parseDictionary(text: string, where: string): Record<string, HeaderValue | undefined> {
  const fail = () => malformed(where, "the header is not one of an array", "a dictionary", text.trim());
  const tokens = text.match(/'[^'\\]*'|"[^"\\]*"|True|False|\d+L?|[{}():,[\]]|\S/g) ?? [];
  let at = 0;
  const take = (token: string) => {
    if (tokens[at++] !== token) throw fail();
  };
  const string = () => {
    const token = tokens[at++] ?? "";
    if (!/^(['"]).*\1$/s.test(token) || token.length < 2) throw fail();
    return token.slice(1, -1);
  };
  const value = (): HeaderValue | undefined => {
    const token = tokens[at];
    if (token === "True" || token === "False") {
      at++;
      return token === "True";
    }
    if (token === "(") return tuple();
    if (token === "[") {
      while (at < tokens.length && tokens[at] !== "]") at++;
      at++;
      return undefined;
    }
    return string();
  };
  const tuple = () => {
    const numbers: number[] = [];
    take("(");
    while (tokens[at] !== ")") {
      const number = /^(\d+)L?$/.exec(tokens[at++] ?? "");
      if (!number || !Number.isSafeInteger(Number(number[1]))) throw fail();
      numbers.push(Number(number[1]));
      if (tokens[at] !== ")") take(",");
    }
    take(")");
    return numbers;
  };
  const entries: Record<string, HeaderValue | undefined> = Object.create(null);
  take("{");
  while (tokens[at] !== "}") {
    const key = string();
    if (key in entries) throw fail();
    take(":");
    entries[key] = value();
    if (tokens[at] !== "}") take(",");
  }
  take("}");
  if (at !== tokens.length) throw fail();
  return entries;
}

export function malformed(where: string, problem: string, expected?: string, got?: unknown): InputError {
  return new InputError({ code: "malformed-array", where, problem, expected, got });
}

export function unsupported(where: string, what: string): InputError {
  return new InputError({
    code: "unsupported-array",
    where,
    problem: `${what} cannot be read`,
    expected: "an array of numbers, truth values or texts",
    hint: what === "Python objects" ? "pickles are never executed; save the numbers themselves" : undefined,
  });
}
