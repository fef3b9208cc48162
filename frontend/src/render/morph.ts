/**
 * Groups that open and close: the picture on its way from one arrangement to another, where what stays moves and what is
 * new appears. Pure.
 */
import type { Box, Point } from "../layout/types";
import { boundsOf } from "../layout/level";
import { measured, type Curve } from "./curve";
import type { Segment } from "./display";
import type { Geometry } from "./geometry";
import type { Wire } from "./ports";

export interface Morph {
  readonly geometry: Geometry;
  /** Cards that were not there before. */
  readonly fresh: ReadonlySet<number>;
}

/** `p` runs from 0 to 1. The numbers of wires wait until all is in its place. */
export function between(from: Geometry, to: Geometry, p: number): Morph {
  const { drawing } = to;
  const cards = new Map<number, Box>();
  const frames = new Map<string, Box>();
  const fresh = new Set<number>();
  const cardOf = (order: number) => drawing.graph.nodes.length + order;
  for (const { id, order } of drawing.frames) {
    const now = to.frames.get(id);
    const was = from.frames.get(id) ?? from.cards.get(cardOf(order));
    if (now) frames.set(id, was ? lerp(was, now, p) : now);
  }
  for (const [index, box] of to.cards) {
    const node = drawing.byIndex.get(index);
    const was = from.cards.get(index) ?? (node?.group ? from.frames.get(node.group.id) : undefined);
    if (was) cards.set(index, lerp(was, box, p));
    else {
      fresh.add(index);
      const [end, now] = [to.frames.get(node?.within ?? ""), frames.get(node?.within ?? "")];
      cards.set(index, end && now ? { ...box, x: box.x + now.x - end.x, y: box.y + now.y - end.y } : box);
    }
  }
  const wires = new Map<number, Wire>();
  for (const [index, wire] of to.wires) {
    const curve = curveBetween(from.wires.get(index)?.curve, wire.curve, p, offset(wire, to, cards));
    wires.set(index, {
      ...wire,
      curve,
      bounds: boundsOf(curve.samples.map(({ x, y }) => ({ x, y, w: 0, h: 0 }))),
    });
  }
  return { geometry: { ...to, cards, frames, wires, labels: new Map() }, fresh };
}

/** By how much the ends of a wire are not where they will be. */
function offset(wire: Wire, to: Geometry, cards: ReadonlyMap<number, Box>): readonly [Point, Point] {
  const of = (node: number) => {
    const [end, now] = [to.cards.get(node), cards.get(node)];
    return end && now ? { x: now.x - end.x, y: now.y - end.y } : { x: 0, y: 0 };
  };
  return [of(wire.source), of(wire.target)];
}

function curveBetween(from: Curve | undefined, to: Curve, p: number, [a, b]: readonly [Point, Point]): Curve {
  const alike = from?.d.length === to.d.length && from.d.every((s, k) => s[0] === to.d[k]?.[0]);
  if (from && alike) return measured(to.d.map((s, k) => segmentBetween(from.d[k] as Segment, s, p)));
  // Bent with its ends.
  const last = to.d.length - 1;
  return measured(
    to.d.map((s, k) => {
      const f = last === 0 ? 0 : k / last;
      const by = { x: a.x + (b.x - a.x) * f, y: a.y + (b.y - a.y) * f };
      const [kind, ...rest] = s;
      return [kind, ...rest.map((v, i) => v + (i % 2 === 0 ? by.x : by.y))] as unknown as Segment;
    }),
  );
}

function segmentBetween(from: Segment, to: Segment, p: number): Segment {
  const [kind, ...rest] = to;
  const was = from.slice(1) as number[];
  return [kind, ...rest.map((v, i) => mix(was[i] ?? v, v, p))] as unknown as Segment;
}

function lerp(from: Box, to: Box, p: number): Box {
  return {
    x: mix(from.x, to.x, p),
    y: mix(from.y, to.y, p),
    w: mix(from.w, to.w, p),
    h: mix(from.h, to.h, p),
  };
}

function mix(a: number, b: number, p: number): number {
  return a + (b - a) * p;
}
