/** A grid of coloured cells: one item, however many there are, as a frame may have thousands. */
import type { Point } from "../layout/types";
import { painters } from "./canvas";
import type { Cells } from "./display";
import { rgbOf } from "./thumbnails";

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

/** Cells that are wider have round corners. */
const ROUND = 6;

export function eachCell(item: Cells, paint: EachCell): void {
  const { numbers, columns, most, palette } = item;
  const rows = numbers.length / columns;
  const [w, h] = [item.w / columns, item.h / rows];
  const inset = insetOf(w);
  const r = w > ROUND ? 1.5 : 0;
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i] ?? 0;
    paint(
      item.x + (i % columns) * w + inset,
      item.y + Math.floor(i / columns) * h + inset,
      w - 2 * inset,
      h - 2 * inset,
      r,
      palette[toneAt(x)],
      opacityOf(x, most),
    );
  }
}

/** Small cells touch. */
function insetOf(w: number): number {
  return w > 5 ? 0.6 : w > 3 ? 0.25 : 0;
}

/** Which colour of the palette a number has. */
function toneAt(x: number): 0 | 1 | 2 | 3 {
  return !Number.isFinite(x) ? 3 : x > 0 ? 2 : x < 0 ? 0 : 1;
}

function opacityOf(x: number, most: number): number {
  return Number.isFinite(x) && x !== 0 ? 0.2 + (0.8 * Math.abs(x)) / (most || 1) : 1;
}

/** A grid as pixels; the numbers change with each frame, the sheet stays. */
interface Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly image: ImageData;
}

const sheets = new Map<string, Sheet>();
const SHEETS = 64;

/** The sheet for a grid of this size at this place: one that is not in use elsewhere in the same picture. */
function sheetFor(w: number, h: number, place: string): Sheet | null {
  const key = `${w} ${h} ${place}`;
  let sheet = sheets.get(key);
  if (!sheet) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: w, height: h });
    const ctx = canvas.getContext("2d");
    if (!ctx) return null;
    sheet = { canvas, ctx, image: ctx.createImageData(w, h) };
  }
  sheets.delete(key);
  sheets.set(key, sheet);
  if (sheets.size > SHEETS) sheets.delete(sheets.keys().next().value as string);
  return sheet;
}

/** Which pixels a row or a column of cells covers, from `first` on, and how far each: `shares` has `most` for each cell. */
interface Spans {
  readonly first: Int32Array;
  readonly last: Int32Array;
  readonly shares: Float64Array;
  readonly most: number;
}

function spansOf(count: number, start: number, size: number, inset: number): Spans {
  const most = Math.ceil(size) + 2;
  const [first, last] = [new Int32Array(count), new Int32Array(count)];
  const shares = new Float64Array(count * most);
  for (let k = 0; k < count; k++) {
    const [from, to] = [start + k * size + inset, start + (k + 1) * size - inset];
    const begin = (first[k] = Math.floor(from));
    last[k] = Math.ceil(to) - 1;
    for (let at = begin; at < to; at++)
      shares[k * most + at - begin] = Math.min(at + 1, to) - Math.max(at, from);
  }
  return { first, last, shares, most };
}

/**
 * What `fillRect` makes of cells without corners, in one image of 32-bit pixels as a little-endian `ImageData` holds
 * them: each is as opaque as the cells cover it.
 */
export function fillCells(
  pixels: Int32Array,
  width: number,
  item: Cells,
  scale: number,
  origin: Point,
): void {
  const { numbers, columns, most, palette } = item;
  const rows = numbers.length / columns;
  const [w, h] = [item.w / columns, item.h / rows];
  const inset = insetOf(w) * scale;
  const across = spansOf(columns, item.x * scale + origin.x, w * scale, inset);
  const down = spansOf(rows, item.y * scale + origin.y, h * scale, inset);
  const colors = Int32Array.from(palette, (hex) => {
    const [red, green, blue] = rgbOf(hex);
    return (blue << 16) | (green << 8) | red;
  });
  pixels.fill(0);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i++) {
      const x = numbers[i] ?? 0;
      fillCell(pixels, width, colors[toneAt(x)] ?? 0, 255 * opacityOf(x, most), across, column, down, row);
    }
}

function fillCell(
  pixels: Int32Array,
  width: number,
  color: number,
  opacity: number,
  across: Spans,
  column: number,
  down: Spans,
  row: number,
): void {
  const left = across.first[column] ?? 0;
  const right = across.last[column] ?? 0;
  const top = down.first[row] ?? 0;
  const bottom = down.last[row] ?? 0;
  for (let py = top, tall = row * down.most; py <= bottom; py++, tall++) {
    const share = opacity * (down.shares[tall] ?? 0);
    let at = py * width + left;
    for (let px = left, wide = column * across.most; px <= right; px++, wide++, at++) {
      const over = share * (across.shares[wide] ?? 0);
      const there = pixels[at] ?? 0;
      pixels[at] = there === 0 ? ((over + 0.5) << 24) | color : blended(there, over, color);
    }
  }
}

/** A colour over a pixel that another cell covers in part. */
function blended(pixel: number, over: number, color: number): number {
  const under = (pixel >>> 24) * (1 - over / 255);
  const alpha = over + under;
  if (alpha === 0) return 0;
  const mix = (shift: number) =>
    ((((color >> shift) & 255) * over + ((pixel >> shift) & 255) * under) / alpha + 0.5) << shift;
  return ((alpha + 0.5) << 24) | mix(16) | mix(8) | mix(0);
}

/** Hundreds of cells take as long as hundreds of calls to paint them; below that a call each is as quick. */
const FEW = 24;

function paintCells(ctx: CanvasRenderingContext2D, item: Cells, whole: number): void {
  const { numbers, columns } = item;
  const { a, b, e, f } = ctx.getTransform();
  const round = item.w / columns > ROUND;
  if (round || b !== 0 || numbers.length < FEW) return paintEach(ctx, item, whole);
  const [left, top] = [Math.floor(a * item.x + e), Math.floor(a * item.y + f)];
  const [w, h] = [Math.ceil(a * (item.x + item.w) + e) - left, Math.ceil(a * (item.y + item.h) + f) - top];
  const sheet = w > 0 && h > 0 ? sheetFor(w, h, `${left} ${top}`) : null;
  if (!sheet) return paintEach(ctx, item, whole);
  fillCells(new Int32Array(sheet.image.data.buffer), w, item, a, { x: e - left, y: f - top });
  sheet.ctx.putImageData(sheet.image, 0, 0);
  ctx.save();
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.globalAlpha = whole;
  ctx.drawImage(sheet.canvas, left, top);
  ctx.restore();
}

function paintEach(ctx: CanvasRenderingContext2D, item: Cells, whole: number): void {
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
