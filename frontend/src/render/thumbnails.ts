/** Thumbnails of units: levels of −127 … 127 as colours from negative over zero to positive. */
import type { UnitMaps } from "../store/types";
import { painters } from "./canvas";
import type { Box } from "../layout/types";
import type { MapItem, MapsItem, MapsPart } from "./display";

type Rgb = readonly [number, number, number];
export type Palette = MapItem["palette"];

/** What stands in a map for what is no finite number. */
export const NOT_A_NUMBER = -128;
const ODD: Rgb = [179, 38, 30];

const ramps = new Map<string, Uint32Array>();

/** The theme's colours are few, and asked for by every cell. */
const known = new Map<string, Rgb>();

export function rgbOf(hex: string): Rgb {
  let rgb = known.get(hex);
  if (!rgb) {
    const n = Number.parseInt(hex.slice(1), 16);
    known.set(hex, (rgb = [(n >> 16) & 255, (n >> 8) & 255, n & 255]));
  }
  return rgb;
}

export function cssOf([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

/** The colour of a level: zero is light, so that sign is seen before size. */
export function colorAt(level: number, [negative, zero, positive]: Palette): Rgb {
  if (level === NOT_A_NUMBER) return ODD;
  const share = Math.min(1, Math.abs(level) / 127);
  const [from, to] = [rgbOf(zero), rgbOf(level < 0 ? negative : positive)];
  const mix = (k: 0 | 1 | 2) => Math.round(from[k] + (to[k] - from[k]) * share);
  return [mix(0), mix(1), mix(2)];
}

/** All 256 levels as pixels, from −128 on, as a little-endian `ImageData` holds them. */
export function rampOf(palette: Palette): Uint32Array {
  const key = palette.join();
  let ramp = ramps.get(key);
  if (!ramp) {
    ramp = Uint32Array.from({ length: 256 }, (_, i) => {
      const [r, g, b] = colorAt(i - 128, palette);
      return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    });
    ramps.set(key, ramp);
  }
  return ramp;
}

/** The thumbnails of some layers side by side, and of which maps and in which colours they are. */
interface Sprite {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D | null;
  readonly image: ImageData | null;
  /** Its image, a pixel at a time. */
  readonly pixels: Uint32Array;
  /** In pixels. To ask a canvas takes longer. */
  readonly w: number;
  readonly h: number;
  maps: readonly UnitMaps[];
  key: string;
  /** The picture that it was in last. */
  used: number;
}

/** By the levels of the last of its maps: made when they have changed, not when they are painted. */
const sprites = new WeakMap<Int8Array, Sprite>();
/** All of a screen; one that has not been painted for a while is painted over: a frame makes no canvas. */
const shelf: Sprite[] = [];
const SHELF = 128;
const IDLE = 8;
let count = 0;

/** A picture begins to be painted: what has not been in the last few is idle. */
function nextPicture(): void {
  count += 1;
}

function freshSprite(w: number, h: number, maps: readonly UnitMaps[], key: string): Sprite {
  for (let k = 0; k < shelf.length; k++) {
    const idle = shelf[k] as Sprite;
    if (idle.w !== w || idle.h !== h || count - idle.used <= IDLE) continue;
    idle.maps = maps;
    idle.key = key;
    return idle;
  }
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  const ctx = canvas.getContext("2d");
  const image = ctx?.createImageData(w, h) ?? null;
  const pixels = image ? new Uint32Array(image.data.buffer) : new Uint32Array(0);
  const sprite = { canvas, ctx, image, pixels, w, h, maps, key, used: count };
  shelf.push(sprite);
  if (shelf.length > SHELF) shelf.shift();
  return sprite;
}

/** One canvas for all of these maps, which have one size: to put pixels on one takes as long as to fill it. */
function spriteOf(maps: readonly UnitMaps[], palette: Palette): Sprite | null {
  const last = maps.at(-1);
  if (!last) return null;
  const key = palette.join();
  const known = sprites.get(last.levels);
  if (known?.key === key && sameMaps(known.maps, maps)) {
    known.used = count;
    return known;
  }
  const { size } = last;
  const w = maps.reduce((sum, { units }) => sum + units * size, 0);
  const sprite = freshSprite(w, size, maps, key);
  sprite.used = count;
  const { ctx, image, pixels } = sprite;
  if (ctx && image) {
    const ramp = rampOf(palette);
    let left = 0;
    for (const { units, levels } of maps)
      for (let u = 0; u < units; u++, left += size)
        for (let row = 0; row < size; row++) {
          // The first row has the least y, which is at the bottom.
          const to = (size - 1 - row) * w + left;
          const from = (u * size + row) * size;
          for (let c = 0; c < size; c++) pixels[to + c] = ramp[(levels[from + c] as number) + 128] as number;
        }
    ctx.putImageData(image, 0, 0);
  }
  sprites.set(last.levels, sprite);
  return sprite;
}

function sameMaps(a: readonly UnitMaps[], b: readonly UnitMaps[]): boolean {
  return a.length === b.length && a.every(({ levels }, k) => levels === b[k]?.levels);
}

function paintMap(ctx: CanvasRenderingContext2D, item: MapItem): void {
  const sprite = spriteOf([item.map], item.palette);
  if (!sprite) return;
  const n = item.map.size;
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(item.x, item.y, item.w, item.h, item.r);
  ctx.clip();
  ctx.imageSmoothingEnabled = true;
  // Half a pixel is left out on each side, so that a neighbour's colours do not shine in.
  ctx.drawImage(sprite.canvas, item.unit * n + 0.5, 0.5, n - 1, n - 1, item.x, item.y, item.w, item.h);
  ctx.restore();
}

/** The outlines of boxes that rest while their pictures change, by the first of them. */
const outlines = new WeakMap<readonly Box[], { all: readonly MapsPart[]; r: number; path: Path2D }>();

function outlineOf(parts: readonly MapsPart[], r: number): Path2D {
  const first = parts[0]?.boxes ?? [];
  const known = outlines.get(first);
  const same =
    parts.length === known?.all.length && parts.every((one, k) => one.boxes === known.all[k]?.boxes);
  if (same && known.r === r) return known.path;
  const path = new Path2D();
  for (const { boxes } of parts) for (const { x, y, w, h } of boxes) path.roundRect(x, y, w, h, r);
  outlines.set(first, { all: parts.map((part) => ({ ...part, map: null })), r, path });
  return path;
}

/** All are filled, clipped and edged at once. */
function paintMaps(ctx: CanvasRenderingContext2D, item: MapsItem): void {
  const { parts, palette } = item;
  const outline = outlineOf(parts, item.r);
  ctx.fillStyle = item.ground;
  ctx.fill(outline);
  const maps = parts.flatMap(({ map }) => map ?? []);
  const sprite = spriteOf(maps, palette);
  if (sprite) {
    ctx.save();
    ctx.clip(outline);
    ctx.imageSmoothingEnabled = true;
    let left = 0;
    for (const { boxes, units, map } of parts) {
      if (!map) continue;
      const n = map.size;
      for (let k = 0; k < boxes.length; k++) {
        const { x, y, w, h } = boxes[k] as Box;
        // Half a pixel is left out on each side, so that a neighbour's colours do not shine in.
        ctx.drawImage(sprite.canvas, left + (units[k] ?? 0) * n + 0.5, 0.5, n - 1, n - 1, x, y, w, h);
      }
      left += map.units * n;
    }
    ctx.restore();
  }
  ctx.strokeStyle = item.edge;
  ctx.lineWidth = 1;
  ctx.setLineDash([]);
  ctx.stroke(outline);
}

painters.begin.push(nextPicture);
painters.map = paintMap;
painters.maps = paintMaps;
