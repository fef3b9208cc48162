/**
 * What stays is told apart from what passes on: in a group whose ops follow each other, parameters stand beside the op
 * that reads them, out of the flow. Pure.
 */
import type { GraphEdge, GraphNode } from "../store/types";

interface Placed {
  readonly index: number;
  readonly node: Pick<GraphNode, "kind">;
  readonly within: string | null;
}

/** Parameter → the op beside which it stands; only within groups that `simple` says hold no groups themselves. */
export function hostsOf(
  nodes: readonly Placed[],
  edges: readonly GraphEdge[],
  simple: (group: string) => boolean,
): ReadonlyMap<number, number> {
  const byIndex = new Map(nodes.map((node) => [node.index, node]));
  const readers = new Map<number, GraphEdge[]>();
  for (const edge of edges) readers.set(edge.source, [...(readers.get(edge.source) ?? []), edge]);
  const hosts = new Map<number, number>();
  for (const { index, node, within } of nodes) {
    const [only, ...others] = readers.get(index) ?? [];
    if (
      within === null ||
      !simple(within) ||
      (node.kind !== "parameter" && node.kind !== "buffer") ||
      !only ||
      others.length > 0
    )
      continue;
    if (byIndex.get(only.target)?.within === within) hosts.set(index, only.target);
  }
  // An op of parameters alone is no part of the flow.
  const fed = new Set(edges.filter(({ source }) => !hosts.has(source)).map(({ target }) => target));
  const groups = new Map<string, Placed[]>();
  for (const one of nodes)
    if (one.within !== null && !hosts.has(one.index))
      groups.set(one.within, [...(groups.get(one.within) ?? []), one]);
  const straight = new Set([...groups].filter(([, members]) => follow(members, edges)).map(([id]) => id));
  for (const [index, host] of hosts)
    if (!fed.has(host) || !straight.has(byIndex.get(host)?.within ?? "")) hosts.delete(index);
  return hosts;
}

/** Whether the members of a group follow each other, no two of them side by side. */
function follow(members: readonly Placed[], edges: readonly GraphEdge[]): boolean {
  const own = new Set(members.map(({ index }) => index));
  const levels = new Map<number, number>();
  const into = new Map<number, number[]>();
  for (const { source, target } of edges)
    if (own.has(source) && own.has(target)) into.set(target, [...(into.get(target) ?? []), source]);
  for (const { index } of members)
    levels.set(index, 1 + Math.max(0, ...(into.get(index) ?? []).map((source) => levels.get(source) ?? 0)));
  return new Set(levels.values()).size === members.length;
}
