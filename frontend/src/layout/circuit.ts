/**
 * Lays out a unit's circuit of numbers: what each product reads above one another, products, their sum, and what comes
 * after it, in columns from left to right. What stands for several others lies below. At once, and without ELK. Pure.
 */
import { boundsOf, portFraction } from "./level";
import type { Layouter } from "./layout";
import type { Bend, Box, LayoutRequest, Positions } from "./types";

type Node = LayoutRequest["nodes"][number];
type Edge = LayoutRequest["edges"][number];

/** Between what one product reads, and between what stands for itself: arithmetic is written there. */
const GAP = { mates: 9, others: 34, below: 24 } as const;
/** Of more products than these the second of what each reads stands beside the first, half a row lower: fewer rows are seen whole. */
const FEW = 4;
/** Between two of what stands in such a column: the wire of the first goes through, with its number above it. */
const THROUGH = 40;
/** Where the sum stands at most from the upper edge, so that many inputs do not put it out of sight. */
const HIGHEST = 300;
/** Wires around cards: from the card they leave to where they turn, between two of them, and on to the next card. */
const LANE = { first: 20, next: 6, above: 36, after: 14 } as const;

/** The room in which so many wires turn down side by side. */
function roomToTurn(count: number): number {
  return LANE.first + LANE.next * Math.min(count - 1, 6) + LANE.after;
}

/** For the sum of what comes to an input, which is written above its card. */
const AROUND = { x: 36, y: 30 } as const;

/** What the server names so stands for several: it is beside the flow. */
function gathered({ name }: Node): boolean {
  return name.startsWith("others.");
}

export function circuitLayouter(): Layouter {
  return {
    warm: () => undefined,
    lay: (request) => Promise.resolve(layCircuit(request)),
    close: () => undefined,
  };
}

export function layCircuit(request: LayoutRequest): Positions {
  const { nodes, edges, spacing } = request;
  const first = columnsOf(request);
  const abreast = sidesOf(first, edges);
  const columns = abreast ? [...abreast, ...first.slice(1)] : first;
  const products = abreast ? 2 : 1;
  const boxes = new Map<number, Box>();
  let x = 0;
  for (const [c, column] of columns.entries()) {
    const w = Math.max(0, ...column.map(({ size }) => size.w));
    const tops = c < products && abreast ? rows(column, c) : stack(column, edges, boxes);
    tops.forEach((y, k) => {
      const { index, size } = column[k] as Node;
      // What is read ends where its column does.
      boxes.set(index, { x: x + w - size.w, y, ...size });
    });
    // Through the gap before the second of what products read no number is written, only wires turn down there.
    x += w + (abreast && c === 0 ? Math.min(spacing.layer, roomToTurn(column.length)) : spacing.layer);
  }
  // What stands for others has a row of its own below, one in each column from the second on.
  const others = nodes.filter(gathered);
  const starts = columns
    .slice(products)
    .map((column) => Math.min(...boxesIn(column, boxes).map((box) => box.x)));
  const reach = (starts[others.length - 1] ?? Infinity) + Math.max(0, ...others.map(({ size }) => size.w));
  const over = [...boxes.values()].filter((box) => box.x < reach);
  const y = Math.max(...over.map((box) => box.y + box.h)) + GAP.below;
  others.forEach(({ index, size }, k) => boxes.set(index, { x: starts[k] ?? x, y: Math.round(y), ...size }));
  const bends = route(request, columns, boxes, products);
  const turns = [...bends.values()].flat().map((at) => ({ ...at, w: 0, h: 0 }));
  const names = new Map(nodes.map(({ index, name }) => [name, boxes.get(index) as Box]));
  const lines = new Map(nodes.map(({ index, name }) => [name, middle(boxes.get(index) as Box)]));
  const { x: left, y: top, w, h } = boundsOf([...boxes.values(), ...turns]);
  const bounds = { x: left - AROUND.x, y: top - AROUND.y, w: w + AROUND.x, h: h + AROUND.y };
  return { flow: "right", nodes: boxes, names, lines, frames: new Map(), bends, bounds };
}

/** By their longest way from the left; what nothing flows into stands right before what reads it. */
function columnsOf({ nodes, edges }: LayoutRequest): Node[][] {
  const own = nodes.filter((node) => !gathered(node));
  const into = new Map<number, Edge[]>();
  for (const edge of edges) into.set(edge.target, [...(into.get(edge.target) ?? []), edge]);
  const levels = new Map<number, number>();
  // In order of the graph, which is topological; the server puts what is read before what reads it.
  for (const { index } of own)
    levels.set(
      index,
      Math.max(0, ...(into.get(index) ?? []).map(({ source }) => 1 + (levels.get(source) ?? 0))),
    );
  for (const { index } of own) {
    if (into.has(index)) continue;
    const readers = edges
      .filter(({ source }) => source === index)
      .flatMap(({ target }) => levels.get(target) ?? []);
    levels.set(index, Math.max(0, Math.min(...readers) - 1 || 0));
  }
  const count = 1 + Math.max(0, ...[...levels.values()].filter(Number.isFinite));
  return Array.from({ length: count }, (_, k) => own.filter(({ index }) => levels.get(index) === k));
}

