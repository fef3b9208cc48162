/** Which tab of the inspector is shown. Pure. */
import type { Graph } from "./types";
import type { Tab, Zoom } from "./view";
import { hasColumns, hasImages } from "./zoom";

/** What comes out of a network or becomes of hikers, else what the step computes; of numbers one by one always that. */
export function naturalTab(graph: Graph | null, zoom: Zoom | null = null): Tab {
  return hasOutput(graph) && zoom !== "scalars" ? "output" : "rule";
}

/** What was chosen, where the graph has it. */
export function shownTab(graph: Graph | null, chosen: Tab | null, zoom: Zoom | null = null): Tab {
  return chosen === null || (chosen === "output" && !hasOutput(graph)) ? naturalTab(graph, zoom) : chosen;
}

/** Whether there is more to see than numbers of the graph. */
export function hasOutput(graph: Graph | null): boolean {
  return Boolean(
    graph?.layers.length ||
    graph?.area ||
    graph?.text ||
    graph?.grid ||
    hasImages(graph) ||
    hasColumns(graph),
  );
}
