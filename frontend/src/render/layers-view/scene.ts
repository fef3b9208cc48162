/**
 * The layers' view as a pure function of (layers, places, frame, t, view, theme): `base` does not depend on t,
 * `moving` lies over it. What passes on moves between columns; what stays drops into the lane below.
 */
import type { FrameView, Graph, UnitMaps } from "../../store/types";
import type { Scale } from "../../store/view";
import { mono, sans, type DisplayList, type Item, type Measure } from "../display";
import { short } from "../format";
import { textColor } from "../encode";
import { alpha } from "../marks/card";
import { appears, during } from "../motion";
import { toneOf } from "../reading";
import type { Theme } from "../theme";
import type { Arrangement, Column } from "./arrangement";
import { axisItems } from "./axis";
import { lineItems, linesOf } from "./lines";
import { gatesOf, readNetwork, skipsIn, type NetworkReading } from "./reading";
import { passItem } from "./passes";
import { tileItems } from "./tiles";

export interface NetworkWords {
  readonly input: string;
  readonly hidden: (n: number) => string;
  readonly output: string;
  readonly loss: string;
  readonly targets: string;
  readonly stays: string;
  readonly size: string;
  readonly out: string;
}

export interface UnitSpot {
  readonly layer: number;
  readonly unit: number;
}

export interface WeightSpot {
  readonly layer: number;
  /** Row and column of the weight. */
  readonly unit: number;
  readonly from: number;
}

/** Units that no longer learn, or hardly. */
export interface UnitHealth {
  readonly dead: readonly number[];
  readonly saturated: readonly number[];
}

/** One sample of the batch: what each unit says of it, and the gradient of its own loss term; null: not reached yet. */
export interface OwnNumbers {
  readonly value: number | null;
  readonly grad: number | null;
}

export interface NetworkView {
  readonly scale: Scale;
  /** By layer and unit, of the sample that is looked at; null where it is the batch as a whole. */
  readonly own?: readonly (readonly OwnNumbers[])[] | null;
  /** The unit that is looked at: the others recede. */
  readonly unit: UnitSpot | null;
  readonly weight: WeightSpot | null;
  readonly selected: UnitSpot | null;
  readonly health: readonly (UnitHealth | null)[];
}

export interface NetworkInput {
  readonly graph: Graph;
  readonly places: Arrangement;
  readonly frame: FrameView;
  readonly maps: readonly (UnitMaps | null)[];
  readonly view: NetworkView;
  readonly theme: Theme;
  readonly words: NetworkWords;
  readonly measure: Measure;
}

export interface NetworkScene {
  readonly base: DisplayList;
  moving(t: number): DisplayList;
}

export function networkScene(input: NetworkInput): NetworkScene {
  const reading = readNetwork(input.graph, input.frame);
  const lines = linesOf(input, reading);
  const moves = movingLayer(reading);
  return {
    base: [
      ...connections(input, reading),
      ...skips(input, reading),
      ...lineItems(lines, input, (layer) => (layer === moves ? 0 : 1)),
      ...input.places.columns.flatMap((column) => columnItems(input, reading, column)),
      ...lossItems(input, reading),
      ...laneItems(input, reading, moves),
      ...axisItems(input, reading),
    ],
    moving(t) {
      return [
        ...(moves === null
          ? []
          : lineItems(lines, input, (layer) => (layer === moves ? during(t, [0.1, 0.8]) : 0))),
        ...outlines(input, reading, t),
        ...passes(input, reading, t),
        ...drop(input, reading, t),
      ];
    },
  };
}

export function networkList(input: NetworkInput, t: number): DisplayList {
  const { base, moving } = networkScene(input);
  return [...base, ...moving(t)];
}

/** The layer whose weight lines change with this step. */
function movingLayer({ active, phase }: NetworkReading): number | null {
  if (!active || phase === "forward") return null;
  return active.part === "weight" || active.part === "penalty" ? active.layer : null;
}

