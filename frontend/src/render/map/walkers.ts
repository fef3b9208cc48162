/** The hikers on the ground: where they came from, the arrow that they are given, the step that they make of it. Pure. */
import type { Box } from "../../layout/types";
import { mono, overlaps, sans, type Item, type Measure, type Segment } from "../display";
import { short } from "../format";
import { runColor as hikerColor } from "../runs";
import type { Theme } from "../theme";
import { head, lengthOf } from "./ground";
import type { Hiker, Place } from "./hikers";

export interface Walk {
  readonly hikers: readonly Hiker[];
  /** From the plane to the screen. */
  readonly pixel: (place: Place) => Place;
  /** The largest gradient on the map: what arrows are measured by. */
  readonly largest: number;
  readonly screen: { readonly w: number; readonly h: number };
  readonly free: {
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
    readonly left: number;
  };
  readonly theme: Theme;
  readonly measure: Measure;
  /** Larger on a projector. */
  readonly zoom: number;
  /** The hiker that is looked at: others step back. */
  readonly looked: string | null;
  /** What stands over the map at the start. */
  readonly flag: Box | null;
}

/** Pixels of the longest gradient arrow. */
const REACH = 92;
const SHORTEST = 16;

export function walkers(walk: Walk): Item[] {
  const { hikers } = walk;
  const last = (hiker: Hiker) => (hiker.name === walk.looked ? 2 : hiker.active ? 1 : 0);
  const order = [...hikers].sort((a, b) => last(a) - last(b));
  const dim = (hiker: Hiker) => (walk.looked !== null && hiker.name !== walk.looked ? 0.35 : 1);
  return [
    ...order.map((hiker): Item => ({ kind: "group", opacity: dim(hiker), items: trail(walk, hiker) })),
    ...order.map((hiker): Item => ({ kind: "group", opacity: dim(hiker), items: step(walk, hiker) })),
    ...order.map((hiker): Item => ({ kind: "group", opacity: dim(hiker), items: gradient(walk, hiker) })),
    ...order.map((hiker): Item => ({ kind: "group", opacity: dim(hiker), items: body(walk, hiker) })),
    ...labels(walk),
  ];
}

function finite(place: Place): boolean {
  return Number.isFinite(place.x) && Number.isFinite(place.y) && Math.hypot(place.x, place.y) < 1e7;
}

function trail(walk: Walk, hiker: Hiker): Item[] {
  const places = [...hiker.trail, hiker.place].map(walk.pixel).filter(finite);
  const color = hikerColor(walk.theme, hiker.mark);
  const d = places.map(({ x, y }, k): Segment => [k === 0 ? "M" : "L", x, y]);
  const { w, h } = walk.screen;
  const dots = hiker.trail
    .map(walk.pixel)
    .filter((at) => finite(at) && at.x > -9 && at.y > -9 && at.x < w + 9 && at.y < h + 9)
    .slice(-400)
    .map(({ x, y }): Item => ({ kind: "circle", x, y, r: 2.1, fill: color, opacity: 0.85 }));
  return [
    { kind: "path", d, stroke: walk.theme.stage, width: 3.6, opacity: 0.7, cap: "round" },
    { kind: "path", d, stroke: color, width: 1.7, opacity: 0.9, cap: "round" },
    ...dots,
  ];
}

/** From where the iteration began to where the hiker stands. */
function step(walk: Walk, hiker: Hiker): Item[] {
  const [from, to] = [walk.pixel(hiker.start), walk.pixel(hiker.place)];
  if (!finite(from) || !finite(to) || Math.hypot(to.x - from.x, to.y - from.y) < 1.5) return [];
  const color = walk.theme.phase.update;
  const ghost: Item = {
    kind: "circle",
    x: from.x,
    y: from.y,
    r: 6.5,
    fill: walk.theme.stage,
    stroke: hikerColor(walk.theme, hiker.mark),
    width: 1.4,
    opacity: 0.85,
  };
  return [
    ghost,
    arrow(from, to, walk.theme.stage, 5.4, 0.75),
    { ...arrow(from, to, color, 2.8, 1) },
    { kind: "path", d: head(from, to, 11), fill: color },
  ];
}

function arrow(from: Place, to: Place, stroke: string, width: number, opacity: number): Item {
  return {
    kind: "path",
    d: [
      ["M", from.x, from.y],
      ["L", to.x, to.y],
    ],
    stroke,
    width,
    opacity,
  };
}

/** Straight downhill from where the iteration began, as far as the gradient is known. */
function gradient(walk: Walk, hiker: Hiker): Item[] {
  const [from, to] = [walk.pixel(hiker.start), downhill(walk, hiker)];
  if (!to) return [];
  const color = walk.theme.phase.backward;
  return [
    arrow(from, to, walk.theme.stage, 5, 0.7),
    arrow(from, to, color, 2.2, 1),
    { kind: "path", d: head(from, to, 10), fill: walk.theme.stage, stroke: color, width: 1.8 },
  ];
}

