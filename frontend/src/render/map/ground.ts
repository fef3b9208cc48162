/** What hikers walk on: the surface as contours seen from above, or in perspective. Pure; it changes with the map alone. */
import type { Segment, Item } from "../display";
import { mono, sans } from "../display";
import type { Theme } from "../theme";
import { tickText, ticks } from "../plots/axis";
import { contour, levelsOf, shareOf, type Heights, type Piece, type Spread } from "./contours";
import type { Place } from "./hikers";

/** Greys from the valley to the summit: what is signed or of a phase has colours, the ground has none. */
const TONES: Readonly<Record<Theme["name"], readonly [string, string, string]>> = {
  light: ["#fbfcfd", "#e9ecf0", "#cdd3db"],
  dark: ["#101217", "#20242c", "#39404b"],
};
const LEVELS = 13;

/** From numbers of the plane to pixels of the screen, the same scale along both axes. */
export interface Chart {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
  readonly w: number;
  readonly h: number;
  readonly pixel: (place: Place) => Place;
  readonly plane: (pixel: Place) => Place;
  /** Pixels to one unit. */
  readonly scale: number;
}

/** The chart of a screen on which `area` fills the room that is free, as far as it can. */
export function chartOf(
  area: { low: readonly number[]; high: readonly number[] },
  screen: { w: number; h: number },
  free: { top: number; right: number; bottom: number; left: number },
): Chart {
  const [x0 = 0, y0 = 0] = area.low;
  const [x1 = 1, y1 = 1] = area.high;
  const room = {
    w: Math.max(40, screen.w - free.left - free.right),
    h: Math.max(40, screen.h - free.top - free.bottom),
  };
  const scale = Math.min(room.w / (x1 - x0), room.h / (y1 - y0));
  const centre = { x: free.left + room.w / 2, y: free.top + room.h / 2 };
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const pixel = ({ x, y }: Place) => ({ x: centre.x + (x - cx) * scale, y: centre.y - (y - cy) * scale });
  const plane = ({ x, y }: Place) => ({ x: cx + (x - centre.x) / scale, y: cy - (y - centre.y) / scale });
  const [corner, other] = [plane({ x: 0, y: screen.h }), plane({ x: screen.w, y: 0 })];
  return {
    low: [corner.x, corner.y],
    high: [other.x, other.y],
    w: screen.w,
    h: screen.h,
    pixel,
    plane,
    scale,
  };
}

export interface Field {
  readonly count: number;
  readonly arrows: ArrayLike<readonly [number, number]>;
}

/** Tones, contours, the small arrows that point downhill, and the axes: x at `base`, clear of what lies over the edge. */
export function contours(
  heights: Heights,
  spread: Spread,
  field: Field,
  chart: Chart,
  edges: Edges,
  theme: Theme,
  zoom = 1,
): Item[] {
  return [
    ...tones(heights, spread, theme, chart),
    ...lines(heights, spread, theme, (column, row) => chart.pixel(placeOf(heights, column, row))),
    ...arrows(field, heights, chart, theme),
    ...axes(chart, edges, theme, zoom),
  ];
}

/** The place of the plane at a column and a row of the grid. */
export function placeOf({ low, high, count }: Heights, column: number, row: number): Place {
  return {
    x: low[0] + ((high[0] - low[0]) * column) / (count - 1),
    y: low[1] + ((high[1] - low[1]) * row) / (count - 1),
  };
}

const maps = new WeakMap<Heights, Int8Array>();

function tones(heights: Heights, spread: Spread, theme: Theme, chart: Chart): Item[] {
  let levels = maps.get(heights);
  if (!levels) {
    levels = Int8Array.from(heights.values, (height) => {
      const share = shareOf(spread, height);
      return Number.isNaN(share) ? 127 : Math.round((share * 2 - 1) * 127);
    });
    maps.set(heights, levels);
  }
  const map = mapOf(heights, levels);
  const [from, to] = [
    chart.pixel({ x: heights.low[0], y: heights.high[1] }),
    chart.pixel({ x: heights.high[0], y: heights.low[1] }),
  ];
  const box = { x: from.x, y: from.y, w: to.x - from.x, h: to.y - from.y };
  return [{ kind: "map", map, unit: 0, r: 0, palette: [...TONES[theme.name]], ...box }];
}

