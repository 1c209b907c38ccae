// A tree of tensors with facts about it in one safetensors file: tensors under dotted names, the tree's structure,
// the facts and a checksum over all of it in the metadata. One file, so that a reader finds both or neither.
import { createHash } from "node:crypto";
import { InputError } from "../../core/errors.ts";
import { readSafetensors, type StoredTensor, writeSafetensors } from "../../data/safetensors.ts";
import { type DataArray, type DType, fromData, Tensor, type Tree } from "../tensor.ts";
import { versions } from "./versions.ts";

/** What a file holds. */
export interface Stored<F> {
  readonly tree: Tree;
  readonly facts: F;
  /** What it was written with. */
  readonly versions: Readonly<Record<string, string>>;
}

const formatVersion = 1;
const bodyKey = "surprisal";
const checksumKey = "sha256";

const storedTypes = { float32: "F32", float64: "F64", int32: "I32", uint32: "U32", bool: "BOOL" } as const;
const ownTypes = new Map(
  Object.entries(storedTypes).map(([own, stored]) => [stored as string, own as DType]),
);

/** A tree with names in place of its tensors. */
type Skeleton =
  | { readonly tensor: string }
  | { readonly list: readonly Skeleton[] }
  | { readonly fields: Readonly<Record<string, Skeleton>> }
  | { readonly plain: number | boolean | string | null };

interface Body {
  readonly format: string;
  readonly version: number;
  readonly structure: Skeleton;
  readonly facts: unknown;
  readonly versions: Record<string, string>;
}

/**
 * Writes a tree and facts, as JSON, under a format name; the whole file or nothing.
 *
 * @throws ReachError when it cannot be written; an earlier file is as it was
 */
export async function writeTree(path: string, format: string, tree: Tree, facts: unknown): Promise<void> {
  const tensors = new Map<string, StoredTensor>();
  const structure = outline(tree, tensors, "");
  const body: Body = { format, version: formatVersion, structure, facts, versions: versions() };
  const text = JSON.stringify(body);
  await writeSafetensors(path, tensors, { [bodyKey]: text, [checksumKey]: checksum(text, tensors) });
}

/**
 * Reads what {@link writeTree} wrote.
 *
 * @throws InputError `missing-file`, `bad-safetensors`, `foreign-file` (not of this format) or `corrupt-file`
 */
export async function readTree<F>(path: string, format: string): Promise<Stored<F>> {
  const { tensors, metadata } = await readSafetensors(path);
  const body = parseBody(metadata[bodyKey]);
  if (body?.format !== format || body.version !== formatVersion) {
    throw new InputError({
      code: "foreign-file",
      where: path,
      problem: `not a ${format} of this version`,
      expected: `${format}, version ${formatVersion}`,
      got: body?.format ? `${body.format}, version ${body.version}` : "another safetensors file",
    });
  }
  if (metadata[checksumKey] !== checksum(metadata[bodyKey], tensors)) {
    throw new InputError({
      code: "corrupt-file",
      where: path,
      problem: "damaged: its contents do not match their checksum",
    });
  }
  return { tree: fill(body.structure, tensors, path), facts: body.facts as F, versions: body.versions };
}

function outline(tree: Tree, tensors: Map<string, StoredTensor>, path: string): Skeleton {
  const inside = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
  if (tree instanceof Tensor) {
    let name = path === "" ? "value" : path;
    while (tensors.has(name)) name += "_";
    tensors.set(name, { dtype: storedTypes[tree.dtype], shape: tree.shape, data: tree.data });
    return { tensor: name };
  }
  if (Array.isArray(tree)) return { list: tree.map((item, i) => outline(item, tensors, inside(i))) };
  if (typeof tree === "object" && tree !== null) {
    const fields = Object.entries(tree as Record<string, Tree>).filter(([, item]) => item !== undefined);
    return {
      fields: Object.fromEntries(fields.map(([name, item]) => [name, outline(item, tensors, inside(name))])),
    };
  }
  return { plain: (tree ?? null) as number | boolean | string | null };
}

function fill(skeleton: Skeleton, tensors: ReadonlyMap<string, StoredTensor>, path: string): Tree {
  if ("tensor" in skeleton) {
    const stored = tensors.get(skeleton.tensor);
    const dtype = stored && ownTypes.get(stored.dtype);
    if (!stored || !dtype) {
      throw new InputError({
        code: "corrupt-file",
        where: path,
        problem: "a tensor is missing or of an unknown type",
        got: skeleton.tensor,
      });
    }
    return fromData(stored.data as DataArray, stored.shape, dtype);
  }
  if ("list" in skeleton) return skeleton.list.map((item) => fill(item, tensors, path));
  if ("fields" in skeleton) {
    const fields = Object.entries(skeleton.fields);
    return Object.fromEntries(fields.map(([name, item]) => [name, fill(item, tensors, path)]));
  }
  return skeleton.plain;
}

function parseBody(
  text: string | undefined,
): (Partial<Body> & Pick<Body, "structure" | "versions">) | undefined {
  try {
    return JSON.parse(text ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

function checksum(text: string, tensors: ReadonlyMap<string, StoredTensor>): string {
  const hash = createHash("sha256").update(text);
  for (const name of [...tensors.keys()].sort()) {
    const { dtype, shape, data } = tensors.get(name)!;
    hash
      .update(`${name} ${dtype} ${shape}`)
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
