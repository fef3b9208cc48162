/**
 * Where somebody points, said so that it is the same on a window of another size: at which mark of the picture, and where
 * there, in parts of its width and height. Pure.
 */
import type { Box, Point } from "../layout/types";

/** A part of a picture that other windows have too, wherever it stands there. */
export interface Mark {
  readonly mark: string;
  readonly box: Box;
}

export interface Place extends Point {
  /** Null: the stage itself. */
  readonly mark: string | null;
}

/** As far from a mark as a place of it is said, in its widths and heights. */
const FAR = 100;

function apart({ x, y, w, h }: Box, at: Point): number {
  return Math.hypot(Math.max(x - at.x, 0, at.x - x - w), Math.max(y - at.y, 0, at.y - y - h));
}

/** The smallest mark that a point is in, else the nearest one; where there is none, the stage. */
export function placeAt(marks: readonly Mark[], stage: Box, at: Point): Place {
  let best: { mark: string | null; box: Box; distance: number } = {
    mark: null,
    box: stage,
    distance: Infinity,
  };
  for (const { mark, box } of marks) {
    if (box.w <= 0 || box.h <= 0) continue;
    const distance = apart(box, at);
    const smaller = box.w * box.h < best.box.w * best.box.h;
    if (distance < best.distance || (distance === best.distance && smaller)) best = { mark, box, distance };
  }
  const { mark, box } = best;
  const share = (of: number, from: number, length: number) =>
    Math.min(FAR, Math.max(-FAR, (of - from) / Math.max(1, length)));
  return { mark, x: share(at.x, box.x, box.w), y: share(at.y, box.y, box.h) };
}

/** The point of a place, where its mark has this box. */
export function pointIn(box: Box, share: Point): Point {
  return { x: box.x + share.x * box.w, y: box.y + share.y * box.h };
}

/** A point of the stage, or where one would leave it on the way there; `beyond`: it is outside. */
export function within(stage: Box, at: Point, margin: number): Point & { readonly beyond: boolean } {
  const x = Math.min(stage.x + stage.w - margin, Math.max(stage.x + margin, at.x));
  const y = Math.min(stage.y + stage.h - margin, Math.max(stage.y + margin, at.y));
  return { x, y, beyond: apart(stage, at) > 0 };
}
