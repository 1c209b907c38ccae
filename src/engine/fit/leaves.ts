import { InputError } from "../../core/errors.ts";
import { Tensor, type Tree } from "../tensor.ts";

/** Every leaf of a tree with the way to it, such as `layers[0].kernel`. */
export function* leavesOf(tree: Tree, path: string): Generator<[path: string, leaf: Tree]> {
  if (tree instanceof Tensor || typeof tree !== "object" || tree === null) {
    yield [path, tree];
  } else if (Array.isArray(tree)) {
    for (const [i, item] of tree.entries()) yield* leavesOf(item, `${path}[${i}]`);
  } else {
    for (const [name, item] of Object.entries(tree as Record<string, Tree>))
      yield* leavesOf(item, `${path}.${name}`);
  }
}

/** The first number that is not finite among float tensors: which tensor and row. */
export function firstNonFinite(
  tree: Tree,
  path: string,
): { path: string; row: number; value: number } | undefined {
  for (const [name, leaf] of leavesOf(tree, path)) {
    if (!(leaf instanceof Tensor) || !leaf.dtype.startsWith("float")) continue;
    const { data } = leaf;
    for (let i = 0; i < data.length; i++) {
      if (Number.isFinite(data[i])) continue;
      return { path: name, row: Math.floor(i / (leaf.size / (leaf.shape[0] ?? 1))), value: data[i] };
    }
  }
  return undefined;
}

/** Refuses parameters that are not float tensors: a plain number would not be trained. */
export function requireParameters(where: string, params: Tree): void {
  let count = 0;
  for (const [path, leaf] of leavesOf(params, "params")) {
    if (leaf instanceof Tensor && leaf.dtype.startsWith("float")) count++;
    else if (leaf instanceof Tensor || typeof leaf === "number") {
      throw new InputError({
        code: "bad-parameter",
        where,
        problem: `${path} cannot be trained`,
        expected: "a float32 or float64 tensor",
        got: leaf instanceof Tensor ? leaf.dtype : leaf,
      });
    }
  }
  if (count === 0) {
    throw new InputError({ code: "empty", where, problem: "no parameters to train", got: params });
  }
  const bad = firstNonFinite(params, "params");
  if (!bad) return;
  throw new InputError({
    code: "not-finite",
    where,
    problem: `${bad.path} is not finite`,
    expected: "finite numbers",
    got: bad.value,
  });
}