const units = new WeakMap<Heights, ReturnType<typeof made>>();
const made = (count: number, levels: Int8Array) => ({ units: 1, size: count, levels, scale: [1] });
function mapOf(heights: Heights, levels: Int8Array) {
  let map = units.get(heights);
  if (!map) units.set(heights, (map = made(heights.count, levels)));
  return map;
}

function lines(
  heights: Heights,
  spread: Spread,
  theme: Theme,
  at: (column: number, row: number, level: number) => Place,
): Item[] {
  return levelsOf(spread, LEVELS).map((level, k): Item => {
    const d = contour(heights, level).flatMap(([x0, y0, x1, y1]: Piece): Segment[] => {
      const [a, b] = [at(x0, y0, level), at(x1, y1, level)];
      return [
        ["M", a.x, a.y],
        ["L", b.x, b.y],
      ];
    });
    const major = k % 4 === 0;
    return {
      kind: "path",
      d,
      stroke: theme.text3,
      width: major ? 1.2 : 0.8,
      opacity: major ? 0.62 : 0.36,
      cap: "round",
    };
  });
}

const TICK = 90;

/** Where what lies over the upper left corner and the lower edge leaves room for numbers. */
export interface Edges {
  readonly top: number;
  readonly base: number;
}

/** The line of an axis's name, where something lies above it, and the first of its numbers. */
const NAME = 13;
const FIRST = 64;

/** Numbers along the lower and the left edge. */
export function axes(chart: Chart, { top, base }: Edges, theme: Theme, zoom: number): Item[] {
  const font = mono(11 * zoom, 450);
  const items: Item[] = [];
  const words = { fill: theme.text3, halo: theme.stage };
  for (const x of ticks(chart.low[0], chart.high[0], chart.w / (TICK * zoom))) {
    const at = chart.pixel({ x, y: 0 }).x;
    if (at > 40 * zoom && at < chart.w - 36 * zoom)
      items.push({ kind: "text", text: tickText(x), x: at, y: base - 3, font, align: "middle", ...words });
  }
  for (const y of ticks(chart.low[1], chart.high[1], chart.h / (TICK * zoom))) {
    const at = chart.pixel({ x: 0, y }).y;
    items.push({
      kind: "path",
      d: [
        ["M", 0, at],
        ["L", 5, at],
      ],
      stroke: theme.text3,
      width: 1,
    });
    if (at > (top > 0 ? top + 2 * NAME * zoom : FIRST) && at < base - 18 * zoom)
      items.push({ kind: "text", text: tickText(y), x: 9, y: at + 4 * zoom, font, ...words });
  }
  const name = { font: sans(13 * zoom, 650), fill: theme.text2, halo: theme.stage };
  items.push(
    { kind: "text", text: "x", x: chart.w - 10, y: base - 3, align: "end", ...name },
    { kind: "text", text: "y", x: 6, y: top + NAME * zoom, ...name },
  );
  return items;
}

/** How long an arrow is, from 0 to 1, by the size of a gradient among the largest: over three decades, by its logarithm. */
export function lengthOf(size: number, largest: number): number {
  if (!(size > 0) || !(largest > 0)) return 0;
  return Math.min(1, Math.log1p((size / largest) * 1000) / Math.log1p(1000));
}

/** The largest gradient of a field. */
export function largestOf({ arrows }: Field): number {
  let most = 0;
  for (const [u, v] of Array.from(arrows)) {
    const size = Math.hypot(u, v);
    if (Number.isFinite(size)) most = Math.max(most, size);
  }
  return most;
}

