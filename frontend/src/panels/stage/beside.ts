// Where a field goes that belongs to a card: beside it, over as little else as can be, within the stage. Pure.
import type { Box } from "../../layout/types";

const GAP = 8;
const EDGE = 6;

function shared(a: Box, b: Box): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return Math.max(0, w) * Math.max(0, h);
}

/** The place of a box of this size beside `card`: never over the card itself. */
export function beside(
  card: Box,
  size: { w: number; h: number },
  others: readonly Box[],
  stage: { w: number; h: number },
): Box {
  const { w, h } = size;
  const right = card.x + card.w - w;
  const middle = card.y + (card.h - h) / 2;
  const places: Box[] = [
    { x: right, y: card.y - h - GAP, w, h },
    { x: right, y: card.y + card.h + GAP, w, h },
    { x: card.x + card.w + GAP, y: middle, w, h },
    { x: card.x - w - GAP, y: middle, w, h },
  ];
  let best: { box: Box; cost: number } | null = null;
  for (const place of places) {
    const x = Math.max(EDGE, Math.min(place.x, stage.w - w - EDGE));
    const y = Math.max(EDGE, Math.min(place.y, stage.h - h - EDGE));
    const box = { x, y, w, h };
    const covered = others.reduce((sum, other) => sum + shared(box, other), 0);
    const cost = covered + 1000 * shared(box, card);
    if (!best || cost < best.cost) best = { box, cost };
  }
  return best?.box ?? { x: EDGE, y: EDGE, w, h };
}
