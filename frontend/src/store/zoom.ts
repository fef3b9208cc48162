/** Which zoom levels mean something for a graph, and which one is shown. Pure. */
import type { Graph } from "./types";
import type { Zoom } from "./view";

const cache = new WeakMap<Graph, readonly Zoom[]>();

/** From the widest look at the graph to the closest. */
export function levelsOf(graph: Graph | null): readonly Zoom[] {
  if (!graph) return ["scalars"];
  let levels = cache.get(graph);
  if (!levels) {
    const layered =
      graph.layers.length > 0 ||
      hasImages(graph) ||
      hasColumns(graph) ||
      graph.text !== null ||
      graph.grid !== null;
    const network: Zoom[] = layered ? ["layers"] : graph.area ? ["map"] : [];
    // Of a network, one unit is unfolded at a time.
    const scalars: Zoom[] = allScalars(graph) || graph.layers.length > 0 ? ["scalars"] : [];
    levels = [...network, "operations", ...scalars];
    cache.set(graph, levels);
  }
  return levels;
}

/** What was chosen, where the graph can be seen so; else scalars as scalars, and tensors from as far as can be. */
export function shownZoom(graph: Graph | null, chosen: Zoom | null): Zoom {
  const levels = levelsOf(graph);
  if (chosen && levels.includes(chosen)) return chosen;
  return (graph && !graph.area && allScalars(graph) ? levels.at(-1) : levels[0]) ?? "operations";
}

/** Whether it is one network in several columns, whose gradients are followed from layer to layer. */
export function hasColumns(graph: Graph | null): boolean {
  return Boolean(graph?.runs.some(({ layers }) => layers.length > 0));
}

/** Whether the network looks at images: its layers are maps. */
export function hasImages(graph: Graph | null): boolean {
  return Boolean(graph && !graph.grid && graph.nodes.some(({ op }) => op === "conv2d"));
}

export function allScalars(graph: Graph): boolean {
  return graph.nodes.every((node) => node.shape.every((extent) => extent === 1));
}
