/** What of a graph is drawn: constant exponents are folded into the glyph of their power, the rest is as it is. */
import type { Graph, GraphEdge, GraphNode } from "../store/types";

export interface DrawnNode {
  readonly index: number;
  readonly node: GraphNode;
  /** What stands large on the card: a variable's name, or the op's sign. */
  readonly glyph: string;
  readonly isGlyph: boolean;
  /** Drawn edges into this node in order of its arguments, and out of it in order of the edges. */
  readonly ins: readonly GraphEdge[];
  readonly outs: readonly GraphEdge[];
}

export interface Drawing {
  readonly graph: Graph;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly GraphEdge[];
  readonly byIndex: ReadonlyMap<number, DrawnNode>;
  /** Two drawings with the same key have the same layout. */
  readonly key: string;
}

const SUPERSCRIPTS: Record<string, string> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
  "−": "⁻",
};

/** '²' for '2', '⁻¹' for '-1' or '-1.0'; null for what has no superscript. */
export function superscript(label: string): string | null {
  const whole = /^([-−]?\d{1,2})(?:\.0*)?$/.exec(label)?.[1];
  return whole ? [...whole].map((c) => SUPERSCRIPTS[c] ?? "").join("") : null;
}

const cache = new WeakMap<Graph, Drawing>();

export function drawingOf(graph: Graph): Drawing {
  let drawing = cache.get(graph);
  if (!drawing) cache.set(graph, (drawing = make(graph)));
  return drawing;
}

function make(graph: Graph): Drawing {
  const consumers = new Map<number, number>();
  for (const edge of graph.edges) consumers.set(edge.source, (consumers.get(edge.source) ?? 0) + 1);
  const byIndexRaw = new Map(graph.nodes.map((node) => [node.index, node]));
  const folded = new Map<number, string>(); // node of the power → superscript
  const hidden = new Set<number>();
  for (const edge of graph.edges) {
    const source = byIndexRaw.get(edge.source);
    const target = byIndexRaw.get(edge.target);
    if (target?.op !== "pow" || edge.argument !== 1 || source?.kind !== "constant") continue;
    const sign = superscript(source.label);
    if (sign === null || consumers.get(source.index) !== 1) continue;
    folded.set(target.index, sign);
    hidden.add(source.index);
  }
  const edges = graph.edges.filter((edge) => !hidden.has(edge.source));
  const ins = group(edges, (edge) => edge.target);
  const outs = group(edges, (edge) => edge.source);
  const nodes = graph.nodes
    .filter((node) => !hidden.has(node.index))
    .map((node): DrawnNode => ({
      index: node.index,
      node,
      glyph: glyphOf(node, folded.get(node.index)),
      isGlyph: node.kind === "op",
      ins: (ins.get(node.index) ?? []).toSorted((a, b) => a.argument - b.argument),
      outs: outs.get(node.index) ?? [],
    }));
  const key = [
    nodes.map((n) => n.node.name).join(","),
    edges.map((e) => `${e.source}>${e.target}.${e.argument}`).join(","),
  ].join(";");
  return { graph, nodes, edges, byIndex: new Map(nodes.map((n) => [n.index, n])), key };
}

function glyphOf(node: GraphNode, exponent: string | undefined): string {
  if (node.kind !== "op") return node.label;
  if (node.op === "pow") return `( )${exponent ?? "ᵖ"}`;
  return node.glyph || node.op || node.label;
}

function group(edges: readonly GraphEdge[], key: (edge: GraphEdge) => number): Map<number, GraphEdge[]> {
  const groups = new Map<number, GraphEdge[]>();
  for (const edge of edges) {
    const list = groups.get(key(edge));
    if (list) list.push(edge);
    else groups.set(key(edge), [edge]);
  }
  return groups;
}
