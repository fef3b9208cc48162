/**
 * Four columns, layer by layer: how large what a layer passes on is, and how large the gradient of that, on one axis of
 * decades that all columns share. A gradient comes from the layer after it, an activation from the one before.
 */
import { mono, sans, type Font, type Item, type Measure, type Segment } from "../display";
import { short } from "../format";
import { BEATS, during } from "../motion";
import { runColor } from "../runs";
import type { Theme } from "../theme";
import type { Phase } from "../../store/types";
import type { Arrangement, ColumnPlace, ColumnSpot } from "./arrangement";
import type { ColumnReading, ColumnsReading, Row } from "./reading";

export interface ColumnsInput {
  readonly reading: ColumnsReading;
  readonly places: Arrangement;
  readonly phase: Phase;
  readonly theme: Theme;
  readonly measure: Measure;
  readonly view: ColumnsLook;
}

export interface ColumnsLook {
  /** What each run is called, and what was last measured of it. */
  readonly told: readonly { readonly title: string; readonly accuracy: string }[];
  readonly words: {
    readonly loss: string;
    readonly out: string;
    readonly product: string;
    readonly ratio: string;
  };
  readonly pointed: ColumnSpot | null;
  /** The layer that is looked at. */
  readonly looked: number | null;
  /** Whether skip connections may be dropped into the first column of the name `plain`. */
  readonly skips: boolean;
}

/** On a card that is not as wide, what is least needed is left out. */
const NARROW = 110;

/** Which of a layer's sizes. */
type What = "activation" | "grad" | "weightGrad" | "ghost";

export function columnsScene(input: ColumnsInput): { base: Item[]; moving: (t: number) => Item[] } {
  const moves = movingIn(input);
  return {
    base: base(input, moves),
    moving: (t) => (moves ? moving(input, moves, t) : []),
  };
}

export function columnsList(input: ColumnsInput, t: number): Item[] {
  const { base: below, moving: above } = columnsScene(input);
  return [...below, ...above(t)];
}

/** What comes to which row in this step, from which. */
interface Move {
  readonly what: "activation" | "grad";
  readonly row: number;
  readonly from: number;
}

function movingIn({ reading, places, phase }: ColumnsInput): Move | null {
  const { active } = reading;
  if (active === null) return null;
  const last = places.rows.length;
  if (phase === "forward")
    return active < last ? { what: "activation", row: active, from: active - 1 } : null;
  // The pass through a layer brings the gradient of what came into it.
  if (phase === "backward" && active > 0) return { what: "grad", row: active - 1, from: active };
  return null;
}

/** Where a size stands on the axis; at its ends what is 0, infinite, or no number. */
export function acrossOf(
  { x0, x1 }: Pick<ColumnPlace, "x0" | "x1">,
  { low, high }: ColumnsReading["decades"],
  size: number,
  r: number,
): { x: number; odd: "zero" | "infinite" | "nan" | null } {
  if (Number.isNaN(size)) return { x: x1 + 2.4 * r, odd: "nan" };
  if (size === Infinity) return { x: x1 + 2.4 * r, odd: "infinite" };
  if (size === 0) return { x: x0 - 2.4 * r, odd: "zero" };
  return { x: x0 + ((Math.log10(size) - low) / Math.max(1, high - low)) * (x1 - x0), odd: null };
}

/** × 0.23, shortly: a gain has two digits. */
export function gainText(gain: number | null): string {
  if (gain === null) return "";
  if (!Number.isFinite(gain)) return `×${short(gain)}`;
  if (gain >= 0.01 && gain < 100) return `×${gain.toPrecision(2)}`;
  return `×${power(gain, 0)}`;
}

function power(x: number, digits: number): string {
  return x.toExponential(digits).replace("e+", "e").replace("-", "−");
}

/** 1.7e−13. */
export function productText(product: number | null): string {
  if (product === null) return "—";
  if (!Number.isFinite(product) || product === 0) return short(product);
  if (product >= 100 && product < 1000) return String(Math.round(product));
  return product >= 0.01 && product < 1000 ? product.toPrecision(2) : power(product, 1);
}

