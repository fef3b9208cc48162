/** What a dragged box does along its way: the loss as a line that slides, mAP as steps. Pure. */
import type { Box } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { DetectResult, JsonNumber } from "../../store/types";
import { mono, sans, type Item, type Measure, type Segment } from "../display";
import { short, UNKNOWN } from "../format";
import type { Theme } from "../theme";
import type { Places } from "./places";

export interface CurveWords {
  readonly loss: string;
  readonly scene: string;
  readonly batch: string;
}

interface CurveInput {
  readonly places: Places;
  readonly theme: Theme;
  readonly words: CurveWords & { readonly hint: string };
  readonly measure: Measure;
}

type Dragged = NonNullable<DetectResult["dragged"]>;

export function curveItems({ places, theme, words, measure }: CurveInput, dragged: Dragged | null): Item[] {
  const [left, right] = places.plots ?? [];
  if (!left || !right) return [];
  const size = places.text;
  const room = Math.max(left.x + left.w, right.x + right.w) - left.x;
  if (!dragged) return hintItems(words.hint, { ...left, w: room }, size, theme, measure);
  const losses = numbers(dragged.losses);
  const [scene, batch] = [numbers(dragged.scene), numbers(dragged.batch)];
  const most = Math.max(1e-9, ...losses);
  return [
    ...frame(left, theme, size, places.least, words.loss, losses.at(-1) ?? null, measure),
    ...line(left, losses, most, theme.text, false, 2),
    ...frame(right, theme, size, places.least, words.scene, scene.at(-1) ?? null, measure),
    ...line(right, batch, 1, theme.text3, true, 1.5),
    ...line(right, scene, 1, theme.text, true, 2.25),
    {
      kind: "text",
      x: right.x + right.w,
      y: right.y + right.h - size * 0.5,
      text: `${words.batch} ${told(batch.at(-1) ?? null)}`,
      font: sans(Math.max(places.least, size * 0.92)),
      fill: theme.text3,
      align: "end",
      number: true,
    },
  ];
}

/** Where there is little room, in several lines. */
function hintItems(text: string, { x, y, w }: Box, size: number, theme: Theme, measure: Measure): Item[] {
  const font = sans(size);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = [lines.at(-1), word].filter(Boolean).join(" ");
    if (lines.length > 0 && measure(longer, font) <= w) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, k) => ({
    kind: "text",
    x,
    y: y + size * (1.4 * k - 0.5),
    text: line,
    font,
    fill: theme.text3,
  }));
}

function numbers(values: readonly JsonNumber[]): number[] {
  return values.map((x) => toNumber(x) ?? NaN);
}

function told(x: number | null): string {
  return x === null || Number.isNaN(x) ? UNKNOWN : short(x);
}

function frame(
  box: Box,
  theme: Theme,
  text: number,
  least: number,
  title: string,
  x: number | null,
  measure: Measure,
): Item[] {
  const bottom = box.y + box.h;
  const wide = (size: number) => measure(title, sans(size, 600)) + 10;
  const shrunk = text * Math.min(1, box.w / (wide(text) + measure(told(x), mono(text, 600))));
  // Numbers stay as large as they have to be: then their title gives way.
  const digits = Math.max(least, shrunk);
  const room = box.w - measure(told(x), mono(digits, 600));
  const size = Math.min(shrunk, (text * room) / wide(text));
  const rule = (y: number, opacity: number): Item => ({
    kind: "path",
    d: [
      ["M", box.x, y],
      ["L", box.x + box.w, y],
    ],
    stroke: theme.border,
    width: 1,
    opacity,
  });
  const y = box.y - text * 0.6;
  return [
    { kind: "text", x: box.x, y, text: title, font: sans(size, 600), fill: theme.text2 },
    {
      kind: "text",
      x: box.x + wide(size),
      y,
      text: told(x),
      font: mono(digits, 600),
      fill: theme.text,
      number: true,
    },
    rule(bottom, 1),
    rule(box.y, 0.5),
  ];
}

/** Places are even along the way. As steps it goes level, then up or down at once. */
function line(
  box: Box,
  ys: readonly number[],
  most: number,
  stroke: string,
  steps: boolean,
  width: number,
): Item[] {
  const points = ys.flatMap((y, k) =>
    Number.isFinite(y)
      ? [
          {
            x: box.x + (k / Math.max(1, ys.length - 1)) * box.w,
            y: box.y + box.h * (1 - Math.max(0, y) / most),
          },
        ]
      : [],
  );
  const last = points.at(-1);
  if (!last) return [];
  const d: Segment[] = [];
  points.forEach(({ x, y }, k) => {
    const before = points[k - 1];
    if (before && steps) d.push(["L", (before.x + x) / 2, before.y], ["L", (before.x + x) / 2, y]);
    d.push([k === 0 ? "M" : "L", x, y]);
  });
  return [
    { kind: "path", d, stroke, width, cap: "round" },
    { kind: "circle", x: last.x, y: last.y, r: width + 2, fill: stroke },
  ];
}
