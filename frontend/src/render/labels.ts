/**
 * Where the numbers of a wire stand: the value above it, the contribution below. Placed once per layout, for the
 * widest number, so that nothing jumps while one steps; clear of cards, wires, docks and each other.
 */
import type { Drawing } from "../layout/drawing";
import type { Box, Flow, Point } from "../layout/types";
import { pointAt, touches, type Curve } from "./curve";
import { overlaps } from "./display";
import { FONTS, isScalar, LABEL_H, NUMBER_CHARS } from "./metrics";
import { dock, outSide, type Wire } from "./ports";

/** The middle of the room for the widest number, and to which side its wire is: −1 left, 1 right. */
export interface LabelPlace extends Point {
  readonly lean: number;
}

export interface LabelPlaces {
  /** Null where there is no room. */
  readonly value: LabelPlace | null;
  readonly contribution: LabelPlace | null;
}

export const LABEL_W = NUMBER_CHARS * FONTS.label.size * 0.6;

/** Where along the wire: the middle first. */
const PLACES = [0.5, 0.56, 0.44, 0.62, 0.38, 0.68, 0.32, 0.75, 0.25, 0.82, 0.18];
/** And on a wire to another row, in pixels: before the card that it enters, else behind the one that it leaves. */
const NEAR = [50, 62, 40, 76, 90];
/** Clear space between the wire's middle line and the label, and how far it may move away. */
const CLEAR = 9;
const AWAY = [0, 7, 15, 26];

export function labelBox(middle: Point, w = LABEL_W): Box {
  return { x: middle.x - w / 2, y: middle.y - LABEL_H / 2, w, h: LABEL_H };
}

/** The box of a number `w` wide: within the room that was kept, as near to its wire as it can be. */
export function leaningBox(place: LabelPlace, w: number): Box {
  const spare = Math.max(0, LABEL_W - w) / 2;
  return labelBox({ x: place.x + place.lean * spare, y: place.y }, w);
}

export function placeLabels(
  drawing: Drawing,
  cards: ReadonlyMap<number, Box>,
  wires: ReadonlyMap<number, Wire>,
  flow: Flow,
): ReadonlyMap<number, LabelPlaces> {
  const space = new Space();
  for (const [index, card] of cards) {
    space.add({ box: grow(card, 4), soft: false });
    const node = drawing.byIndex.get(index);
    if (!node) continue;
    const consumers = node.outs.filter((edge) => edge.carries_grad).length;
    if (consumers > 0) space.add({ box: dock(card, outSide(node, flow)), soft: false });
    // Where contributions are counted, in the corner of the card.
    if (consumers > 1)
      space.add({ box: { x: card.x + card.w - 46, y: card.y - 13, w: 40, h: 18 }, soft: false });
    // What may appear around a card: the strip of arithmetic below an op, the ghost or the word loss above.
    if ((node.ins.length > 0 || node.node.kind === "parameter") && flow === "right")
      space.add({ box: { x: card.x - 28, y: card.y + card.h, w: card.w + 56, h: 34 }, soft: true });
    // The word loss (beside the card where the flow is down), or the ghost of an updated weight.
    const above = { x: card.x, y: card.y - 26, w: card.w, h: 26 };
    const beside = { x: card.x + card.w, y: card.y, w: 64, h: card.h };
    if (node.node.loss) space.add({ box: flow === "right" ? above : beside, soft: false });
    if (node.node.kind === "parameter") space.add({ box: above, soft: flow === "down" });
  }
  for (const wire of wires.values()) space.addWire(wire);
  const result = new Map<number, LabelPlaces>();
  const pairs = new Set<string>();
  for (const wire of wires.values()) {
    if (wire.stays || !carriesNumber(drawing, wire.edge)) continue;
    // Two arguments that are one node (x·x): the same number need not stand there twice.
    const pair = `${wire.source}>${wire.target}`;
    const value = pairs.has(pair) ? null : place(wire, space, 1);
    pairs.add(pair);
    if (value) space.add({ box: labelBox(value), soft: false, of: wire });
    const edge = drawing.graph.edges[wire.edge];
    const contribution = edge?.carries_grad ? place(wire, space, -1) : null;
    if (contribution) space.add({ box: labelBox(contribution), soft: false, of: wire });
    result.set(wire.edge, inOrder({ value, contribution }, flow));
  }
  return result;
}

/** What a tensor is stands on its card; on its wire the shape would only be said again. */
function carriesNumber({ graph }: Drawing, edge: number): boolean {
  return isScalar(graph.nodes[graph.edges[edge]?.source ?? -1]?.shape ?? []);
}

/** Where both stand on one side of the wire, the value still stands above the contribution. */
function inOrder({ value, contribution }: LabelPlaces, flow: Flow): LabelPlaces {
  const stacked = flow === "right" && value && contribution && Math.abs(value.x - contribution.x) < LABEL_W;
  return stacked && contribution.y < value.y
    ? { value: contribution, contribution: value }
    : { value, contribution };
}

