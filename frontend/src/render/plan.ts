/** How a graph is laid out on a screen: which way data flow, how close cards stand, and in how many rows. Pure. */
import { actsOf } from "../layout/blocks";
import type { Drawing, DrawnNode } from "../layout/drawing";
import type { Group } from "../layout/groups";
import { fold, levelsOf, unfolded } from "../layout/fold";
import { sketch, type Sketch } from "../layout/sketch";
import type { Flow, LayoutRequest, Size, Spacing } from "../layout/types";
import type { Measure } from "./display";
import { cardSize, titleWidth } from "./sizes";
import { DENSE, isScalar, LONG, spacing, TENSORS, type Level } from "./metrics";
import type { Words } from "./words";

export interface Plan {
  readonly flow: Flow;
  readonly spacing: Spacing;
  /** The row of each part of the root, by name; null for one row. */
  readonly rows: ReadonlyMap<string, number> | null;
  /** Whether cards are narrower, with their longest numbers set a little smaller. */
  readonly dense: boolean;
}

/** Graphs that would be smaller than this in one row are folded. */
const FOLDED = 0.68;
/** And those that would be smaller than this may stand closer. */
const TIGHT = 0.86;
/** So many ways to break a graph into as many rows are tried. */
const BREAKS = 4;
/** As high must a screen be, in units, that rows which do not all fit are worth it. */
const SEEN = 330;
/** As wide must it be, in units, that three cards stand side by side. */
const BESIDE = 640;
/** Wires that pass cards by make a column wider than its cards. */
const PASSED = 1.12;
/** A unit's circuit has columns of its own, from left to right as the layers stand. */
const CIRCUIT: Plan = { flow: "right", spacing: { ...DENSE, layer: LONG }, rows: null, dense: true };
/** Around the cards: what may stand above and below them. */
const AROUND = 40;

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
    ? { flow: plan, spacing: roomFor(drawing, plan), rows: null, dense: false }
    : plan;
  const size = (node: DrawnNode) =>
    cardSize(node, level, words, measure, dense, actsOf(drawing.graph) !== null);
  const closed = drawing.nodes.filter(({ opened }) => !opened);
  const cardOf = ({ id }: Group) => {
    const node = drawing.nodes.find(({ group, opened }) => opened && group?.id === id);
    return node?.opened ? { card: { index: node.index, size: size(node), slots: node.opened } } : {};
  };
  return {
    flow,
    spacing: room,
    nodes: closed.map((node) => ({
      index: node.index,
      name: node.node.name,
      size: size(node),
      arity: node.through.length,
      ...(rows ? { row: rows.get(node.node.name) ?? 0 } : {}),
      ...(node.within === null ? {} : { within: node.within }),
      ...(node.host === null ? {} : { host: node.host }),
    })),
    edges: drawing.nodes.flatMap((node) =>
      node.through.map((edge, slot) => ({
        index: edge.index,
        source: edge.source,
        target: edge.target,
        slot,
      })),
    ),
    frames: drawing.frames.map((frame) => ({
      id: frame.id,
      width: titleWidth(frame.title, measure),
      ...cardOf(frame),
      ...(rows ? { row: rows.get(frame.id) ?? 0 } : {}),
      ...(frame.parent === null || !drawing.frames.some(({ id }) => id === frame.parent)
        ? {}
        : { within: frame.parent }),
    })),
  };
}

/** Wires of tensors carry no numbers: they may be short. */
function roomFor(drawing: Drawing, flow: Flow, close = false): Spacing {
  const tensors = drawing.nodes.filter(({ node }) => !isScalar(node.shape)).length;
  return 2 * tensors > drawing.nodes.length ? TENSORS[flow] : spacing(flow, drawing.nodes.length, close);
}

