/** What a tensor is called where there is little room: W, b, a1; empty where its name is too long for that. */
import type { GraphNode } from "../store/types";

const SYMBOLS: Readonly<Record<string, string>> = { weight: "W", bias: "b" };
const LONGEST = 3;

export function symbolOf(node: Pick<GraphNode, "label" | "kind"> | undefined): string {
  if (!node) return "";
  const name = node.label.slice(node.label.lastIndexOf(".") + 1);
  const symbol = node.kind === "parameter" ? (SYMBOLS[name] ?? name) : name;
  return symbol.length <= LONGEST ? symbol : "";
}