export function palette(theme: Theme): readonly [string, string, string] {
  return [theme.negative, theme.zero, theme.positive];
}

/** Connections around a layer: arches above its units, where gradients go back unchanged. */
function skips({ places, theme, graph, frame }: NetworkInput, { phase }: NetworkReading): Item[] {
  return skipsIn(graph).flatMap(({ from, to, edge }): Item[] => {
    const [a, b] = [places.columns[from], places.columns[to]];
    if (!a || !b) return [];
    const active = frame.header.step.edge === edge;
    const passed = frame.contribution(edge) !== null;
    const y = Math.min(a.box.y, b.box.y);
    const rise = Math.min(26, places.pitch * 0.16);
    const [x0, x1] = [a.box.x + a.box.w * 0.75, b.box.x + b.box.w * 0.25];
    return [
      {
        kind: "path",
        d: [
          ["M", x0, a.box.y],
          ["C", x0 + 6, y - rise * 1.3, x1 - 6, y - rise * 1.3, x1, b.box.y],
        ],
        stroke: active ? theme.phase[phase] : passed ? alpha(theme.phase.backward, 0.5) : theme.borderStrong,
        width: active ? 2.5 : 1.75,
      },
      {
        kind: "text",
        text: "+",
        x: x1 - 9,
        y: b.box.y - 3,
        font: mono(places.font.small, 650),
        fill: active ? theme.phase[phase] : theme.text3,
        align: "middle",
        halo: theme.stage,
      },
    ];
  });
}

/** Plain lines below all others: where layers hang together, whatever the weights. */
function connections({ places, theme }: NetworkInput, { layers }: NetworkReading): Item[] {
  const { loss, targets, columns } = places;
  const out = columns.at(-1);
  const items: Item[] = [];
  for (const port of out?.ports ?? [])
    items.push({
      kind: "path",
      d: [
        ["M", port.out.x, port.out.y],
        ["C", port.out.x + 14, port.out.y, loss.x - 14, loss.y + loss.h / 2, loss.x, loss.y + loss.h / 2],
      ],
      stroke: layers.at(-1)?.passed ? alpha(theme.phase.backward, 0.45) : theme.wire,
      width: 1.75,
    });
  items.push({
    kind: "path",
    d: [
      ["M", targets.x + targets.w / 2, targets.y],
      ["L", loss.x + loss.w / 2, loss.y + loss.h],
    ],
    stroke: theme.wire,
    width: 1.75,
  });
  return items;
}

