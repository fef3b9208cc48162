/** Everything about the picture that does not depend on numbers: wires, where their numbers stand, docks. */
import type { Drawing, DrawnNode } from "../layout/drawing";
import type { GraphEdge } from "../store/types";
import { boundsOf } from "../layout/level";
import type { Box, Flow, Positions } from "../layout/types";
import { curveAcross, curveThrough, type Curve } from "./curve";
import { labelBox, placeLabels, type LabelPlaces } from "./labels";
import { CARD, isScalar, STRIP, type Level } from "./metrics";
import { inPort, outPort, outSide, stayPort, type Wire } from "./ports";

export interface Geometry {
  readonly drawing: Drawing;
  readonly flow: Flow;
  readonly level: Level;
  readonly cards: ReadonlyMap<number, Box>;
  /** Open groups by name. */
  readonly frames: ReadonlyMap<string, Box>;
  readonly wires: ReadonlyMap<number, Wire>;
  readonly labels: ReadonlyMap<number, LabelPlaces>;
  /** Cards and what may stand around them. */
  readonly bounds: Box;
}

export function makeGeometry(drawing: Drawing, positions: Positions, level: Level): Geometry {
  const { flow } = positions;
  const wires = new Map<number, Wire>();
  for (const node of drawing.nodes)
    for (const edge of node.ins) {
      const wire = makeWire(drawing, positions, node, edge);
      if (wire) wires.set(edge.index, wire);
    }
  const cards = positions.nodes;
  const labels = placeLabels(drawing, cards, wires, flow);
  const all = [positions.bounds, ...cards.values()];
  const lossCard = drawing.nodes.find((n) => n.node.loss);
  const loss = lossCard ? cards.get(lossCard.index) : undefined;
  const numbers = (node: number | null) => isScalar(drawing.graph.nodes[node ?? -1]?.shape ?? [0, 0]);
  // The loss has its name beside it, and the seed comes to it.
  if (loss && flow === "right") all.push({ x: loss.x, y: loss.y - 40, w: loss.w, h: 40 });
  // Numbers on wires may stand below the lowest card.
  for (const { value, contribution } of labels.values())
    for (const at of [value, contribution]) if (at) all.push(labelBox(at));
  if (loss && flow === "down") all.push({ x: loss.x, y: loss.y + loss.h, w: loss.w, h: 34 });
  // Below an op stands its strip of arithmetic, where it is of numbers.
  if (flow === "right")
    for (const { index, ins } of drawing.nodes) {
      const strip = numbers(index) && ins.some((edge) => edge.carries_grad && numbers(edge.source));
      const card = strip ? cards.get(index) : undefined;
      if (card) all.push({ x: card.x, y: card.y + card.h, w: card.w, h: STRIP.gap + STRIP.h });
    }
  // An updated weight has its old value above it, and the update's arithmetic above that where there is no room below.
  for (const { kind, node } of drawing.graph.steps) {
    const card = kind === "update" && node !== null && numbers(node) ? cards.get(node) : undefined;
    const above = flow === "right" && card?.h === CARD.h ? 26 : 62;
    if (card) all.push({ x: card.x, y: card.y - above, w: card.w, h: above });
  }
  return { drawing, flow, level, cards, frames: positions.frames, wires, labels, bounds: boundsOf(all) };
}

function makeWire(drawing: Drawing, positions: Positions, node: DrawnNode, edge: GraphEdge): Wire | null {
  const { flow } = positions;
  const [from, to] = [positions.nodes.get(edge.source), positions.nodes.get(edge.target)];
  if (!from || !to) return null;
  const out = outPort(from, outSide(drawing.byIndex.get(edge.source), flow));
  const stay = node.stays.indexOf(edge);
  const bends = positions.bends.get(edge.index) ?? [];
  const curve: Curve =
    stay >= 0
      ? curveAcross(out, stayPort(to, stay, node.stays.length, flow), flow)
      : curveThrough(
          [out, ...bends, inPort(to, node.through.indexOf(edge), node.through.length, flow)],
          flow,
        );
  return {
    edge: edge.index,
    source: edge.source,
    target: edge.target,
    curve,
    turns: bends.some((bend) => bend.turn),
    stays: stay >= 0,
    bounds: boundsOf(curve.samples.map(({ x, y }) => ({ x, y, w: 0, h: 0 }))),
  };
}
