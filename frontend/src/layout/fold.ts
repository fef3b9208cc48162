/**
 * Folds a long graph into rows, like a text into lines: data flow to the right in each, and a wire that goes on in a
 * later row runs around the ends of the rows between. Which layers stand in which row is planned from the sizes alone.
 */
import type { Size, Spacing } from "./types";

interface Sized {
  readonly nodes: readonly { readonly index: number; readonly size: Size; readonly arity: number }[];
  readonly edges: readonly { readonly source: number; readonly target: number }[];
}

/** Room around rows: below one and above the next, between two lanes, and where a lane leaves or enters a row. */
export const GUTTER = { below: 40, above: 30, lane: 13, margin: 20, out: 50 } as const;

/** What a wire takes that passes a level by, with its numbers. */
const PAST = 44;

export interface Folding {
  /** The row of each node, from 0. */
  readonly rows: ReadonlyMap<number, number>;
  readonly count: number;
  readonly size: Size;
}

interface Level {
  width: number;
  height: number;
}

/** Ops by how many ops lead to them, from 1; leaves stand one before the first op that reads them. */
export function levelsOf({ nodes, edges }: Sized): ReadonlyMap<number, number> {
  const leaves = new Set(nodes.filter((n) => n.arity === 0).map((n) => n.index));
  const out = new Map<number, number[]>();
  const waits = new Map(nodes.map(({ index }) => [index, 0]));
  for (const { source, target } of edges) {
    if (leaves.has(source)) continue;
    const list = out.get(source);
    if (list) list.push(target);
    else out.set(source, [target]);
    waits.set(target, (waits.get(target) ?? 0) + 1);
  }
  const levels = new Map<number, number>();
  const ops = nodes.map(({ index }) => index).filter((index) => !leaves.has(index));
  const queue = ops.filter((index) => waits.get(index) === 0);
  const queued = new Set(queue);
  const add = (index: number) => {
    queued.add(index);
    queue.push(index);
  };
  for (let k = 0, rest = 0; k < ops.length; k++) {
    // Closed groups may make a cycle: then the next in the order of the tape.
    while (k === queue.length && rest < ops.length) {
      const next = ops[rest++] as number;
      if (!queued.has(next)) add(next);
    }
    const index = queue[k] as number;
    const level = levels.get(index) ?? 1;
    levels.set(index, level);
    for (const target of out.get(index) ?? []) {
      waits.set(target, (waits.get(target) ?? 0) - 1);
      if (queued.has(target)) continue;
      levels.set(target, Math.max(levels.get(target) ?? 1, level + 1));
      if (waits.get(target) === 0) add(target);
    }
  }
  for (const { source, target } of edges)
    if (leaves.has(source))
      levels.set(source, Math.min(levels.get(source) ?? Infinity, (levels.get(target) ?? 1) - 1));
  for (const leaf of leaves) if (!levels.has(leaf)) levels.set(leaf, 0);
  return levels;
}

/** What all levels measure in one row. */
export function unfolded(graph: Sized, spacing: Spacing): Size {
  const levels = levelsOf(graph);
  const depth = Math.max(1, ...levels.values());
  return new Plan(graph, levels, depth, spacing).row(0, depth);
}

/**
 * The best rows of at most `most` levels of ops each: those that are together the least high. None is as wide as
 * `widest`, unless it is one level by itself.
 */
export function fold(graph: Sized, spacing: Spacing, most: number, widest = Infinity): Folding {
  const levels = levelsOf(graph);
  const depth = Math.max(1, ...levels.values());
  const plan = new Plan(graph, levels, depth, spacing);
  // best[k]: the least height of the levels up to k, and where their last row begins.
  const best: { height: number; from: number }[] = [{ height: 0, from: 0 }];
  for (let k = 1; k <= depth; k++) {
    let least = { height: Infinity, from: k - 1 };
    for (let from = Math.max(0, k - most); from < k; from++) {
      const before = best[from]?.height ?? Infinity;
      const row = plan.row(from, k);
      if (row.w >= widest && from < k - 1) continue;
      const height = before + (from > 0 ? plan.gutter(from) : 0) + row.h;
      if (height < least.height - 1) least = { height, from };
    }
    best.push(least);
  }
  const cuts: number[] = [];
  for (let k = depth; k > 0; k = best[k]?.from ?? 0) cuts.unshift(best[k]?.from ?? 0);
  const rowOf = (level: number) => cuts.findLastIndex((from) => from < level);
  const widths = cuts.map((from, i) => plan.row(from, cuts[i + 1] ?? depth).w);
  const leaves = new Set(graph.nodes.filter((n) => n.arity === 0).map((n) => n.index));
  const rows = new Map(
    [...levels].map(([index, level]) => [index, Math.max(0, rowOf(leaves.has(index) ? level + 1 : level))]),
  );
  const size = { w: Math.max(...widths), h: best[depth]?.height ?? 0 };
  return { rows, count: cuts.length, size };
}

/** What rows would measure. */
class Plan {
  readonly #ops: Level[] = [];
  readonly #leaves: Level[] = [];
  /** How many wires go on from a level to a later one: lanes if the row ends there. */
  readonly #across: number[];
  /** How many pass a level by. */
  readonly #past: number[];

  constructor(
    graph: Sized,
    levels: ReadonlyMap<number, number>,
    depth: number,
    readonly spacing: Spacing,
  ) {
    const empty = () => Array.from({ length: depth + 1 }, (): Level => ({ width: 0, height: 0 }));
    this.#ops = empty();
    this.#leaves = empty();
    this.#across = Array.from({ length: depth + 1 }, () => 0);
    this.#past = Array.from({ length: depth + 1 }, () => 0);
    const leaves = new Set<number>();
    for (const { index, size, arity } of graph.nodes) {
      if (arity === 0) leaves.add(index);
      const level = (arity === 0 ? this.#leaves : this.#ops)[levels.get(index) ?? 0];
      if (!level) continue;
      level.width = Math.max(level.width, size.w);
      level.height += size.h + spacing.node;
    }
    for (const { source, target } of graph.edges) {
      const [a, b] = [levels.get(source) ?? 0, levels.get(target) ?? 0];
      // A leaf goes where it is read first; only later readers in another row need a lane.
      const begin = leaves.has(source) ? a + 1 : a;
      for (let k = begin; k < b; k++) this.#across[k] = (this.#across[k] ?? 0) + 1;
      for (let k = begin + 1; k < b; k++) this.#past[k] = (this.#past[k] ?? 0) + 1;
    }
  }

  /** The levels after `from` up to `to` in one row. */
  row(from: number, to: number): Size {
    const { layer, node } = this.spacing;
    const first = this.#leaves[from] as Level;
    const lanes = from > 0 ? (this.#across[from] ?? 0) : 0;
    let w = first.width;
    let h = first.height + lanes * (20 + node / 2);
    for (let k = from + 1; k <= to; k++) {
      const [ops, beside] = [this.#ops[k] as Level, k < to ? (this.#leaves[k] as Level) : null];
      w += layer + Math.max(ops.width, beside?.width ?? 0);
      h = Math.max(h, ops.height + (beside?.height ?? 0) + PAST * (this.#past[k] ?? 0));
    }
    const end = to < this.#ops.length - 1 ? GUTTER.out + GUTTER.lane * (this.#across[to] ?? 0) : 0;
    return { w: w + end + (from > 0 ? GUTTER.lane * lanes : 0), h: h - node };
  }

  gutter(at: number): number {
    return GUTTER.below + GUTTER.above + GUTTER.lane * (this.#across[at] ?? 0);
  }
}
