/** Everything about the picture that does not depend on numbers: wires, where their numbers stand, docks. */
import type { Drawing, DrawnNode } from "../layout/drawing";
import { boundsOf } from "../layout/elk-graph";
import { fold, levelsOf, unfolded } from "../layout/fold";
import type { Box, Flow, LayoutRequest, Positions, Size, Spacing } from "../layout/types";
import { curveThrough } from "./curve";
import type { Measure } from "./display";
import { labelBox, placeLabels, type LabelPlaces } from "./labels";
import { cardSize, DENSE, spacing, STRIP, type Level } from "./metrics";
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

/** How a graph is laid out on a screen: which way data flow, and in how many rows. */
export interface Plan {
  readonly flow: Flow;
  readonly spacing: Spacing;
  /** Null for one row. */
  readonly rows: ReadonlyMap<number, number> | null;
  /** Whether cards are narrower, with their longest numbers set a little smaller. */
  readonly dense: boolean;
}

export function layoutRequest(
  drawing: Drawing,
  level: Level,
  plan: Flow | Plan,
  words: Words,
  measure: Measure,
): LayoutRequest {
  const {
    flow,
    spacing: room,
    rows,
    dense,
  } = typeof plan === "string"
    ? { flow: plan, spacing: spacing(plan, drawing.nodes.length), rows: null, dense: false }
    : plan;
  return {
    flow,
    spacing: room,
    nodes: drawing.nodes.map((node) => ({
      index: node.index,
      name: node.node.name,
      size: cardSize(node, level, words, measure, dense),
      arity: node.ins.length,
      ...(rows ? { row: rows.get(node.index) ?? 0 } : {}),
    })),
    edges: drawing.nodes.flatMap((node) =>
      node.ins.map((edge, slot) => ({ index: edge.index, source: edge.source, target: edge.target, slot })),
    ),
  };
}

/** Graphs that would be smaller than this in one row are folded. */
const FOLDED = 0.68;
/** And those that would be smaller than this may stand closer. */
const TIGHT = 0.86;
/** As high must a screen be, in units, that rows which do not all fit are worth it. */
const SEEN = 400;
/** As wide must it be, in units, that three cards stand side by side. */
const BESIDE = 640;
/** Around the cards: what may stand above and below them. */
const AROUND = 40;

/**
 * The plan that shows a graph largest on a screen of this size (in units at zoom 1), in the order of what is easiest
 * to follow: one row, several rows, and on narrow screens data that flow down. Where even the best is smaller than
 * `whole`, rows as long as the screen is wide at the scale `least`: what is active is then followed downwards.
 */
export function planFor(
  drawing: Drawing,
  level: Level,
  screen: Size,
  words: Words,
  measure: Measure,
  least: number,
  close = false,
  whole = least,
): Plan {
  const plans: { plan: Plan; scale: number; worth: number; width: number; height: number }[] = [];
  const scale = ({ w, h }: Size) => Math.min(Math.max(1.05, least), screen.w / w, screen.h / (h + AROUND));
  const add = (plan: Plan, size: Size, worth: number) =>
    plans.push({
      plan,
      scale: scale(size),
      worth: worth * scale(size),
      width: screen.w / size.w,
      height: size.h,
    });
  const row: Plan = {
    flow: "right",
    spacing: spacing("right", drawing.nodes.length, close),
    rows: null,
    dense: close,
  };
  const flat = layoutRequest(drawing, level, row, words, measure);
  const long = unfolded(flat, row.spacing);
  const one = scale(long);
  add(row, long, 1);
  const column: Plan = {
    flow: "down",
    spacing: spacing("down", drawing.nodes.length),
    rows: null,
    dense: false,
  };
  const upright = downwards(flat, column.spacing);
  if (one < 0.8 && scale(upright) > 1.15 * one) add(column, upright, 0.97);
  const folded: Plan = { flow: "right", spacing: DENSE, rows: null, dense: true };
  const tight = layoutRequest(drawing, level, folded, words, measure);
  if (one < TIGHT) add(folded, unfolded(tight, DENSE), 0.93);
  // An edit, which adds two cards, must not turn one row into several.
  if (one < Math.max(FOLDED, least)) {
    for (let most = 2; most <= 16; most++) {
      const { rows, count, size } = fold(tight, DENSE, most);
      if (count === 1) break;
      add({ ...folded, rows }, size, 0.86 - 0.02 * (count - 2));
    }
  }
  const best = plans.reduce((a, b) => (b.worth > a.worth ? b : a));
  if (best.scale >= Math.min(whole, least)) return best.plan;
  // Where hardly one row is seen at a time, a long row is easier to follow than turns.
  if (screen.h / least < SEEN) return row;
  // Where hardly three cards stand side by side, data that flow down need no turns at all.
  if (screen.w / least < BESIDE && screen.w / upright.w >= least) return column;
  const readable = plans.filter((p) => p.plan.rows && p.width >= least);
  return readable.length > 0 ? readable.reduce((a, b) => (b.height < a.height ? b : a)).plan : best.plan;
}

/** What a graph would measure where data flow down. */
function downwards(graph: LayoutRequest, { layer, node }: Spacing): Size {
  const levels = new Map<number, Size>();
  for (const [index, level] of levelsOf(graph)) {
    const size = graph.nodes.find((n) => n.index === index)?.size ?? { w: 0, h: 0 };
    const was = levels.get(level) ?? { w: -node, h: 0 };
    levels.set(level, { w: was.w + node + size.w, h: Math.max(was.h, size.h) });
  }
  const sizes = [...levels.values()];
  return {
    w: Math.max(0, ...sizes.map((s) => s.w)),
    h: sizes.reduce((sum, s) => sum + s.h + layer, -layer),
  };
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
  const all = [positions.bounds, ...cards.values()];
  const lossCard = drawing.nodes.find((n) => n.node.loss);
  const loss = lossCard ? cards.get(lossCard.index) : undefined;
  // The loss has its name beside it, and the seed comes to it.
  if (loss && flow === "right") all.push({ x: loss.x, y: loss.y - 40, w: loss.w, h: 40 });
  // Numbers on wires may stand below the lowest card.
  for (const { value, contribution } of labels.values())
    for (const at of [value, contribution]) if (at) all.push(labelBox(at));
  if (loss && flow === "down") all.push({ x: loss.x, y: loss.y + loss.h, w: loss.w, h: 34 });
  // Below an op stands its strip of arithmetic.
  if (flow === "right")
    for (const { index, ins } of drawing.nodes) {
      const card = ins.some((edge) => edge.carries_grad) ? cards.get(index) : undefined;
      if (card) all.push({ x: card.x, y: card.y + card.h, w: card.w, h: STRIP.gap + STRIP.h });
    }
  // An updated weight has its old value above it, and where data flow down the update's arithmetic above that.
  const above = flow === "right" ? 26 : 62;
  for (const { kind, node } of drawing.graph.steps) {
    const card = kind === "update" && node !== null ? cards.get(node) : undefined;
    if (card) all.push({ x: card.x, y: card.y - above, w: card.w, h: above });
  }
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
  const bends = positions.bends.get(edge.index) ?? [];
  const points = [outPort(from, positions.flow), ...bends, inPort(to, slot, node.ins.length, positions.flow)];
  const curve = curveThrough(points, positions.flow);
  return {
    edge: edge.index,
    source: edge.source,
    target: edge.target,
    curve,
    turns: bends.some((bend) => bend.turn),
    bounds: boundsOf(curve.samples.map(({ x, y }) => ({ x, y, w: 0, h: 0 }))),
  };
}