function base(input: ColumnsInput, moves: Move | null): Item[] {
  const { reading, places, theme } = input;
  return [
    ...reading.columns.flatMap((column, k): Item[] => {
      const place = places.columns[k];
      return place ? frame(input, column, place, k) : [];
    }),
    ...names(input),
    ...reading.columns.flatMap((column, k): Item[] => {
      const place = places.columns[k];
      if (!place) return [];
      return [
        ...arcs(input, column, place, k),
        ...ghosts(input, column, place),
        ...line(input, column, place, "activation", theme.phase.forward),
        ...line(input, column, place, "grad", theme.phase.backward),
        ...column.rows.flatMap((row, at) =>
          rowMarks(input, row, column.rows[at - 1], place, at, moves, isCompared(column)),
        ),
        ...ratios(input, column, place, k),
        ...newest(input, column, place),
      ];
    }),
  ];
}

/** The card of a column, its title and numbers, the axis, and the product of its gains. */
function frame(input: ColumnsInput, column: ColumnReading, place: ColumnPlace, k: number): Item[] {
  const { places, theme, measure, view, reading, phase } = input;
  const { box, x0, x1 } = place;
  const { small, text } = places;
  const told = view.told[k];
  const color = runColor(theme, column.mark);
  const inset = box.x + (text > 11 ? 10 : 5);
  // A narrow card has room for a name, not for a dot of its colour besides.
  const dot = box.w < NARROW ? 0 : 13;
  const top = (places.rows[0] ?? 0) - places.pitch / 2;
  const bottom = (places.rows.at(-1) ?? 0) + places.pitch / 2;
  const items: Item[] = [
    { kind: "rect", ...box, r: 10, fill: theme.card, stroke: theme.border, width: 1 },
    ...(dot
      ? [{ kind: "circle", x: inset + 4, y: places.title - text * 0.34, r: 4, fill: color } satisfies Item]
      : []),
    {
      kind: "text",
      text: fitted(told?.title ?? column.name, sans(text, 650), box.w - (inset - box.x) - dot - 5, measure),
      x: inset + dot,
      y: places.title,
      font: sans(text, 650),
      fill: color,
    },
  ];
  if (reading.active !== null && phase !== "update") {
    const at = places.rows[reading.active];
    if (at !== undefined)
      items.push({
        kind: "rect",
        x: box.x + 1,
        y: at - places.pitch / 2,
        w: box.w - 2,
        h: places.pitch,
        fill: theme.phaseFaint[phase],
      });
  }
  const loss = short(column.loss);
  const number = mono(small, 500);
  // Words are not monospaced: not every language has its letters there.
  const word = text > 11 ? view.words.loss : "";
  const start = inset + (word ? measure(word, sans(small)) + 6 : 0);
  if (word)
    items.push({ kind: "text", text: word, x: inset, y: places.told, font: sans(small), fill: theme.text3 });
  items.push({
    kind: "text",
    text: loss,
    x: start,
    y: places.told,
    font: number,
    fill: theme.text2,
    number: true,
    id: `loss:${column.name}`,
  });
  if (told?.accuracy && start - box.x + measure(loss, number) + measure(told.accuracy, number) + 14 < box.w)
    items.push({
      kind: "text",
      text: told.accuracy,
      x: box.x + box.w - 8,
      y: places.told,
      font: mono(small, 600),
      fill: theme.text,
      align: "end",
      number: true,
    });
  items.push(...axis(input, x0, x1, top, bottom));
  items.push(...footer(input, column, place));
  return items;
}