function columnItems(input: NetworkInput, reading: NetworkReading, column: Column): Item[] {
  const { graph, places, theme, maps, view, words } = input;
  const layer = graph.layers[column.layer];
  if (!layer) return [];
  const { font, side } = places;
  const own = reading.layers[column.layer];
  const full =
    layer.kind === "input"
      ? words.input
      : layer.kind === "output"
        ? words.output
        : words.hidden(column.layer);
  const fits = input.measure(full, sans(font.heading, 600)) + 10 < places.pitch;
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
  const map = maps[column.layer] ?? null;
  const r = Math.max(2, side * 0.13);
  if (column.block) {
    const { x, y, w, h } = column.box;
    items.push(
      { kind: "rect", ...column.box, r: 6, fill: theme.card, stroke: theme.border, width: 1 },
      ...sheet(map, { x: x + 4, y: y + 4, w: w - 8, h: h - 8 }, theme),
      {
        kind: "text",
        text: `× ${layer.units}`,
        x: column.x,
        y: y + h + font.small + 3,
        font: mono(font.small, 600),
        fill: theme.text3,
        align: "middle",
      },
    );
    return items;
  }
  column.units.forEach((box, unit) => {
    const faint = view.unit && !related(view.unit, column.layer, unit) ? 0.45 : 1;
    items.push({ kind: "rect", ...box, r, fill: theme.zero, opacity: faint });
    if (map) items.push({ kind: "map", ...box, r, map, unit, palette: palette(theme), opacity: faint });
    items.push({ kind: "rect", ...box, r, stroke: theme.border, width: 1, opacity: faint });
    const name = layer.labels[unit];
    if (name && layer.kind === "input")
      items.push({
        kind: "text",
        text: name,
        x: box.x - 8,
        y: box.y + box.h / 2 + font.small * 0.36,
        font: sans(font.small + 1, 600),
        fill: theme.text,
        align: "end",
      });
    if (layer.bias !== null && side >= 14)
      items.push(...biasItem(input, own?.bias?.data?.[unit] ?? null, box.x + 1, box.y + box.h - 1));
    items.push(...healthItem(input, column.layer, unit, box));
    items.push(...ownItems(input, reading, column, unit));
  });
  return items;
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

function biasItem({ theme, places }: NetworkInput, x: number | null, cx: number, cy: number): Item[] {
  const r = Math.max(3, places.side * 0.1);
  const tone = toneOf(x, true);
  const fill =
    tone === "positive"
      ? theme.positive
      : tone === "negative"
        ? theme.negative
        : tone === "odd"
          ? theme.warn
          : tone === "zero"
            ? theme.zero
            : theme.stage;
  return [
    { kind: "circle", x: cx, y: cy, r: r + 1.25, fill: theme.stage },
    {
      kind: "circle",
      x: cx,
      y: cy,
      r,
      fill,
      ...(tone === "unknown" || tone === "zero" ? { stroke: theme.zeroEdge, width: 1.25 } : {}),
    },
  ];
}

/** A dead unit is crossed out; a saturated one has a flat line: shapes, not colours. */
function healthItem(
  { theme, view, places }: NetworkInput,
  layer: number,
  unit: number,
  box: { x: number; y: number; w: number; h: number },
): Item[] {
  const health = view.health[layer];
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

/** The gate of a layer: its activation under the title; going back it is a factor. */
function gateItem(
  { places, theme, graph, measure }: NetworkInput,
  reading: NetworkReading,
  column: Column,
): Item[] {
  const layer = graph.layers[column.layer];
  const gates = layer ? gatesOf(graph, layer) : [];
  if (!layer || gates.length === 0 || places.narrow || places.low || places.pitch < 50) return [];
  const { active, phase } = reading;
  const on = active?.layer === column.layer && active.part === "gate";
  const font = sans(places.font.small - 1, on ? 650 : 500);
  const whole = gates.join(" · ");
  const brief = measure(whole, font) + 20 < places.pitch ? whole : layer.activation || gates[0] || "";
  const slope = on && phase === "backward" && brief === layer.activation;
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

function lossItems(input: NetworkInput, reading: NetworkReading): Item[] {
  const { places, theme, words } = input;
  const { loss, targets, font } = places;
  const { active, phase } = reading;
  const on = active?.layer === input.graph.layers.length;
  const pad = places.narrow ? 7 : 13;
  const number = (text: string, y: number, fill: string, id: string): Item => ({
    kind: "text",
    text,
    x: loss.x + loss.w - pad,
    y,
    font: mono(font.number, 550),
    fill,
    align: "end",
    number: true,
    id,
  });
  const value = reading.loss;
  return [
    {
      kind: "rect",
      ...loss,
      r: 9,
      fill: theme.card,
      stroke: on ? theme.phase[phase] : theme.borderStrong,
      width: on ? 2.5 : 1,
    },
    {
      kind: "text",
      text: words.loss,
      x: loss.x + pad,
      y: loss.y + 9 + font.heading * 0.8,
      font: sans(font.heading, 650),
      fill: theme.text,
    },
    number(
      short(value),
      loss.y + 15 + font.heading + font.number * 0.8,
      value === null ? theme.text3 : phase === "backward" ? theme.text3 : theme.text,
      "value:loss",
    ),
    ...(places.low
      ? []
      : [
          number(
            short(reading.seeded ? 1 : null),
            loss.y + 20 + font.heading + font.number * 1.8,
            reading.seeded ? textColor("positive", theme) : theme.text3,
            "grad:loss",
          ),
        ]),
    {
      kind: "rect",
      ...targets,
      r: 9,
      fill: theme.sunken,
      stroke: active?.part === "load" ? theme.phase.forward : theme.border,
      width: active?.part === "load" ? 2.5 : 1,
    },
    {
      kind: "text",
      text: words.targets,
      x: targets.x + targets.w / 2,
      y: targets.y + targets.h / 2 + font.small * 0.36,
      font: sans(font.small, 500),
      fill: reading.loaded ? theme.text2 : theme.text3,
      align: "middle",
    },
  ];
}

/** The lane of what stays. */
function laneItems(input: NetworkInput, reading: NetworkReading, moving: number | null): Item[] {
  const { places, theme, words } = input;
  const { lane, font, narrow } = places;
  const items: Item[] = [];
  if (!narrow)
    items.push(
      {
        kind: "text",
        text: words.stays,
        x: lane.words.x,
        y: lane.words.y + 2,
        font: sans(font.small + 1, 600),
        fill: theme.text2,
      },
      {
        kind: "text",
        text: "∂L/∂W, ∂L/∂b",
        x: lane.words.x,
        y: lane.words.y + font.small + 6,
        font: sans(font.small, 450),
        fill: theme.text3,
      },
    );
  for (const column of places.columns) {
    const own = reading.layers[column.layer];
    if (!own || !column.stays) continue;
    items.push(...dropLine(input, reading, column));
    const bias = reading.active?.layer === column.layer && reading.active.part === "bias";
    items.push(
      ...tileItems(
        column.stays.weight,
        own.weightGrad,
        input,
        moving === column.layer && reading.phase === "backward",
      ),
      ...tileItems(column.stays.bias, own.biasGrad, input, bias && reading.phase === "backward"),
    );
  }
  return items;
}

/** From a column down to what stays of it. */
function dropLine({ places, theme }: NetworkInput, reading: NetworkReading, column: Column): Item[] {
  const own = reading.layers[column.layer];
  const from = column.box.y + column.box.h + 5;
  const to = places.lane.top - 3;
  if (to - from < 8 || !own) return [];
  const arrived = own.weightGrad !== null || own.biasGrad !== null;
  return [
    {
      kind: "path",
      d: [
        ["M", column.x, from],
        ["L", column.x, to],
      ],
      stroke: arrived ? alpha(theme.phase.backward, 0.5) : theme.wire,
      width: arrived ? 1.5 : 1,
      opacity: arrived ? 1 : 0.6,
    },
  ];
}

/** What the step is about has the phase's outline. */
function outlines(input: NetworkInput, reading: NetworkReading, t: number): Item[] {
  const { places, theme, graph } = input;
  const { active, phase, layers } = reading;
  const column = active ? places.columns[active.layer] : undefined;
  if (!active || !column) return [];
  const shade = theme.phase[phase];
  const shown = appears(t, 0.15, 0.3);
  const r = Math.max(2, places.side * 0.13) + 2;
  const around = (box: { x: number; y: number; w: number; h: number }, by: number, width: number): Item => ({
    kind: "rect",
    x: box.x - by,
    y: box.y - by,
    w: box.w + 2 * by,
    h: box.h + 2 * by,
    r: r + by / 2,
    stroke: shade,
    width,
    opacity: shown,
  });
  const items = (column.block ? [column.box] : column.units).map((box) =>
    around(box, 1.5, places.side > 24 ? 3 : 2),
  );
  // What is printed on a unit lies over its outline.
  const layer = graph.layers[active.layer];
  const bias = layers[active.layer]?.bias ?? null;
  if (layer && layer.bias !== null && places.side >= 14)
    column.units.forEach((box, unit) => {
      items.push(...biasItem(input, bias?.data?.[unit] ?? null, box.x + 1, box.y + box.h - 1));
      items.push(...healthItem(input, active.layer, unit, box));
    });
  const stays = column.stays;
  if (stays && phase !== "forward" && ["weight", "bias", "penalty"].includes(active.part)) {
    const box = active.part === "bias" ? stays.bias : stays.weight;
    items.push(around(box, 4, 2));
  }
  return items;
}

/** What is passed on: round and teal forward, purple chevrons backward. */
function passes(input: NetworkInput, reading: NetworkReading, t: number): Item[] {
  const { places, graph } = input;
  const { active, phase } = reading;
  return places.passes.flatMap((at, k) => {
    const own = reading.layers[k];
    const layer = graph.layers[k];
    if (!own || !layer) return [];
    const here = active?.layer === k;
    const forwards = phase === "forward";
    const on = forwards
      ? here && layer.output === input.frame.header.step.node
      : phase === "backward" && here && active.part === "passes";
    const there = forwards ? own.forward && k > 0 : k > 0 && own.passed;
    if (!there) return [];
    const gap = gapAt(places, k);
    const by = on ? (1 - during(t, [0.05, 0.75])) * (forwards ? -1 : 1) * gap * 0.45 : 0;
    return passItem(
      {
        kind: forwards ? "forward" : "backward",
        at: { x: at.x + by, y: at.y },
        room: gap - 6,
        active: on,
        faint: phase === "update",
        label: layer.kind === "output" ? "z" : `h${subscript(k)}`,
        opacity: on ? appears(t, 0, 0.25) : 1,
      },
      input,
    );
  });
}

function gapAt(places: Arrangement, k: number): number {
  const [a, b] = [places.columns[k], places.columns[k + 1]];
  return (b?.box.x ?? places.loss.x) - ((a?.box.x ?? 0) + (a?.box.w ?? 0));
}

/** While a contribution to a weight comes down, or an update goes up. */
function drop(input: NetworkInput, reading: NetworkReading, t: number): Item[] {
  const { places, theme } = input;
  const { active, phase } = reading;
  const column = active ? places.columns[active.layer] : undefined;
  const stays = column?.stays;
  if (!active || !column || !stays || phase === "forward") return [];
  if (active.part !== "weight" && active.part !== "bias" && active.part !== "penalty") return [];
  const own = reading.layers[active.layer];
  const box = active.part === "bias" ? stays.bias : stays.weight;
  const tensor = active.part === "bias" ? own?.biasGrad : own?.weightGrad;
  const from = column.box.y + column.box.h + 5;
  const to = places.lane.top - 3;
  const s = during(t, [0.05, 0.7]);
  const items: Item[] = [];
  if (phase === "backward") {
    items.push({
      kind: "group",
      opacity: s,
      at: { x: 0, y: (s - 1) * Math.max(10, to - from) },
      items: tileItems(box, tensor ?? null, input, false),
    });
  }
  if (to - from >= 12) {
    const y = phase === "backward" ? from + (to - from) * s : to - (to - from) * s;
    const point = phase === "backward" ? 1 : -1;
    const x = column.x;
    items.push(
      {
        kind: "path",
        d: [
          ["M", x, phase === "backward" ? from : to],
          ["L", x, y],
        ],
        stroke: theme.phase[phase],
        width: 2.25,
      },
      {
        kind: "path",
        d: [["M", x, y + 5 * point], ["L", x - 5.5, y - 4 * point], ["L", x + 5.5, y - 4 * point], ["Z"]],
        fill: theme.phase[phase],
      },
    );
  }
  return items;
}

const DIGITS = "₀₁₂₃₄₅₆₇₈₉";
export function subscript(n: number): string {
  return [...String(n)].map((digit) => DIGITS[Number(digit)] ?? digit).join("");
}
