/** Where the scenes, the picture, the terms and the curves of a detector stand: pure, from the room. */
import type { Box, Point, Size } from "../../layout/types";
import type { Insets } from "../camera";
import type { Mark } from "../pointing";
import { railHeight, railIn, tileFor, type Rail } from "./rail-places";

export interface Places {
  readonly size: Size;
  /** The scenes beside the one that is looked at. */
  readonly strip: readonly Box[];
  readonly picture: Box;
  /** Pixels of the screen for one of the scene: whole, but on a phone, whose pixels are finer and fewer. */
  readonly scale: number;
  /** The layers on the way from the image to the grid, over the picture; null where there is no room. */
  readonly rail: Rail | null;
  /** A grid for each term of the loss. */
  readonly terms: readonly Box[];
  /** Where the loss of the batch is written. */
  readonly loss: Point;
  /** What is drawn along the way of a dragged box; null where there is no room. */
  readonly plots: readonly [Box, Box] | null;
  /** As on a phone: titles and numbers share a line. */
  readonly narrow: boolean;
  /** Titles and numbers of the terms stand beside their grids, else above. */
  readonly aside: boolean;
  readonly text: number;
  /** No number is smaller. */
  readonly least: number;
}

export interface Room {
  readonly size: Size;
  readonly insets: Insets;
  readonly present: boolean;
  readonly scenes: number;
  readonly side: number;
  readonly layers: number;
  /** Small, on the start page: nothing is dragged there. */
  readonly bare: boolean;
}

const GAP = 4;
const APART = 22;
/** Below it, on a phone whose sheet is raised, the other scenes make room for the one that is looked at. */
const LOW = 130;
const LEAST_PLOT = { w: 158, h: 56 };
const MOST_PLOT = { w: 330, h: 132 };

/** Where curves stand: below the picture and the terms, beside them, or nowhere. */
type Curves = "below" | "beside" | "none";

