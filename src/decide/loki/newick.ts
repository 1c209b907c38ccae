import { InputError } from "../../core/errors.ts";

/** A rooted tree: the parent of each node, −1 for the root, which is node 0. */
export interface ParsedTree {
  readonly parents: number[];
  /** Undefined where a node has none. */
  readonly names: (string | undefined)[];
  /** Length of the edge to the parent, 1 where none is written. */
  readonly lengths: number[];
}

const token = /\s+|\[[^\]]*\]|'((?:[^']|'')*)'|([(),;])|:\s*([^\s(),:;[\]']+)|([^\s(),:;[\]']+)/y;

/**
 * Reads a tree in Newick's notation: `(a:2,(b,c)d)e;`, names in single quotes where needed, comments in brackets.
 *
 * @throws InputError `malformed-newick` with the place
 */
export function parseNewick(text: string, where: string): ParsedTree {
  const tree: ParsedTree = { parents: [-1], names: [undefined], lengths: [1] };
  const { parents, names, lengths } = tree;
  const refuse = (problem: string, at: number) =>
    new InputError({
      code: "malformed-newick",
      where,
      problem: `${problem} at character ${at}`,
      expected: "a tree such as (a:2,(b,c)d)e;",
      got: text.slice(at, at + 20),
    });
  const addChild = (parent: number) => {
    parents.push(parent);
    names.push(undefined);
    lengths.push(1);
    return parents.length - 1;
  };
  let node = 0;
  let isOver = false;
  const isInner = new Set<number>();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw refuse("not a tree", at);
    const [, quoted, sign, length, plain] = found;
    const name = quoted?.replaceAll("''", "'") ?? plain;
    if (name === undefined && sign === undefined && length === undefined) continue;
    if (isOver) throw refuse("more after the end", at);
    if (sign === "(") {
      if (isInner.has(node) || names[node] !== undefined) throw refuse("a comma is missing", at);
      isInner.add(node);
      node = addChild(node);
    } else if (sign === "," || sign === ")") {
      if (parents[node] < 0) throw refuse("a bracket is missing", at);
      node = sign === "," ? addChild(parents[node]) : parents[node];
    } else if (sign === ";") {
      if (node !== 0) throw refuse("a bracket is not closed", at);
      isOver = true;
    } else if (length !== undefined) {
      lengths[node] = Number(length);
      if (Number.isNaN(lengths[node])) throw refuse("a length that is no number", at);
    } else {
      if (names[node] !== undefined) throw refuse("two names in a row", at);
      names[node] = name;
    }
  }
  if (node !== 0) throw refuse("a bracket is not closed", text.length);
  return tree;
}
