/** Paints a display list on a 2-D canvas. */
import { CURVE } from "./display";
import type {
  Cells,
  Curves,
  DisplayList,
  Dots,
  Font,
  Item,
  MapItem,
  MapsItem,
  Measure,
  Segment,
} from "./display";
import type { Theme } from "./theme";

type Fonts = Theme["fonts"];

export function fontText(font: Font, fonts: Fonts): string {
  return `${font.weight} ${font.size}px ${fonts[font.family]}`;
}

/** How thumbnails and grids of cells are painted: this comes with the pictures that have them. */
export const painters: {
  /** Before each picture. */
  begin: ((list: DisplayList) => void)[];
  map?: (ctx: CanvasRenderingContext2D, item: MapItem) => void;
  maps?: (ctx: CanvasRenderingContext2D, item: MapsItem) => void;
  cells?: (ctx: CanvasRenderingContext2D, item: Cells, opacity: number) => void;
} = { begin: [] };

/** The font that is set: setting one takes longer than the text, even where it is the same. */
let font = "";
/** So it is with dashes, and with where a text stands. */
let dashed = false;
let align: CanvasTextAlign = "left";

export function paint(ctx: CanvasRenderingContext2D, list: DisplayList, fonts: Fonts): void {
  font = "";
  ctx.setLineDash([]);
  dashed = false;
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = align = "left";
  for (const begin of painters.begin) begin(list);
  for (const item of list) paintItem(ctx, item, fonts, 1);
}

function paintItem(ctx: CanvasRenderingContext2D, item: Item, fonts: Fonts, inherited: number): void {
  const opacity = inherited * (item.opacity ?? 1);
  if (opacity <= 0.004) return;
  ctx.globalAlpha = opacity;
  switch (item.kind) {
    case "rect":
      ctx.beginPath();
      ctx.roundRect(item.x, item.y, item.w, item.h, item.r ?? 0);
      fillAndStroke(ctx, item);
      break;
    case "path":
      ctx.beginPath();
      trace(ctx, item.d);
      ctx.lineCap = item.cap ?? "butt";
      ctx.lineJoin = "round";
      fillAndStroke(ctx, item);
      break;
    case "curves":
      ctx.beginPath();
      traceCurves(ctx, item);
      ctx.lineCap = "butt";
      ctx.lineJoin = "round";
      fillAndStroke(ctx, item);
      break;
    case "circle":
      ctx.beginPath();
      ctx.arc(item.x, item.y, item.r, 0, 2 * Math.PI);
      fillAndStroke(ctx, item);
      break;
    case "dots":
      fillAndStroke(ctx, item, dotsOf(item));
      break;
    case "text":
      paintText(ctx, item, fonts);
      break;
    case "map":
      painters.map?.(ctx, item);
      break;
    case "maps":
      painters.maps?.(ctx, item);
      break;
    case "cells":
      painters.cells?.(ctx, item, opacity);
      break;
    case "group": {
      const before = { font, dashed, align };
      ctx.save();
      if (item.at) ctx.translate(item.at.x, item.at.y);
      if (item.scale) ctx.scale(item.scale, item.scale);
      if (item.clip) {
        ctx.beginPath();
        ctx.roundRect(item.clip.x, item.clip.y, item.clip.w, item.clip.h, item.clip.r ?? 0);
        ctx.clip();
      }
      for (const child of item.items) paintItem(ctx, child, fonts, opacity);
      ctx.restore();
      ({ font, dashed, align } = before);
      break;
    }
  }
}