export function placesOf({ size, insets, present, scenes, side, layers, bare }: Room): Places {
  const narrow = size.w < 500;
  const text = present ? 26 : narrow ? 11.5 : 12.5;
  const area = {
    x: insets.left,
    y: insets.top,
    w: Math.max(120, size.w - insets.left - insets.right),
    h: Math.max(100, size.h - insets.top - insets.bottom),
  };
  const thumb = Math.max(8, Math.min(34, Math.floor(area.w / Math.max(1, Math.min(scenes, 16))) - GAP));
  const each = Math.max(1, Math.floor((area.w + GAP) / (thumb + GAP)));
  const rows = Math.max(1, Math.ceil(scenes / each));
  const stripW = Math.min(scenes, each) * (thumb + GAP) - GAP;
  const low = narrow && !bare && area.h < LOW;
  const strip = Array.from({ length: low ? 0 : scenes }, (_, k) => ({
    x: Math.round(area.x + (area.w - stripW) / 2) + (k % each) * (thumb + GAP),
    y: area.y + Math.floor(k / each) * (thumb + GAP),
    w: thumb,
    h: thumb,
  }));
  const top = area.y + (low ? 0 : rows * (thumb + GAP) + (narrow ? 1 : 10));
  const left = area.y + area.h - top;
  // Three grids with their titles stand beside the picture, as high as it; below them stands the loss.
  const lossH = bare ? 0 : text * (narrow ? 1.7 : 2.9);
  const caption = text * 2.2;
  const railed = !bare && layers > 0;
  const style = { lines: narrow, named: !present };
  const leastRail = railed ? railHeight(0, style) : 0;
  const columnOf = (h: number, aside: boolean) => {
    const side = termSide(h - lossH, aside, narrow, text);
    return aside ? side + 10 + text * 7.6 : Math.max(side, text * (narrow ? 9.5 : 8.5));
  };
  const scaleFor = (curves: Curves, aside: boolean): number => {
    let scale = 1;
    const step = narrow ? 0.25 : 1;
    for (let k = 1 + step; k <= 12; k += step) {
      const h = side * k;
      const wide = h + APART + columnOf(h, aside) + (curves === "beside" ? APART + LEAST_PLOT.w : 0);
      const high = h + (curves === "below" ? caption + LEAST_PLOT.h : 0) + leastRail;
      if (wide <= area.w && high <= left) scale = k;
    }
    return scale;
  };
  const kinds: Curves[] = narrow || bare ? ["none"] : ["below", "beside"];
  const curves = kinds.reduce((best, one) => (scaleFor(one, false) > scaleFor(best, false) ? one : best));
  const scale = scaleFor(curves, false);
  const aside = !narrow && !bare && scaleFor(curves, true) === scale;
  const h = side * scale;
  const term = termSide(h - lossH, aside, narrow, text);
  const column = columnOf(h, aside);
  const both = h + APART + column;
  const plotW = curves === "beside" ? Math.min(MOST_PLOT.w, area.w - both - APART) : (both - APART) / 2;
  const whole = both + (curves === "beside" ? APART + plotW : 0);
  // What is left goes to the rail first, then to the curves.
  const spare = left - h - (curves === "below" ? caption + LEAST_PLOT.h : 0);
  const tile = narrow ? 0 : tileFor(spare, h / (layers + 1), style);
  const railH = railed ? railHeight(tile, style) : 0;
  const plotH = curves === "beside" ? h / 2 - caption : Math.min(MOST_PLOT.h, left - h - caption - railH);
  const x = Math.round(area.x + (area.w - whole) / 2);
  const used = railH + h + (curves === "below" ? caption + plotH : 0);
  const y = Math.round(top + railH + Math.max(0, left - used) / (narrow ? 2 : 3));
  const pitch = (h - lossH) / 3;
  const plots: Record<Curves, Places["plots"]> = {
    none: null,
    below: [
      { x, y: y + h + caption, w: plotW, h: plotH },
      { x: x + plotW + APART, y: y + h + caption, w: plotW, h: plotH },
    ],
    beside: [
      { x: x + both + APART, y: y + caption * 0.8, w: plotW, h: plotH },
      { x: x + both + APART, y: y + h / 2 + caption, w: plotW, h: plotH },
    ],
  };
  return {
    size,
    strip,
    picture: { x, y, w: h, h },
    rail: railed ? railIn({ x, y: y - railH, w: h, h: railH }, layers, tile, style) : null,
    scale,
    terms: [0, 1, 2].map((k) => ({
      x: x + h + APART,
      y: y + k * pitch + (aside ? 0 : titleOf(narrow, text)),
      w: term,
      h: term,
    })),
    loss: { x: x + h + APART, y: y + h - text * (narrow ? 0.25 : 1.55) },
    plots: plots[curves],
    narrow,
    aside,
    text,
    least: present ? 24 : 0,
  };
}

/** Where the title and the number of a term are written: what its cells add up to. */
export function titlesOf(
  { terms, text, narrow, aside }: Places,
  term: number,
): { title: Point; number: Point } {
  const { x, y, w } = terms[term] ?? { x: 0, y: 0, w: 0 };
  if (aside) {
    const left = x + w + 10;
    return { title: { x: left, y: y + text * 0.95 }, number: { x: left, y: y + text * 2.15 } };
  }
  const above = y - text * (narrow ? 0.4 : 0.6);
  return { title: { x, y: narrow ? above : y - text * 1.75 }, number: { x, y: above } };
}

/** Where what a term adds up to arrives, and sets out from. */
export function totalAt(places: Places, term: number): Point {
  const { number } = titlesOf(places, term);
  return { x: number.x + places.text * (places.narrow ? 5 : 1.6), y: number.y - places.text * 0.35 };
}

function titleOf(narrow: boolean, text: number): number {
  return text * (narrow ? 1.4 : 3);
}

function termSide(h: number, aside: boolean, narrow: boolean, text: number): number {
  const room = h / 3 - (aside ? 8 : titleOf(narrow, text) + 4);
  return Math.max(16, Math.floor(room / 8) * 8);
}

/** A box of the scene on the screen. */
export function onScreen({ picture, scale }: Places, [x1, y1, x2, y2]: readonly number[]): Box {
  const at = (p: number | undefined) => (p ?? 0) * scale;
  return { x: picture.x + at(x1), y: picture.y + at(y1), w: at(x2) - at(x1), h: at(y2) - at(y1) };
}

