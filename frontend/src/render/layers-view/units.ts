/** A layer's column: its units, or the sheet that stands for many, with biases and what is marked on them. */
import type { Box, Point } from "../../layout/types";
import type { UnitMaps } from "../../store/types";
import { mono, sans, type Item, type MapsPart } from "../display";
import { textColor } from "../encode";
import { short } from "../format";
import { toneOf } from "../reading";
import type { Theme } from "../theme";
import type { Column } from "./arrangement";
import { ACTIVATIONS } from "../words";
import { type GroundInput, type UnitSpot, type NetworkInput, palette, subscript } from "./input";
import { gatesIn, type NetworkReading, type Resting } from "./reading";

/** What stands over a column, and beside the inputs: it rests while numbers change. */
export function titleItems(input: GroundInput, reading: Resting, column: Column): Item[] {
  const { graph, places, theme, words } = input;
  const layer = graph.layers[column.layer];
  if (!layer) return [];
  const { font } = places;
  const full =
    layer.kind === "input"
      ? words.input
      : layer.kind === "output"
        ? words.output
        : words.hidden(column.layer);
  // Between two titles there is a button.
  const fits = input.measure(full, sans(font.heading, 600)) + (places.narrow ? 10 : 34) < places.pitch;
  const items: Item[] = [
    {
      kind: "text",
      text: fits || layer.kind !== "hidden" ? full : `h${subscript(column.layer)}`,
      x: column.x,
      y: places.headings,
      font: sans(font.heading, 600),
      fill: theme.text2,
      align: "middle",
    },
    ...gateItem(input, reading, column),
  ];
  if (layer.kind === "input" && !column.block)
    column.units.forEach((box, unit) => {
      const name = layer.labels[unit];
      if (name)
        items.push({
          kind: "text",
          text: name,
          x: box.x - 8,
          y: box.y + box.h / 2 + font.small * 0.36,
          font: sans(font.small + 1, 600),
          fill: theme.text,
          align: "end",
        });
    });
  return items;
}

/** Units with their biases and marks: all thumbnails at once, then what lies on them. */
export function unitItems(input: NetworkInput, reading: NetworkReading): Item[] {
  const { graph, places, view } = input;
  const open = places.columns.filter(({ block }) => !block);
  const items = places.columns.flatMap((column) => (column.block ? blockItems(input, column) : []));
  items.push(...mapItems(input, open));
  const biased =
    places.side >= 14 ? open.filter(({ layer }) => (graph.layers[layer]?.bias ?? null) !== null) : [];
  items.push(...biasItems(input, reading, biased));
  for (const column of open)
    column.units.forEach((box, unit) => {
      items.push(...healthItem(input, column.layer, unit, box));
      if (view.own) items.push(...ownItems(input, reading, column, unit));
    });
  return items;
}

/** The sheet that stands for a layer with many units. */
function blockItems({ graph, places, theme, maps }: NetworkInput, column: Column): Item[] {
  const { x, y, w, h } = column.box;
  const { font } = places;
  return [
    { kind: "rect", ...column.box, r: 6, fill: theme.card, stroke: theme.border, width: 1 },
    ...sheet(maps[column.layer] ?? null, { x: x + 4, y: y + 4, w: w - 8, h: h - 8 }, theme),
    {
      kind: "text",
      text: `× ${graph.layers[column.layer]?.units ?? 0}`,
      x: column.x,
      y: y + h + font.small + 3,
      font: mono(font.small, 600),
      fill: theme.text3,
      align: "middle",
    },
  ];
}

/** The thumbnails of units; where one is looked at, those that do not hang together with it recede. */
function mapItems({ places, theme, maps, view }: NetworkInput, columns: readonly Column[]): Item[] {
  const r = Math.max(2, places.side * 0.13);
  const looks = { r, palette: palette(theme), ground: theme.zero, edge: theme.border };
  const parts = columns.map(({ layer, units }): MapsPart => {
    return { boxes: units, units: units.map((_, unit) => unit), map: maps[layer] ?? null };
  });
  const { unit: looked } = view;
  if (!looked) return [{ kind: "maps", parts, ...looks }];
  const seen = (near: boolean) =>
    parts.flatMap((part, k): MapsPart | [] => {
      const units = part.units.filter((unit) => related(looked, columns[k]?.layer ?? -1, unit) === near);
      const boxes = units.flatMap((unit) => part.boxes[unit] ?? []);
      return units.length > 0 ? { ...part, boxes, units } : [];
    });
  const [far, near] = [seen(false), seen(true)];
  return [
    ...(far.length > 0 ? [{ kind: "maps" as const, parts: far, opacity: 0.45, ...looks }] : []),
    ...(near.length > 0 ? [{ kind: "maps" as const, parts: near, ...looks }] : []),
  ];
}

