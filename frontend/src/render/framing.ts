/** Which part of the picture is on the screen: all of it where that can be read, else what is active. Pure. */
import type { Drawing } from "../layout/drawing";
import { boundsOf } from "../layout/level";
import type { Box, Size } from "../layout/types";
import type { Step } from "../store/types";
import { fitted, revealing, toScreen, type Camera, type Insets } from "./camera";
import type { Geometry } from "./geometry";
import { FONTS, hasTile } from "./metrics";

const MOST = { plain: 1.25, present: 2.4 };
/** So many pixels has the smallest number on a projector. */
const PRESENT_LEAST = 24;
/** No smaller than this of its own accord; the picture follows what is active instead. */
const READABLE = { wide: 0.64, narrow: 0.72, cells: 0.82 };
/** But all of a picture is worth numbers as small as this; a plan's scale is an estimate. */
const WHOLE = { wide: { planned: 0.52, drawn: 0.44 }, narrow: { planned: 0.64, drawn: 0.6 } };
/** A phone on its side is as wide as it likes, but low. */
const NARROW = { w: 560, h: 240 };
/** As high is a layer with its parameters below its card, and so much smaller may the picture be for it. */
const OPENED = { h: 560, least: 0.85 };
/** Around what is followed: room for its numbers, tokens and arithmetic. */
const AROUND = { x: 70, y: 62 };

export interface Screen {
  readonly size: Size;
  readonly insets: Insets;
  readonly present: boolean;
}

export function leastFor(screen: Screen, drawing: Drawing): number {
  const cells = drawing.nodes.some((node) => node.numbered && hasTile(node));
  // Where a phone follows what is active, numbers in cells have the room that two cards leave.
  if (!screen.present) return !isNarrow(screen) ? READABLE.wide : cells ? READABLE.cells : READABLE.narrow;
  return PRESENT_LEAST / (cells ? FONTS.cell : FONTS.strip).size;
}

/** The scale down to which a picture is shown as a whole. */
export function wholeFor(screen: Screen, drawing: Drawing, of: "planned" | "drawn"): number {
  return screen.present ? leastFor(screen, drawing) : WHOLE[isNarrow(screen) ? "narrow" : "wide"][of];
}

function isNarrow({ size }: Screen): boolean {
  return size.w < NARROW.w || size.h < NARROW.h;
}

/** The free part of the screen. */
export function roomOf({ size, insets }: Screen): Size {
  return {
    w: Math.max(80, size.w - insets.left - insets.right),
    h: Math.max(80, size.h - insets.top - insets.bottom),
  };
}

/** All of the picture, or with `whole` false no smaller than it can be read. */
export function framed(geometry: Geometry, screen: Screen, whole: boolean): Camera {
  const most = screen.present ? MOST.present : MOST.plain;
  const all = roomToOpen(geometry, screen, fitted(geometry.bounds, screen.size, screen.insets, most));
  if (whole || all.k >= wholeFor(screen, geometry.drawing, "drawn")) return all;
  return fitted(geometry.bounds, screen.size, screen.insets, most, leastFor(screen, geometry.drawing));
}

/** Below a row of groups that are opened apart there is room for the inside of one, as far as that is to be had. */
function roomToOpen({ drawing, flow, bounds, cards }: Geometry, screen: Screen, all: Camera): Camera {
  const groups = drawing.nodes.flatMap(({ index, group }) => (group ? (cards.get(index) ?? []) : []));
  if (!drawing.apart || flow !== "right" || groups.length === 0) return all;
  const lowest = Math.max(...groups.map(({ y, h }) => y + h));
  const h = Math.max(bounds.h, lowest + OPENED.h - bounds.y);
  const { w: width, h: height } = roomOf(screen);
  const k = Math.min(all.k, Math.max(OPENED.least * all.k, height / h));
  return {
    k,
    x: screen.insets.left + width / 2 - (bounds.x + bounds.w / 2) * k,
    y: screen.insets.top + Math.max(0, height - h * k) / 2 - bounds.y * k,
  };
}

/** When the picture does not fit, it follows what is active; before anything is, its beginning. */
export function following(geometry: Geometry, camera: Camera, step: Step, screen: Screen): Camera {
  const all = toScreen(camera, geometry.bounds);
  const room = roomOf(screen);
  if (all.w <= room.w + 1 && all.h <= room.h + 1) return camera;
  const { drawing, cards } = geometry;
  const edge = step.edge === null ? undefined : drawing.graph.edges[step.edge];
  const at = (node: number | null | undefined) => cards.get(drawing.shown(node ?? null) ?? -1) ?? [];
  const active = [step.node, edge?.source].flatMap(at);
  // In forward an op is seen with what it reads, where there is room.
  const read =
    step.kind === "forward"
      ? drawing.graph.edges.filter(({ target }) => target === step.node).flatMap(({ source }) => at(source))
      : [];
  const whole = roomy([...active, ...read]);
  const fits = whole.w * camera.k <= room.w && whole.h * camera.k <= room.h;
  const box = active.length === 0 ? roomy([beginning(geometry)]) : fits ? whole : roomy(active);
  return revealing(camera, within(box, geometry.bounds), screen.size, screen.insets);
}

/** Boxes with room around them. */
function roomy(boxes: readonly Box[]): Box {
  const { x, y, w, h } = boundsOf(boxes);
  return { x: x - AROUND.x, y: y - AROUND.y, w: w + 2 * AROUND.x, h: h + 2 * AROUND.y };
}

/** The first op with what it reads. */
function beginning({ drawing, cards, bounds }: Geometry): Box {
  const first = drawing.nodes.find((node) => node.ins.length > 0);
  const boxes = [first?.index, ...(first?.ins.map((edge) => edge.source) ?? [])].flatMap(
    (index) => cards.get(index ?? -1) ?? [],
  );
  return boxes.length > 0 ? boundsOf(boxes) : { ...bounds, w: 0, h: 0 };
}

/** Nothing beyond the picture needs to be seen. */
function within(box: Box, bounds: Box): Box {
  const x = Math.max(box.x, bounds.x);
  const y = Math.max(box.y, bounds.y);
  return {
    x,
    y,
    w: Math.min(box.x + box.w, bounds.x + bounds.w) - x,
    h: Math.min(box.y + box.h, bounds.y + bounds.h) - y,
  };
}
