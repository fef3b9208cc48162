/** A grid of coloured cells: one item, however many there are, as a frame may have thousands. */
import { painters } from "./canvas";
import type { Cells, DisplayList } from "./display";
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

/** Cells that are wider have round corners; those that are not wider than this touch. */
const ROUND = 6;
const TOUCH = 5;

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
  return w > TOUCH ? 0.6 : 0;
}

/** Which colour of the palette a number has. */
function toneAt(x: number): 0 | 1 | 2 | 3 {
  return !Number.isFinite(x) ? 3 : x > 0 ? 2 : x < 0 ? 0 : 1;
}

function opacityOf(x: number, most: number): number {
  return Number.isFinite(x) && x !== 0 ? 0.2 + (0.8 * Math.abs(x)) / (most || 1) : 1;
}

/** A grid with one pixel for each cell; the numbers change with each frame, the sheet stays. */
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

/**
 * A pixel for each cell, as a little-endian `ImageData` holds them; in one that is `stride` wide from the column `left` on.
 */
export function fillCells(
  pixels: Int32Array,
  { numbers, columns, most, palette }: Cells,
  left = 0,
  stride = columns,
): void {
  const colors = palette.map((hex) => {
    const [red, green, blue] = rgbOf(hex);
    return (blue << 16) | (green << 8) | red;
  });
  for (let i = 0, row = left; i < numbers.length; row += stride)
    for (let column = 0; column < columns && i < numbers.length; column++, i++) {
      const x = numbers[i] ?? 0;
      pixels[row + column] = ((255 * opacityOf(x, most) + 0.5) << 24) | (colors[toneAt(x)] ?? 0);
    }
}

/** Hundreds of cells take as long as hundreds of calls to paint them; below that a call each is as quick. */
const FEW = 24;

function hasSheet({ numbers, columns, w }: Cells): boolean {
  return w / columns <= TOUCH && numbers.length >= FEW;
}

/** The grids of the picture that is painted stand side by side on one sheet: from which column on each does. */
let common: { canvas: HTMLCanvasElement; left: Map<Cells, number> } | null = null;

/** To put pixels on a sheet takes longer than to fill it: so that is done once for all grids of a picture. */
function layOut(list: DisplayList): void {
  common = null;
  const grids = list.filter((item): item is Cells => item.kind === "cells" && hasSheet(item));
  if (grids.length < 2) return;
  const left = new Map<Cells, number>();
  let [width, height] = [0, 0];
  for (const grid of grids) {
    left.set(grid, width);
    width += grid.columns;
    height = Math.max(height, Math.ceil(grid.numbers.length / grid.columns));
  }
  const sheet = sheetFor(width, height, "");
  if (!sheet) return;
  const pixels = new Int32Array(sheet.image.data.buffer);
  for (const [grid, from] of left) fillCells(pixels, grid, from, width);
  sheet.ctx.putImageData(sheet.image, 0, 0);
  common = { canvas: sheet.canvas, left };
}

function paintCells(ctx: CanvasRenderingContext2D, item: Cells, whole: number): void {
  const { numbers, columns, x, y, w, h } = item;
  if (!hasSheet(item)) return paintEach(ctx, item, whole);
  const rows = numbers.length / columns;
  const left = common?.left.get(item);
  let canvas = common?.canvas;
  if (left === undefined) {
    const sheet = sheetFor(columns, rows, `${x} ${y}`);
    if (!sheet) return paintEach(ctx, item, whole);
    fillCells(new Int32Array(sheet.image.data.buffer), item);
    sheet.ctx.putImageData(sheet.image, 0, 0);
    ({ canvas } = sheet);
  }
  ctx.globalAlpha = whole;
  // Cells have edges, as long as each has a pixel of the screen.
  ctx.imageSmoothingEnabled = Math.min(w / columns, h / rows) * ctx.getTransform().a < 1;
  if (canvas) ctx.drawImage(canvas, left ?? 0, 0, columns, rows, x, y, w, h);
}

function paintEach(ctx: CanvasRenderingContext2D, item: Cells, whole: number): void {
  let filled = "";
  eachCell(item, (x, y, w, h, r, fill, opacity) => {
    ctx.globalAlpha = whole * opacity;
    if (fill !== filled) ctx.fillStyle = filled = fill;
    if (r === 0) ctx.fillRect(x, y, w, h);
    else {
      ctx.beginPath();
      ctx.roundRect(x, y, w, h, r);
      ctx.fill();
    }
  });
}

painters.begin.push(layOut);
painters.cells = paintCells;