/** A sample's own numbers, below its unit: the value, and where there is room for both, its gradient below that. */
function ownItems(
  { view, places, theme }: NetworkInput,
  { phase }: NetworkReading,
  column: Column,
  unit: number,
): Item[] {
  const own = view.own?.[column.layer]?.[unit];
  const box = column.units[unit];
  if (!own || !box) return [];
  const line = places.font.small + 2;
  // Numbers of some units alone would seem to be those of all.
  if (places.columns.some(({ units: [a, b] }) => a && b && b.y - a.y - a.h < line)) return [];
  const next = column.units[unit + 1];
  const room = (next?.y ?? places.lane.top - 4) - (box.y + box.h);
  if (room < line) return [];
  const gradient = own.grad !== null && phase !== "forward";
  const both = room >= 2 * line + 2;
  const rows: { x: number | null; signed: boolean; id: string }[] = [
    ...(both || !gradient ? [{ x: own.value, signed: false, id: `own:${column.layer}.${unit}` }] : []),
    ...(gradient ? [{ x: own.grad, signed: true, id: `own-grad:${column.layer}.${unit}` }] : []),
  ];
  return rows.map(({ x, signed, id }, k) => ({
    kind: "text",
    text: short(x),
    // What stays drops from the middle of the last unit.
    x: next ? column.x : column.x + 6,
    y: box.y + box.h + (k + 1) * line - 1,
    font: mono(places.font.small, signed ? 650 : 550),
    fill: textColor(toneOf(x, signed), theme),
    align: next ? "middle" : "start",
    halo: theme.stage,
    number: true,
    id,
  }));
}

/** Whether a unit hangs together with the one looked at: itself, and its neighbours in the next columns. */
function related(at: UnitSpot, layer: number, unit: number): boolean {
  return layer === at.layer ? unit === at.unit : Math.abs(layer - at.layer) === 1;
}

/** The units of a large layer as a contact sheet. */
function sheet(
  map: UnitMaps | null,
  box: { x: number; y: number; w: number; h: number },
  theme: Theme,
): Item[] {
  if (!map) return [];
  const columns = Math.max(1, Math.round(Math.sqrt((map.units * box.w) / box.h)));
  const rows = Math.ceil(map.units / columns);
  const [w, h] = [box.w / columns, box.h / rows];
  const s = Math.min(w, h) - 1;
  return Array.from({ length: map.units }, (_, unit): Item => ({
    kind: "map",
    x: box.x + (unit % columns) * w,
    y: box.y + Math.floor(unit / columns) * h,
    w: s,
    h: s,
    r: 1,
    map,
    unit,
    palette: palette(theme),
  }));
}

type BiasTone = ReturnType<typeof toneOf>;

/** Where biases stand, all and by their signs: these rest while the numbers change. */
interface BiasPlaces {
  readonly all: readonly Point[];
  tones: readonly BiasTone[];
  byTone: readonly (readonly [BiasTone, readonly Point[]])[];
}

/** By the last column's boxes and the number of columns: all of them, or the one that the step is about. */
const biasPlaces = new WeakMap<readonly Box[], Map<number, BiasPlaces>>();

function placesOf(columns: readonly Column[], tones: readonly BiasTone[]): BiasPlaces {
  const last = columns.at(-1)?.units ?? [];
  let kept = biasPlaces.get(last);
  if (!kept) biasPlaces.set(last, (kept = new Map()));
  let known = kept.get(columns.length);
  if (!known) {
    const all = columns.flatMap(({ units }) => units.map((box) => ({ x: box.x + 1, y: box.y + box.h - 1 })));
    kept.set(columns.length, (known = { all, tones: [], byTone: [] }));
  }
  const { all } = known;
  if (known.tones.length !== tones.length || tones.some((tone, k) => tone !== known.tones[k])) {
    known.tones = tones;
    known.byTone = [...new Set(tones)].map((tone) => [tone, all.filter((_, k) => tones[k] === tone)]);
  }
  return known;
}