function axis(
  { reading, places, theme }: ColumnsInput,
  x0: number,
  x1: number,
  top: number,
  bottom: number,
): Item[] {
  const { low, high } = reading.decades;
  const { small } = places;
  const span = high - low;
  // "1e−15", and some air.
  const label = 3 * small + (small > 20 ? 12 : 0);
  const every = Math.max(1, Math.ceil(span / Math.max(1, (x1 - x0) / label)));
  const shown = Array.from({ length: span + 1 }, (_, k) => low + k).filter((decade) => decade % every === 0);
  // One decade alone is no scale: its lower end is told too.
  const [only] = shown;
  if (shown.length === 1 && only !== undefined && ((only - low) / span) * (x1 - x0) >= label)
    shown.unshift(low);
  const items: Item[] = [];
  for (const decade of shown) {
    const x = x0 + ((decade - low) / Math.max(1, span)) * (x1 - x0);
    items.push(
      {
        kind: "path",
        d: [
          ["M", x, top],
          ["L", x, bottom],
        ],
        stroke: theme.grid,
        width: decade === 0 ? 1.6 : 1,
      },
      {
        kind: "text",
        text: decadeText(decade),
        x,
        y: places.decades,
        font: mono(small - 1.5, 450),
        fill: theme.text3,
        align: "middle",
      },
    );
  }
  return items;
}

function decadeText(decade: number): string {
  if (decade >= -2 && decade <= 3) return String(Number((10 ** decade).toPrecision(1)));
  return `1e${String(decade).replace("-", "−")}`;
}

/** The product of all gains: below the rows, with that of before. */
function footer(
  { places, theme, measure, view }: ColumnsInput,
  column: ColumnReading,
  { box }: ColumnPlace,
): Item[] {
  const { small } = places;
  const font = mono(small, 650);
  const text = productText(column.product);
  const narrow = box.w < NARROW;
  const right = box.x + box.w - (narrow ? 4 : 8);
  const items: Item[] = [
    {
      kind: "text",
      text: text === "—" ? text : `×${text}`,
      x: right,
      y: places.product,
      font,
      fill: column.product === null ? theme.text3 : theme.phase.backward,
      align: "end",
      number: true,
      id: `product:${column.name}`,
    },
  ];
  if (narrow) return items;
  const x = box.x + 10;
  const used = measure(`×${text}`, font);
  const was = column.before === null ? null : `×${productText(column.before)} →`;
  if (was !== null && used + measure(was, mono(small, 500)) + 26 < box.w)
    items.push({
      kind: "text",
      text: was,
      x: right - used - 8,
      y: places.product,
      font: mono(small, 500),
      fill: theme.text3,
      align: "end",
      number: true,
    });
  else if (measure(view.words.product, sans(small)) + used + 26 < box.w)
    items.push({
      kind: "text",
      text: view.words.product,
      x,
      y: places.product,
      font: sans(small),
      fill: theme.text3,
    });
  return items;
}

/** Numbers of the layers at the left, with the way that the step goes. */
function names({ reading, places, theme, phase, view }: ColumnsInput): Item[] {
  const last = places.rows.length - 1;
  const { small, pitch } = places;
  const every = [1, 2, 5, 10].find((n) => n * pitch >= small + 2) ?? 25;
  return places.rows.flatMap((y, at): Item[] => {
    const active = reading.active === at;
    const name = at === last ? view.words.out : String(at + 1);
    const room = (from: number) => (from - at) * pitch >= small + 2;
    const first = at === 0 && (every === 1 || room(every - 1));
    const seen = active || at === last || ((first || (at + 1) % every === 0) && room(last));
    if (!seen) return [];
    const near = reading.active !== null && Math.abs(reading.active - at) * pitch < small;
    if (near && !active) return [];
    return [
      {
        kind: "text",
        text: name,
        x: places.names,
        y: y + small * 0.36,
        font: mono(small, active ? 700 : 450),
        fill: active ? theme.phase[phase] : theme.text3,
        align: "end",
      },
    ];
  });
}