/** Where its arrow ends; null where it has none. */
function downhill(walk: Walk, hiker: Hiker): Place | null {
  const [u, v] = hiker.gradient;
  if (u === null && v === null) return null;
  const [gx, gy] = [u ?? 0, v ?? 0];
  const size = Math.hypot(gx, gy);
  const from = walk.pixel(hiker.start);
  if (!finite(from) || !Number.isFinite(size) || size === 0) return null;
  // The direction on the ground, wherever one looks from.
  const near = walk.pixel({ x: hiker.start.x - (gx / size) * 0.01, y: hiker.start.y - (gy / size) * 0.01 });
  const away = Math.hypot(near.x - from.x, near.y - from.y) || 1;
  const length = (SHORTEST + lengthOf(size, walk.largest) * (REACH - SHORTEST)) * walk.zoom;
  return {
    x: from.x + ((near.x - from.x) / away) * length,
    y: from.y + ((near.y - from.y) / away) * length,
  };
}

const SIZE = 6.5;

/** Each has a shape of its own beside its colour. */
export function markOf(mark: number, { x, y }: Place, r: number): readonly Segment[] | null {
  const corner = (turn: number, of: number): [number, number] => [
    x + r * 1.2 * Math.sin((2 * Math.PI * turn) / of),
    y - r * 1.2 * Math.cos((2 * Math.PI * turn) / of),
  ];
  const polygon = (corners: [number, number][]): Segment[] => [
    ...corners.map(([a, b], k): Segment => [k === 0 ? "M" : "L", a, b]),
    ["Z"],
  ];
  if (mark === 0) return null;
  if (mark === 1)
    return polygon([
      [x - r, y - r],
      [x + r, y - r],
      [x + r, y + r],
      [x - r, y + r],
    ]);
  if (mark === 3) return polygon([0, 1, 2].map((k) => corner(k, 3)));
  if (mark === 4) return polygon([0, 1, 2, 3].map((k) => corner(k, 4)));
  if (mark === 2) return polygon([0.5, 1.5, 2.5].map((k) => corner(k, 3)));
  return polygon([0, 1, 2, 3, 4].map((k) => corner(k, 5)));
}

export function mark(theme: Theme, k: number, at: Place, r: number, ring: string): Item {
  const fill = hikerColor(theme, k);
  const d = markOf(k, at, r);
  return d
    ? { kind: "path", d, fill, stroke: ring, width: 1.8 }
    : { kind: "circle", ...at, r, fill, stroke: ring, width: 1.8 };
}

function body(walk: Walk, hiker: Hiker): Item[] {
  const at = walk.pixel(hiker.place);
  if (!finite(at)) return [];
  const inside = within(walk, at);
  const r = SIZE * walk.zoom;
  const items: Item[] = [];
  if (!inside) return items;
  if (hiker.active) items.push({ kind: "circle", ...at, r: r + 5, stroke: walk.theme.focus, width: 2 });
  items.push(mark(walk.theme, hiker.mark, at, r, walk.theme.card));
  return items;
}

function within({ screen }: Walk, { x, y }: Place): boolean {
  return x >= 0 && y >= 0 && x <= screen.w && y <= screen.h;
}

/** As wide as most losses are. */
const LOSS = "00.00";