/** The sign of each unit's bias, at its lower left corner. */
export function biasItems(
  { theme, places }: NetworkInput,
  { layers }: NetworkReading,
  columns: readonly Column[],
): Item[] {
  if (columns.length === 0) return [];
  const r = Math.max(3, places.side * 0.1);
  const tones = columns.flatMap(({ layer, units }) => {
    const data = layers[layer]?.bias?.data;
    return units.map((_, unit) => toneOf(data?.[unit] ?? null, true));
  });
  const { all, byTone } = placesOf(columns, tones);
  const fills: Partial<Record<BiasTone, string>> = {
    positive: theme.positive,
    negative: theme.negative,
    odd: theme.warn,
    zero: theme.zero,
  };
  return [
    { kind: "dots", at: all, r: r + 1.25, fill: theme.stage },
    ...byTone.map(([tone, at]): Item => {
      const rim = tone === "unknown" || tone === "zero" ? { stroke: theme.zeroEdge, width: 1.25 } : {};
      return { kind: "dots", at, r, fill: fills[tone] ?? theme.stage, ...rim };
    }),
  ];
}

/** A dead unit is crossed out; a saturated one has a flat line: shapes, not colours. */
export function healthItem(
  { theme, frame, places }: NetworkInput,
  layer: number,
  unit: number,
  box: { x: number; y: number; w: number; h: number },
): Item[] {
  const health = frame.header.evaluation?.health[layer];
  const dead = health?.dead.includes(unit);
  const saturated = !dead && health?.saturated.includes(unit);
  if (!dead && !saturated) return [];
  const r = Math.max(4, places.side * 0.15);
  const [cx, cy] = [box.x + box.w - 1, box.y + 1];
  const d = r * 0.5;
  return [
    { kind: "circle", x: cx, y: cy, r: r + 1, fill: theme.card, stroke: theme.warn, width: 1.5 },
    {
      kind: "path",
      d: dead
        ? [
            ["M", cx - d, cy - d],
            ["L", cx + d, cy + d],
            ["M", cx + d, cy - d],
            ["L", cx - d, cy + d],
          ]
        : [
            ["M", cx - r * 0.6, cy + d * 0.9],
            ["C", cx, cy + d * 0.9, cx - r * 0.3, cy - d * 0.9, cx + r * 0.1, cy - d * 0.9],
            ["L", cx + r * 0.65, cy - d * 0.9],
          ],
      stroke: theme.warn,
      width: 1.5,
      cap: "round",
    },
  ];
}

const named = (gate: string): string => ACTIVATIONS[gate] ?? gate;

/** The gate of a layer: its activation under the title; going back it is a factor. */
function gateItem({ places, theme, graph, measure }: GroundInput, reading: Resting, column: Column): Item[] {
  const layer = graph.layers[column.layer];
  const gates = (gatesIn(graph)[column.layer] ?? []).map(named);
  if (!layer || gates.length === 0 || places.narrow || places.low || places.pitch < 50) return [];
  const { active, phase } = reading;
  const on = active?.layer === column.layer && active.part === "gate";
  const font = sans(places.font.small - 1, on ? 650 : 500);
  const whole = gates.join(" · ");
  const brief = measure(whole, font) + 20 < places.pitch ? whole : named(layer.activation) || gates[0] || "";
  const slope = on && phase === "backward" && brief === named(layer.activation);
  const text = slope ? `× ${brief}′` : brief;
  const w = measure(text, font) + 14;
  const y = places.headings + 5;
  const h = places.font.small + 5;
  const shade = theme.phase[phase];
  return [
    {
      kind: "rect",
      x: column.x - w / 2,
      y,
      w,
      h,
      r: h / 2,
      fill: on ? shade : theme.card,
      stroke: on ? shade : theme.border,
      width: 1,
    },
    {
      kind: "text",
      text,
      x: column.x,
      y: y + h / 2 + font.size * 0.35,
      font,
      fill: on ? theme.onPhase : theme.text3,
      align: "middle",
    },
  ];
}