/** Skip connections, as arcs around their layer; and where one can be dropped in. */
function arcs(
  { places, theme, view }: ColumnsInput,
  column: ColumnReading,
  { rail }: ColumnPlace,
  k: number,
): Item[] {
  const depth = Math.min(14, Math.max(6, places.pitch * 0.75));
  const pointed = view.pointed;
  return column.rows.flatMap((row, at): Item[] => {
    const y = places.rows[at];
    const above = places.rows[at - 1];
    if (y === undefined || above === undefined) return [];
    const open = view.skips && column.name === "plain" && at < column.rows.length - 1;
    const here = open && pointed?.column === k && pointed.row === at;
    if (row.skip || (here && pointed.rail)) {
      const dropped = column.name === "plain";
      return [
        {
          kind: "path",
          d: arc(rail, above, y, depth),
          stroke: dropped ? theme.focus : theme.text2,
          width: dropped ? 2.2 : 1.2,
          opacity: row.skip ? (dropped ? 1 : 0.6) : 0.55,
          cap: "round",
        },
      ];
    }
    if (!open || places.pitch < 5) return [];
    return [
      { kind: "circle", x: rail - 4, y, r: here ? 3 : 1.5, fill: theme.focus, opacity: here ? 1 : 0.7 },
    ];
  });
}

function arc(x: number, y0: number, y1: number, depth: number): Segment[] {
  return [
    ["M", x, y0],
    ["C", x - depth * 1.3, y0, x - depth * 1.3, y1, x, y1],
  ];
}

/** What the run beside this one has there: hollow, with a line to what it has become. */
function ghosts({ reading, places, theme }: ColumnsInput, column: ColumnReading, place: ColumnPlace): Item[] {
  const color = theme.phase.backward;
  return column.rows.flatMap(({ ghost, grad }, at): Item[] => {
    const y = places.rows[at];
    if (ghost === null || y === undefined) return [];
    const from = acrossOf(place, reading.decades, ghost, places.r);
    const to = grad === null ? null : acrossOf(place, reading.decades, grad, places.r);
    return [
      ...(to
        ? [
            {
              kind: "path",
              d: [
                ["M", from.x + places.r, y],
                ["L", to.x, y],
              ],
              stroke: color,
              width: 1,
              opacity: 0.35,
            } satisfies Item,
          ]
        : []),
      {
        kind: "path",
        d: chevron(from.x, y, places.r),
        stroke: color,
        fill: theme.card,
        width: 1,
        opacity: 0.6,
      },
    ];
  });
}

/** Whether its gradients are others than those of the run beside. */
function isCompared({ rows }: ColumnReading): boolean {
  return rows.some(({ ghost, ratio }) => ghost !== null && ratio !== null);
}

/**
 * How many times as large each gradient has become, in the place of gains: on an axis of many decades one gain moves an
 * arrow by little. A bar is as long as its ratio has decades, the longest as wide as the place.
 */
function ratios(
  { places, theme, view, measure }: ColumnsInput,
  column: ColumnReading,
  { box, x1, gains }: ColumnPlace,
  k: number,
): Item[] {
  if (!isCompared(column)) return [];
  const { small, text, pitch, r } = places;
  // Where there is no place for them, those that are others stand at the rim, as many as there is room for.
  const end = gains ?? box.x + box.w - 4;
  const every = gains === null ? Math.ceil((small + 2) / pitch) : 1;
  const left = x1 + 5.6 * r;
  const decades = (ratio: number) => {
    const found = Math.abs(Math.log10(ratio));
    return Number.isFinite(found) ? found : 0;
  };
  const most = Math.max(Math.log10(2), ...column.rows.map(({ ratio }) => decades(ratio ?? 1)));
  const size = Math.min(small, pitch * every * 0.86);
  const h = Math.min(pitch - 1, size * 1.3);
  const items = column.rows.flatMap(({ ratio }, at): Item[] => {
    const y = places.rows[at];
    if (ratio === null || y === undefined || (at + 1) % every !== 0) return [];
    if (gains === null && !differs(ratio)) return [];
    const w = differs(ratio) ? ((end + 3 - left) * decades(ratio)) / most : 0;
    const bar: Item = {
      kind: "rect",
      x: end + 3 - w,
      y: y - h / 2,
      w,
      h,
      r: 2,
      opacity: 0.22,
      ...(ratio > 1 ? { fill: theme.phase.backward } : { stroke: theme.phase.backward, width: 1.4 }),
    };
    return [
      ...(gains === null ? [] : [bar]),
      {
        kind: "text",
        text: gainText(ratio),
        x: end,
        y: y + size * 0.34,
        font: mono(size, differs(ratio) ? 650 : 450),
        fill: differs(ratio) ? theme.phase.backward : theme.text3,
        align: "end",
        number: true,
        ...(gains === null ? { halo: theme.card } : {}),
      },
    ];
  });
  if (gains === null) return items;
  const title = view.told[k]?.title ?? column.name;
  const words = view.words.ratio;
  if (measure(title, sans(text, 650)) + measure(words, sans(small)) + 37 < box.w)
    items.push({
      kind: "text",
      text: words,
      x: gains,
      y: places.title,
      font: sans(small),
      fill: theme.phase.backward,
      align: "end",
    });
  return items;
}

