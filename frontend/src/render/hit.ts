/** What lies under a point of the picture: cards first, then numbers on wires, then wires, which are easy to hit. */
import { PAD } from "../layout/nested";
import type { DrawnNode } from "../layout/drawing";
import type { Box, Point } from "../layout/types";
import type { FrameView } from "../store/types";
import type { Measure } from "./display";
import type { Geometry } from "./geometry";
import { labelBox } from "./labels";
import { FONTS, isScalar, linesOf, SMALL } from "./metrics";
import { cellOf } from "./reading";
import type { Spot } from "./scene-input";
import { halves, tileOf } from "./sizes";

export function hit(geometry: Geometry, at: Point, reach = 8): Spot | null {
  for (const [index, box] of geometry.cards)
    if (at.x >= box.x && at.x <= box.x + box.w && at.y >= box.y && at.y <= box.y + box.h)
      return { kind: geometry.drawing.byIndex.get(index)?.group ? "group" : "node", index };
  // Of a frame its title, of frames within each other that of the innermost.
  for (const { id, order } of geometry.drawing.frames.toReversed()) {
    const box = geometry.frames.get(id);
    if (box && at.x >= box.x && at.x <= box.x + box.w && at.y >= box.y && at.y <= box.y + PAD.title)
      return { kind: "group", index: geometry.drawing.graph.nodes.length + order };
  }
  for (const [index, { value, contribution }] of geometry.labels)
    for (const middle of [value, contribution]) {
      if (!middle) continue;
      const box = labelBox(middle);
      if (at.x >= box.x && at.x <= box.x + box.w && Math.abs(at.y - middle.y) <= box.h / 2 + 4)
        return { kind: "edge", index };
    }
  let best: { index: number; distance: number } | null = null;
  for (const [index, wire] of geometry.wires)
    for (const p of wire.curve.samples) {
      const distance = Math.hypot(p.x - at.x, p.y - at.y);
      if (distance <= reach + 3 && (!best || distance < best.distance)) best = { index, distance };
    }
  return best ? { kind: "edge", index: best.index } : null;
}

/** A number of a card; `index` is its place in the tensor. */
export interface NumberSpot {
  readonly what: "value" | "grad";
  readonly index: number[];
}

/** Which number of a card lies under a point of it: one that is known, and made of others. */
export function numberAt(
  geometry: Geometry,
  frame: FrameView,
  index: number,
  at: Point,
  measure: Measure,
): NumberSpot | null {
  const node = geometry.drawing.byIndex.get(index);
  const box = geometry.cards.get(index);
  if (!node || !box || node.group) return null;
  if (!isScalar(node.node.shape)) return node.numbered ? cellAt(node, box, frame, at) : null;
  const what =
    node.host === null
      ? largeNumberAt(node, box, frame, at, measure)
      : smallNumberAt(node, box, frame, at, measure);
  return what && { what, index: [] };
}

/** A cell of a tile whose cells are numbers. */
function cellAt(node: DrawnNode, box: Box, frame: FrameView, at: Point): NumberSpot | null {
  const { shape } = node.node;
  const tile = tileOf(node, box);
  const column = Math.floor((at.x - tile.x) / tile.cell.w);
  const half = Math.floor((at.y - tile.y) / tile.below);
  const row = Math.floor((at.y - tile.y - half * tile.below) / tile.cell.h);
  const what = half === 0 ? "value" : "grad";
  if (half < 0 || half >= halves(node) || column < 0 || column >= tile.columns || row >= tile.rows)
    return null;
  if (!(what === "value" ? node.node.kind === "op" && frame.value(node.index) : frame.grad(node.index)))
    return null;
  return { what, index: shape.length === 1 ? [column] : [row, column] };
}

/** Of a card of one number. */
function largeNumberAt(
  node: DrawnNode,
  box: Box,
  frame: FrameView,
  at: Point,
  measure: Measure,
): "value" | "grad" | null {
  const lines = linesOf(box.h);
  const what = at.y < box.y + (lines.value + lines.grad) / 2 - 5 ? "value" : "grad";
  const tensor = what === "value" ? frame.value(node.index) : frame.grad(node.index);
  if (!tensor || (what === "value" && node.node.kind !== "op")) return null;
  const right = box.x + box.w - lines.padX;
  const width = measure(cellOf(tensor, what === "grad").text, what === "value" ? FONTS.value : FONTS.grad);
  return at.y >= box.y + lines.value - 20 && at.x <= right + 6 && at.x >= right - width - 8 ? what : null;
}

/** Of a card beside an op: its name, and below it the two numbers. */
function smallNumberAt(
  node: DrawnNode,
  box: Box,
  frame: FrameView,
  at: Point,
  measure: Measure,
): "value" | "grad" | null {
  if (at.y < box.y + 42) return null;
  const tensor = frame.grad(node.index);
  const right = box.x + box.w - SMALL.padX;
  return tensor && at.x >= right - measure(cellOf(tensor, true).text, FONTS.label) - 8 ? "grad" : null;
}
