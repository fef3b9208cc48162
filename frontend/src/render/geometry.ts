/** Everything about the picture that does not depend on numbers: wires, where their numbers stand, docks. */
import type { Drawing, DrawnNode } from "../layout/drawing";
import { boundsOf } from "../layout/elk-graph";
import type { Box, Flow, LayoutRequest, Positions } from "../layout/types";
import { curveThrough } from "./curve";
import type { Measure } from "./display";
import { placeLabels, type LabelPlaces } from "./labels";
import { cardSize, spacing, type Level } from "./metrics";
import { inPort, outPort, type Wire } from "./ports";
import type { Words } from "./words";

export interface Geometry {
  readonly drawing: Drawing;
  readonly flow: Flow;
  readonly level: Level;
  readonly cards: ReadonlyMap<number, Box>;
  readonly wires: ReadonlyMap<number, Wire>;
  readonly labels: ReadonlyMap<number, LabelPlaces>;
  /** Cards and what may stand around them. */
  readonly bounds: Box;
}

export function layoutRequest(
  drawing: Drawing,
  level: Level,
  flow: Flow,
  words: Words,
  measure: Measure,
  close = false,
): LayoutRequest {
  return {
    flow,
    spacing: spacing(flow, drawing.nodes.length, close),
    nodes: drawing.nodes.map((node) => ({
      index: node.index,
      name: node.node.name,
      size: cardSize(node, level, words, measure),
      arity: node.ins.length,
    })),
    edges: drawing.nodes.flatMap((node) =>
      node.ins.map((edge, slot) => ({ index: edge.index, source: edge.source, target: edge.target, slot })),
    ),
  };
}

/** Which way data should flow on a screen of this size: to the right, or down where that shows it much larger. */
export function flowFor(drawing: Drawing, screen: { w: number; h: number }): Flow {
  const depth = new Map<number, number>();
  for (const node of drawing.nodes)
    depth.set(node.index, Math.max(0, ...node.ins.map((edge) => (depth.get(edge.source) ?? 0) + 1)));
  const layers = Math.max(1, ...[...depth.values()].map((d) => d + 1));
  const breadth = Math.max(1, drawing.nodes.length / layers);
  const scale = (flow: Flow) => {
    const { layer, node } = spacing(flow, drawing.nodes.length);
    const along = (size: number) => layers * size + (layers - 1) * layer;
    const across = (size: number) => breadth * size + (breadth - 1) * node;
    return flow === "right"
      ? Math.min(screen.w / along(122), screen.h / across(64))
      : Math.min(screen.w / across(122), screen.h / along(64));
  };
  return Math.min(1, scale("down")) > 1.15 * Math.min(1, scale("right")) ? "down" : "right";
}

export function makeGeometry(drawing: Drawing, positions: Positions, level: Level): Geometry {
  const { flow } = positions;
  const wires = new Map<number, Wire>();
  for (const node of drawing.nodes)
    node.ins.forEach((edge, slot) => {
      const wire = makeWire(positions, node, slot, edge);
      if (wire) wires.set(edge.index, wire);
    });
  const cards = positions.nodes;
  const labels = placeLabels(drawing, cards, wires, flow);
  const all = [...cards.values()];
  const lossCard = drawing.nodes.find((n) => n.node.loss);
  const loss = lossCard ? cards.get(lossCard.index) : undefined;
  // The loss has its name beside it, and the seed comes to it.
  if (loss && flow === "right") all.push({ x: loss.x, y: loss.y - 40, w: loss.w, h: 40 });
  if (loss && flow === "down") all.push({ x: loss.x, y: loss.y + loss.h, w: loss.w, h: 34 });
  return { drawing, flow, level, cards, wires, labels, bounds: boundsOf(all) };
}

function makeWire(
  positions: Positions,
  node: DrawnNode,
  slot: number,
  edge: { index: number; source: number; target: number },
): Wire | null {
  const [from, to] = [positions.nodes.get(edge.source), positions.nodes.get(edge.target)];
  if (!from || !to) return null;
  const points = [
    outPort(from, positions.flow),
    ...(positions.bends.get(edge.index) ?? []),
    inPort(to, slot, node.ins.length, positions.flow),
  ];
  const curve = curveThrough(points, positions.flow);
  return {
    edge: edge.index,
    source: edge.source,
    target: edge.target,
    curve,
    bounds: boundsOf(curve.samples.map(({ x, y }) => ({ x, y, w: 0, h: 0 }))),
  };
}
