/** What lies under a point of the picture: cards first, then numbers on wires, then wires, which are easy to hit. */
import type { Point } from "../layout/types";
import type { Geometry } from "./geometry";
import { labelBox } from "./labels";
import type { Spot } from "./scene";

export function hit(geometry: Geometry, at: Point, reach = 8): Spot | null {
  for (const [index, box] of geometry.cards)
    if (at.x >= box.x && at.x <= box.x + box.w && at.y >= box.y && at.y <= box.y + box.h)
      return { kind: "node", index };
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
