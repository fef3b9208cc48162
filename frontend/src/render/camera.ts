/** From the picture's units to pixels of the screen: x' = k·x + dx. Pure. */
import type { Box, Point } from "../layout/types";

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const LIMITS = { least: 0.04, most: 6 } as const;

/** All of `bounds` in the middle of the free part of the screen, no larger than `most`. */
export function fitted(
  bounds: Box,
  screen: { w: number; h: number },
  insets: Insets,
  most: number,
  least: number = LIMITS.least,
): Camera {
  const room = {
    w: Math.max(40, screen.w - insets.left - insets.right),
    h: Math.max(40, screen.h - insets.top - insets.bottom),
  };
  const fit = Math.min(most, room.w / Math.max(bounds.w, 1), room.h / Math.max(bounds.h, 1));
  const k = Math.max(fit, least, LIMITS.least);
  return {
    k,
    x: insets.left + room.w / 2 - (bounds.x + bounds.w / 2) * k,
    y: insets.top + room.h / 2 - (bounds.y + bounds.h / 2) * k,
  };
}

export function zoomed(camera: Camera, by: number, around: Point): Camera {
  const k = Math.min(LIMITS.most, Math.max(LIMITS.least, camera.k * by));
  const f = k / camera.k;
  return { k, x: around.x - (around.x - camera.x) * f, y: around.y - (around.y - camera.y) * f };
}

export function toScreen(camera: Camera, box: Box): Box {
  return {
    x: camera.x + box.x * camera.k,
    y: camera.y + box.y * camera.k,
    w: box.w * camera.k,
    h: box.h * camera.k,
  };
}

export function toPicture(camera: Camera, at: Point): Point {
  return { x: (at.x - camera.x) / camera.k, y: (at.y - camera.y) / camera.k };
}

/** Moved as little as possible so that a box (in the picture's units) is within the free part of the screen. */
export function revealing(
  camera: Camera,
  box: Box,
  screen: { w: number; h: number },
  insets: Insets,
): Camera {
  const s = toScreen(camera, box);
  const shift = (from: number, size: number, low: number, high: number) =>
    size > high - low
      ? (low + high) / 2 - (from + size / 2)
      : Math.max(low - from, 0) + Math.min(high - (from + size), 0);
  return {
    k: camera.k,
    x: camera.x + shift(s.x, s.w, insets.left, screen.w - insets.right),
    y: camera.y + shift(s.y, s.h, insets.top, screen.h - insets.bottom),
  };
}