function arrows(field: Field, { low, high }: Heights, chart: Chart, theme: Theme): Item[] {
  const { count } = field;
  const cell = { x: (high[0] - low[0]) / count, y: (high[1] - low[1]) / count };
  const reach = Math.min(cell.x, cell.y) * chart.scale * 0.62;
  const largest = largestOf(field);
  const shafts: Segment[] = [];
  const heads: Segment[] = [];
  Array.from(field.arrows).forEach(([u, v], k) => {
    const size = Math.hypot(u, v);
    const length = lengthOf(size, largest) * reach;
    if (!Number.isFinite(size) || length < 1.5) return;
    const at = chart.pixel({
      x: low[0] + ((k % count) + 0.5) * cell.x,
      y: low[1] + (Math.floor(k / count) + 0.5) * cell.y,
    });
    // Downhill, and down on the screen is less y.
    const [dx, dy] = [-u / size, v / size];
    const from = { x: at.x - (dx * length) / 2, y: at.y - (dy * length) / 2 };
    const to = { x: at.x + (dx * length) / 2, y: at.y + (dy * length) / 2 };
    shafts.push(["M", from.x, from.y], ["L", to.x, to.y]);
    heads.push(...head(from, to, Math.min(5, length * 0.5)));
  });
  return [
    { kind: "path", d: shafts, stroke: theme.text2, width: 1, opacity: 0.42 },
    { kind: "path", d: heads, fill: theme.text2, opacity: 0.5 },
  ];
}

/** The head of an arrow, closed. */
export function head(from: Place, to: Place, size: number): Segment[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < 0.5) return [];
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const side = size * 0.5;
  const back = { x: to.x - dx * size, y: to.y - dy * size };
  return [
    ["M", to.x, to.y],
    ["L", back.x - dy * side, back.y + dx * side],
    ["L", back.x + dy * side, back.y - dx * side],
    ["Z"],
  ];
}

// -- in perspective

/** A view from aside, turned by `turn`, in radians, and tilted. */
export interface Perspective {
  readonly turn: number;
  readonly project: (place: Place, height: number) => Place;
  readonly heightAt: (place: Place) => number;
}

/** Degrees by which it is turned at first. */
export const TURN = -36;
const TILT = 0.68;
const DISTANCE = 3.4;
const RISE = 0.42;

/** All of the surface within the free part of the screen. */
export function perspectiveOf(
  heights: Heights,
  spread: Spread,
  screen: { w: number; h: number },
  free: { top: number; right: number; bottom: number; left: number },
  degrees: number = TURN,
): Perspective {
  const turn = (degrees * Math.PI) / 180;
  const [w, h] = [heights.high[0] - heights.low[0], heights.high[1] - heights.low[1]];
  const side = Math.max(w, h);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [up, away] = [Math.cos(TILT), Math.sin(TILT)];
  const raw = (place: Place, height: number): Place => {
    const x = (2 * (place.x - heights.low[0]) - w) / side;
    const y = (2 * (place.y - heights.low[1]) - h) / side;
    const share = shareOf(spread, height);
    const z = (Number.isNaN(share) ? 1 : share) * RISE * 2 - RISE;
    const [u, v] = [x * cos - y * sin, x * sin + y * cos];
    // Towards the eye is what lies in front; further away is smaller.
    const depth = DISTANCE + v * away - z * up;
    return { x: (u / depth) * DISTANCE, y: ((-v * up - z * away) / depth) * DISTANCE };
  };
  const corners: Place[] = [];
  const last = heights.count - 1;
  for (let column = 0; column <= last; column++)
    for (let row = 0; row <= last; row++)
      if (column % 4 === 0 || row % 4 === 0 || column === last || row === last)
        corners.push(raw(placeOf(heights, column, row), heights.values[row * heights.count + column] ?? NaN));
  const box = {
    left: Math.min(...corners.map((c) => c.x)),
    right: Math.max(...corners.map((c) => c.x)),
    top: Math.min(...corners.map((c) => c.y)),
    bottom: Math.max(...corners.map((c) => c.y)),
  };
  const room = { w: screen.w - free.left - free.right, h: screen.h - free.top - free.bottom };
  const k = Math.max(1, Math.min(room.w / (box.right - box.left), room.h / (box.bottom - box.top)));
  const shift = {
    x: free.left + room.w / 2 - ((box.left + box.right) / 2) * k,
    y: free.top + room.h / 2 - ((box.top + box.bottom) / 2) * k,
  };
  return {
    turn,
    project: (place, height) => {
      const at = raw(place, height);
      return { x: shift.x + at.x * k, y: shift.y + at.y * k };
    },
    heightAt: (place) => interpolated(heights, place),
  };
}

