/**
 * The steps of a closed group, which are seen as one: a collapsed view stops at a group's last step. The steps
 * themselves stay as they are. Pure.
 */
import type { Act, Graph, Step, UnfoldedGraph } from "../store/types";
import { closedAround, type Chosen } from "./groups";

const cache = new WeakMap<Graph, Map<string, readonly (string | null)[]>>();

/** For each step the closed group inside of which it happens; null for a step that is seen itself. */
export function blocksOf(graph: Graph, chosen: Chosen): readonly (string | null)[] {
  let known = cache.get(graph);
  if (!known) cache.set(graph, (known = new Map()));
  const key = JSON.stringify(chosen);
  let blocks = known.get(key);
  if (!blocks) {
    const closed = closedAround(graph, chosen);
    blocks = graph.steps.map(({ kind, node }) => (node === null || kind === "seed" ? null : closed(node)));
    known.clear();
    known.set(key, blocks);
  }
  return blocks;
}

const rows = new WeakMap<Graph, readonly (string | null)[]>();

/** Of a network in columns, for each step the layer that it is about, in whichever column: all of it is one stop. */
export function rowsOf(graph: Graph): readonly (string | null)[] {
  let found = rows.get(graph);
  if (!found) {
    found = graph.steps.map(({ kind, node }) => {
      if (node === null || kind === "seed") return null;
      return layerIn(graph.nodes[node]?.scope ?? "") ?? "loss";
    });
    rows.set(graph, found);
  }
  return found;
}

/** The layer of a scope: 'layer7' of 'plain.layer7'. */
export function layerIn(scope: string): string | null {
  const [, layer] = scope.split(".");
  return layer ?? null;
}

/** The steps that are seen as one with this one, up to it; of a graph of numbers, the parts of this one. */
export function blockUpTo(graph: Graph, chosen: Chosen, step: Step): readonly Act[] {
  const acts = actsOf(graph);
  if (acts) return acts.get(step.index) ?? [{ ...step, from: 0, to: 1 }];
  const first = blockStart(blocksOf(graph, chosen), graph, step.index);
  return graph.steps.slice(first, step.index + 1).map((one) => ({ ...one, from: 0, to: 1 }));
}

/** What each step of a graph of numbers does; null for the graph of a tape. */
export function actsOf(graph: Graph): UnfoldedGraph["acts"] | null {
  return (graph as Partial<UnfoldedGraph>).acts ?? null;
}

/** How far an act is at t of its step. */
export function within(t: number, { from, to }: Act): number {
  return Math.min(1, Math.max(0, (t - from) / (to - from)));
}

/** Where the block of a step begins: a block is of one group and of one kind. */
export function blockStart(blocks: readonly (string | null)[], graph: Graph, step: number): number {
  let first = step;
  while (first > 0 && sameBlock(blocks, graph, first - 1, first)) first -= 1;
  return first;
}

function sameBlock(blocks: readonly (string | null)[], graph: Graph, a: number, b: number): boolean {
  const id = blocks[b];
  return id !== null && id !== undefined && blocks[a] === id && graph.steps[a]?.kind === graph.steps[b]?.kind;
}

export function isStop(graph: Graph, blocks: readonly (string | null)[], step: number): boolean {
  return step + 1 >= graph.steps.length || !sameBlock(blocks, graph, step, step + 1);
}

/**
 * How many steps it is from one to the n-th stop after it (n > 0) or before it. Past the ends of an iteration the
 * count goes on with the neighbours', whose first and last steps are stops.
 */
export function stepsTo(graph: Graph, blocks: readonly (string | null)[], from: number, n: number): number {
  const total = graph.steps.length;
  const way = Math.sign(n);
  let at = from;
  for (let left = Math.abs(n); left > 0; left--)
    do at += way;
    while (!isStop(graph, blocks, ((at % total) + total) % total));
  return at - from;
}