/** Where rows have no room for their gains: the last that came, above its arrow, until the product tells of all. */
function newest(
  { reading, places, theme, measure }: ColumnsInput,
  column: ColumnReading,
  place: ColumnPlace,
): Item[] {
  if (place.gains !== null || column.product !== null || isCompared(column)) return [];
  const gain = column.rows.find((row) => row.gain !== null)?.gain ?? null;
  // The uppermost arrow, that is still on its way too.
  const at = column.rows.findIndex(({ grad }) => grad !== null);
  const [row, y] = [column.rows[at], places.rows[at]];
  // Above the first row there are other numbers.
  if (gain === null || at < 1 || !row || row.grad === null || y === undefined) return [];
  const text = gainText(gain);
  const font = mono(places.small, 650);
  const half = measure(text, font) / 2 + 2;
  const [left, right] = [place.rail + half, place.box.x + place.box.w - half];
  const x = (size: number) => acrossOf(place, reading.decades, size, places.r).x;
  const before = x(row.activation ?? row.grad) - places.r - half;
  return [
    {
      kind: "text",
      text,
      x: Math.max(left, Math.min(right, before, x(row.grad))),
      y: y - 1.6 * places.r - 2,
      font,
      fill: theme.phase.backward,
      align: "middle",
      halo: theme.card,
      number: true,
    },
  ];
}

/** Whether it is another number with the two digits that are shown. */
function differs(ratio: number): boolean {
  return gainText(ratio) !== "×1.0";
}

function line(
  { reading, places }: ColumnsInput,
  column: ColumnReading,
  place: ColumnPlace,
  what: "activation" | "grad",
  stroke: string,
): Item[] {
  const d: Segment[] = [];
  let down = false;
  column.rows.forEach((row, at) => {
    const size = row[what];
    const y = places.rows[at];
    if (size === null || y === undefined) {
      down = false;
      return;
    }
    d.push([down ? "L" : "M", acrossOf(place, reading.decades, size, places.r).x, y]);
    down = true;
  });
  return d.length > 1 ? [{ kind: "path", d, stroke, width: 1.2, opacity: 0.35 }] : [];
}

function rowMarks(
  input: ColumnsInput,
  row: Row,
  before: Row | undefined,
  place: ColumnPlace,
  at: number,
  moves: Move | null,
  compared: boolean,
): Item[] {
  const { places, theme, view } = input;
  const y = places.rows[at];
  if (y === undefined) return [];
  const items: Item[] = [];
  // Of those that are alike below each other the first says what it is.
  const named = new Set<What>(
    (["activation", "grad"] as const).filter((what) => !Object.is(row[what], before?.[what] ?? null)),
  );
  if (named.has("activation") && Object.is(row.activation, row.grad)) named.delete("grad");
  if (view.looked === at || view.pointed?.row === at)
    items.push({
      kind: "rect",
      x: place.box.x + 1,
      y: y - places.pitch / 2,
      w: place.box.w - 2,
      h: places.pitch,
      fill: theme.text,
      opacity: 0.06,
    });
  for (const what of ["weightGrad", "activation", "grad"] as const) {
    const size = row[what];
    if (size === null || (moves?.what === what && moves.row === at)) continue;
    items.push(...mark(input, place, what, size, y, row.complete, named.has(what)));
  }
  if (place.gains !== null && row.gain !== null && !compared)
    items.push({
      kind: "text",
      text: gainText(row.gain),
      x: place.gains,
      // Between the two layers whose gradients it compares.
      y: y - places.pitch / 2 + places.small * 0.34,
      font: mono(Math.min(places.small, places.pitch * 0.86), 450),
      fill: Number.isFinite(row.gain) ? theme.text2 : theme.warn,
      align: "end",
      number: true,
    });
  return items;
}

