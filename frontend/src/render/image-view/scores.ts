/** What comes out: a row for each class, and the loss. */
import { mono, sans, type Item } from "../display";
import { textColor } from "../encode";
import { short } from "../format";
import { toneOf } from "../reading";
import { scoreParts } from "./arrangement";
import type { ImageInput } from "./input";
import type { Shown } from "./stages";
import { fillOf } from "./tiles";

/** A row for each class: its number as text, and as a bar from the middle. */
export function scoreItems(input: ImageInput, at: number, shown: Shown, most: number): Item[] {
  const { places, theme, frame } = input;
  const column = places.columns[at];
  const data = shown.tensor?.data ?? null;
  const right = targetOf(input);
  let said = -1;
  if (shown.what === "value" && data) said = data.indexOf(Math.max(...data));
  return (column?.tiles ?? []).flatMap((tile, k): Item[] => {
    const x = data?.[k] ?? null;
    const { size, bar, right: end } = scoreParts(tile, places.text);
    const tone = x === null ? "unknown" : toneOf(x, true);
    const label: Item = {
      kind: "text",
      x: tile.x + size * 0.5,
      y: tile.y + tile.h / 2 + size * 0.36,
      text: String(k),
      font: mono(size, k === right ? 700 : 500),
      fill: k === right ? theme.text : theme.text3,
      align: "middle",
    };
    const mark: Item[] =
      k === right
        ? [
            {
              kind: "rect",
              x: tile.x - 1,
              y: tile.y,
              w: size * 1.3,
              h: tile.h,
              r: 3,
              stroke: theme.text,
              width: 1.25,
            },
          ]
        : [];
    const back: Item = {
      kind: "rect",
      x: bar.left,
      y: tile.y + 1,
      w: bar.w,
      h: tile.h - 2,
      r: 2,
      fill: theme.zero,
      opacity: 0.6,
    };
    if (x === null) return [...mark, label, back];
    const painted = fillOf(x, most, theme, false);
    const length = most > 0 && Number.isFinite(x) ? (bar.w * Math.abs(x)) / most : 0;
    return [
      ...mark,
      label,
      back,
      ...(painted
        ? [
            {
              kind: "rect" as const,
              x: bar.left,
              y: tile.y + 1,
              w: length,
              h: tile.h - 2,
              r: 2,
              fill: painted.fill,
              opacity: 0.7,
            },
          ]
        : []),
      {
        kind: "text",
        x: end,
        y: tile.y + tile.h / 2 + size * 0.34,
        text: short(x),
        font: mono(places.text >= 24 ? size : size * 0.92, k === said ? 700 : 500),
        fill: textColor(tone, theme),
        align: "end",
        number: true,
        opacity: frame.header.phase !== "forward" && shown.what === "value" ? 0.6 : 1,
      },
    ];
  });
}

/** The class of the sample that is shown; −1 where it is not known. */
export function targetOf({ graph, frame, view }: Pick<ImageInput, "graph" | "frame" | "view">): number {
  const target = graph.nodes.find(({ kind }) => kind === "target");
  return (target && frame.value(target.index)?.data?.[view.sample]) ?? -1;
}

export function lossItems({ places, frame, graph, theme, words, measure }: ImageInput): Item[] {
  const column = places.columns.at(-1);
  const loss = graph.nodes.find((node) => node.loss);
  if (!column || !loss) return [];
  const x = frame.header.loss;
  const size = places.text;
  const number = typeof x === "number" ? short(x) : x === null ? "—" : String(x);
  // Where there is little room, the number stands below its name.
  const both = measure(words.loss, sans(size, 600)) + measure(number, mono(size, 600)) + 8;
  const below = both > column.box.w ? size * 1.3 : 0;
  const y = Math.min(column.box.y + column.box.h + size * 1.7, places.size.h - size * 0.4 - below);
  return [
    { kind: "text", x: column.box.x, y, text: words.loss, font: sans(size, 600), fill: theme.text2 },
    {
      kind: "text",
      x: column.box.x + column.box.w,
      y: y + below,
      text: number,
      font: mono(size, 600),
      fill: theme.text,
      align: "end",
      number: true,
    },
  ];
}
