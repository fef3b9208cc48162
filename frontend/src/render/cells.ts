/** A grid of coloured cells: one item, however many there are, as a frame may have thousands. */
import { painters } from "./canvas";
import type { Cells } from "./display";

/** One cell, in the item's units; `r` is the radius of its corners. */
export type EachCell = (
  x: number,
  y: number,
  w: number,
  h: number,
  r: number,
  fill: string,
  opacity: number,
) => void;

export function eachCell(item: Cells, paint: EachCell): void {
  const { numbers, columns, most, palette } = item;
  const rows = numbers.length / columns;
  const [w, h] = [item.w / columns, item.h / rows];
  // Small cells touch.
  const inset = w > 5 ? 0.6 : w > 3 ? 0.25 : 0;
  const r = w > 6 ? 1.5 : 0;
  const [negative, zero, positive, odd] = palette;
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i] ?? 0;
    const signed = x > 0 || x < 0;
    const finite = Number.isFinite(x);
    paint(
      item.x + (i % columns) * w + inset,
      item.y + Math.floor(i / columns) * h + inset,
      w - 2 * inset,
      h - 2 * inset,
      r,
      !finite ? odd : x > 0 ? positive : x < 0 ? negative : zero,
      finite && signed ? 0.2 + (0.8 * Math.abs(x)) / (most || 1) : 1,
    );
  }
}

function paintCells(ctx: CanvasRenderingContext2D, item: Cells, whole: number): void {
  eachCell(item, (x, y, w, h, r, fill, opacity) => {
    ctx.globalAlpha = whole * opacity;
    ctx.fillStyle = fill;
    if (r === 0) ctx.fillRect(x, y, w, h);
    else {
      ctx.beginPath();
      ctx.roundRect(x, y, w, h, r);
      ctx.fill();
    }
  });
}

painters.cells = paintCells;
