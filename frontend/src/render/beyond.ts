/** What was opened apart from its card and stands beyond the screen: on which side, and how it comes to be seen. Pure. */
import { boundsOf } from "../layout/level";
import type { Point } from "../layout/types";
import { revealing, toScreen, type Camera } from "./camera";
import { roomOf, type Screen } from "./framing";
import type { Geometry } from "./geometry";

/** So much of what is opened is enough. */
const SEEN = 0.5;
/** As far from a corner at least stands what points there. */
const CORNER = 70;

export interface Beyond {
  readonly group: string;
  readonly title: string;
  readonly side: "left" | "right" | "above" | "below";
  /** The nearest place at the edge of the free part of the screen, in pixels. */
  readonly at: Point;
}

/** Beyond which side of the screen most of an open group stands; null where enough of it is seen. */
export function beyond(
  { drawing, frames }: Geometry,
  id: string,
  camera: Camera,
  { size, insets }: Screen,
): Beyond | null {
  const [group, frame] = [drawing.frames.find((one) => one.id === id), frames.get(id)];
  if (!group || !frame) return null;
  const { x, y, w, h } = toScreen(camera, frame);
  const [left, right] = [insets.left, size.w - insets.right];
  const [top, bottom] = [insets.top, size.h - insets.bottom];
  const off = (at: number, length: number, low: number, high: number) =>
    Math.min(at + length, high) - Math.max(at, low) >= SEEN * Math.min(length, high - low)
      ? 0
      : (at + length / 2 - (low + high) / 2) / (high - low);
  const [dx, dy] = [off(x, w, left, right), off(y, h, top, bottom)];
  if (dx === 0 && dy === 0) return null;
  const within = (at: number, low: number, high: number) =>
    Math.max(low + CORNER, Math.min(at, high - CORNER));
  const [cx, cy] = [within(x + w / 2, left, right), within(y + h / 2, top, bottom)];
  const said = { group: id, title: group.title };
  return Math.abs(dy) >= Math.abs(dx)
    ? { ...said, side: dy > 0 ? "below" : "above", at: { x: cx, y: dy > 0 ? bottom : top } }
    : { ...said, side: dx > 0 ? "right" : "left", at: { x: dx > 0 ? right : left, y: cy } };
}

/**
 * The inside of an open group in sight, at the same scale, moved no further than it must. Where there is no room for all
 * of it and its card: along the flow what is next to the card, across it its beginning.
 */
export function showingOpened(
  { drawing, cards, frames, flow }: Geometry,
  id: string,
  camera: Camera,
  screen: Screen,
): Camera {
  const group = drawing.frames.find((one) => one.id === id);
  const frame = frames.get(id);
  const card = cards.get(drawing.graph.nodes.length + (group?.order ?? 0));
  if (!frame || !card) return camera;
  const { size, insets } = screen;
  const room = roomOf(screen);
  const all = boundsOf([frame, card]);
  const part = (at: number, length: number, most: number, wanted: number) => ({
    at: Math.max(at, Math.min(wanted, at + length - Math.min(length, most))),
    length: Math.min(length, most),
  });
  const [mw, mh] = [room.w / camera.k, room.h / camera.k];
  const right = flow === "right";
  const px = part(all.x, all.w, mw, right ? card.x + (card.w - mw) / 2 : frame.x - mw / 4);
  const py = part(all.y, all.h, mh, right ? frame.y - mh / 4 : card.y + (card.h - mh) / 2);
  return revealing(camera, { x: px.at, y: py.at, w: px.length, h: py.length }, size, insets);
}
