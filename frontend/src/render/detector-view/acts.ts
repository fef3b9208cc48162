/** What a step of a detector does in its picture: read off the graph, the same for a value as for its gradient. Pure. */
import type { Graph, GraphNode, Step } from "../../store/types";

/** A layer on the way from the image to the grid. */
export interface LayerNodes {
  readonly scope: string;
  readonly weight: number;
  readonly bias: number | null;
  /** Its ops in the order of computing; the last is what it says. */
  readonly ops: readonly number[];
}

/** What of a pair of boxes is being worked out. */
export type Mark = "middle" | "size" | "corners" | "meet" | "union" | "hull" | null;

export type Act =
  /** Gradients are forgotten, or a batch comes. */
  | { readonly kind: "clear" | "load" | "seed" }
  /** A layer's op; `made`: it is what the layer says. */
  | { readonly kind: "layer"; readonly layer: number; readonly enters: boolean; readonly made: boolean }
  /** Gradient passes through an op of a layer, to the layer before, or down to its weights or biases. */
  | { readonly kind: "back"; readonly layer: number; readonly to: "within" | "before" | "weight" | "bias" }
  /** Between the cells (0) and the grid of a term (1); `from` and `to` are shares of that way. */
  | {
      readonly kind: "between";
      readonly term: number;
      readonly from: number;
      readonly to: number;
      readonly mark: Mark;
    }
  /** What is true is read for a term. */
  | { readonly kind: "truth"; readonly term: number; readonly mark: Mark }
  /** A term's cells and their sum; or the sums of all scenes and their mean. */
  | { readonly kind: "sum" | "mean"; readonly term: number }
  /** Between terms (0) and the loss (1). */
  | {
      readonly kind: "whole";
      readonly parts: readonly { readonly term: number; readonly from: number; readonly to: number }[];
    }
  | { readonly kind: "update"; readonly layer: number; readonly part: "weight" | "bias" };

interface Chart {
  readonly layers: readonly LayerNodes[];
  /** By term and node: how far it is from the cells to the term's grid. */
  readonly between: readonly ReadonlyMap<number, number>[];
  /** By term and node: how far from the term to the loss. */
  readonly whole: readonly ReadonlyMap<number, number>[];
  readonly sums: readonly ReadonlySet<number>[];
  readonly means: readonly ReadonlySet<number>[];
  /** Nodes that are computed from what is true alone, with the term that they are for. */
  readonly truths: ReadonlyMap<number, number>;
}

const charts = new WeakMap<Graph, { key: string; chart: Chart }>();

/** The layers of a detector; each has a four-dimensional weight. */
export function layersOf(graph: Graph): readonly LayerNodes[] {
  return graph.nodes.flatMap((node): LayerNodes[] => {
    if (node.kind !== "parameter" || node.shape.length !== 4) return [];
    const own = (other: GraphNode) => other.scope === node.scope;
    const bias = graph.nodes.find((one) => own(one) && one.kind === "parameter" && one.shape.length === 1);
    const ops = graph.nodes.filter((one) => own(one) && one.kind === "op").map(({ index }) => index);
    return [{ scope: node.scope, weight: node.index, bias: bias?.index ?? null, ops }];
  });
}

/** `terms` name the nodes that hold what each cell costs, in their order. */
function chartOf(graph: Graph, terms: readonly string[]): Chart {
  const key = terms.join();
  const found = charts.get(graph);
  if (found?.key === key) return found.chart;
  const sources = new Map<number, number[]>();
  for (const { source, target } of graph.edges) sources.set(target, [...(sources.get(target) ?? []), source]);
  const grown = (from: readonly number[]) => {
    const all = new Set(from);
    for (const { index } of graph.nodes)
      if ((sources.get(index) ?? []).some((source) => all.has(source))) all.add(index);
    return all;
  };
  const needed = (of: number) => {
    const all = new Set([of]);
    for (const { index } of [...graph.nodes].reverse())
      if (all.has(index)) for (const source of sources.get(index) ?? []) all.add(source);
    return all;
  };
  const output = graph.grid?.output ?? -1;
  const said = grown([output]);
  const ways = (nodes: readonly number[]) =>
    new Map(nodes.map((index, k) => [index, (k + 1) / nodes.length]));
  const ops = graph.nodes.filter(({ kind }) => kind === "op").map(({ index }) => index);
  const truths = new Map<number, number>();
  const [between, whole, sums, means] = [[], [], [], []] as [
    Map<number, number>[],
    Map<number, number>[],
    Set<number>[],
    Set<number>[],
  ];
  terms.forEach((name, term) => {
    const cells = graph.nodes.find((node) => node.name === name || node.label === name)?.index ?? -1;
    const before = needed(cells);
    const after = grown([cells]);
    between.push(ways(ops.filter((index) => index !== output && said.has(index) && before.has(index))));
    for (const index of ops)
      if (before.has(index) && !said.has(index) && !isLayer(graph, index)) truths.set(index, term);
    const behind = ops.filter((index) => index !== cells && after.has(index));
    const of = (op: string) => behind.filter((index) => graph.nodes[index]?.op === op);
    sums.push(new Set(of("sum")));
    means.push(new Set(of("mean")));
    whole.push(ways(behind.filter((index) => !sums[term]?.has(index) && !means[term]?.has(index))));
  });
  const chart = { layers: layersOf(graph), between, whole, sums, means, truths };
  charts.set(graph, { key, chart });
  return chart;
}

