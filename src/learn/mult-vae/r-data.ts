// Reading data frames out of an installed R package, without R: `Rdata.rdx` is an index of objects, `Rdata.rdb` holds
// them one after the other, each deflated. Objects are in R's XDR serialisation (R Internals, section 1.8).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";

/** Vectors as arrays, lists with their attributes; null for R's NULL. */
export interface RObject {
  readonly values: readonly (string | null)[] | Int32Array | Float64Array | readonly (RObject | null)[];
  readonly attributes: ReadonlyMap<string, RObject | null>;
}

/** The object of that name in a package's `data` folder. */
export async function readRObject(folder: string, name: string): Promise<RObject | null> {
  const index = parse(gunzipSync(await readFile(join(folder, "Rdata.rdx"))));
  const place = field(field(index, "variables"), name);
  if (!place) throw new Error(`${folder}: no object ${name}`);
  const [offset, length] = place.values as Int32Array;
  const bytes = (await readFile(join(folder, "Rdata.rdb"))).subarray(offset, offset + length);
  // Four bytes of uncompressed length come first.
  return parse(inflateSync(bytes.subarray(4)));
}

/** An element of a named list, a column of a data frame. */
export function field(list: RObject | null, name: string): RObject | null {
  const names = list?.attributes.get("names")?.values ?? [];
  const at = (names as readonly string[]).indexOf(name);
  return at < 0 ? null : (list?.values[at] as RObject | null);
}

const typeOf = { symbol: 1, pairs: 2, text: 9, logical: 10, integer: 13, real: 14, texts: 16, list: 19 };
const nullType = 254;
const referenceType = 255;

function parse(bytes: Buffer): RObject | null {
  let at = 2; // After "X\n".
  const integer = () => {
    at += 4;
    return bytes.readInt32BE(at - 4);
  };
  const text = (): string | null => {
    integer();
    const length = integer();
    if (length < 0) return null;
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const symbols: string[] = [];
  const symbol = (flags: number): string => {
    if ((flags & 255) === referenceType) return symbols[(flags >> 8 || integer()) - 1];
    symbols.push(text() ?? "");
    return symbols[symbols.length - 1];
  };
  /** A list of pairs with names, such as attributes. */
  const pairs = (first: number): Map<string, RObject | null> => {
    const out = new Map<string, RObject | null>();
    for (let flags = first; (flags & 255) === typeOf.pairs; flags = integer()) {
      if (flags & 512) pairs(integer());
      const name = flags & 1024 ? symbol(integer()) : "";
      out.set(name, item());
    }
    return out;
  };
  const values = (type: number): RObject["values"] => {
    const n = integer();
    switch (type) {
      case typeOf.logical:
      case typeOf.integer:
        return Int32Array.from({ length: n }, integer);
      case typeOf.real:
        at += 8 * n;
        return Float64Array.from({ length: n }, (_, i) => bytes.readDoubleBE(at - 8 * (n - i)));
      case typeOf.texts:
        return Array.from({ length: n }, text);
      case typeOf.list:
        return Array.from({ length: n }, item);
      default:
        throw new Error(`R type ${type} is not known here`);
    }
  };
  function item(): RObject | null {
    const flags = integer();
    const type = flags & 255;
    if (type === nullType) return null;
    if (type === typeOf.symbol || type === referenceType)
      return { values: [symbol(flags)], attributes: new Map() };
    if (type === typeOf.pairs) {
      const found = pairs(flags);
      const names = { values: [...found.keys()], attributes: new Map() };
      return { values: [...found.values()], attributes: new Map([["names", names]]) };
    }
    const own = values(type);
    return { values: own, attributes: flags & 512 ? pairs(integer()) : new Map() };
  }
  const version = integer();
  at += 8;
  if (version === 3) {
    const encoding = integer();
    at += encoding;
  }
  return item();
}
