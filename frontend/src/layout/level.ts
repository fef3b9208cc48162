/**
 * One level of a graph: cards and frames side by side, with the wires between them and those that go on beyond it.
 * As ELK's JSON, and ELK's answer as places. Pure; the solver itself is passed in.
 */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Bend, Box, Flow, Point, Spacing } from "./types";

export type Solver = (graph: ElkNode) => Promise<ElkNode>;

/** A card or a frame. Its ports by how far across the flow they are from its corner. */
export interface Part {
  readonly id: string;
  readonly w: number;
  readonly h: number;
  readonly ins: readonly number[];
  readonly outs: readonly number[];
  /** Nothing flows in: stands at the end of its column, near what reads it. */
  readonly leaf?: boolean;
}

/** A wire; an end that is null lies beyond this level. */
export interface Link {
  readonly id: string;
  readonly from: { readonly part: string; readonly port: number } | null;
  readonly to: { readonly part: string; readonly port: number } | null;
}

export interface Level {
  readonly parts: readonly Part[];
  readonly links: readonly Link[];
}

export interface Solved {
  readonly boxes: Map<string, Box>;
  readonly bends: Map<string, readonly Bend[]>;
  /** Where wires come in from beyond, and where they go out, by link. */
  readonly entries: Map<string, Point>;
  readonly exits: Map<string, Point>;
}

/** How far down (or along) the card the k-th of n arguments comes in. */
export function portFraction(k: number, n: number): number {
  return n === 1 ? 0.5 : (k + 1) / (n + 1);
}

/** How far from its corner data come into a part, or where nothing does leave it. */
export function lineOf({ ins, outs }: Part): number {
  return ins[0] ?? outs[0] ?? 0;
}

/** Keeps room for a wire that enters or leaves. */
const STUB = 20;

export function levelOptions(flow: Flow, spacing: Spacing): Record<string, string> {
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

/** With `was` (places before, for some parts) what stays keeps its order. */
export function toElk(
  { parts, links }: Level,
  flow: Flow,
  spacing: Spacing,
  was: (id: string) => Point | undefined = () => undefined,
): ElkNode {
  const right = flow === "right";
  const keep = parts.some(({ id }) => was(id));
  const stub = (link: Link, entering: boolean): ElkNode => ({
    id: `${entering ? "in" : "out"}:${link.id}`,
    width: right ? 1 : STUB,
    height: right ? STUB : 1,
    layoutOptions: {
      "elk.portConstraints": "FIXED_POS",
      "elk.layered.layering.layerConstraint": entering ? "FIRST" : "LAST",
    },
    ports: [port(`${entering ? "in" : "out"}:${link.id}p`, entering ? 1 : 0, STUB / 2, entering, right)],
  });
  const open = links.some(({ from, to }) => !from || !to);
  return {
    id: "root",
    layoutOptions: {
      ...levelOptions(flow, spacing),
      ...(keep ? { "elk.layered.crossingMinimization.semiInteractive": "true" } : {}),
      ...(open ? { "elk.separateConnectedComponents": "false" } : {}),
    },
    children: [
      ...links.filter(({ from }) => !from).map((link) => stub(link, true)),
      ...parts.map((part) => {
        const before = keep ? was(part.id) : undefined;
        return {
          id: part.id,
          width: part.w,
          height: part.h,
          layoutOptions: {
            "elk.portConstraints": "FIXED_POS",
            ...(part.leaf ? { "elk.alignment": right ? "RIGHT" : "BOTTOM" } : {}),
            ...(before ? { "elk.position": `(${before.x}, ${before.y})` } : {}),
          },
          ports: [
            ...part.ins.map((at, k) => port(`${part.id}:i${k}`, 0, at, false, right)),
            ...part.outs.map((at, k) => port(`${part.id}:o${k}`, right ? part.w : part.h, at, true, right)),
          ],
        };
      }),
      ...links.filter(({ to }) => !to).map((link) => stub(link, false)),
    ],
    edges: links.map(({ id, from, to }) => ({
      id,
      sources: [from ? `${from.part}:o${from.port}` : `in:${id}p`],
      targets: [to ? `${to.part}:i${to.port}` : `out:${id}p`],
    })),
  };
}

function port(id: string, along: number, across: number, out: boolean, right: boolean) {
  const side = right ? (out ? "EAST" : "WEST") : out ? "SOUTH" : "NORTH";
  return {
    id,
    x: right ? along : across,
    y: right ? across : along,
    layoutOptions: { "elk.port.side": side },
  };
}

export function fromElk(answer: ElkNode, flow: Flow): Solved {
  const right = flow === "right";
  const boxes = new Map<string, Box>();
  const entries = new Map<string, Point>();
  const exits = new Map<string, Point>();
  for (const { id, x = 0, y = 0, width = 0, height = 0 } of answer.children ?? []) {
    const at = right ? { x, y: Math.round(y + STUB / 2) } : { x: Math.round(x + STUB / 2), y };
    if (id.startsWith("in:")) entries.set(id.slice(3), at);
    else if (id.startsWith("out:")) exits.set(id.slice(4), at);
    else boxes.set(id, { x: Math.round(x), y: Math.round(y), w: width, h: height });
  }
  const bends = new Map(
    ((answer.edges ?? []) as ElkExtendedEdge[]).map((edge) => [
      edge.id,
      (edge.sections ?? []).flatMap((section) => section.bendPoints ?? []),
    ]),
  );
  return { boxes, bends, entries, exits };
}

/** How far a stub reaches to both sides of its wire. */
export function stubBox({ x, y }: Point, flow: Flow): Box {
  return flow === "right" ? { x, y: y - STUB / 2, w: 0, h: STUB } : { x: x - STUB / 2, y, w: STUB, h: 0 };
}

export function boundsOf(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, w: 0, h: 0 };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, w, h } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + w);
    bottom = Math.max(bottom, y + h);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}
