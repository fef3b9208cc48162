/** The request as ELK's JSON, and ELK's answer as positions. Pure; the solver itself is passed in. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import { solveRows } from "./rows";
import type { Box, LayoutRequest, Point, Positions } from "./types";

export type Solver = (graph: ElkNode) => Promise<ElkNode>;

/** How far down (or along) the card the k-th of n arguments comes in. */
export function portFraction(k: number, n: number): number {
  return n === 1 ? 0.5 : (k + 1) / (n + 1);
}

/** How rows and whole graphs are laid out. */
export function layeredOptions({ flow, spacing }: LayoutRequest): Record<string, string> {
  return {
    "elk.algorithm": "layered",
    "elk.direction": flow === "right" ? "RIGHT" : "DOWN",
    "elk.edgeRouting": "POLYLINE",
    "elk.randomSeed": "1",
    "elk.spacing.nodeNode": String(spacing.node),
    "elk.spacing.edgeNode": "22",
    "elk.spacing.edgeEdge": "18",
    "elk.spacing.componentComponent": String(spacing.node),
    "elk.layered.spacing.nodeNodeBetweenLayers": String(spacing.layer),
    "elk.layered.spacing.edgeNodeBetweenLayers": "20",
    "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
    "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
    "elk.layered.nodePlacement.bk.edgeStraightening": "NONE",
    "elk.layered.layering.strategy": "NETWORK_SIMPLEX",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  };
}

/** A card with its ports. */
export function elkCard(node: LayoutRequest["nodes"][number], right: boolean): ElkNode {
  const { w, h } = node.size;
  return {
    id: `n${node.index}`,
    width: w,
    height: h,
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports: [
      ...Array.from({ length: node.arity }, (_, k) => {
        const f = portFraction(k, node.arity);
        return {
          id: `n${node.index}i${k}`,
          x: right ? 0 : w * f,
          y: right ? h * f : 0,
          layoutOptions: { "elk.port.side": right ? "WEST" : "NORTH" },
        };
      }),
      {
        id: `n${node.index}o`,
        x: right ? w : w / 2,
        y: right ? h / 2 : h,
        layoutOptions: { "elk.port.side": right ? "EAST" : "SOUTH" },
      },
    ],
  };
}

export function toElk(request: LayoutRequest, previous: Positions | null): ElkNode {
  const right = request.flow === "right";
  const size = new Map(request.nodes.map((node) => [node.index, node.size]));
  const keep = previous?.flow === request.flow && request.nodes.some((n) => previous.names.has(n.name));
  return {
    id: "root",
    layoutOptions: {
      ...layeredOptions(request),
      ...(keep ? { "elk.layered.crossingMinimization.semiInteractive": "true" } : {}),
    },
    children: request.nodes.map((node) => {
      const was = keep ? previous.names.get(node.name) : undefined;
      const card = elkCard(node, right);
      return was
        ? { ...card, layoutOptions: { ...card.layoutOptions, "elk.position": `(${was.x}, ${was.y})` } }
        : card;
    }),
    edges: request.edges
      .filter((edge) => size.has(edge.source) && size.has(edge.target))
      .map((edge) => ({
        id: `e${edge.index}`,
        sources: [`n${edge.source}o`],
        targets: [`n${edge.target}i${edge.slot}`],
      })),
  };
}