export interface CellSpot {
  /** −1: in the picture, else in the grid of that term. */
  readonly term: number;
  readonly row: number;
  readonly column: number;
}

/** The cell under a point. */
export function cellAt(places: Places, cells: number, at: Point): CellSpot | null {
  const within = [places.picture, ...places.terms].findIndex(
    ({ x, y, w, h }) => at.x >= x && at.x < x + w && at.y >= y && at.y < y + h,
  );
  const box = within === 0 ? places.picture : places.terms[within - 1];
  if (within < 0 || !box) return null;
  return {
    term: within - 1,
    row: Math.floor(((at.y - box.y) / box.h) * cells),
    column: Math.floor(((at.x - box.x) / box.w) * cells),
  };
}

/** The scene of the strip under a point; −1: none. */
export function sceneAt({ strip }: Places, at: Point): number {
  return strip.findIndex(
    ({ x, y, w, h }) => at.x >= x - 2 && at.x < x + w + 2 && at.y >= y - 2 && at.y < y + h + 2,
  );
}

export type Handle = "move" | "nw" | "ne" | "sw" | "se";

/** What of a box a pointer takes hold of: a corner within reach, else all of it. */
export function handleAt(box: Box, at: Point, reach: number): Handle | null {
  const corners: readonly (readonly [Handle, number, number])[] = [
    ["nw", box.x, box.y],
    ["ne", box.x + box.w, box.y],
    ["sw", box.x, box.y + box.h],
    ["se", box.x + box.w, box.y + box.h],
  ];
  const near = corners
    .map(([handle, x, y]) => ({ handle, away: Math.hypot(at.x - x, at.y - y) }))
    .sort((a, b) => a.away - b.away)[0];
  if (near && near.away <= reach) return near.handle;
  const inside = at.x >= box.x && at.x <= box.x + box.w && at.y >= box.y && at.y <= box.y + box.h;
  return inside ? "move" : null;
}

/** Whether a point is on the brackets at the corners of a box. */
export function bracketAt({ x, y, w, h }: Box, at: Point): boolean {
  const [reach, arm] = [6, 13];
  const [dx, dy] = [
    Math.min(Math.abs(at.x - x), Math.abs(at.x - x - w)),
    Math.min(Math.abs(at.y - y), Math.abs(at.y - y - h)),
  ];
  return (dx <= reach && dy <= arm) || (dy <= reach && dx <= arm);
}

/** A box of the scene, moved or with one corner elsewhere; it stays in the picture, and one pixel wide and high. */
export function dragged(
  box: readonly number[],
  handle: Handle,
  dx: number,
  dy: number,
  side: number,
): number[] {
  let [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
  const between = (low: number, p: number, high: number) => Math.min(high, Math.max(low, p));
  if (handle === "move") {
    const [mx, my] = [between(-x1, dx, side - x2), between(-y1, dy, side - y2)];
    return [x1 + mx, y1 + my, x2 + mx, y2 + my];
  }
  if (handle.includes("w")) x1 = between(0, x1 + dx, x2 - 1);
  else x2 = between(x1 + 1, x2 + dx, side);
  if (handle.includes("n")) y1 = between(0, y1 + dy, y2 - 1);
  else y2 = between(y1 + 1, y2 + dy, side);
  return [x1, y1, x2, y2];
}

/** A tenth of a pixel is finer than a screen shows. */
export function tidy(box: readonly number[]): number[] {
  return box.map((p) => Math.round(p * 10) / 10);
}

/** What can be pointed at: scenes, the picture, the terms, the layers above, and the curves. */
export function detectorMarks({ strip, picture, terms, rail, plots }: Places): Mark[] {
  return [
    { mark: "picture", box: picture },
    ...strip.map((box, k) => ({ mark: `scene-${k}`, box })),
    ...terms.map((box, k) => ({ mark: `term-${k}`, box })),
    ...(plots ?? []).map((box, k) => ({ mark: `plot-${k}`, box })),
    ...(rail?.layers ?? []).flatMap(({ map, weights, bias }, k) => [
      { mark: `map-${k}`, box: map },
      { mark: `weight-${k}`, box: weights },
      { mark: `bias-${k}`, box: bias },
    ]),
  ];
}
