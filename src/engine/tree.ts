import { InputError } from "../core/errors.ts";
import { Tensor, type Tree } from "./tensor.ts";

/** The leaves of a tree in order, and a function that puts other leaves in their places. */
export interface FlatTree<T extends Tree = Tree> {
  readonly leaves: Tensor[];
  /** The structure without the tensors: equal structures have equal texts. */
  readonly structure: string;
  /** The same tree with `leaves` in place of the tensors. */
  rebuild(leaves: readonly Tensor[]): T;
}

/** Takes the tensors out of nested plain objects and arrays; everything else counts as structure. */
export function flatten<T extends Tree>(tree: T, where = "flatten"): FlatTree<T> {
  const leaves: Tensor[] = [];
  const structure = describeInto(tree, leaves, where, "");
  return {
    leaves,
    structure,
    rebuild(replacements) {
      let next = 0;
      return replace(tree, () => replacements[next++]) as T;
    },
  };
}

/** Applies `f` to every tensor of a tree. */
export function mapTree<T extends Tree>(tree: T, f: (leaf: Tensor, index: number) => Tensor): T {
  let next = 0;
  return replace(tree, (leaf) => f(leaf, next++)) as T;
}

/** Puts tensors in place of the plain numbers of a tree. */
export function replaceNumbers<T extends Tree>(tree: T, f: (value: number) => Tensor): T {
  return replace(
    tree,
    (leaf) => leaf,
    (value) => f(value),
  ) as T;
}

function describeInto(tree: Tree, leaves: Tensor[], where: string, path: string): string {
  if (tree instanceof Tensor) {
    leaves.push(tree);
    return "*";
  }
  if (Array.isArray(tree)) {
    return `[${tree.map((item, i) => describeInto(item, leaves, where, `${path}[${i}]`)).join(",")}]`;
  }
  if (isPlain(tree)) {
    const parts = Object.entries(tree).map(
      ([name, item]) => `${JSON.stringify(name)}:${describeInto(item, leaves, where, `${path}.${name}`)}`,
    );
    return `{${parts.join(",")}}`;
  }
  if (typeof tree === "object" && tree !== null) {
    throw new InputError({
      code: "not-a-tree",
      where,
      problem: `${path || "the value"} is neither a tensor nor a plain object or array`,
      got: tree.constructor?.name ?? typeof tree,
      hint: "make a tensor of it with tensor(...)",
    });
  }
  return typeof tree === "string" ? JSON.stringify(tree) : String(tree);
}

function replace(tree: Tree, leaf: (tensor: Tensor) => Tensor, number?: (value: number) => Tensor): Tree {
  if (tree instanceof Tensor) return leaf(tree);
  if (typeof tree === "number" && number) return number(tree);
  if (Array.isArray(tree)) return tree.map((item) => replace(item, leaf, number));
  if (isPlain(tree)) {
    return Object.fromEntries(
      Object.entries(tree).map(([name, item]) => [name, replace(item, leaf, number)]),
    );
  }
  return tree;
}

function isPlain(tree: Tree): tree is { readonly [key: string]: Tree } {
  if (typeof tree !== "object" || tree === null) return false;
  const prototype = Object.getPrototypeOf(tree);
  return prototype === Object.prototype || prototype === null;
}