function closer({ layer, node }: Spacing): Spacing {
  return { layer: Math.min(layer, DENSE.layer), node: Math.min(node, DENSE.node) };
}

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
  if (actsOf(drawing.graph)) return CIRCUIT;
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
  const row: Plan = { flow: "right", spacing: roomFor(drawing, "right", close), rows: null, dense: close };
  const flat = sketch(layoutRequest(drawing, level, row, words, measure));
  const long = unfolded(flat, row.spacing);
  const one = scale(long);
  add(row, long, 1);
  const folded: Plan = { flow: "right", spacing: closer(roomFor(drawing, "right")), rows: null, dense: true };
  const request = layoutRequest(drawing, level, folded, words, measure);
  const tight = sketch(request);
  const closest = scale(unfolded(tight, folded.spacing));
  const columns = [false, true].map((dense) => {
    const wide = roomFor(drawing, "down");
    const plan: Plan = { flow: "down", spacing: dense ? closer(wide) : wide, rows: null, dense };
    return {
      plan,
      size: downwards(sketch(layoutRequest(drawing, level, plan, words, measure)), plan.spacing),
    };
  });
  for (const { plan, size } of columns)
    if (one < 0.8 && scale(size) > 1.15 * one) add(plan, size, plan.dense ? 0.93 : 0.97);
  let largest = one;
  if (one < TIGHT) {
    // Closer along the flow, and across it as far apart as there is room.
    const { layer, node } = folded.spacing;
    const apart = [96, 64].map((gap): Spacing => ({ layer, node: Math.max(gap, node) }));
    const room = apart.find((gap) => scale(unfolded(tight, gap)) > 0.98 * closest) ?? folded.spacing;
    add({ ...folded, spacing: room }, unfolded(tight, room), 0.93);
    largest = Math.max(one, closest);
  }
  // An edit, which adds two cards, must not turn one row into several.
  if (largest < Math.max(FOLDED, least)) {
    for (let most = 2; most <= 16; most++) {
      const found = fold(tight, folded.spacing, most);
      if (found.count === 1) break;
      // As many rows that break elsewhere may be less wide, where there is height to spare.
      let one = found;
      for (
        let k = 0, widest = Infinity;
        k < BREAKS && one.count === found.count && one.size.w < widest;
        k++
      ) {
        add({ ...folded, rows: named(request, tight, one.rows) }, one.size, 0.86 - 0.02 * (one.count - 2));
        widest = one.size.w;
        one = fold(tight, folded.spacing, most, widest);
      }
    }
  }
  const best = plans.reduce((a, b) => (b.worth > a.worth ? b : a));
  if (best.scale >= Math.min(whole, least)) return best.plan;
  // Where hardly one row is seen at a time, a long row is easier to follow than turns.
  if (screen.h / least < SEEN) return row;
  // Where hardly three cards stand side by side, data that flow down need no turns at all.
  const column = columns.find(({ size }) => screen.w / size.w >= PASSED * least);
  if (screen.w / least < BESIDE && column) return column.plan;
  const readable = plans.filter((p) => p.plan.rows && p.width >= least);
  return readable.length > 0 ? readable.reduce((a, b) => (b.height < a.height ? b : a)).plan : best.plan;
}

function named(
  request: LayoutRequest,
  { numberOf }: Sketch,
  rows: ReadonlyMap<number, number>,
): ReadonlyMap<string, number> {
  const of = (name: string, index: number): [string, number][] => {
    const row = rows.get(index);
    return row === undefined ? [] : [[name, row]];
  };
  return new Map([
    ...request.nodes.flatMap(({ name, index }) => of(name, index)),
    ...request.frames.flatMap(({ id }) => of(id, numberOf(id))),
  ]);
}

/** What a graph would measure where data flow down. */
function downwards(graph: Sketch, { layer, node }: Spacing): Size {
  const size = new Map(graph.nodes.map((one) => [one.index, one.size]));
  const levels = new Map<number, Size>();
  for (const [index, level] of levelsOf(graph)) {
    const { w, h } = size.get(index) ?? { w: 0, h: 0 };
    const was = levels.get(level) ?? { w: -node, h: 0 };
    levels.set(level, { w: was.w + node + w, h: Math.max(was.h, h) });
  }
  const sizes = [...levels.values()];
  return {
    w: Math.max(0, ...sizes.map((s) => s.w)),
    h: sizes.reduce((sum, s) => sum + s.h + layer, -layer),
  };
}
