/** A unit unfolded into its scalar circuit, as the picture draws it: a graph of numbers and a frame. Pure. */
import { frameView } from "../transport/frames";
import type { Act, FrameView, GraphNode, Unfolded, UnfoldedCell, UnfoldedGraph } from "./types";

export interface UnfoldedView {
  readonly message: Unfolded;
  readonly graph: UnfoldedGraph;
  readonly frame: FrameView;
}

/** How a cell is called where the server has no words for it: large on its card, small below that, and in a sentence. */
export interface Called {
  readonly glyph: string;
  readonly op: string | null;
  readonly label: string;
}
export type Caller = (cell: UnfoldedCell, node: GraphNode) => Called | null;

/**
 * The view of an answer. Where it has the circuit of `known`, that one's graph stays: what has the same graph can move.
 */
export function unfoldedView(message: Unfolded, call: Caller, known: UnfoldedGraph | null): UnfoldedView {
  const nodes = message.graph.nodes.map((node, k): GraphNode => {
    const cell = message.cells[k];
    const called = cell ? call(cell, node) : null;
    return called === null ? node : { ...node, ...called };
  });
  const same =
    known?.topology === message.graph.topology &&
    known.nodes.every(({ label }, k) => label === nodes[k]?.label);
  const graph = same ? known : { ...message.graph, nodes, acts: actsOf(message) };
  return { message, graph, frame: frameView(message.frame) };
}

/** When within its step each part happens: those of a level together, one level after the other. */
function actsOf({ parts, graph }: Unfolded): ReadonlyMap<number, readonly Act[]> {
  const last = new Map<number, number>();
  for (const { step, level } of parts) last.set(step, Math.max(level, last.get(step) ?? 0));
  const acts = new Map<number, Act[]>();
  for (const { step, level, node, edge } of parts) {
    const turns = (last.get(step) ?? 0) + 1;
    const { kind } = graph.steps[step] ?? { kind: "forward" as const };
    const act = { kind, node, edge, from: level / turns, to: (level + 1) / turns };
    acts.set(step, [...(acts.get(step) ?? []), act]);
  }
  return acts;
}
