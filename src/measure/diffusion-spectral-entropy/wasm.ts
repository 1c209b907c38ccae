/**
 * A few words for writing WebAssembly functions in TypeScript: enough for counted loops over float64 in pairs.
 * Expressions and statements are lists of bytes in WebAssembly's binary form; a function is a list of statements.
 */
export type Code = readonly number[];

/** A local variable: an address, a count or a pair of numbers. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly addresses: number;
  readonly pairs: number;
  readonly body: readonly Code[];
}

const i32 = 0x7f;
const v128 = 0x7b;
const nothing = 0x40;
const simd = 0xfd;

/**
 * A function of whole numbers that returns nothing.
 *
 * @param parameters how many it takes
 * @param body gives the statements, from its parameters and from makers of further variables
 */
export function wasmFunction(
  name: string,
  parameters: number,
  body: (given: readonly Local[], address: () => Local, pair: () => Local) => readonly Code[],
): WasmFunction {
  // Variables are numbered in order of type, and how many addresses there are is known only after the body is
  // written: pairs get numbers from here on, which `compact` then moves down.
  let addresses = 0;
  let pairs = 0;
  const write = (pairBase: number) => {
    addresses = 0;
    pairs = 0;
    const given = Array.from({ length: parameters }, (_, i) => local(i));
    return body(
      given,
      () => local(parameters + addresses++),
      () => local(pairBase + pairs++),
    );
  };
  write(0);
  const statements = write(parameters + addresses);
  return { name, parameters, addresses, pairs, body: statements };
}

function local(index: number): Local {
  return { get: [0x20, ...unsigned(index)], set: (value) => [...value, 0x21, ...unsigned(index)] };
}

export const number = (value: number): Code => [0x41, ...signed(value)];
export const plus = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const times = (a: Code, b: Code): Code => [...a, ...b, 0x6c];

/** Runs the statements with `counter` at `from`, `from` + `step` … below `to`. */
export function countUp(counter: Local, from: Code, to: Code, step: Code, body: readonly Code[]): Code {
  const more = [...counter.get, ...to, 0x48];
  const turn = [...body.flat(), ...counter.set(plus(counter.get, step)), ...more, 0x0d, 0x00];
  return [...counter.set(from), ...more, 0x04, nothing, 0x03, nothing, ...turn, 0x0b, 0x0b];
}

/** The two numbers at an address. */
export const load = (address: Code, offset = 0): Code => [...address, simd, 0x00, 0x00, ...unsigned(offset)];
/** The number at an address, twice. */
export const loadTwice = (address: Code, offset = 0): Code => [
  ...address,
  simd,
  0x0a,
  0x00,
  ...unsigned(offset),
];
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  simd,
  0x0b,
  0x00,
  ...unsigned(offset),
];
export const zeros: Code = [simd, 0x0c, ...new Array<number>(16).fill(0)];
const lanes =
  (operation: number) =>
  (a: Code, b: Code): Code => [...a, ...b, simd, ...unsigned(operation)];
export const add = lanes(0xf0);
export const subtract = lanes(0xf1);
export const multiply = lanes(0xf2);
/** Adds the sum of a pair to the number at an address. */
export const addSumAt = (address: Code, pair: Code, offset = 0): Code => {
  const lane = (i: number) => [...pair, simd, 0x21, i];
  const old = [...address, 0x2b, 0x00, ...unsigned(offset)];
  return [...address, ...old, ...lane(0), ...lane(1), 0xa0, 0xa0, 0x39, 0x00, ...unsigned(offset)];
};

/** A module that imports its memory as `env.memory` and exports the functions. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(new Array(parameters).fill([i32])), 0x00]);
  const memory = [...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(1)];
  const exported = functions.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)]);
  const bodies = functions.map(({ addresses, pairs, body }) => {
    const locals = list([
      [...unsigned(addresses), i32],
      [...unsigned(pairs), v128],
    ]);
    const code = [...locals, ...body.flat(), 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([memory])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(exported)),
    ...section(10, list(bodies)),
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  return list(Array.from(value, (letter) => [letter.charCodeAt(0)]));
}

/** Seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function signed(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const last = rest >= -64 && rest < 64;
    bytes.push((rest & 0x7f) | (last ? 0 : 0x80));
    if (last) return bytes;
  }
}