function isLayer(graph: Graph, index: number): boolean {
  return Boolean(graph.nodes[index]?.scope);
}

const MARKS: Readonly<Record<string, Mark>> = {
  c: "middle",
  s: "size",
  h: "size",
  low: "corners",
  high: "corners",
  m: "meet",
  both: "meet",
  size: "union",
  true_size: "union",
  union: "union",
  iou: "union",
  around: "hull",
  hull: "hull",
};

/** A node without a variable is computed for the next one that has one. */
function markOf(graph: Graph, index: number): Mark {
  let at = graph.nodes[index];
  const bare = ({ label, name, op }: GraphNode) => label === name || label === op;
  for (let k = 0; at && bare(at) && k < 8; k++) {
    const from: number = at.index;
    at = graph.nodes[graph.edges.find(({ source }) => source === from)?.target ?? -1];
  }
  return (at && MARKS[at.label]) ?? null;
}

/** What a step does; null where nothing of it is seen. */
export function actOf(graph: Graph, terms: readonly string[], step: Step): Act | null {
  const chart = chartOf(graph, terms);
  if (step.kind === "zero_grad") return { kind: "clear" };
  if (step.kind === "load") return { kind: "load" };
  if (step.kind === "seed") return { kind: "seed" };
  if (step.kind === "update") {
    const layer = chart.layers.findIndex(({ weight, bias }) => weight === step.node || bias === step.node);
    return layer < 0
      ? null
      : { kind: "update", layer, part: chart.layers[layer]?.bias === step.node ? "bias" : "weight" };
  }
  if (step.kind === "forward") return step.node === null ? null : forward(graph, chart, step.node);
  const edge = step.edge === null ? undefined : graph.edges[step.edge];
  return edge ? backward(graph, chart, edge.target, edge.source) : null;
}

function forward(graph: Graph, chart: Chart, node: number): Act | null {
  const layer = chart.layers.findIndex(({ ops }) => ops.includes(node));
  const own = chart.layers[layer];
  if (own) return { kind: "layer", layer, enters: own.ops[0] === node, made: own.ops.at(-1) === node };
  const inputs = graph.edges.filter(({ target }) => target === node).map(({ source }) => source);
  const farthest = (ways: ReadonlyMap<number, number>) =>
    Math.max(0, ...inputs.map((source) => ways.get(source) ?? 0));
  return placed(graph, chart, node, (ways) => [farthest(ways), ways.get(node) ?? 0]);
}

function backward(graph: Graph, chart: Chart, target: number, source: number): Act | null {
  const layer = chart.layers.findIndex(({ ops }) => ops.includes(target));
  const own = chart.layers[layer];
  if (own) {
    if (source === own.weight) return { kind: "back", layer, to: "weight" };
    if (source === own.bias) return { kind: "back", layer, to: "bias" };
    return { kind: "back", layer, to: own.ops.includes(source) ? "within" : "before" };
  }
  return placed(graph, chart, target, (ways) => [ways.get(target) ?? 0, ways.get(source) ?? 0]);
}

/** Where between the cells and the loss a node is; `along` says which part of a way it is. */
function placed(
  graph: Graph,
  chart: Chart,
  node: number,
  along: (ways: ReadonlyMap<number, number>) => readonly [number, number],
): Act | null {
  const truth = chart.truths.get(node);
  if (truth !== undefined) return { kind: "truth", term: truth, mark: markOf(graph, node) };
  for (const [term, ways] of chart.between.entries())
    if (ways.has(node)) {
      const [from, to] = along(ways);
      return { kind: "between", term, from, to, mark: markOf(graph, node) };
    }
  for (const kind of ["sum", "mean"] as const) {
    const term = chart[`${kind}s`].findIndex((nodes) => nodes.has(node));
    if (term >= 0) return { kind, term };
  }
  const parts = chart.whole.flatMap((ways, term) => {
    if (!ways.has(node)) return [];
    const [from, to] = along(ways);
    return from === to ? [] : [{ term, from, to }];
  });
  return parts.length > 0 ? { kind: "whole", parts } : null;
}

/** Whether the gradient by the numbers that a term reads has come to the cells at a step, all of it or the first part. */
export function cameBack(graph: Graph, terms: readonly string[], term: number, step: number): boolean {
  const first = graph.steps.find((one) => {
    const act = one.phase === "backward" ? actOf(graph, terms, one) : null;
    return act?.kind === "between" && act.term === term && act.to === 0;
  });
  return first !== undefined && step >= first.index;
}
