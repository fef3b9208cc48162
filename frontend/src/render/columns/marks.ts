/** The sizes of layers on the axis of decades: a mark for each, lines through them, and what comes to its row. */
import { mono, type Item, type Segment } from "../display";
import { BEATS, during } from "../motion";
import type { ColumnPlace } from "./arrangement";
import type { ColumnsInput } from "./input";
import { gainText, isCompared } from "./ratios";
import type { ColumnReading, ColumnsReading, Row } from "./reading";

/** Which of a layer's sizes. */
type What = "activation" | "grad" | "weightGrad" | "ghost";

/** What comes to which row in this step, from which. */
export interface Move {
  readonly what: "activation" | "grad";
  readonly row: number;
  readonly from: number;
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

export function line(
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

/** What the run beside this one has there: hollow, with a line to what it has become. */
export function ghosts(
  { reading, places, theme }: ColumnsInput,
  column: ColumnReading,
  place: ColumnPlace,
): Item[] {
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

export function rowMarks(
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

/** Where rows have no room for their gains: the last that came, above its arrow, until the product tells of all. */
export function newest(
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
export function moving(input: ColumnsInput, moves: Move, t: number): Item[] {
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