function mark(
  { reading, places, theme }: ColumnsInput,
  place: ColumnPlace,
  what: What,
  size: number,
  y: number,
  complete: boolean,
  named: boolean,
): Item[] {
  const { r } = places;
  const { x: across, odd } = acrossOf(place, reading.decades, size, r);
  // What is beyond the axis stands in two files.
  const x = (odd === "infinite" || odd === "nan") && what !== "activation" ? across + 2.2 * r : across;
  const color =
    odd === "infinite" || odd === "nan"
      ? theme.warn
      : theme.phase[what === "activation" ? "forward" : "backward"];
  const hollow = odd === "zero" || (what === "grad" && !complete);
  const ink = {
    fill: hollow ? theme.card : color,
    stroke: hollow ? color : theme.card,
    width: hollow ? 1.4 : 0.8,
  };
  const shape: Item =
    what === "activation"
      ? { kind: "circle", x, y, r, ...ink }
      : what === "weightGrad"
        ? {
            kind: "rect",
            x: x - r * 0.62,
            y: y - r * 0.62,
            w: r * 1.24,
            h: r * 1.24,
            fill: theme.card,
            stroke: color,
            width: 1.1,
          }
        : { kind: "path", d: chevron(x, y, r), ...ink };
  if (odd === null || odd === "zero" || what === "weightGrad" || !named) return [shape];
  const word: Item = {
    kind: "text",
    text: odd === "nan" ? "NaN" : "∞",
    x: across - r - 3,
    y: y + places.small * 0.34,
    font: mono(places.small, 650),
    fill: theme.warn,
    align: "end",
    halo: theme.card,
    number: true,
  };
  return [shape, word];
}

/** The backward phase's token: it points the way that gradients go, up. */
function chevron(x: number, y: number, r: number): Segment[] {
  const w = r * 1.15;
  return [
    ["M", x, y - r * 1.1],
    ["L", x + w, y + r * 0.2],
    ["L", x + w, y + r * 0.95],
    ["L", x, y + r * 0.35],
    ["L", x - w, y + r * 0.95],
    ["L", x - w, y + r * 0.2],
    ["Z"],
  ];
}

/** What has come to its row in this step, on its way from the row before. */
function moving(input: ColumnsInput, moves: Move, t: number): Item[] {
  const { reading, places } = input;
  const p = during(t, BEATS.forward.travel);
  return reading.columns.flatMap((column, k): Item[] => {
    const place = places.columns[k];
    const row = column.rows[moves.row];
    const y = places.rows[moves.row];
    const size = row?.[moves.what] ?? null;
    if (!place || !row || y === undefined || size === null) return [];
    const to = acrossOf(place, reading.decades, size, places.r).x;
    const before = column.rows[moves.from]?.[moves.what] ?? null;
    const start = before === null ? to : acrossOf(place, reading.decades, before, places.r).x;
    const y0 = before === null ? y : (places.rows[moves.from] ?? y);
    const at = { x: (start - to) * (1 - p), y: (y0 - y) * (1 - p) };
    const opacity = before === null ? p : 1;
    return [
      { kind: "group", at, opacity, items: mark(input, place, moves.what, size, y, row.complete, true) },
    ];
  });
}

function fitted(text: string, font: Font, room: number, measure: Measure): string {
  let kept = text;
  while (kept.length > 2 && measure(kept, font) > room) kept = kept.slice(0, -1);
  return kept === text ? text : `${kept.slice(0, -1)}…`;
}
