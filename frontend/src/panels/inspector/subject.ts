// The number that the PyTorch and API tabs speak of: the gradient of what the focus touches, or a value before backward.
type What = "value" | "grad";
import type { GraphNode } from "../../store/types";
import type { Page } from "../model/page.svelte";

export function subjectOf(page: Page): { node: GraphNode; what: What } | null {
  const { focus } = page;
  if (focus?.kind === "edge") {
    const node = page.node(focus.edge.source);
    return node ? { node, what: "grad" } : null;
  }
  const node = focus?.node ?? page.loss;
  if (!node) return null;
  const known = Boolean(page.frame?.grad(node.index));
  return { node, what: known && page.phase !== "forward" ? "grad" : "value" };
}