/** What many products read, the first of each and the second; null where they are few, or do not read two each. */
function sidesOf([leaves = [], products = []]: Node[][], edges: readonly Edge[]): [Node[], Node[]] | null {
  const own = new Map(leaves.map((node) => [node.index, node]));
  const pairs = products.map(({ index }) =>
    edges.filter(({ target }) => target === index).flatMap(({ source }) => own.get(source) ?? []),
  );
  const read = pairs.filter(({ length }) => length > 0);
  if (read.length <= FEW || read.some(({ length }) => length !== 2) || 2 * read.length !== leaves.length)
    return null;
  return [read.map(([a]) => a as Node), read.map(([, b]) => b as Node)];
}

/** The upper edges of cards in rows with room for a wire between; the second column stands half a row lower. */
function rows(column: readonly Node[], second: number): number[] {
  const pitch = Math.max(0, ...column.map(({ size }) => size.h)) + THROUGH;
  return column.map((_, k) => Math.round(pitch * (k + second / 2)));
}

/** The upper edges of a column's cards, each beside what it reads; never one over another. */
function stack(column: readonly Node[], edges: readonly Edge[], boxes: ReadonlyMap<number, Box>): number[] {
  const sourcesOf = (node: Node) =>
    edges.filter(({ target }) => target === node.index).flatMap(({ source }) => boxes.get(source) ?? []);
  const readerOf = (node: Node) => edges.find(({ source }) => source === node.index)?.target;
  const tops: number[] = [];
  let free = -Infinity;
  column.forEach((node, k) => {
    const read = sourcesOf(node).map(middle);
    const before = column[k - 1];
    if (before) {
      const mates =
        read.length === 0 && sourcesOf(before).length === 0 && readerOf(before) === readerOf(node);
      free += mates ? GAP.mates : GAP.others;
    }
    const wished = Math.min(mean(read), read.length > 2 ? HIGHEST : Infinity) - node.size.h / 2;
    const top = read.length > 0 ? Math.max(wished, free) : Math.max(free, 0);
    tops.push(Math.round(top));
    free = top + node.size.h;
  });
  return tops;
}

/** Where a wire has cards in its way: up, along above all of them, and down again; down to what is gathered. */
function route(
  { nodes, edges }: LayoutRequest,
  columns: readonly (readonly Node[])[],
  boxes: ReadonlyMap<number, Box>,
  products: number,
): Map<number, readonly Bend[]> {
  const column = new Map(columns.flatMap((list, k) => list.map(({ index }) => [index, k] as const)));
  const byIndex = new Map(nodes.map((node) => [node.index, node]));
  const second = Math.min(...boxesIn(columns[products] ?? [], boxes).map((box) => box.x));
  const top = Math.min(...[...boxes.values()].map(({ y }) => y));
  const bends = new Map<number, readonly Bend[]>();
  const lanes = new Map<number, number>();
  let above = 0;
  for (const { index, source, target, slot } of edges) {
    const [from, to, at] = [boxes.get(source), boxes.get(target), byIndex.get(target)];
    if (!from || !to || !at) continue;
    const enters = to.y + to.h * portFraction(slot, at.arity);
    if (gathered(at)) {
      // Those that leave first turn down last, so that they do not cross one another.
      const rank = at.arity - 1 - slot;
      const x = from.x + from.w + LANE.first + LANE.next * Math.min(rank, 6);
      const ways: Bend[] = [{ x, y: middle(from), turn: true }];
      if (to.x === second) ways.push({ x, y: enters, turn: true });
      else {
        // Past the one before it, along below.
        const along = to.y + to.h + LANE.first / 2 + LANE.next * Math.min(rank, 6);
        const up = to.x - LANE.first - LANE.next * Math.min(rank, 6);
        ways.push(...[x, up].map((at) => ({ x: at, y: along, turn: true })), {
          x: up,
          y: enters,
          turn: true,
        });
      }
      bends.set(index, ways);
    } else if ((column.get(target) ?? 0) - Math.max(column.get(source) ?? 0, products - 1) > 1) {
      const lane = top - LANE.above - 2 * LANE.next * above++;
      const k = lanes.get(source) ?? 0;
      lanes.set(source, k + 1);
      const x = from.x + from.w + LANE.first + LANE.next * k;
      bends.set(index, [
        { x, y: middle(from), turn: true },
        { x, y: lane, turn: true },
        { x: to.x - LANE.first, y: lane, turn: true },
        { x: to.x - LANE.first, y: enters, turn: true },
      ]);
    }
  }
  return bends;
}

function boxesIn(nodes: readonly Node[], boxes: ReadonlyMap<number, Box>): Box[] {
  return nodes.flatMap(({ index }) => boxes.get(index) ?? []);
}

function middle({ y, h }: Box): number {
  return y + h / 2;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / numbers.length;
}
