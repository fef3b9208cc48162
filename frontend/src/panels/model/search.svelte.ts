// The search of the graph: whether its field is open, and which nodes a text finds.
import type { GraphNode } from "../../store/types";
import { opName } from "./words";

class Search {
  open = $state(false);
}

export const search = new Search();

const MOST = 50;

/** Nodes whose name, label or operation holds the text; those that begin with it come first, else in tape order. */
export function found(nodes: readonly GraphNode[], text: string): GraphNode[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const words = (node: GraphNode) =>
    [node.label, node.name, node.op ?? "", opName(node.op)].map((word) => word.toLowerCase());
  const rank = (node: GraphNode) =>
    words(node).includes(wanted) ? 0 : words(node).some((word) => word.startsWith(wanted)) ? 1 : 2;
  return nodes
    .filter((node) => words(node).some((word) => word.includes(wanted)))
    .toSorted((a, b) => rank(a) - rank(b) || a.index - b.index)
    .slice(0, MOST);
}
