/** The steps of the timeline, folded: those of a closed group as one, and where steps are too narrow those of a scope. */
import type { Graph } from "../store/types";
import { blocksOf } from "./blocks";
import { groupsOf, type Chosen } from "./groups";

export interface Fold {
  readonly first: number;
  readonly last: number;
  /** What its steps have in common; null for a step by itself. */
  readonly name: string | null;
  /** Whether it is one step to who looks. */
  readonly closed: boolean;
}

/**
 * `chosen`: which groups are open; null where none are seen. `narrow`: single steps have no room for a word.
 * `rows`: other steps that are one to who looks, by what they are called.
 */
export function foldsOf(
  graph: Graph,
  chosen: Chosen | null,
  narrow: boolean,
  rows: readonly (string | null)[] | null = null,
): readonly Fold[] {
  const { byId, of } = groupsOf(graph);
  const blocks = rows ?? (chosen && blocksOf(graph, chosen));
  const outer = (node: number | null): string | null => {
    let id = node === null ? null : of(node);
    for (let up = id; up !== null; up = byId.get(up)?.parent ?? null) id = up;
    return id;
  };
  const folds: (Fold & { readonly key: string | null })[] = [];
  for (const { index, kind, phase, node } of graph.steps) {
    const block = blocks?.[index] ?? null;
    const scope = block ?? (narrow && kind !== "seed" ? outer(node) : null);
    const key = scope === null ? null : `${phase} ${scope}`;
    const before = folds.at(-1);
    const one = {
      last: index,
      name: scope && (byId.get(scope)?.title ?? (rows && block)),
      closed: block !== null,
      key,
    };
    if (before && key !== null && before.key === key && before.closed === one.closed)
      folds[folds.length - 1] = { ...one, first: before.first };
    else folds.push({ ...one, first: index });
  }
  return folds;
}
