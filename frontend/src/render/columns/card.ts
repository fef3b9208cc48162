/** The card of a column: its title and numbers, the axis, and the product of its gains; names of layers beside it. */
import { mono, sans, type Font, type Item, type Measure } from "../display";
import { short } from "../format";
import { runColor } from "../runs";
import type { ColumnPlace } from "./arrangement";
import type { ColumnsInput } from "./input";
import { productText } from "./ratios";
import type { ColumnReading } from "./reading";

/** On a card that is not as wide, what is least needed is left out. */
const NARROW = 110;

/** The card of a column, its title and numbers, the axis, and the product of its gains. */
export function frame(input: ColumnsInput, column: ColumnReading, place: ColumnPlace, k: number): Item[] {
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
export function names({ reading, places, theme, phase, view }: ColumnsInput): Item[] {
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

function fitted(text: string, font: Font, room: number, measure: Measure): string {
  let kept = text;
  while (kept.length > 2 && measure(kept, font) > room) kept = kept.slice(0, -1);
  return kept === text ? text : `${kept.slice(0, -1)}…`;
}
