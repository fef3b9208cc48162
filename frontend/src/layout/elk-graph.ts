/** The request as ELK's JSON, and ELK's answer as positions. Pure; the solver itself is passed in. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Box, LayoutRequest, Point, Positions } from "./types";

export type Solver = (graph: ElkNode) => Promise<ElkNode>;

/** How far down (or along) the card the k-th of n arguments comes in. */
export function portFraction(k: number, n: number): number {
  return n === 1 ? 0.5 : (k + 1) / (n + 1);
}

export function toElk(request: LayoutRequest, previous: Positions | null): ElkNode {
  const right = request.flow === "right";
  const size = new Map(request.nodes.map((node) => [node.index, node.size]));
  const keep = previous?.flow === request.flow && request.nodes.some((n) => previous.nodes.has(n.index));
  return {
    id: "root",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": right ? "RIGHT" : "DOWN",
      "elk.edgeRouting": "POLYLINE",
      "elk.randomSeed": "1",
      "elk.spacing.nodeNode": String(request.spacing.node),
      "elk.spacing.edgeNode": "22",
      "elk.spacing.edgeEdge": "18",
      "elk.spacing.componentComponent": String(request.spacing.node),
      "elk.layered.spacing.nodeNodeBetweenLayers": String(request.spacing.layer),
      "elk.layered.spacing.edgeNodeBetweenLayers": "20",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
      "elk.layered.nodePlacement.bk.edgeStraightening": "NONE",
      "elk.layered.layering.strategy": "NETWORK_SIMPLEX",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      ...(keep ? { "elk.layered.crossingMinimization.semiInteractive": "true" } : {}),
    },
    children: request.nodes.map((node) => {
      const was = keep ? previous.nodes.get(node.index) : undefined;
      return {
        id: `n${node.index}`,
        width: node.size.w,
        height: node.size.h,
        layoutOptions: {
          "elk.portConstraints": "FIXED_POS",
          ...(was ? { "elk.position": `(${was.x}, ${was.y})` } : {}),
        },
        ports: [
          ...Array.from({ length: node.arity }, (_, k) => {
            const f = portFraction(k, node.arity);
            return {
              id: `n${node.index}i${k}`,
              x: right ? 0 : node.size.w * f,
              y: right ? node.size.h * f : 0,
              layoutOptions: { "elk.port.side": right ? "WEST" : "NORTH" },
            };
          }),
          {
            id: `n${node.index}o`,
            x: right ? node.size.w : node.size.w / 2,
            y: right ? node.size.h / 2 : node.size.h,
            layoutOptions: { "elk.port.side": right ? "EAST" : "SOUTH" },
          },
        ],
      };
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

/** Reads the answer; with the positions before, the picture is moved so that what stays stays where it was. */
export function fromElk(request: LayoutRequest, answer: ElkNode, previous: Positions | null): Positions {
  const nodes = new Map<number, Box>();
  for (const child of answer.children ?? [])
    nodes.set(Number(child.id.slice(1)), {
      x: Math.round(child.x ?? 0),
      y: Math.round(child.y ?? 0),
      w: child.width ?? 0,
      h: child.height ?? 0,
    });
  const shift = offset(nodes, previous?.flow === request.flow ? previous : null);
  for (const [index, box] of nodes) nodes.set(index, { ...box, x: box.x + shift.x, y: box.y + shift.y });
  const bends = new Map<number, readonly Point[]>();
  for (const edge of (answer.edges ?? []) as ElkExtendedEdge[]) {
    const points = (edge.sections ?? []).flatMap((section) => section.bendPoints ?? []);
    bends.set(
      Number(edge.id.slice(1)),
      points.map((p) => ({ x: p.x + shift.x, y: p.y + shift.y })),
    );
  }
  return { flow: request.flow, nodes, bends, bounds: boundsOf([...nodes.values()]) };
}

export async function solve(
  request: LayoutRequest,
  solver: Solver,
  previous: Positions | null = null,
): Promise<Positions> {
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

function offset(nodes: ReadonlyMap<number, Box>, previous: Positions | null): Point {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const [index, box] of nodes) {
    const was = previous?.nodes.get(index);
    if (!was) continue;
    xs.push(was.x - box.x);
    ys.push(was.y - box.y);
  }
  return { x: median(xs), y: median(ys) };
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
