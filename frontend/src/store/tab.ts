/** Which tab of the inspector is shown. Pure. */
import type { Graph } from "./types";
import type { Tab } from "./view";

/** What comes out of a network, else what the step computes. */
export function naturalTab(graph: Graph | null): Tab {
  return graph && graph.layers.length > 0 ? "output" : "rule";
}

/** What was chosen, where the graph has it. */
export function shownTab(graph: Graph | null, chosen: Tab | null): Tab {
  const natural = naturalTab(graph);
  return chosen === null || (chosen === "output" && natural !== "output") ? natural : chosen;
}