/** `side` 1 is above a wire that runs right, and right of one that runs down. */
function place(wire: Wire, space: Space, side: 1 | -1): LabelPlace | null {
  let best: { at: LabelPlace; cost: number } | null = null;
  for (const [i, s] of placesOn(wire).entries()) {
    const p = pointAt(wire.curve, s);
    // Where a wire runs back, above stays above.
    const up = wire.turns && p.tx < 0 ? -1 : 1;
    for (const turn of [1, -1] as const) {
      const n = { x: p.ty * side * turn * up, y: -p.tx * side * turn * up };
      for (const [j, away] of AWAY.entries()) {
        const cost = i * 1.2 + j * 5 + (turn === 1 ? 0 : 40);
        if (best && cost >= best.cost) continue;
        const at = pushedClear(wire, p, n, CLEAR + away);
        const extra = at && space.cost(labelBox(at), wire);
        if (!at || extra === null) continue;
        const lean = Math.max(-1, Math.min(1, (2 * (p.x - at.x)) / LABEL_W));
        if (!best || cost + extra < best.cost) best = { at: { ...at, lean }, cost: cost + extra };
      }
    }
  }
  return best?.at ?? null;
}

function placesOn({ curve, turns }: Wire): number[] {
  return turns ? NEAR.flatMap((d) => [1 - d / curve.length, d / curve.length]) : PLACES;
}

/** The nearest middle along the normal at which the whole box is clear of its own wire; null for none. */
function pushedClear(wire: Wire, p: Point, n: Point, clear: number): Point | null {
  // A box that is pushed sideways must move by its half width, one pushed up or down by its half height.
  let d = clear + Math.abs(n.y) * (LABEL_H / 2) * 0.6 + Math.abs(n.x) * (LABEL_W / 2) * 0.4;
  for (let k = 0; k < 24; k++) {
    const at = { x: p.x + n.x * d, y: p.y + n.y * d };
    if (!touches(wire.curve, labelBox(at), clear)) return at;
    d += 4;
  }
  return null;
}

interface Obstacle {
  readonly box: Box;
  /** Costs, but does not forbid. */
  readonly soft: boolean;
  /** Whose number it is. */
  readonly of?: Wire;
}

/** A number that is as near to another wire, or to another wire's number, would be read as that one's. */
const NEARER = 18;
const BESIDE = { x: 8, y: 9, cost: 14 };

const CELL = 160;

/** What labels must keep clear of, in a grid so that large graphs stay fast. */
class Space {
  readonly #boxes = new Map<string, Obstacle[]>();
  readonly #wires = new Map<string, Set<Wire>>();

  add(obstacle: Obstacle): void {
    for (const key of keysOf(obstacle.box)) push(this.#boxes, key, obstacle);
  }

  addWire(wire: Wire): void {
    for (const p of wire.curve.samples)
      for (const key of keysOf({ x: p.x - 8, y: p.y - 8, w: 16, h: 16 })) {
        const set = this.#wires.get(key);
        if (set) set.add(wire);
        else this.#wires.set(key, new Set([wire]));
      }
  }

  /** Null where the box must not stand. */
  cost(box: Box, own: Wire): number | null {
    let cost = 0;
    const reach = distance(own.curve, box) + 8;
    const around = keysOf(grow(box, reach));
    const boxes = new Set(around.flatMap((key) => this.#boxes.get(key) ?? []));
    for (const { box: other, soft, of } of boxes) {
      if (overlaps(box, other, soft ? 0 : 2)) {
        if (!soft) return null;
        cost += 10;
      } else if (of && of !== own && beside(box, other)) cost += BESIDE.cost;
    }
    const wires = new Set(around.flatMap((key) => [...(this.#wires.get(key) ?? [])]));
    for (const wire of wires) {
      if (wire === own) continue;
      if (touches(wire.curve, box, 5)) return null;
      if (touches(wire.curve, box, reach)) cost += NEARER * (1 - (distance(wire.curve, box) - 5) / reach);
    }
    return cost;
  }
}

function beside(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.w + BESIDE.x &&
    b.x < a.x + a.w + BESIDE.x &&
    a.y < b.y + b.h + BESIDE.y &&
    b.y < a.y + a.h + BESIDE.y
  );
}

/** From a box to the middle line of a wire. */
function distance(curve: Curve, { x, y, w, h }: Box): number {
  let least = Infinity;
  for (const p of curve.samples) {
    const dx = Math.max(x - p.x, 0, p.x - x - w);
    const dy = Math.max(y - p.y, 0, p.y - y - h);
    least = Math.min(least, dx * dx + dy * dy);
  }
  return Math.sqrt(least);
}

function keysOf(box: Box): string[] {
  const keys: string[] = [];
  for (let x = Math.floor(box.x / CELL); x <= Math.floor((box.x + box.w) / CELL); x++)
    for (let y = Math.floor(box.y / CELL); y <= Math.floor((box.y + box.h) / CELL); y++)
      keys.push(`${x},${y}`);
  return keys;
}

function push(map: Map<string, Obstacle[]>, key: string, value: Obstacle): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function grow(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, w: box.w + 2 * by, h: box.h + 2 * by };
}