function fillAndStroke(
  ctx: CanvasRenderingContext2D,
  item: Exclude<Item, { kind: "text" | "group" | "map" | "maps" | "cells" }>,
  path?: Path2D,
): void {
  if (item.glow) {
    ctx.save();
    ctx.shadowColor = item.glow.color;
    // A shadow does not follow the transform by itself.
    const k = ctx.getTransform().a;
    ctx.shadowBlur = item.glow.blur * k;
    ctx.shadowOffsetY = (item.glow.dy ?? 0) * k;
  }
  if (item.fill) {
    ctx.fillStyle = item.fill;
    if (path) ctx.fill(path);
    else ctx.fill();
  }
  if (item.glow) ctx.restore();
  if (item.stroke) {
    ctx.strokeStyle = item.stroke;
    ctx.lineWidth = item.width ?? 1;
    if (item.dash || dashed) ctx.setLineDash(item.dash ? [...item.dash] : []);
    dashed = item.dash !== undefined;
    if (path) ctx.stroke(path);
    else ctx.stroke();
  }
}

/** Dots that stand where they stood in the last picture are one path still. */
const dots = new WeakMap<Dots["at"], { r: number; path: Path2D }>();

function dotsOf({ at, r }: Dots): Path2D {
  const known = dots.get(at);
  if (known?.r === r) return known.path;
  const path = new Path2D();
  for (const { x, y } of at) {
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, 2 * Math.PI);
  }
  dots.set(at, { r, path });
  return path;
}

function paintText(ctx: CanvasRenderingContext2D, item: Extract<Item, { kind: "text" }>, fonts: Fonts): void {
  const own = fontText(item.font, fonts);
  if (own !== font) ctx.font = font = own;
  const to = item.align === "middle" ? "center" : item.align === "end" ? "right" : "left";
  if (to !== align) ctx.textAlign = align = to;
  if (item.halo) {
    ctx.strokeStyle = item.halo;
    ctx.lineWidth = 4;
    ctx.lineJoin = "round";
    if (dashed) ctx.setLineDash([]);
    dashed = false;
    ctx.strokeText(item.text, item.x, item.y);
  }
  ctx.fillStyle = item.fill;
  ctx.fillText(item.text, item.x, item.y);
  if (item.strike) {
    const w = ctx.measureText(item.text).width;
    const left = item.x - (item.align === "end" ? w : item.align === "middle" ? w / 2 : 0);
    ctx.fillRect(left - 2, item.y - item.font.size * 0.34, w + 4, 1.5);
  }
}

function trace(ctx: CanvasRenderingContext2D, d: readonly Segment[]): void {
  for (const s of d)
    switch (s[0]) {
      case "M":
        ctx.moveTo(s[1], s[2]);
        break;
      case "L":
        ctx.lineTo(s[1], s[2]);
        break;
      case "C":
        ctx.bezierCurveTo(s[1], s[2], s[3], s[4], s[5], s[6]);
        break;
      case "Z":
        ctx.closePath();
        break;
    }
}

function traceCurves(ctx: CanvasRenderingContext2D, { table, lines }: Curves): void {
  for (let i = 0; i < lines.length; i++) {
    const at = CURVE * (lines[i] as number);
    ctx.moveTo(table[at] as number, table[at + 1] as number);
    ctx.bezierCurveTo(
      table[at + 2] as number,
      table[at + 3] as number,
      table[at + 4] as number,
      table[at + 5] as number,
      table[at + 6] as number,
      table[at + 7] as number,
    );
  }
}

/** Paints a list of its own size into a canvas of the page, crisp at any resolution. */
export function paintInto(
  canvas: HTMLCanvasElement,
  list: DisplayList,
  size: { w: number; h: number },
  fonts: Fonts,
): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(size.w * ratio);
  canvas.height = Math.round(size.h * ratio);
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint(ctx, list, fonts);
}

/** Measures with the fonts of the page; call it anew once they have loaded. */
export function canvasMeasure(fonts: Fonts): Measure {
  const ctx = document.createElement("canvas").getContext("2d");
  const known = new Map<string, number>();
  return (text, font) => {
    const css = fontText(font, fonts);
    const key = `${css}|${text}`;
    let width = known.get(key);
    if (width === undefined) {
      if (!ctx) return text.length * font.size * 0.6;
      ctx.font = css;
      width = ctx.measureText(text).width;
      known.set(key, width);
    }
    return width;
  };
}