/** Reads the answer; with the positions before, what stays keeps its place where it can. */
export function fromElk(request: LayoutRequest, answer: ElkNode, previous: Positions | null): Positions {
  const solved = new Map<number, Box>();
  for (const child of answer.children ?? [])
    solved.set(Number(child.id.slice(1)), {
      x: Math.round(child.x ?? 0),
      y: Math.round(child.y ?? 0),
      w: child.width ?? 0,
      h: child.height ?? 0,
    });
  const bends = new Map<number, readonly Point[]>();
  for (const edge of (answer.edges ?? []) as ElkExtendedEdge[])
    bends.set(
      Number(edge.id.slice(1)),
      (edge.sections ?? []).flatMap((section) => section.bendPoints ?? []),
    );
  const was = previous?.flow === request.flow ? previous.names : null;
  const kept = was && [...bends.values()].every((b) => b.length === 0) ? keep(request, solved, was) : null;
  if (kept) return positions(request, kept, bends);
  const shift = was ? shiftOf(request, solved, was) : { x: 0, y: 0 };
  for (const [index, box] of solved) solved.set(index, moved(box, shift));
  for (const [index, points] of bends)
    bends.set(
      index,
      points.map((p) => ({ x: p.x + shift.x, y: p.y + shift.y })),
    );
  return positions(request, solved, bends);
}

function positions(
  request: LayoutRequest,
  nodes: ReadonlyMap<number, Box>,
  bends: ReadonlyMap<number, readonly Point[]>,
): Positions {
  const names = new Map(
    request.nodes.flatMap((n) => (nodes.has(n.index) ? [[n.name, nodes.get(n.index) as Box]] : [])),
  );
  return { flow: request.flow, nodes, names, bends, bounds: boundsOf([...nodes.values()]) };
}

/**
 * What stays keeps its place across the flow; along the flow it moves only to make room for what is new before it.
 * Null where cards would come too close: then the solver's answer holds as it is.
 */
function keep(
  request: LayoutRequest,
  solved: ReadonlyMap<number, Box>,
  was: ReadonlyMap<string, Box>,
): ReadonlyMap<number, Box> | null {
  const right = request.flow === "right";
  const first = request.nodes.find((n) => was.has(n.name));
  if (!first) return null;
  const [a, b] = [was.get(first.name) as Box, solved.get(first.index) as Box];
  const start = { x: a.x - b.x, y: a.y - b.y };
  const middle = shiftOf(request, solved, was);
  const result = new Map<number, Box>();
  for (const node of request.nodes) {
    const box = solved.get(node.index) as Box;
    const old = was.get(node.name);
    if (right) result.set(node.index, { ...box, x: box.x + start.x, y: old ? old.y : box.y + middle.y });
    else result.set(node.index, { ...box, x: old ? old.x : box.x + middle.x, y: box.y + start.y });
  }
  const boxes = [...result.values()];
  const close = (p: Box, q: Box) =>
    p.x < q.x + q.w + 20 && q.x < p.x + p.w + 20 && p.y < q.y + q.h + 20 && q.y < p.y + p.h + 20;
  return boxes.some((p, i) => boxes.slice(i + 1).some((q) => close(p, q))) ? null : result;
}

function moved(box: Box, by: Point): Box {
  return { ...box, x: box.x + by.x, y: box.y + by.y };
}

export async function solve(
  request: LayoutRequest,
  solver: Solver,
  previous: Positions | null = null,
): Promise<Positions> {
  if (request.nodes.some((node) => (node.row ?? 0) > 0)) return solveRows(request, solver);
  return fromElk(request, await solver(toElk(request, previous)), previous);
}

export function boundsOf(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, w: 0, h: 0 };
  const x = Math.min(...boxes.map((b) => b.x));
  const y = Math.min(...boxes.map((b) => b.y));
  return {
    x,
    y,
    w: Math.max(...boxes.map((b) => b.x + b.w)) - x,
    h: Math.max(...boxes.map((b) => b.y + b.h)) - y,
  };
}

/** The move that brings most of what stays back to where it was. */
function shiftOf(
  request: LayoutRequest,
  solved: ReadonlyMap<number, Box>,
  was: ReadonlyMap<string, Box>,
): Point {
  const pairs = request.nodes.flatMap((n): [Box, Box][] => {
    const [old, box] = [was.get(n.name), solved.get(n.index)];
    return old && box ? [[old, box]] : [];
  });
  return {
    x: median(pairs.map(([old, box]) => old.x - box.x)),
    y: median(pairs.map(([old, box]) => old.y - box.y)),
  };
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