/** The height at a place between those of the grid. Only ever a place in the picture, never a printed number. */
function interpolated({ low, high, count, values }: Heights, { x, y }: Place): number {
  const clamp = (share: number) => Math.min(count - 1.000001, Math.max(0, share * (count - 1)));
  const [u, v] = [clamp((x - low[0]) / (high[0] - low[0])), clamp((y - low[1]) / (high[1] - low[1]))];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const [a, b] = [u - column, v - row];
  const at = (c: number, r: number) => values[(row + r) * count + column + c] ?? NaN;
  return (at(0, 0) * (1 - a) + at(1, 0) * a) * (1 - b) + (at(0, 1) * (1 - a) + at(1, 1) * a) * b;
}

/** The surface from aside: what is behind first. */
export function surface(heights: Heights, spread: Spread, view: Perspective, theme: Theme): Item[] {
  const { count, values } = heights;
  const items: Item[] = [];
  const at = (column: number, row: number) =>
    view.project(placeOf(heights, column, row), values[row * count + column] ?? NaN);
  // What is further away comes first: how far that is grows with x sin + y cos.
  const [sin, cos] = [Math.sin(view.turn), Math.cos(view.turn)];
  for (let k = count - 2; k >= 0; k--)
    for (let column = 0; column + 1 < count; column++) {
      const c = sin < 0 ? column : count - 2 - column;
      const row = cos > 0 ? k : count - 2 - k;
      const corners = [at(c, row), at(c + 1, row), at(c + 1, row + 1), at(c, row + 1)];
      const share = shareOf(spread, values[row * count + c] ?? NaN);
      const [first, ...rest] = corners;
      if (!first) continue;
      const d: Segment[] = [
        ["M", first.x, first.y],
        ...rest.map((corner): Segment => ["L", corner.x, corner.y]),
        ["Z"],
      ];
      const color = toned(theme, share, slopeOf(heights, spread, c, row, view.turn));
      // The rim closes the gaps between neighbours.
      items.push({ kind: "path", d, fill: color, stroke: color, width: 0.8 });
    }
  return [
    ...items,
    ...lines(heights, spread, theme, (column, row, level) =>
      view.project(placeOf(heights, column, row), level),
    ),
  ];
}

/** How much a cell is turned to the light, which comes from the left. */
function slopeOf(
  { count, values }: Heights,
  spread: Spread,
  column: number,
  row: number,
  turn: number,
): number {
  const at = (c: number, r: number) => shareOf(spread, values[(row + r) * count + column + c] ?? NaN);
  const along = at(0, 0) - at(1, 0) + (at(0, 1) - at(1, 1));
  const up = at(0, 0) - at(0, 1) + (at(1, 0) - at(1, 1));
  const rest = turn - (TURN * Math.PI) / 180;
  const slope = ((along * Math.cos(rest) - up * Math.sin(rest)) * count) / 6;
  return Number.isFinite(slope) ? Math.tanh(slope) : 0;
}

function toned(theme: Theme, share: number, light: number): string {
  const [low, middle, high] = TONES[theme.name].map(channels) as [number[], number[], number[]];
  const s = Number.isNaN(share) ? 1 : share;
  const [from, to, part] = s < 0.5 ? [low, middle, s * 2] : [middle, high, s * 2 - 1];
  const shade = light * (theme.name === "light" ? 14 : 16);
  const mix = from.map((channel, k) =>
    Math.round(Math.min(255, Math.max(0, channel + ((to[k] ?? 0) - channel) * part + shade))),
  );
  return `rgb(${mix.join(" ")})`;
}

function channels(hex: string): number[] {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}
