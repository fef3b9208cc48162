// Nodes that only a number tells apart ("mul#0") are called by what they compute, where that is short. Pure.
import type { Graph, GraphNode } from "./types";

const LONGEST = 20;
const DEEPEST = 4;
const INFIX: Record<string, { sign: string; rank: number }> = {
  add: { sign: " + ", rank: 1 },
  sub: { sign: " − ", rank: 1 },
  mul: { sign: "×", rank: 2 },
  div: { sign: "÷", rank: 2 },
  matmul: { sign: " @ ", rank: 2 },
  pow: { sign: "^", rank: 3 },
};
const ATOM = 4;

/** The same graph with labels "w×x" in place of "mul#0", in nodes and steps. Names stay what they are. */
export function withReadableLabels(graph: Graph): Graph {
  const numbered = graph.nodes.filter((node) => node.kind === "op" && node.label.includes("#"));
  if (numbered.length === 0) return graph;
  const inputs = new Map<number, number[]>();
  for (const { source, target, argument } of graph.edges) {
    const list = inputs.get(target) ?? [];
    list[argument] = source;
    inputs.set(target, list);
  }
  const taken = new Set(graph.nodes.map((node) => node.label));
  const found = new Map<number, string>();
  for (const node of numbered) {
    const text = shortest(graph, inputs, node);
    if (text === null) continue;
    // Two nodes that compute the same are told apart by their numbers.
    if (taken.has(text)) for (const [index, other] of found) if (other === text) found.delete(index);
    if (!taken.has(text)) found.set(node.index, text);
    taken.add(text);
  }
  /** Of a step the node that it is about, and of a backward step the one that receives. */
  const relabelled = ({ node, edge, label }: Graph["steps"][number]) => {
    const about = [node, edge === null ? null : (graph.edges[edge]?.source ?? null)];
    return label
      .split(" → ")
      .map((part, k) => {
        const index = about[k] ?? -1;
        // By the node: in another scope another one may have the same label.
        return graph.nodes[index]?.label === part ? (found.get(index) ?? part) : part;
      })
      .join(" → ");
  };
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, label: found.get(node.index) ?? node.label })),
    steps: graph.steps.map((step) => ({ ...step, label: relabelled(step) })),
  };
}

function shortest(graph: Graph, inputs: Map<number, number[]>, node: GraphNode): string | null {
  for (let depth = DEEPEST; depth > 0; depth--) {
    const { text } = expression(graph, inputs, node, depth);
    if (text.length <= LONGEST) return text;
  }
  return null;
}

interface Written {
  text: string;
  rank: number;
}

function expression(graph: Graph, inputs: Map<number, number[]>, node: GraphNode, depth: number): Written {
  const args = (inputs.get(node.index) ?? []).map((source): Written => {
    const from = graph.nodes[source];
    if (!from) return { text: "…", rank: ATOM };
    const unnamed = from.kind === "op" && (from.label === from.op || from.label.includes("#"));
    if (!unnamed) return { text: from.label, rank: from.label.startsWith("-") ? 0 : ATOM };
    return depth > 1 ? expression(graph, inputs, from, depth - 1) : { text: "…", rank: ATOM };
  });
  const [left, right] = args;
  const infix = INFIX[node.op ?? ""];
  if (infix && left && right && args.length === 2) {
    const { sign, rank } = infix;
    // x − (y − z), and (x^y)^z.
    const [before, after] = [rank === 3 ? ATOM : rank, rank + 1];
    return { text: `${within(left, before)}${sign}${within(right, after)}`, rank };
  }
  if (node.op === "neg" && left) return { text: `−${within(left, 3)}`, rank: 0 };
  return { text: `${node.op ?? ""}(${args.map(({ text }) => text).join(", ")})`, rank: ATOM };
}

function within({ text, rank }: Written, least: number): string {
  return rank < least ? `(${text})` : text;
}