/** Names and losses beside the hikers, where they cover neither each other nor a hiker; at the edge for those beyond it. */
function labels(walk: Walk): Item[] {
  const { theme, measure, zoom, screen, free } = walk;
  const name = sans(12.5 * zoom, 650);
  const number = mono(12 * zoom, 500);
  const line = 17 * zoom;
  const bounds = {
    left: 8,
    right: screen.w - 8,
    top: Math.min(free.top, screen.h / 3) + 2,
    bottom: screen.h - Math.min(free.bottom, screen.h / 3) - 2,
  };
  const spots = walk.hikers
    .map((hiker) => ({ hiker, at: walk.pixel(hiker.place) }))
    .sort((a, b) => (a.at.y || 0) - (b.at.y || 0));
  const r = (SIZE + 3) * zoom;
  const taken: Box[] = spots
    .filter(({ at }) => finite(at))
    .map(({ at }) => ({ x: at.x - r, y: at.y - r, w: 2 * r, h: 2 * r }));
  if (walk.flag) taken.push(walk.flag);
  const drawn = walk.hikers.flatMap((hiker) => onTheWay(walk, hiker));
  const items: Item[] = [];
  for (const { hiker, at } of spots) {
    const lost = !finite(at);
    const out = lost || !within(walk, at);
    const text = short(hiker.loss);
    const long = measure(hiker.title, name);
    // There is room for a loss before there is one: names stay where they are when it comes.
    const w = long + 7 + Math.max(measure(text, number), measure(LOSS, number)) + (out ? 18 * zoom : 0);
    const start = lost ? { x: bounds.right, y: bounds.top } : at;
    const box = freeBox(start, { w, h: line }, 13 * zoom, bounds, taken, drawn);
    // Two in one line are two.
    taken.push({ ...box, x: box.x - 9 * zoom, w: box.w + 18 * zoom });
    const y = box.y + line / 2;
    const color = hikerColor(theme, hiker.mark);
    const opacity = walk.looked !== null && walk.looked !== hiker.name ? 0.45 : 1;
    const edge = Math.min(Math.max(at.x, box.x - 3), box.x + w + 3);
    if (!out && Math.hypot(edge - at.x, y - at.y) > 26 * zoom)
      items.push(arrow(at, { x: edge, y }, color, 1, 0.5 * opacity));
    let x = box.x;
    if (out) {
      items.push({
        kind: "group",
        opacity,
        items: [mark(theme, hiker.mark, { x: x + 6 * zoom, y }, 5 * zoom, theme.card)],
      });
      x += 18 * zoom;
      if (!lost) items.push({ kind: "path", d: outwards(at, screen), fill: color, opacity });
    }
    const base = y + 4.4 * zoom;
    items.push(
      { kind: "text", text: hiker.title, x, y: base, font: name, fill: color, halo: theme.stage, opacity },
      {
        kind: "text",
        text,
        x: x + long + 7,
        y: base,
        font: number,
        fill: theme.text2,
        halo: theme.stage,
        number: true,
        id: `loss:${hiker.name}`,
        opacity,
      },
    );
  }
  return items;
}

/** Half lines that a label goes out of an arrow's way. */
const NEAR = 4;

/** Along the arrows of a hiker's step and its gradient, small boxes. */
function onTheWay(walk: Walk, hiker: Hiker): Box[] {
  const from = walk.pixel(hiker.start);
  return [walk.pixel(hiker.place), downhill(walk, hiker)].flatMap((to) => {
    if (!to || !finite(from) || !finite(to)) return [];
    const count = Math.min(60, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 7));
    return Array.from({ length: count + 1 }, (_, k) => {
      const share = count === 0 ? 0 : k / count;
      return { x: from.x + (to.x - from.x) * share - 3, y: from.y + (to.y - from.y) * share - 3, w: 6, h: 6 };
    });
  });
}

/** Beside a place, else further and further away, on the right first: the first box that is free, if one is not even `drawn` on. */
function freeBox(
  at: Place,
  { w, h }: { w: number; h: number },
  gap: number,
  bounds: { left: number; right: number; top: number; bottom: number },
  taken: readonly Box[],
  drawn: readonly Box[],
): Box {
  const boxed = (x: number, y: number): Box => ({
    x: Math.min(bounds.right - w, Math.max(bounds.left, x)),
    y: Math.min(bounds.bottom - h, Math.max(bounds.top, y)),
    w,
    h,
  });
  let first: Box | null = null;
  let free: Box | null = null;
  for (let k = 0; k < 12; k++)
    for (const [x, dy] of [
      [at.x + gap, k],
      [at.x + gap, -k],
      [at.x - gap - w, k],
      [at.x - gap - w, -k],
    ] as const) {
      const box = boxed(x, at.y - h / 2 + (dy * h) / 2);
      first ??= box;
      if (taken.some((other) => overlaps(box, other, 1))) continue;
      // Far away it would seem to be somebody else's.
      if (k <= NEAR && !drawn.some((other) => overlaps(box, other))) return box;
      free ??= box;
    }
  return free ?? first ?? boxed(at.x + gap, at.y);
}

/** A triangle at the edge that points to one who has left the map. */
function outwards(at: Place, { w, h }: { w: number; h: number }): Segment[] {
  const centre = { x: w / 2, y: h / 2 };
  const [dx, dy] = [at.x - centre.x, at.y - centre.y];
  const k = Math.min((w / 2 - 6) / Math.abs(dx || 1e-9), (h / 2 - 6) / Math.abs(dy || 1e-9));
  const tip = { x: centre.x + dx * k, y: centre.y + dy * k };
  return head(centre, tip, 12);
}

/** The hiker whose place on the screen is nearest, within a reach; null where none is. */
export function hikerNear(
  walk: Pick<Walk, "hikers" | "pixel">,
  x: number,
  y: number,
  reach: number,
): string | null {
  let best: string | null = null;
  let least = reach;
  for (const hiker of walk.hikers) {
    const at = walk.pixel(hiker.place);
    const away = Math.hypot(at.x - x, at.y - y);
    if (away < least) [best, least] = [hiker.name, away];
  }
  return best;
}
