/**
 * Trees of tensors: a tensor, null for none, or an array, a Map or an object of trees. What a compiled
 * function takes and returns, so that nobody counts tensors by hand.
 */
import * as tf from "@tensorflow/tfjs-core";

/**
 * Puts the tensors of a tree into a list, in order.
 * @returns the tree's form, dtypes and shapes as text: the same for trees that one graph serves
 * @throws TypeError for anything in it that is none; `findLeaf` says where
 */
export function flatten(tree: unknown, into: tf.Tensor[]): string {
  if (isTensor(tree)) {
    into.push(tree);
    return `${tree.dtype}[${tree.shape.join()}]`;
  }
  if (tree === null) return "-";
  let form = Array.isArray(tree) ? "(" : "{";
  for (const [key, child] of childrenOf(tree)) {
    // a key's length says where it ends, whatever is in it
    if (typeof key === "string") form += `${key.length}${key}`;
    form += `${flatten(child, into)};`;
  }
  return `${form})`;
}

/**
 * The first leaf of a tree that is so, and its path, such as "[0].batch.ids"; what is no tensor and no branch
 * is a leaf too.
 */
export function findLeaf(
  tree: unknown,
  isSo: (leaf: unknown) => boolean,
  path = "",
): { readonly path: string; readonly leaf: unknown } | null {
  if (tree === null) return null;
  if (!isBranch(tree)) return isSo(tree) ? { path, leaf: tree } : null;
  for (const [key, child] of childrenOf(tree)) {
    const found = findLeaf(child, isSo, path + (typeof key === "number" ? `[${key}]` : `.${key}`));
    if (found !== null) return found;
  }
  return null;
}

/** The tensors of a tree, in order. */
export function tensorsOf(tree: unknown): tf.Tensor[] {
  const tensors: tf.Tensor[] = [];
  flatten(tree, tensors);
  return tensors;
}

/** tf.tidy for trees, Maps among them: the tensors of what is returned stay, all others are disposed of. */
export function tidyTree<R>(work: () => R): R {
  let tree: R | undefined;
  tf.tidy(() => {
    tree = work();
    return tensorsOf(tree);
  });
  return tree as R;
}

/** Stands for a tensor in a tree whose tensors are gone. */
const place = Symbol("tensor");

/** The tree with something else in place of every tensor. */
export function mapTree<R>(tree: R, leaf: (tensor: tf.Tensor, i: number) => unknown): R {
  let count = 0;
  const walk = (node: unknown): unknown => {
    if (isTensor(node) || node === place) return leaf(node as tf.Tensor, count++);
    if (node === null) return node;
    if (Array.isArray(node)) return node.map(walk);
    const entries = [...childrenOf(node)].map(([key, child]) => [key, walk(child)] as const);
    return node instanceof Map ? new Map(entries) : Object.fromEntries(entries);
  };
  return walk(tree) as R;
}

/** The tree without its tensors; `refilled` puts others there. */
export function formOf<R>(tree: R): R {
  return mapTree(tree, () => place);
}

export function refilled<R>(form: R, tensors: readonly tf.Tensor[]): R {
  return mapTree(form, (_, i) => tensors[i]);
}

function isTensor(x: unknown): x is tf.Tensor {
  return x instanceof tf.Tensor;
}

function isBranch(tree: unknown): boolean {
  if (typeof tree !== "object" || tree === null) return false;
  const prototype: unknown = Object.getPrototypeOf(tree);
  return Array.isArray(tree) || tree instanceof Map || prototype === Object.prototype || prototype === null;
}

function childrenOf(tree: unknown): Iterable<readonly [string | number, unknown]> {
  if (!isBranch(tree)) throw new TypeError("internal: a tree holds something else than tensors.");
  if (Array.isArray(tree)) return tree.entries();
  return tree instanceof Map
    ? (tree.entries() as Iterable<[string, unknown]>)
    : Object.entries(tree as object);
}
