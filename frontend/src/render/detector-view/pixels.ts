/** Pixels of a scene as a display list: runs of one colour are one rectangle. Pure. */
import type { Box } from "../../layout/types";
import type { Item } from "../display";

/** (3, side, side) levels from base64. */
export function levelsOf(base64: string): Uint8Array {
  const text = atob(base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const cache = new Map<string, Item[]>();

/** An image in a box. The last few are kept: they are drawn again with every number that changes above them. */
export function pixelItems(base64: string, side: number, box: Box): Item[] {
  const key = `${box.x} ${box.y} ${box.w} ${base64}`;
  let items = cache.get(key);
  if (!items) {
    items = paint(levelsOf(base64), side, box);
    if (cache.size > 80) cache.clear();
    cache.set(key, items);
  }
  return items;
}

function paint(levels: Uint8Array, side: number, box: Box): Item[] {
  const [w, h] = [box.w / side, box.h / side];
  // The next ones cover what stands out, so that nothing shines through where edges are between two pixels.
  const over = Number.isInteger(w) ? 0 : 0.5;
  const items: Item[] = [];
  const plane = side * side;
  for (let row = 0; row < side; row++) {
    let begin = 0;
    for (let column = 1; column <= side; column++) {
      const [a, b] = [row * side + begin, row * side + column];
      const same =
        column < side &&
        levels[a] === levels[b] &&
        levels[a + plane] === levels[b + plane] &&
        levels[a + 2 * plane] === levels[b + 2 * plane];
      if (same) continue;
      const fill = `rgb(${levels[a] ?? 0} ${levels[a + plane] ?? 0} ${levels[a + 2 * plane] ?? 0})`;
      items.push({
        kind: "rect",
        x: box.x + begin * w,
        y: box.y + row * h,
        w: (column - begin) * w + (column < side ? over : 0),
        h: h + (row + 1 < side ? over : 0),
        fill,
      });
      begin = column;
    }
  }
  return items;
}
