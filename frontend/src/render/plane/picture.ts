/** The plane on a canvas: what is said over it, the points, those of the batch, and a cross-hair. A function of its view. */
import type { Dataset, UnitMaps } from "../../store/types";
import { rampOf } from "../thumbnails";
import type { Theme } from "../theme";
import { paletteOf, writeSurface } from "./colors";
import { paintPoints, type Points } from "./marks";
import { coordinate, pixelOf, type Place, type Range } from "./places";

/** Numbers over a grid of the plane: what the network says, or what one unit computes. */
export type Field =
  | { kind: "surface"; data: Float32Array | Float64Array; count: number; says: Dataset["says"] }
  | { kind: "unit"; map: UnitMaps; unit: number; count: number };

export interface PlaneView {
  /** Of a side, in CSS pixels. */
  readonly size: number;
  readonly ratio: number;
  readonly theme: Theme;
  readonly range: Range;
  readonly field: Field | null;
  readonly points: Points | null;
  readonly test: boolean;
  readonly discrete: boolean;
  /** Points with a ring: those of the batch. */
  readonly ringed: readonly number[];
  /** The point that is looked at; −1: none. */
  readonly near: number;
  readonly cross: Place | null;
}

/** Keeps what does not change from frame to frame: the pixels of the field, and the points as a picture. */
export class PlanePicture {
  readonly #ctx: CanvasRenderingContext2D | null;
  readonly #field = document.createElement("canvas");
  readonly #layer = document.createElement("canvas");
  #image: ImageData | null = null;
  #pixels = new Uint32Array(0);
  #drawn: readonly unknown[] = [];

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#ctx = canvas.getContext("2d");
  }

  paint(view: PlaneView): void {
    const { size, ratio } = view;
    const ctx = this.#ctx;
    if (!ctx || size <= 0) return;
    const extent = Math.round(size * ratio);
    if (this.canvas.width !== extent) this.canvas.width = this.canvas.height = extent;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#paintField(ctx, view);
    if (view.points) {
      this.#layPoints(view, view.points, extent);
      ctx.drawImage(this.#layer, 0, 0, size, size);
      this.#paintRings(ctx, view, view.points);
    }
    if (view.cross && view.field) paintCross(ctx, view, view.cross, view.field.count);
  }

  #paintField(ctx: CanvasRenderingContext2D, { field, size, discrete, theme }: PlaneView): void {
    ctx.fillStyle = theme.zero;
    ctx.fillRect(0, 0, size, size);
    const off = this.#field.getContext("2d");
    if (!field || !off) return;
    const { count } = field;
    if (this.#image?.width !== count) {
      this.#field.width = this.#field.height = count;
      this.#image = off.createImageData(count, count);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    const pixels = this.#pixels;
    if (field.kind === "surface") writeSurface(pixels, field.data, count, field.says, discrete, theme);
    else writeUnit(pixels, field.map, field.unit, theme);
    off.putImageData(this.#image, 0, 0);
    // The outermost places lie on the edges: half of each of their pixels is beyond.
    const cell = size / (count - 1);
    ctx.imageSmoothingEnabled = !(discrete && field.kind === "surface");
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(this.#field, -cell / 2, -cell / 2, count * cell, count * cell);
  }

  #layPoints(view: PlaneView, points: Points, extent: number): void {
    const drawn = [points, extent, view.theme, view.test, view.size];
    if (drawn.every((one, k) => one === this.#drawn[k])) return;
    this.#drawn = drawn;
    this.#layer.width = this.#layer.height = extent;
    const ctx = this.#layer.getContext("2d");
    if (!ctx) return;
    ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    paintPoints(ctx, points, view.range, view.size, view.theme, {
      test: view.test,
      radius: radiusOf(view.size, points),
    });
  }

  #paintRings(ctx: CanvasRenderingContext2D, view: PlaneView, points: Points): void {
    const { range, size, theme } = view;
    const ring = (point: number, grow: number, width: number) => {
      const x = pixelOf(points.xs[point] ?? NaN, range, size);
      const y = size - pixelOf(points.ys[point] ?? NaN, range, size);
      const r = radiusOf(size, points) + grow;
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.strokeStyle = theme.name === "dark" ? theme.card : "#ffffff";
      ctx.lineWidth = width + 2;
      ctx.stroke();
      ctx.strokeStyle = theme.text;
      ctx.lineWidth = width;
      ctx.stroke();
    };
    for (const point of view.ringed) ring(point, 2.2, 1.4);
    if (view.near >= 0) ring(view.near, 4, 2.2);
  }
}

function radiusOf(size: number, points: Points): number {
  const large = Math.max(0.75, Math.min(2, size / 314));
  return (points.xs.length > 600 ? 3 : 4) * large;
}

function writeUnit(pixels: Uint32Array, { levels, size }: UnitMaps, unit: number, theme: Theme): void {
  const ramp = rampOf(paletteOf(theme));
  for (let row = 0; row < size; row++) {
    const [to, from] = [(size - 1 - row) * size, (unit * size + row) * size];
    for (let c = 0; c < size; c++) pixels[to + c] = ramp[(levels[from + c] ?? 0) + 128] ?? 0;
  }
}

function paintCross(
  ctx: CanvasRenderingContext2D,
  { range, size, theme }: PlaneView,
  cross: Place,
  count: number,
): void {
  const x = pixelOf(coordinate(cross.column, range, count), range, size);
  const y = size - pixelOf(coordinate(cross.row, range, count), range, size);
  const gap = 7;
  for (const [color, width, opacity] of [
    [theme.card, 3, 0.55],
    [theme.text, 1, 0.8],
  ] as const) {
    ctx.globalAlpha = opacity;
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.beginPath();
    for (const [a, b] of [
      [0, x - gap],
      [x + gap, size],
    ] as const) {
      if (b <= a) continue;
      ctx.moveTo(a, y);
      ctx.lineTo(b, y);
    }
    for (const [a, b] of [
      [0, y - gap],
      [y + gap, size],
    ] as const) {
      if (b <= a) continue;
      ctx.moveTo(x, a);
      ctx.lineTo(x, b);
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}
